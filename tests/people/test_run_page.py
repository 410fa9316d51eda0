"""A run's page, its row, its password, and taking it back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from connectors.actions import ResetPassword
from people.models import ActionRun, SealedPassword
from tests.factories import make_run, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
WORD = "Zebra-Canary-77"


@pytest.fixture
def desk(client):
    client.user = make_user("Service desk")
    client.force_login(client.user)
    return client


def reset_run(asked_by, *, generated=True, **columns):
    columns = {"state": "succeeded", "ended_at": timezone.now(), "accepted_at": timezone.now(), **columns}
    run = make_run(asked_by=asked_by, action=ResetPassword.key, conflict_class=ResetPassword.conflict_class, **columns)
    SealedPassword.objects.create(run=run, value=WORD, generated=generated)
    return run


@pytest.mark.parametrize("state", ActionRun.State.values)
def test_every_state_has_a_page_and_a_row(desk, state):
    run = make_run(state=state, message="Something to say.")
    for name in ("run", "run_row"):
        assert desk.get(reverse(f"people:{name}", args=[run.pk])).status_code == 200


def test_a_run_asks_after_itself_until_it_is_over(desk):
    run = make_run()
    row = reverse("people:run_row", args=[run.pk])
    assert "every 1s" in desk.get(row).content.decode()
    ActionRun.objects.update(state="succeeded", next_read_at=timezone.now())
    assert "every 1s" in desk.get(row).content.decode()
    ActionRun.objects.update(next_read_at=None)
    assert "every 1s" not in desk.get(row).content.decode()


def test_the_page_without_htmx_is_whole_and_with_it_a_part(desk):
    run = make_run()
    assert "<html" in desk.get(run.get_absolute_url()).content.decode()
    assert "<html" not in desk.get(run.get_absolute_url(), **HTMX).content.decode()


def test_an_action_of_another_version_can_still_be_looked_at(desk):
    assert desk.get(make_run(action="from_the_future").get_absolute_url()).status_code == 200


def test_a_password_is_shown_once(desk):
    run = reset_run(desk.user)
    assert "Show once" in desk.get(run.get_absolute_url()).content.decode()
    url = reverse("people:reveal", args=[run.pk])
    first = desk.post(url, **HTMX)
    assert WORD in first.content.decode()
    assert "no-store" in first.headers["Cache-Control"]
    assert "password:shown" in first.headers["HX-Trigger"]
    assert WORD not in desk.post(url, **HTMX).content.decode()
    assert not SealedPassword.objects.exists()
    assert "Show once" not in desk.get(run.get_absolute_url()).content.decode()


def test_a_password_is_shown_to_the_one_who_asked_only(desk):
    run = reset_run(make_user("Service desk"))
    assert "Show once" not in desk.get(run.get_absolute_url()).content.decode()
    assert desk.post(reverse("people:reveal", args=[run.pk])).status_code == 403
    assert SealedPassword.objects.exists()


def test_looking_does_not_reveal(desk):
    run = reset_run(desk.user)
    assert desk.get(reverse("people:reveal", args=[run.pk])).status_code == 405
    assert WORD not in desk.get(run.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "columns",
    [
        {"ended_at": timezone.now() - timedelta(minutes=16)},
        {"state": "failed"},
        {"state": "queued", "ended_at": None},
        {"generated": False},
    ],
    ids=["too late", "not set", "not yet set", "typed"],
)
def test_no_password_is_shown_when(desk, columns):
    run = reset_run(desk.user, **columns)
    assert WORD not in desk.post(reverse("people:reveal", args=[run.pk])).content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_password_that_does_not_open_is_no_fault(desk, headers):
    run = reset_run(desk.user)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_sealedpassword SET value = 'v1:00000000:damaged'")
    answer = desk.post(reverse("people:reveal", args=[run.pk]), **headers)
    assert answer.status_code == 200
    assert "The password cannot be shown" in answer.text
    assert SealedPassword.objects.exists()


def test_one_who_may_no_longer_act_sees_no_password(desk):
    run = reset_run(desk.user)
    desk.user.groups.clear()
    assert desk.post(reverse("people:reveal", args=[run.pk])).status_code == 403


def test_what_has_not_begun_can_be_taken_back(desk):
    run = make_run()
    desk.post(reverse("people:cancel", args=[run.pk]))
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_what_has_begun_cannot(desk):
    run = make_run(state="running")
    content = desk.post(reverse("people:cancel", args=[run.pk]), follow=True).content.decode()
    run.refresh_from_db()
    assert run.state == "running"
    assert "Too late" in content


def test_activity_lists_and_filters(desk):
    mine, other = make_run(asked_by=desk.user), make_run(state="failed")
    url = reverse("people:activity")
    assert {row.pk for row in desk.get(url).context["rows"]} == {mine.pk, other.pk}
    assert {row.pk for row in desk.get(url, {"who": "me"}).context["rows"]} == {mine.pk}
    assert {row.pk for row in desk.get(url, {"state": "failed"}).context["rows"]} == {other.pk}
    assert {row.pk for row in desk.get(url, {"action": "reset_password"}).context["rows"]} == set()


def test_runs_are_for_those_who_may_see_them(client):
    client.force_login(make_user())
    run = make_run()
    assert client.get(run.get_absolute_url()).status_code == 403
    assert client.get(reverse("people:activity")).status_code == 403
    assert client.post(reverse("people:cancel", args=[run.pk])).status_code == 403
