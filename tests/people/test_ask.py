"""Asking for an action: the dialog, the run it makes, and what is refused."""

import re
import uuid

import pytest
from django.urls import reverse

from neurons_admin.audit.models import Event
from people.models import ActionRun, SealedPassword
from tests.factories import make_account, make_connector, make_run, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
TYPED = "Typed-Pass-4711"


@pytest.fixture
def desk(client):
    client.user = make_user("Service desk", first_name="Dana", last_name="Desk")
    client.force_login(client.user)
    return client


@pytest.fixture(autouse=True)
def rings(monkeypatch):
    heard = []
    monkeypatch.setattr("neurons_admin.doorbell.ring", lambda task, pk: heard.append((task, pk)) or True)
    return heard


def url_of(account, key="disable_account"):
    return reverse("people:ask", args=[account.person_id, account.pk, key])


def fields(account, **more):
    return {"click": str(uuid.uuid4()), "confirmation": account.display_name, "force_change": "on", **more}


def test_the_dialog_says_what_will_happen(desk):
    account = make_account()
    content = desk.get(url_of(account), **HTMX).content.decode()
    for words in ("can no longer sign in", "Can be undone", "Dana Desk", str(account.connector.action_credential)):
        assert words in content
    assert "<html" not in content
    assert "<html" in desk.get(url_of(account)).content.decode()


def test_asking_writes_one_run_and_rings(desk, rings, django_capture_on_commit_callbacks):
    account = make_account()
    with django_capture_on_commit_callbacks(execute=True):
        response = desk.post(url_of(account), fields(account), **HTMX)
    run = ActionRun.objects.get()
    assert (run.state, run.asked_by, run.account) == ("queued", desk.user, account)
    assert str(run.pk) in response.content.decode()
    assert response.headers["HX-Retarget"] == "#runs"
    assert "dialog:done" in response.headers["HX-Trigger"]
    assert rings == [("people.tasks.carry_out_run", run.pk)]
    assert Event.objects.filter(verb="run.asked", subject_id=str(run.pk)).count() == 1


def test_without_scripts_one_arrives_at_the_run(desk):
    account = make_account()
    assert desk.post(url_of(account), fields(account)).url == ActionRun.objects.get().get_absolute_url()


def test_the_same_click_twice_makes_one_run(desk):
    account = make_account()
    sent = fields(account)
    first, second = desk.post(url_of(account), sent), desk.post(url_of(account), sent)
    assert first.url == second.url
    assert ActionRun.objects.count() == 1


def hidden(content, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', content)
    return found[1] if found else ""


def test_what_was_done_while_the_dialog_was_open_is_not_done_twice(desk):
    account = make_account()
    dialog = desk.get(url_of(account), **HTMX).content.decode()
    sent = fields(account, seen=hidden(dialog, "seen"), click=hidden(dialog, "click"))
    make_run(account, state="succeeded")
    answer = desk.post(url_of(account), sent, **HTMX).content.decode()
    assert "while this was open" in answer
    assert ActionRun.objects.count() == 1
    again = desk.get(url_of(account), **HTMX).content.decode()
    desk.post(url_of(account), fields(account, seen=hidden(again, "seen"), click=hidden(again, "click")), **HTMX)
    assert ActionRun.objects.count() == 2


def test_a_click_of_somebody_else_is_refused(desk):
    account = make_account()
    run = make_run(account, asked_by=make_user("Service desk"))
    assert desk.post(url_of(account), fields(account, click=str(run.click))).status_code == 403


def test_a_second_admin_is_told_who_was_first(desk):
    account = make_account()
    make_run(account, asked_by=make_user("Service desk", first_name="Other", last_name="Admin"))
    content = desk.post(url_of(account), fields(account), **HTMX).content.decode()
    assert "Other Admin has asked" in content
    assert ActionRun.objects.count() == 1


def test_a_generated_password_is_sealed_apart(desk):
    account = make_account()
    desk.post(url_of(account, "reset_password"), fields(account))
    run, sealed = ActionRun.objects.get(), SealedPassword.objects.get()
    assert run.params == {"force_change": True}
    assert sealed.generated
    assert len(sealed.value.reveal()) == 16


def test_a_typed_password_is_sealed_and_nowhere_else(desk):
    account = make_account()
    response = desk.post(url_of(account, "reset_password"), fields(account, password=TYPED), follow=True)
    run, sealed = ActionRun.objects.get(), SealedPassword.objects.get()
    assert sealed.value.reveal() == TYPED
    assert not sealed.generated
    assert TYPED not in str(ActionRun.objects.values().get())
    assert TYPED not in str(list(run.events.values())) + str(list(Event.objects.values()))
    assert TYPED not in response.content.decode()
    assert TYPED not in str(dict(desk.session))


@pytest.mark.parametrize("password", ["short1A", "alllowercaseletters", "12345678901", "Tab\tin-it-99"])
def test_a_weak_password_is_refused_before_anything_is_written(desk, password):
    account = make_account()
    response = desk.post(url_of(account, "reset_password"), fields(account, password=password), **HTMX)
    assert not ActionRun.objects.exists()
    assert password not in response.content.decode()
    assert "field-error" in response.content.decode() or "invalid" in response.content.decode()


def test_a_sensitive_action_wants_the_persons_name(desk):
    account = make_account()
    for wrong in ("", "Megan Bowen"):
        desk.post(url_of(account, "reset_password"), fields(account, confirmation=wrong))
    assert not ActionRun.objects.exists()
    desk.post(
        url_of(account, "reset_password"), fields(account, confirmation=f" {account.user_principal_name.upper()} ")
    )
    assert ActionRun.objects.exists()


def test_what_cannot_work_is_refused_with_the_reason(desk):
    account = make_account(synced=True)
    content = desk.post(url_of(account, "reset_password"), fields(account), **HTMX).content.decode()
    assert "on-premises" in content
    assert not ActionRun.objects.exists()


@pytest.mark.parametrize("click", ["", "x", "null"])
def test_a_broken_click_is_refused(desk, click):
    account = make_account()
    response = desk.post(url_of(account), fields(account, click=click), **HTMX)
    assert response.status_code == 200
    assert not ActionRun.objects.exists()


def test_an_action_that_does_not_exist_is_not_found(desk):
    account = make_account()
    assert desk.get(url_of(account, "launch_rocket")).status_code == 404
    assert desk.post(url_of(account, "launch_rocket"), fields(account)).status_code == 404


def test_an_account_of_another_person_is_not_found(desk):
    account, other = make_account(), make_account()
    url = reverse("people:ask", args=[account.person_id, other.pk, "disable_account"])
    assert desk.post(url, fields(other)).status_code == 404


def test_extra_fields_change_nothing(desk):
    account = make_account()
    desk.post(url_of(account), fields(account, state="succeeded", asked_by="1", connector=str(make_connector().pk)))
    run = ActionRun.objects.get()
    assert (run.state, run.asked_by, run.connector) == ("queued", desk.user, account.connector)


def test_only_those_who_may_act_may_ask(client):
    account = make_account()
    client.force_login(make_user("Viewer"))
    assert client.get(url_of(account)).status_code == 403
    assert client.post(url_of(account), fields(account)).status_code == 403
    assert not ActionRun.objects.exists()


def test_a_broker_that_does_not_hear_loses_nothing(desk, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("neurons_admin.doorbell.ring", lambda task, pk: False)
    account = make_account()
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(url_of(account), fields(account)).status_code == 302
    run = ActionRun.objects.get()
    assert (run.state, run.rung_at) == ("queued", None)
