"""What a person decides that nobody could find out, and what goes on after a restore only when somebody says so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from connectors.actions import ResetPassword
from connectors.graph import OutcomeUnknown
from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from people import runner, services
from people.models import Account, ActionRun, SealedPassword
from tests.factories import make_run, make_user
from tests.fakes import FakeDirectory
from tests.people.test_runner_races import at_once
from tests.runs import again, ask, carry_out, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State, Held = ActionRun.State, ActionRun.Held
DECIDED = {True: (State.SUCCEEDED, "it happened"), False: (State.FAILED, "it did not happen")}


def undecided(**columns: Any) -> ActionRun:
    columns = {"state": State.NEEDS_OPERATOR, "in_doubt": True, "ended_at": timezone.now(), **columns}
    return make_run(**columns)


def restored(**columns: Any) -> ActionRun:
    return undecided(state=State.HELD, held_because=Held.RESTORE, ended_at=None, **columns)


def events(run: ActionRun) -> list[tuple[str, str, dict[str, Any]]]:
    found = Event.objects.filter(subject_id=str(run.pk)).order_by("id")
    return list(found.values_list("verb", "actor_name", "detail"))


@pytest.mark.parametrize("happened", [True, False])
def test_what_nobody_knows_a_person_decides(dana: User, happened: bool) -> None:
    run = undecided()
    ended = again(run).ended_at
    assert services.decide(run, happened=happened, asked_by=dana)
    run, (state, verdict) = again(run), DECIDED[happened]
    assert (run.state, run.in_doubt, run.ended_at) == (state, False, ended)
    assert verdict in run.message
    assert dana.label in run.message
    assert f"Decided by {dana.label}: {verdict}." in reasons(run)
    assert events(run) == [("run.decided", dana.label, {"happened": happened})]
    assert run.is_over


@pytest.mark.parametrize("happened", [True, False])
def test_so_does_one_for_what_may_have_been_sent_before_a_restore(dana: User, happened: bool) -> None:
    run = restored(next_read_at=None)
    assert services.decide(run, happened=happened, asked_by=dana)
    run = again(run)
    assert (run.state, run.held_because, run.in_doubt) == (DECIDED[happened][0], "", False)
    assert run.ended_at


@pytest.mark.parametrize("state", [state for state in State if state != State.NEEDS_OPERATOR])
def test_nothing_else_is_decided(dana: User, state: str) -> None:
    run = make_run(state=state, in_doubt=True, held_because=Held.CREDENTIAL if state == State.HELD else "")
    assert not services.decide(run, happened=True, asked_by=dana)
    assert (again(run).state, events(run), reasons(run)) == (state, [], "")


def test_what_was_certainly_not_sent_before_a_restore_is_confirmed_not_decided(dana: User) -> None:
    run = restored(in_doubt=False)
    assert not services.decide(run, happened=True, asked_by=dana)
    assert again(run).state == State.HELD


def test_a_decision_stands(dana: User) -> None:
    run = undecided()
    services.decide(run, happened=False, asked_by=dana)
    assert not services.decide(run, happened=True, asked_by=dana)
    assert again(run).state == State.FAILED
    assert len(events(run)) == 1


@pytest.mark.parametrize(
    "do",
    [
        lambda run, user: services.decide(run, happened=True, asked_by=user),
        lambda run, user: services.confirm(run, asked_by=user),
    ],
    ids=["decide", "confirm"],
)
@pytest.mark.parametrize("who", ["Viewer", "Connector admin", "gone"])
def test_who_may_not_act_decides_nothing(do: Callable[..., bool], who: str) -> None:
    run = restored()
    user = make_user("Service desk", is_active=False) if who == "gone" else make_user(who)
    with pytest.raises(PermissionDenied):
        do(run, user)
    assert (again(run).state, events(run), reasons(run)) == (State.HELD, [], "")


def test_what_cannot_be_recorded_is_not_decided(dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("The audit trail is out of order.")

    monkeypatch.setattr(services, "record", refuse)
    run, held = undecided(), restored()
    with pytest.raises(RuntimeError):
        services.decide(run, happened=True, asked_by=dana)
    with pytest.raises(RuntimeError):
        services.confirm(held, asked_by=dana)
    assert (again(run).state, again(held).state) == (State.NEEDS_OPERATOR, State.HELD)
    assert reasons(run) == reasons(held) == ""


@pytest.mark.parametrize("happened", [True, False])
def test_a_password_can_be_shown_after_it_happened_only(
    directory: FakeDirectory, adele: Account, dana: User, happened: bool
) -> None:
    directory.writes = [OutcomeUnknown("No answer.", code="no_answer")]
    run = carry_out(ask(adele, dana, ResetPassword))
    ActionRun.objects.filter(pk=run.pk).update(state=State.NEEDS_OPERATOR, ended_at=timezone.now())
    services.decide(again(run), happened=happened, asked_by=dana)
    assert SealedPassword.objects.showable().exists() == happened
    assert SealedPassword.objects.spent().exists() != happened
    assert len(directory.written) == 1


def test_what_is_decided_is_not_carried_out_any_more(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(state=State.NEEDS_OPERATOR)
    services.decide(again(run), happened=False, asked_by=dana)
    runner.carry_out(run.pk)
    assert directory.written == []
    assert ask(adele, dana).pk != run.pk


@pytest.mark.parametrize(
    ("in_doubt", "sent", "state"),
    [(False, False, State.QUEUED), (True, True, State.UNKNOWN), (True, False, State.QUEUED)],
)
def test_what_a_restore_held_goes_on_when_somebody_confirms_it(
    dana: User, in_doubt: bool, sent: bool, state: str
) -> None:
    """What may have been sent is looked for; without the time of the call the runner looks before it sends."""
    run = restored(in_doubt=in_doubt, sent_at=timezone.now() if sent else None)
    assert services.confirm(run, asked_by=dana)
    assert (again(run).state, again(run).held_because) == (state, "")
    assert f"Confirmed by {dana.label} after the restore." in reasons(run)
    assert events(run) == [("run.confirmed", dana.label, {})]
    assert not services.confirm(again(run), asked_by=dana)
    assert len(events(run)) == 1


def test_of_a_cancelled_run_that_a_restore_held_nobody_says_that_nothing_was_changed(dana: User) -> None:
    run = restored(in_doubt=False)
    assert services.cancel(run, asked_by=dana)
    assert "may have been carried out" in again(run).message
    assert "Nothing was changed" not in again(run).message


@pytest.mark.parametrize("state", State)
def test_nothing_else_is_confirmed(dana: User, state: str) -> None:
    run = make_run(state=state, held_because=Held.CREDENTIAL if state == State.HELD else "")
    assert not services.confirm(run, asked_by=dana)
    assert (again(run).state, events(run)) == (state, [])


def test_too_old_an_order_does_not_go_on(dana: User) -> None:
    run = restored(expires_at=timezone.now() - timedelta(seconds=1))
    assert not services.confirm(run, asked_by=dana)
    assert again(run).state == State.HELD


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_heard(dana: User) -> None:
    run = undecided()

    def decide(happened: bool) -> Callable[[], bool]:
        return lambda: services.decide(ActionRun.objects.get(pk=run.pk), happened=happened, asked_by=dana)

    heard = at_once(*[decide(number % 2 == 0) for number in range(6)])
    assert sorted(heard) == [False] * 5 + [True]
    assert again(run).state == DECIDED[heard.index(True) % 2 == 0][0]
    assert len(events(run)) == reasons(run).count("Decided by") == 1
