"""Which runs a worker may take up now, and that of two for one account only one begins."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors import gates
from connectors.actions import DisableAccount, ResetPassword, RevokeSessions
from connectors.graph import Busy
from neurons_admin.access.models import User
from people import runner
from people.models import Account, ActionRun
from people.models.run import FORMAT
from tests.factories import make_account, make_checked_credential, make_connector, make_run
from tests.fakes import FakeDirectory
from tests.people.test_runner_races import at_once
from tests.runs import again, ask, known_to, reasons

pytestmark = pytest.mark.django_db
State = ActionRun.State
SOON, PAST = timedelta(minutes=1), timedelta(minutes=-1)


def is_due(run: ActionRun) -> bool:
    return ActionRun.objects.due().filter(pk=run.pk).exists()


def test_what_waits_is_due() -> None:
    assert is_due(make_run())


@pytest.mark.parametrize("state", [state for state in State if state != State.QUEUED])
def test_nothing_else_is(state: str) -> None:
    assert not is_due(make_run(state=state))


@pytest.mark.parametrize(
    ("columns", "due"),
    [
        ({"not_before": SOON}, False),
        ({"not_before": PAST}, True),
        ({"format": FORMAT + 1}, False),
        ({"format": FORMAT}, True),
        ({"action": "grow_wings"}, False),
    ],
    ids=str,
)
def test_not_too_early_and_not_what_only_another_version_understands(columns: dict[str, Any], due: bool) -> None:
    moments = {name: timezone.now() + value for name, value in columns.items() if isinstance(value, timedelta)}
    assert is_due(make_run(**columns | moments)) == due


@pytest.mark.parametrize("columns", [{"format": FORMAT + 1}, {"action": "grow_wings"}], ids=str)
def test_an_old_worker_leaves_a_new_order_alone(directory: FakeDirectory, columns: dict[str, Any]) -> None:
    run = make_run(**columns)
    runner.carry_out(run.pk)
    assert (again(run).state, again(run).attempts, reasons(run)) == (State.QUEUED, 0, "")


@pytest.mark.parametrize("state", [state for state in State if state != State.RUNNING])
def test_only_a_run_that_is_writing_keeps_the_account_busy(state: str) -> None:
    account = make_account()
    make_run(account, state=state, action=ResetPassword.key, conflict_class="password")
    assert is_due(make_run(account))


def test_while_one_run_writes_the_others_of_its_account_wait() -> None:
    account = make_account()
    make_run(account, state=State.RUNNING, action=ResetPassword.key, conflict_class="password")
    assert not is_due(make_run(account))
    assert is_due(make_run(make_account(connector=account.connector)))


def test_a_gate_that_is_shut_keeps_all_runs_of_its_app_registration_waiting() -> None:
    shared = make_checked_credential("shared act")
    first, second = (make_run(make_account(connector=make_connector(action_credential=shared))) for _ in range(2))
    other = make_run()
    gates.shut(shared, Busy("Wait.", retry_after=60))
    assert [is_due(run) for run in (first, second, other)] == [False, False, True]
    gates.Gate.objects.update(paused_until=timezone.now())
    assert is_due(first)


def test_the_same_app_in_another_tenant_has_a_gate_of_its_own() -> None:
    here = make_checked_credential("here")
    there = make_checked_credential("there", client_id=here.client_id, tenant_id=uuid.uuid4())
    run = make_run(make_account(connector=make_connector(action_credential=there)))
    gates.shut(here, Busy("Wait.", retry_after=60))
    assert is_due(run)


def test_a_connector_without_a_credential_waits_for_no_gate() -> None:
    assert is_due(make_run(make_account(connector=make_connector(acts=False))))


@pytest.mark.usefixtures("bell")
@pytest.mark.parametrize("why", ["gate", "account", "hour"])
def test_who_comes_too_early_leaves_it_to_the_next_ring(
    directory: FakeDirectory, adele: Account, dana: User, why: str
) -> None:
    """Else the ring would be used up, and the run would wait until it is told that nobody has come."""
    run = ask(adele, dana)
    if why == "gate":
        gates.shut(adele.connector.action_credential, Busy("Wait.", retry_after=60))
    elif why == "account":
        make_run(adele, state=State.RUNNING, action=ResetPassword.key, conflict_class="password")
    else:
        ActionRun.objects.update(not_before=timezone.now() + SOON)
    assert again(run).rung_at
    runner.carry_out(run.pk)
    assert (again(run).state, again(run).rung_at) == (State.QUEUED, None)
    assert directory.written == []


@pytest.mark.parametrize(
    "columns", [{"format": FORMAT + 1}, {"action": "grow_wings"}, {"state": State.RUNNING}], ids=str
)
def test_what_is_not_ours_to_take_up_stays_as_it_is(columns: dict[str, Any]) -> None:
    run = make_run(**columns, rung_at=timezone.now())
    runner.carry_out(run.pk)
    assert again(run).rung_at


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("bell")
def test_of_two_runs_for_one_account_that_begin_at_once_one_has_to_wait(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have seen that nobody writes; the database lets one of them through."""
    runs = [ask(adele, dana, action) for action in (DisableAccount, RevokeSessions)]
    both_looked, due = threading.Barrier(2), type(ActionRun.objects.all()).due

    def look_together(self: Any) -> Any:
        found = list(due(self).values_list("pk", flat=True))
        both_looked.wait(timeout=10)
        return self.filter(pk__in=found)

    monkeypatch.setattr(type(ActionRun.objects.all()), "due", look_together)
    written_at_once: list[int] = []
    apply = directory.apply

    def note(*asked: Any) -> None:
        written_at_once.append(ActionRun.objects.filter(state=State.RUNNING).count())
        apply(*asked)

    monkeypatch.setattr(directory, "apply", note)
    at_once(*[lambda run=run: runner.carry_out(run.pk) for run in runs])
    monkeypatch.undo()
    assert sorted(again(run).state for run in runs) in ([State.QUEUED, State.SUCCEEDED], [State.SUCCEEDED] * 2)
    assert written_at_once == [1] * len(written_at_once)
    [waiting] = [again(run) for run in runs if again(run).state == State.QUEUED]
    assert (waiting.attempts, waiting.rung_at) == (0, None), "the sweeper rings for it at once"
    assert "Taken up" not in reasons(waiting)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("bell")
def test_runs_for_different_accounts_do_not_wait_for_each_other(directory: FakeDirectory, dana: User) -> None:
    accounts = [make_account() for _ in range(4)]
    for account in accounts:
        known_to(directory, account)
    runs = [ask(account, dana) for account in accounts]
    at_once(*[lambda run=run: runner.carry_out(run.pk) for run in runs])
    assert {again(run).state for run in runs} == {State.SUCCEEDED}
