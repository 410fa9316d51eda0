"""A backup was restored: nothing of what is open in it goes on by itself, for it may have been carried out since."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from connectors.graph import OutcomeUnknown
from neurons_admin.access.models import User
from people import restores, runner, sweeper
from people.models import Account, ActionRun, Incarnation
from tests.factories import make_run
from tests.fakes import FakeDirectory
from tests.runs import again, ask, carry_out, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State, Held = ActionRun.State, ActionRun.Held
PAST = timedelta(seconds=-5)


@pytest.fixture(autouse=True)
def new_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a start: this connection has not been asked yet."""
    monkeypatch.setattr(restores._seen, "connection", None, raising=False)


@pytest.fixture
def elsewhere() -> None:
    """The rows come from another database."""
    Incarnation.objects.all().delete()
    Incarnation.objects.create(identity="7000000000000000001/16384")


def made(state: str, **columns: Any) -> ActionRun:
    now = timezone.now()
    return make_run(
        state=state,
        **{name: now + value if isinstance(value, timedelta) else value for name, value in columns.items()},
    )


def test_a_database_that_is_the_same_holds_nothing() -> None:
    run = made(State.QUEUED)
    assert not restores.hold_if_restored()
    restores._seen.connection = None
    assert not restores.hold_if_restored()
    assert again(run).state == State.QUEUED
    assert Incarnation.objects.count() == 1


@pytest.mark.usefixtures("elsewhere")
def test_it_is_noticed_once() -> None:
    run = made(State.QUEUED)
    assert restores.hold_if_restored()
    restores._seen.connection = None
    assert not restores.hold_if_restored()
    assert again(run).state == State.HELD
    assert reasons(run).count(restores.HELD) == 1


@pytest.mark.usefixtures("elsewhere")
def test_a_connection_is_asked_once(django_assert_num_queries: Any) -> None:
    restores.hold_if_restored()
    with django_assert_num_queries(0):
        assert not restores.hold_if_restored()


@pytest.mark.usefixtures("elsewhere")
def test_a_worker_notices_before_it_takes_anything_up(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana))
    assert (run.state, run.attempts) == (State.HELD, 0)
    runner.carry_out(run.pk)
    assert directory.written == []


@pytest.mark.parametrize(
    ("state", "columns", "in_doubt"),
    [
        (State.QUEUED, {"not_before": PAST}, False),
        (State.QUEUED, {"in_doubt": True}, True),
        (State.HELD, {"held_because": Held.CREDENTIAL}, False),
        (State.RUNNING, {"lease_until": PAST}, False),
        (State.RUNNING, {"lease_until": PAST, "sent_at": PAST}, True),
        (State.UNKNOWN, {"sent_at": PAST, "next_read_at": PAST, "in_doubt": True}, True),
    ],
)
def test_what_is_open_is_held(state: str, columns: dict[str, Any], in_doubt: bool) -> None:
    run = made(state, **columns)
    assert restores.hold_open() == 1
    run = again(run)
    assert (run.state, run.held_because, run.in_doubt) == (State.HELD, Held.RESTORE, in_doubt)
    assert (run.lease_until, run.next_read_at, run.not_before) == (None, None, None)
    assert run.message == restores.HELD
    assert restores.hold_open() == 0


@pytest.mark.parametrize("state", [state for state in State if state not in ActionRun.OPEN])
def test_what_has_ended_stays_as_it_is(state: str) -> None:
    run = made(state)
    assert restores.hold_open() == 0
    assert again(run).state == state


def test_what_is_held_so_is_not_let_go_because_a_credential_works() -> None:
    run = made(State.HELD, held_because=Held.RESTORE)
    sweeper.release_held()
    assert again(run).state == State.HELD


def test_what_was_certainly_not_sent_is_carried_out(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    restores.hold_open()
    assert restores.let_go(again(run), "Confirmed.")
    run = again(run)
    assert (run.state, run.held_because, run.rung_at) == (State.QUEUED, "", None)
    assert carry_out(run).state == State.SUCCEEDED
    assert len(directory.applied) == 1


def test_what_may_have_been_sent_is_looked_for(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.writes = [OutcomeUnknown("No answer.", code="no_answer")]
    run = carry_out(ask(adele, dana))
    restores.hold_open()
    assert restores.let_go(again(run), "Confirmed.")
    run = again(run)
    assert (run.state, run.held_because, run.reads) == (State.UNKNOWN, "", 0)
    assert run.next_read_at


@pytest.mark.parametrize(
    "columns", [{"held_because": Held.CREDENTIAL}, {"held_because": Held.RESTORE, "expires_at": PAST}]
)
def test_what_is_held_otherwise_or_too_old_is_not_let_go(columns: dict[str, Any]) -> None:
    run = made(State.HELD, **columns)
    assert not restores.let_go(run, "Confirmed.")
    assert again(run).state == State.HELD
    assert reasons(run) == ""


def test_what_got_too_old_meanwhile_is_left_to_a_person(adele: Account, dana: User) -> None:
    """The row says that it was never sent. That was true when the backup was made."""
    run = ask(adele, dana)
    restores.hold_open()
    let_time_pass(run, expires_at=PAST)
    sweeper.give_up_old()
    run = again(run)
    assert (run.state, run.error_code, run.in_doubt) == (State.NEEDS_OPERATOR, "expired", False)
    assert "may have been carried out since" in run.message


def test_the_command_holds_what_is_open() -> None:
    runs = [made(State.QUEUED), made(State.UNKNOWN, sent_at=PAST), made(State.SUCCEEDED)]
    said = StringIO()
    call_command("hold_runs", stdout=said)
    assert said.getvalue().startswith("2 open runs are held.")
    assert [again(run).state for run in runs] == [State.HELD, State.HELD, State.SUCCEEDED]


def test_what_is_sent_meanwhile_is_not_held_as_if_it_were_not() -> None:
    run = made(State.RUNNING)
    seen_before = ActionRun.objects.get(pk=run.pk)
    ActionRun.objects.filter(pk=run.pk).update(sent_at=timezone.now())
    assert not restores._hold(seen_before)
    assert restores.hold_open() == 1
    assert (again(run).state, again(run).in_doubt) == (State.HELD, True)
