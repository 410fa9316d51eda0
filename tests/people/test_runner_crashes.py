"""The process dies at any step; the sweeper comes; the run ends right, and its effect is counted once."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.actions import Action, DisableAccount, ResetPassword, RevokeSessions
from neurons_admin.access.models import User
from people import imports, looking, policy, runner, sending, sweeper
from people.models import Account, ActionRun
from people.models.run import ATTEMPTS
from tests.fakes import Crash, FakeDirectory, after
from tests.runs import again, ask, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
Arm = Callable[[FakeDirectory, pytest.MonkeyPatch], None]


def once(monkeypatch: pytest.MonkeyPatch, place: Any, name: str, *, at: int = 1, before: bool = True) -> None:
    """Have the process die the `at`-th time this is called, before it or after; then never again."""
    original, count = getattr(place, name), [0]

    def dying(*args: Any, **kwargs: Any) -> Any:
        count[0] += 1
        if before and count[0] == at:
            raise Crash
        result = original(*args, **kwargs)
        if not before and count[0] == at:
            raise Crash
        return result

    monkeypatch.setattr(place, name, dying)


def move(at: int, *, before: bool) -> Arm:
    return lambda directory, monkeypatch: once(monkeypatch, ActionRun.objects, "move", at=at, before=before)


def sign_in(directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.sign_ins = [Crash()]


def reading(directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.reads = [Crash()]


def looking_for_it(directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.reads = [None, Crash()]


def dead_while_sending(directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.writes = [Crash()]


def answered(directory: FakeDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    directory.writes = [after(Crash())]


NEVER_SENT: dict[str, Arm] = {
    "claim, not committed": move(1, before=True),
    "claimed": move(1, before=False),
    "sign in": sign_in,
    "read before": reading,
    "refresh": lambda directory, monkeypatch: once(monkeypatch, imports, "refresh"),
    "readiness": lambda directory, monkeypatch: once(monkeypatch, policy, "refusal_at_run_time"),
    "fence, not committed": move(2, before=True),
    "fence, not recorded": move(2, before=False),
}
PERHAPS_SENT: dict[str, Arm] = {
    "fenced": lambda directory, monkeypatch: once(monkeypatch, sending, "_fence", before=False),
    "sending": dead_while_sending,
}
SENT: dict[str, Arm] = {
    "answered, call not recorded": answered,
    "answered, not settled": move(3, before=True),
}
SETTLED: dict[str, Arm] = {
    "settled": move(3, before=False),
    "refresh after": lambda directory, monkeypatch: once(monkeypatch, imports, "refresh", at=2),
    "look": looking_for_it,
    "seen, not noted": move(4, before=True),
    "noted": move(4, before=False),
}


def in_all(points: dict[str, Arm]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("arm", points.values(), ids=points.keys())


every_action = pytest.mark.parametrize("action", [DisableAccount, ResetPassword, RevokeSessions], ids=lambda a: a.key)


def die(run: ActionRun) -> None:
    with pytest.raises(Crash):
        runner.carry_out(run.pk)
    let_time_pass(run)


def sweep_until_over(run: ActionRun) -> ActionRun:
    """What sweeper and workers do from then on, with the waiting left out."""
    for _ in range(40):
        for step in (sweeper.settle_lost, sweeper.give_up_old, sweeper.release_held):
            step()
        for due in ActionRun.objects.for_work().filter(next_read_at__isnull=False):
            looking.look(due)
        runner.carry_out(run.pk)
        let_time_pass(run)
        if again(run).is_over:
            break
    return again(run)


@every_action
@in_all(NEVER_SENT)
def test_dead_before_it_was_sent(
    directory: FakeDirectory,
    adele: Account,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
    arm: Arm,
    action: type[Action],
) -> None:
    run = ask(adele, dana, action)
    arm(directory, monkeypatch)
    die(run)
    assert directory.written == []
    sweeper.settle_lost()
    assert (again(run).state, again(run).in_doubt) == (State.QUEUED, False)
    run = sweep_until_over(run)
    assert (run.state, len(directory.applied)) == (State.SUCCEEDED, 1)
    assert run.accepted_at


@every_action
@in_all({**PERHAPS_SENT, **SENT})
def test_dead_after_the_fence_it_is_unknown_first(
    directory: FakeDirectory,
    adele: Account,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
    arm: Arm,
    action: type[Action],
) -> None:
    run = ask(adele, dana, action)
    arm(directory, monkeypatch)
    die(run)
    sweeper.settle_lost()
    run = again(run)
    assert (run.state, run.in_doubt, run.ended_at) == (State.UNKNOWN, True, None)
    assert "lost after sending" in reasons(run)
    assert run.next_read_at


@every_action
@in_all(SENT)
def test_dead_after_the_answer_it_is_confirmed_by_reading(
    directory: FakeDirectory,
    adele: Account,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
    arm: Arm,
    action: type[Action],
) -> None:
    run = ask(adele, dana, action)
    arm(directory, monkeypatch)
    die(run)
    run = sweep_until_over(run)
    assert (run.state, len(directory.applied), run.in_doubt) == (State.SUCCEEDED, 1, False)
    assert "Confirmed by reading" in reasons(run)
    assert run.message == action().done(adele.as_target())
    assert run.observed_at
    assert (run.error_code, run.accepted_at) == ("", None)


@in_all(PERHAPS_SENT)
def test_dead_before_the_answer_what_can_do_no_harm_is_sent_again(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch, arm: Arm
) -> None:
    run = ask(adele, dana)
    arm(directory, monkeypatch)
    die(run)
    run = sweep_until_over(run)
    assert (run.state, len(directory.applied), run.in_doubt) == (State.SUCCEEDED, 1, False)
    assert "resend" in reasons(run)
    assert run.before == {"accountEnabled": True}


@pytest.mark.parametrize("action", [ResetPassword, RevokeSessions])
@in_all(PERHAPS_SENT)
def test_dead_before_the_answer_what_could_do_harm_is_left_to_a_person(
    directory: FakeDirectory,
    adele: Account,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
    arm: Arm,
    action: type[Action],
) -> None:
    run = ask(adele, dana, action)
    arm(directory, monkeypatch)
    die(run)
    run = sweep_until_over(run)
    assert (run.state, directory.applied) == (State.NEEDS_OPERATOR, [])
    assert len(directory.written) <= 1
    assert run.ended_at


@every_action
@in_all(SETTLED)
def test_dead_after_it_was_settled(
    directory: FakeDirectory,
    adele: Account,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
    arm: Arm,
    action: type[Action],
) -> None:
    run = ask(adele, dana, action)
    arm(directory, monkeypatch)
    die(run)
    run = again(run)
    assert run.state == State.SUCCEEDED
    assert run.accepted_at
    run = sweep_until_over(run)
    assert (run.state, len(directory.applied)) == (State.SUCCEEDED, 1)
    assert run.observed_at


def test_a_run_that_fells_each_worker_is_given_up(
    directory: FakeDirectory, adele: Account, dana: User, caplog: pytest.LogCaptureFixture
) -> None:
    run = ask(adele, dana)
    directory.reads = [Crash()] * (ATTEMPTS + 5)
    for _ in range(ATTEMPTS):
        die(run)
        sweeper.settle_lost()
    sweeper.give_up_old()
    run = again(run)
    assert (run.state, run.error_code, run.attempts) == (State.FAILED, "attempts", ATTEMPTS)
    assert run.ended_at
    [alarm] = [entry for entry in caplog.records if entry.levelname == "ERROR"]
    assert str(run.pk) in alarm.getMessage()
    assert "Given up after 8 attempts" in alarm.getMessage()
    runner.carry_out(run.pk)
    assert directory.written == []


def test_a_lost_lease_is_not_taken_from_the_living(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    directory.reads = [Crash()]
    with pytest.raises(Crash):
        runner.carry_out(run.pk)
    sweeper.settle_lost()
    runner.carry_out(run.pk)
    assert again(run).state == State.RUNNING
    assert again(run).attempts == 1
