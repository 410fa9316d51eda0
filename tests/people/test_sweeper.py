"""The sweeper: what it finds, what it does about it, and that it needs no broker."""

import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.utils import timezone

from connectors.actions import ResetPassword
from connectors.graph import CredentialRefused, OutcomeUnknown
from connectors.models import Connector, SyncRun
from neurons_admin.access.models import User
from people import runner, sweeper
from people.models import Account, ActionRun, SealedPassword
from people.models.run import ATTEMPTS, FORMAT
from people.sweeper import Sweeper
from tests.factories import make_account, make_connector, make_run, make_user
from tests.fakes import Bell, FakeDirectory, after
from tests.runs import again, ask, carry_out, known_to, let_time_pass, reasons, story

State = ActionRun.State
PAST, FUTURE = timedelta(seconds=-1), timedelta(minutes=5)


def made(state: str, **columns: Any) -> ActionRun:
    now = timezone.now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in columns.items()}
    return make_run(state=state, **values)


@pytest.fixture
def sweep() -> Iterator[Callable[[], None]]:
    """One pass, and what it has handed over done."""
    it = Sweeper()

    def one_pass() -> None:
        assert it.sweep()
        deadline = time.monotonic() + 10
        while it._in_hand and time.monotonic() < deadline:
            time.sleep(0.01)

    yield one_pass
    it.close()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "state"),
    [
        ({"lease_until": FUTURE}, State.RUNNING),
        ({"lease_until": FUTURE, "sent_at": PAST}, State.RUNNING),
        ({"lease_until": PAST}, State.QUEUED),
        ({"lease_until": PAST, "sent_at": PAST}, State.UNKNOWN),
    ],
)
def test_lost_workers(columns: dict[str, Any], state: str) -> None:
    run = made(State.RUNNING, lease=uuid.uuid4(), rung_at=PAST, **columns)
    sweeper.settle_lost()
    run = again(run)
    assert run.state == state
    assert run.in_doubt == (state == State.UNKNOWN)
    assert (run.next_read_at is not None) == (state == State.UNKNOWN)
    assert (run.rung_at is None) == (state == State.QUEUED)
    assert story(run) == ([] if state == State.RUNNING else [state])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize("newer", [{"format": FORMAT + 1}, {"action": "of_tomorrow"}])
@pytest.mark.parametrize("state", [State.RUNNING, State.UNKNOWN, State.QUEUED])
@pytest.mark.parametrize(("expires_at", "left"), [(FUTURE, True), (PAST, False)])
def test_what_a_newer_version_does_is_left_to_it_until_it_is_too_old(
    sweep: Callable[[], None], bell: Bell, newer: dict[str, Any], state: str, expires_at: timedelta, left: bool
) -> None:
    run = made(state, lease_until=PAST, sent_at=PAST, next_read_at=PAST, rung_at=None, expires_at=expires_at, **newer)
    due = again(run).next_read_at
    sweep()
    assert (story(run) == [] and again(run).next_read_at == due) == left
    assert bell.runs == []


@pytest.mark.django_db
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"expires_at": PAST}, "expired"),
        ({"attempts": ATTEMPTS}, "attempts"),
        ({"attempts": ATTEMPTS - 1, "expires_at": FUTURE}, ""),
    ],
)
@pytest.mark.parametrize("in_doubt", [False, True])
def test_old_and_worn_orders(state: str, columns: dict[str, Any], code: str, in_doubt: bool) -> None:
    run = made(state, in_doubt=in_doubt, **columns)
    sweeper.give_up_old()
    run = again(run)
    if not code or state not in (State.QUEUED, State.HELD):
        assert (run.state, run.error_code) == (state, "")
        return
    assert run.state == (State.NEEDS_OPERATOR if in_doubt else State.FAILED)
    assert run.error_code == code
    assert ("may have happened" in run.message) == in_doubt
    assert run.ended_at
    assert run.message in reasons(run)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "ended", "generated", "kept"),
    [
        (State.QUEUED, None, True, True),
        (State.HELD, None, False, True),
        (State.RUNNING, None, True, True),
        (State.UNKNOWN, None, True, True),
        (State.SUCCEEDED, timedelta(minutes=-14), True, True),
        (State.SUCCEEDED, timedelta(minutes=-16), True, False),
        (State.SUCCEEDED, timedelta(0), False, False),
        (State.NEEDS_OPERATOR, timedelta(minutes=-14), True, True),
        (State.NEEDS_OPERATOR, timedelta(minutes=-16), True, False),
        (State.NEEDS_OPERATOR, timedelta(minutes=-16), False, False),
        (State.FAILED, timedelta(0), True, False),
        (State.CANCELLED, timedelta(0), False, False),
    ],
)
def test_spent_passwords_are_destroyed(state: str, ended: timedelta | None, generated: bool, kept: bool) -> None:
    columns = {} if ended is None else {"ended_at": ended}
    run = made(state, action=ResetPassword.key, conflict_class="password", **columns)
    SealedPassword.objects.create(run=run, value="Word-123", generated=generated)
    assert sweeper.purge_passwords() == int(not kept)
    assert SealedPassword.objects.exists() == kept


@pytest.mark.django_db(transaction=True)
def test_it_rings_for_what_waits(bell: Bell, sweep: Callable[[], None]) -> None:
    waits = made(State.QUEUED)
    made(State.QUEUED, rung_at=timedelta(seconds=-10))
    made(State.QUEUED, not_before=FUTURE)
    unheard = made(State.QUEUED, rung_at=timedelta(seconds=-40))
    sweep()
    assert bell.runs == [waits.pk]
    assert again(waits).rung_at
    assert "nobody came" in reasons(unheard), "nobody came when it was rung for: the sweeper took it up itself"
    sweep()
    assert bell.runs == [waits.pk]


@pytest.mark.django_db(transaction=True)
def test_what_was_put_back_is_rung_for_once_when_it_is_due(bell: Bell, sweep: Callable[[], None]) -> None:
    run = made(State.QUEUED, not_before=PAST)
    sweep()
    sweep()
    assert bell.runs == [run.pk]
    assert again(run).rung_at


@pytest.mark.django_db(transaction=True)
def test_a_ring_that_was_heard_before_it_is_noted_is_not_noted(
    bell: Bell, sweep: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker has taken the run up in that moment and has put it back, to be rung for again later."""
    run = made(State.QUEUED)

    def heard(task: str, row_id: Any) -> bool:
        ActionRun.objects.filter(pk=row_id).update(not_before=timezone.now() + FUTURE)
        return True

    monkeypatch.setattr("neurons_admin.doorbell.ring", heard)
    sweep()
    assert again(run).rung_at is None


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_it_does_them_itself(
    bell: Bell, directory: FakeDirectory, dana: User, sweep: Callable[[], None]
) -> None:
    bell.broken = True
    runs = []
    for _ in range(6):
        account = make_account()
        known_to(directory, account)
        runs.append(ask(account, dana))
        assert again(runs[-1]).rung_at is None
    sweep()
    assert {again(run).state for run in runs} == {State.SUCCEEDED}
    assert len(directory.applied) == 6


@pytest.mark.django_db(transaction=True)
def test_it_looks_for_what_is_due(
    bell: Bell, directory: FakeDirectory, adele: Account, dana: User, sweep: Callable[[], None]
) -> None:
    directory.writes = [after(OutcomeUnknown("No answer."))]
    run = carry_out(ask(adele, dana))
    sweep()
    assert again(run).state == State.UNKNOWN
    let_time_pass(run)
    sweep()
    assert again(run).state == State.SUCCEEDED


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_died_is_made_up_for(
    bell: Bell, directory: FakeDirectory, adele: Account, dana: User, sweep: Callable[[], None]
) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(state=State.RUNNING, lease=uuid.uuid4(), lease_until=timezone.now() - timedelta(seconds=1))
    bell.broken = True
    sweep()
    assert again(run).state == State.SUCCEEDED
    assert "lost before anything was sent" in reasons(run)


@pytest.mark.django_db(transaction=True)
def test_synchronisations_begin_and_are_rung_for(bell: Bell) -> None:
    connector = make_connector(next_sync_at=timezone.now())
    it = Sweeper()
    for _ in range(sweeper.SYNC_EVERY + 1):
        it.sweep()
    it.close()
    run = SyncRun.objects.get()
    assert run.connector == connector
    assert ("people.tasks.carry_out_sync", run.pk) in bell.rung
    assert Connector.objects.get().next_sync_at


@pytest.mark.django_db(transaction=True)
def test_one_sweeper_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [sweeper.ONE_AT_A_TIME])
    results: list[bool] = []

    def other() -> None:
        it = Sweeper()
        results.append(it.sweep())
        it.close()
        connections.close_all()

    def run() -> None:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    run()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [sweeper.ONE_AT_A_TIME])
    run()
    run()
    assert results == [False, True, True]


@pytest.mark.django_db(transaction=True)
def test_a_step_that_fails_holds_up_no_other(
    bell: Bell, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, sweep: Callable[[], None]
) -> None:
    monkeypatch.setattr(sweeper, "give_up_old", lambda: 1 / 0)
    made(State.QUEUED)
    sweep()
    assert len(bell.runs) == 1
    assert "A step of the sweeper failed" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_run_that_fails_in_its_hands_is_left_to_the_lease(
    bell: Bell, directory: FakeDirectory, adele: Account, dana: User, monkeypatch: Any, sweep: Callable[[], None]
) -> None:
    run = ask(adele, dana)
    bell.broken = True
    ActionRun.objects.update(rung_at=None)
    monkeypatch.setattr(runner, "_prepare", lambda run: 1 / 0)
    sweep()
    assert again(run).state == State.RUNNING
    sweep()


@pytest.fixture
def signals() -> Iterator[None]:
    """The command takes the signals over; give them back."""
    kept = {signum: signal.getsignal(signum) for signum in (signal.SIGTERM, signal.SIGINT)}
    yield
    for signum, handler in kept.items():
        signal.signal(signum, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_ends_the_pass_and_not_the_sweeper(monkeypatch: pytest.MonkeyPatch, bell: Bell) -> None:
    def away() -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(sweeper, "settle_lost", away)
    call_command("sweep", once=True)
    monkeypatch.undo()
    made(State.QUEUED)
    call_command("sweep", once=True)


@pytest.mark.django_db
def test_the_whole_way_of_a_broken_credential(bell: Bell, directory: FakeDirectory, adele: Account, dana: User) -> None:
    """Held for hours, then given up: nothing was sent, and it has to be asked for again."""
    run = ask(adele, dana)
    directory.sign_ins = [CredentialRefused("Expired.", code="expired_secret")] * 100
    carry_out(run)
    ActionRun.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sweeper.give_up_old()
    run = again(run)
    assert (run.state, run.error_code) == (State.FAILED, "expired")
    assert "Ask for it again" in run.message
    directory.sign_ins = []
    assert ask(adele, make_user("Service desk")).pk != run.pk
