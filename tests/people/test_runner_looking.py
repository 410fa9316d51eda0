"""Looking for the effect: confirmed, sent again, or left to a person; and what a failed look means."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.actions import DisableAccount, ResetPassword
from connectors.graph import CredentialRefused, NotThere, OutcomeUnknown, Refused, TryLater
from neurons_admin.access.models import User
from people import looking
from people.looking import LOOK_AFTER, look
from people.models import Account, ActionRun, SealedPassword
from people.models.run import ATTEMPTS
from tests.fakes import FakeDirectory, after
from tests.runs import again, ask, calls, carry_out, known_to, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State

UNANSWERED = OutcomeUnknown("Microsoft Graph was asked and did not answer.", code="no_answer")
LOOKS = len(LOOK_AFTER) + 1


def look_again(run: ActionRun, times: int = 1) -> ActionRun:
    for _ in range(times):
        let_time_pass(run)
        look(ActionRun.objects.for_work().get(pk=run.pk))
    return again(run)


@pytest.fixture
def in_doubt(directory: FakeDirectory, adele: Account, dana: User) -> ActionRun:
    """A password reset that was sent, not carried out and not answered."""
    directory.writes = [UNANSWERED]
    return carry_out(ask(adele, dana, ResetPassword))


@pytest.fixture
def repeatable(directory: FakeDirectory, adele: Account, dana: User) -> ActionRun:
    """The same with what can be sent again."""
    directory.writes = [UNANSWERED]
    return carry_out(ask(adele, dana, DisableAccount))


def test_the_schedule(in_doubt: ActionRun) -> None:
    for seconds in LOOK_AFTER:
        run = look_again(in_doubt)
        assert run.state == State.UNKNOWN
        assert run.next_read_at
        assert abs((run.next_read_at - timezone.now()).total_seconds() - seconds) < 2


def test_it_happened_and_is_seen_late(directory: FakeDirectory, adele: Account, dana: User) -> None:
    lagging = dict(directory.users[str(adele.object_id)])
    run = ask(adele, dana, ResetPassword)
    directory.reads = [None, lagging, lagging]
    directory.writes = [after(UNANSWERED)]
    carry_out(run)
    assert look_again(run, 2).state == State.UNKNOWN
    run = look_again(run)
    assert (run.state, run.in_doubt, run.next_read_at, run.error_code) == (State.SUCCEEDED, False, None, "")
    assert run.message == "Adele Vance has a new password."
    assert run.observed_at
    assert run.ended_at
    assert run.accepted_at is None
    assert len(directory.applied) == 1
    adele.refresh_from_db()
    assert adele.password_changed_at
    assert adele.password_changed_at > timezone.now() - timedelta(minutes=1)


def test_what_could_do_harm_is_left_to_a_person(directory: FakeDirectory, in_doubt: ActionRun) -> None:
    run = look_again(in_doubt, LOOKS)
    assert (run.state, run.next_read_at, run.in_doubt) == (State.NEEDS_OPERATOR, None, True)
    assert "may have happened or not" in run.message
    assert run.ended_at
    assert run.is_over
    assert len(directory.written) == 1
    assert SealedPassword.objects.showable().filter(run=run).exists()


def test_what_can_do_no_harm_is_sent_again_and_says_so(directory: FakeDirectory, repeatable: ActionRun) -> None:
    run = look_again(repeatable, LOOKS)
    assert (run.state, run.sent_at, run.next_read_at, run.in_doubt) == (State.QUEUED, None, None, True)
    assert "(resend)" in reasons(run)
    run = carry_out(run)
    assert (run.state, run.in_doubt, run.attempts) == (State.SUCCEEDED, False, 2)
    assert (len(directory.written), len(directory.applied)) == (2, 1)


def test_applied_late_it_is_confirmed_and_what_was_before_is_kept(
    directory: FakeDirectory, adele: Account, repeatable: ActionRun
) -> None:
    """Graph carried it out after our last look: the second attempt finds it done, and undo needs what was before."""
    look_again(repeatable, LOOKS)
    known_to(directory, adele, accountEnabled=False)
    run = carry_out(repeatable)
    assert (run.state, run.in_doubt) == (State.SUCCEEDED, False)
    assert (run.before, run.after) == ({"accountEnabled": True}, {"accountEnabled": False})
    assert run.message == "Adele Vance can no longer sign in."
    assert "Confirmed by reading" in reasons(run)
    assert len(directory.written) == 1


@pytest.mark.parametrize(
    "error", [Refused("The person is protected.", code="x", status=403), NotThere("Gone.", code="y", status=404)]
)
def test_refused_the_second_time_nobody_says_that_nothing_happened(
    directory: FakeDirectory, repeatable: ActionRun, error: Any
) -> None:
    look_again(repeatable, LOOKS)
    directory.writes = [error]
    run = carry_out(repeatable)
    assert (run.state, run.in_doubt) == (State.NEEDS_OPERATOR, True)
    assert str(error) in run.message
    assert "may have happened" in run.message


def test_busy_the_second_time_the_doubt_is_kept(directory: FakeDirectory, repeatable: ActionRun) -> None:
    look_again(repeatable, LOOKS)
    directory.writes = [TryLater("Busy.")]
    run = carry_out(repeatable)
    assert (run.state, run.sent_at, run.in_doubt) == (State.QUEUED, None, True)


def test_again_and_again_without_an_answer_ends_with_a_person(directory: FakeDirectory, repeatable: ActionRun) -> None:
    directory.writes = [UNANSWERED] * 20
    run = repeatable
    for _ in range(ATTEMPTS + 2):
        look_again(run, LOOKS)
        run = carry_out(run)
    assert (run.state, run.attempts) == (State.NEEDS_OPERATOR, ATTEMPTS)
    assert len(directory.written) == ATTEMPTS


def test_an_old_order_is_not_sent_again(directory: FakeDirectory, repeatable: ActionRun) -> None:
    let_time_pass(repeatable, expires_at=timedelta(seconds=-1))
    assert look_again(repeatable, LOOKS).state == State.NEEDS_OPERATOR
    assert len(directory.written) == 1


@pytest.mark.parametrize("error", [TryLater("Busy."), CredentialRefused("Expired."), Refused("403", status=403)])
def test_a_look_that_saw_nothing_proves_nothing(directory: FakeDirectory, in_doubt: ActionRun, error: Any) -> None:
    directory.reads = [error] * 30
    run = look_again(in_doubt, 20)
    assert (run.state, run.reads) == (State.UNKNOWN, 0)
    assert run.next_read_at
    directory.reads = []
    assert look_again(run, LOOKS).state == State.NEEDS_OPERATOR


def test_what_cannot_be_read_for_hours_is_left_to_a_person(directory: FakeDirectory, in_doubt: ActionRun) -> None:
    directory.reads = [TryLater("Busy.")] * 30
    look_again(in_doubt, 3)
    let_time_pass(in_doubt, expires_at=timedelta(seconds=-1))
    assert look_again(in_doubt, LOOKS).state == State.NEEDS_OPERATOR


def test_a_person_gone_meanwhile(directory: FakeDirectory, adele: Account, in_doubt: ActionRun) -> None:
    directory.users.clear()
    run = look_again(in_doubt, LOOKS)
    assert run.state == State.NEEDS_OPERATOR
    adele.refresh_from_db()
    assert adele.removal == "unseen"


def test_accepted_and_never_seen(directory: FakeDirectory, adele: Account, dana: User) -> None:
    lagging = dict(directory.users[str(adele.object_id)])
    run = ask(adele, dana)
    directory.reads = [None, *[lagging] * 20]
    run = look_again(carry_out(run), LOOKS - 1)
    assert (run.state, run.observed_at, run.next_read_at) == (State.SUCCEEDED, None, None)
    assert run.is_over
    assert "not visible in the directory yet" in reasons(run)
    assert len(directory.written) == 1
    assert [call for call in calls(run) if call[0] == "look"] == [("look", "GET")] * LOOKS


def test_accepted_and_unreadable(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.reads = [None, *[TryLater("Busy.")] * 20]
    run = look_again(carry_out(ask(adele, dana)), LOOKS - 1)
    assert (run.state, run.is_over) == (State.SUCCEEDED, True)


def test_two_lookers_one_look(directory: FakeDirectory, in_doubt: ActionRun) -> None:
    let_time_pass(in_doubt)
    first, second = (ActionRun.objects.for_work().get(pk=in_doubt.pk) for _ in range(2))
    before = len(calls(in_doubt))
    look(first)
    look(second)
    assert len(calls(in_doubt)) == before + 1


def test_a_fault_of_ours_in_the_last_look_is_no_look(
    directory: FakeDirectory, in_doubt: ActionRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = look_again(in_doubt, LOOKS - 1)
    with monkeypatch.context() as patch:
        patch.setattr(looking, "_read", lambda run: 1 / 0)
        run = look_again(run)
    assert run.state == State.UNKNOWN
    assert run.next_read_at
    assert look_again(run).state == State.NEEDS_OPERATOR


def test_an_action_that_this_version_no_longer_knows(directory: FakeDirectory, in_doubt: ActionRun) -> None:
    ActionRun.objects.update(action="from_the_past")
    assert look_again(in_doubt).state == State.NEEDS_OPERATOR


def test_nothing_to_look_for(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana))
    before = len(calls(run))
    look(ActionRun.objects.for_work().get(pk=run.pk))
    assert len(calls(run)) == before


def test_an_order_of_another_version_is_left_to_a_person_in_the_end(
    directory: FakeDirectory, in_doubt: ActionRun
) -> None:
    ActionRun.objects.update(params={"unheard_of": 1})
    run = look_again(in_doubt, LOOKS)
    assert run.state == State.NEEDS_OPERATOR
