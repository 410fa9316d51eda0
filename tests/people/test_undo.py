"""Undoing a run: its page with what was, became and is; the run it makes; and what forbids it."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from connectors.actions import DisableAccount, EnableAccount, RevokeSessions
from connectors.graph import TryLater
from people import asking, undoing
from people.asking import Asking
from people.models import ActionRun
from people.settling import LAG_SECONDS
from tests.factories import make_user
from tests.runs import again, ask, carry_out, let_time_pass, reasons

pytestmark = pytest.mark.django_db
State = ActionRun.State
LAG = timedelta(seconds=LAG_SECONDS + 5)


@pytest.fixture
def disabled(directory, adele, dana):
    """A run that has disabled Adele's account."""
    return carry_out(ask(adele, dana, DisableAccount))


def undo(run, by):
    return undoing.undo(run, Asking(run.account, by, uuid.uuid4())).run


def url(run):
    return reverse("people:undo", args=[run.pk])


def user(directory, account):
    return directory.users[str(account.object_id)]


def test_it_brings_back_what_was(directory, disabled, adele, dana):
    back = carry_out(undo(disabled, dana))
    assert (back.state, back.action, back.undoes) == (State.SUCCEEDED, EnableAccount.key, disabled)
    assert back.expects == {"accountEnabled": False}
    assert (back.before, back.after) == ({"accountEnabled": False}, {"accountEnabled": True})
    assert user(directory, adele)["accountEnabled"] is True
    assert "It undoes what was done on" in reasons(back)


def test_its_page_shows_before_after_and_now(desk, disabled):
    content = desk.get(url(disabled)).content.decode()
    assert ">Before<" in content
    assert ">Now<" in content
    assert "Undo “Disable account”" in content
    assert "Changed since" not in content


def test_by_its_page(desk, directory, disabled, adele):
    form = desk.get(url(disabled)).context["form"]
    response = desk.post(url(disabled), {"click": form["click"].value(), "seen": form["seen"].value() or ""})
    back = ActionRun.objects.get(undoes=disabled)
    assert response.url == back.get_absolute_url()
    assert carry_out(back).state == State.SUCCEEDED
    assert user(directory, adele)["accountEnabled"] is True
    assert "has been undone already" in desk.get(url(disabled)).content.decode()


def test_drift_is_shown_and_nothing_can_be_sent(desk, directory, disabled, adele):
    let_time_pass(disabled, sent_at=-LAG)
    user(directory, adele)["accountEnabled"] = True
    assert "as it was before that run already" in desk.get(url(disabled)).content.decode()
    user(directory, adele)["accountEnabled"] = None
    response = desk.get(url(disabled))
    assert "Somebody has changed it since" in response.content.decode()
    assert "Changed since" in response.content.decode()
    assert response.context["form"] is None


def test_drift_between_the_page_and_the_call(directory, disabled, adele, dana):
    back = undo(disabled, dana)
    user(directory, adele)["accountEnabled"] = None
    written = len(directory.written)
    back = carry_out(back)
    assert (back.state, back.error_code) == (State.FAILED, "drifted")
    assert len(directory.written) == written


def test_a_change_that_does_not_show_yet_is_waited_for(desk, directory, disabled, adele, dana):
    user(directory, adele)["accountEnabled"] = True  # as a replica answers that has not heard of the change
    response = desk.get(url(disabled))
    assert "does not show the change yet" in response.content.decode()
    assert response.context["form"] is not None
    assert not again(disabled).account.enabled, "an old answer is not taken for news"
    back = carry_out(undo(disabled, dana))
    assert (back.state, back.error_code, back.sent_at) == (State.QUEUED, "not_visible_yet", None)
    assert back.not_before
    user(directory, adele)["accountEnabled"] = False
    let_time_pass(back)
    assert carry_out(again(back)).state == State.SUCCEEDED
    assert user(directory, adele)["accountEnabled"] is True


def test_what_is_still_as_before_when_reads_have_caught_up_was_changed_by_somebody(directory, disabled, adele, dana):
    user(directory, adele).update(accountEnabled=True, displayName="Adele")
    back = carry_out(undo(disabled, dana))
    let_time_pass(disabled, sent_at=-LAG)
    let_time_pass(back)
    back = carry_out(again(back))
    assert (back.state, back.sent_at) == (State.SUCCEEDED, None)
    assert "already" in back.message


def test_what_cannot_be_read_now_is_compared_later(desk, directory, disabled):
    directory.reads = [TryLater("Microsoft Graph is busy.", code="busy")]
    response = desk.get(url(disabled))
    assert "could not be read" in response.content.decode()
    assert response.context["form"] is not None


def test_once_only(disabled, dana):
    undo(disabled, dana)
    with pytest.raises(undoing.NotUndoable, match="being undone"):
        undo(disabled, dana)


def test_undone_and_failed_may_be_tried_again(disabled, dana):
    first = undo(disabled, dana)
    ActionRun.objects.filter(pk=first.pk).update(state=State.FAILED)
    assert undo(disabled, dana).pk != first.pk


def test_an_undo_can_be_undone(directory, disabled, adele, dana):
    back = carry_out(undo(disabled, dana))
    forth = carry_out(undo(back, dana))
    assert (forth.state, forth.undoes, forth.action) == (State.SUCCEEDED, back, DisableAccount.key)
    assert user(directory, adele)["accountEnabled"] is False


@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED, State.UNKNOWN, State.NEEDS_OPERATOR, State.CANCELLED])
def test_only_what_was_done(disabled, dana, state):
    ActionRun.objects.filter(pk=disabled.pk).update(state=state)
    with pytest.raises(undoing.NotUndoable, match="Only what was done"):
        undo(again(disabled), dana)


def test_what_was_so_already_was_not_done(directory, adele, dana):
    user(directory, adele)["accountEnabled"] = False
    run = carry_out(ask(adele, dana, DisableAccount))
    with pytest.raises(undoing.NotUndoable):
        undo(run, dana)


def test_what_has_no_way_back(desk, directory, adele, dana):
    run = carry_out(ask(adele, dana, RevokeSessions))
    with pytest.raises(undoing.NotUndoable, match="cannot be undone"):
        undo(run, dana)
    assert "This cannot be undone." in desk.get(url(run)).content.decode()


def test_who_may_not_do_the_inverse(client, disabled):
    viewer = make_user("Viewer")
    client.force_login(viewer)
    assert client.get(url(disabled)).status_code == 403
    with pytest.raises(asking.NotReady):
        undo(disabled, viewer)


def test_what_was_before_is_not_shown_to_whoever_could_not_bring_it_back(client, directory, disabled):
    few = make_user(username="few")
    few.user_permissions.add(Permission.objects.get(codename="act_revoke_sessions"))
    client.force_login(few)
    assert client.get(url(disabled)).status_code == 403
    assert client.post(url(disabled), {"click": str(uuid.uuid4())}).status_code == 403
