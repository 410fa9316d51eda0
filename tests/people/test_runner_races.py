"""The same at the same time, on real PostgreSQL: clicks, claims, reveals, taking back."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from connectors.actions import DisableAccount, Order, ResetPassword
from neurons_admin.access.models import User
from people import asking, runner, services, sweeper
from people.asking import Asking
from people.models import Account, ActionRun, RunEvent
from people.models.run import ActionRunQuerySet
from tests.factories import make_user
from tests.fakes import FakeDirectory
from tests.runs import again, ask, carry_out, let_time_pass

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bell")]
State = ActionRun.State


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all at the same moment, each in a thread and on a connection of its own; what each returned or raised."""
    together, results = threading.Barrier(len(works)), [None] * len(works)

    def do(number: int, work: Callable[[], Any]) -> None:
        together.wait()
        try:
            results[number] = work()
        except Exception as exc:  # noqa: BLE001 - it is a result
            results[number] = exc
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(number, work)) for number, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_double_click(directory: FakeDirectory, adele: Account, dana: User) -> None:
    click = uuid.uuid4()

    def press() -> asking.Asked:
        account = Account.objects.with_connector().get(pk=adele.pk)
        return asking.ask([Order(ResetPassword())], Asking(account, dana, click))

    results = at_once(*[press] * 8)
    assert sorted(result.is_new for result in results) == [False] * 7 + [True]
    run = ActionRun.objects.get()
    assert {result.run for result in results} == {run}
    at_once(*[lambda: runner.carry_out(run.pk)] * 8)
    assert len(directory.written) == 1


def test_two_admins(directory: FakeDirectory, adele: Account, dana: User) -> None:
    others = [dana, *[make_user("Service desk") for _ in range(5)]]
    results = at_once(*[lambda who=who: ask(Account.objects.get(pk=adele.pk), who) for who in others])
    [run] = ActionRun.objects.all()
    assert [result for result in results if isinstance(result, ActionRun)] == [run]
    refused = [result for result in results if isinstance(result, asking.AlreadyAsked)]
    assert len(refused) == 5
    assert {result.run.asked_by for result in refused} == {run.asked_by}


def test_many_workers(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    at_once(*[lambda: runner.carry_out(run.pk)] * 8)
    assert again(run).state == State.SUCCEEDED
    assert (len(directory.written), again(run).attempts) == (1, 1)
    assert RunEvent.objects.filter(run=run, reason="Taken up by a worker.").count() == 1


def test_two_reveals(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana, ResetPassword))
    results = at_once(*[lambda: services.reveal_password(again(run), asked_by=dana)] * 6)
    assert sorted(result is None for result in results) == [False] + [True] * 5
    assert directory.password in results


def test_a_reveal_and_the_sweeper(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana, ResetPassword))
    results = at_once(
        lambda: services.reveal_password(again(run), asked_by=dana), *[sweeper.purge_passwords] * 3
    )  # fmt: skip
    assert results[0] == directory.password


@pytest.mark.parametrize("_round", range(5))
def test_taking_back_and_taking_up(directory: FakeDirectory, adele: Account, dana: User, _round: int) -> None:
    run = ask(adele, dana)
    cancelled, _ = at_once(lambda: services.cancel(again(run), asked_by=dana), lambda: runner.carry_out(run.pk))
    assert again(run).state == (State.CANCELLED if cancelled else State.SUCCEEDED)
    assert len(directory.written) == int(not cancelled)


def test_many_sweepers_and_workers_after_a_death(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(state=State.RUNNING, lease=uuid.uuid4(), lease_until=again(run).created_at)

    def see_to_it() -> None:
        sweeper.settle_lost()
        runner.carry_out(run.pk)

    at_once(*[see_to_it] * 6)
    assert again(run).state == State.SUCCEEDED
    assert len(directory.written) == 1


def test_many_lookers(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    directory.reads = [None, dict(directory.users[str(adele.object_id)])]
    carry_out(run)
    let_time_pass(run)
    at_once(*[lambda: sweeper.look(ActionRun.objects.for_work().get(pk=run.pk))] * 6)
    assert run.calls.filter(purpose="look").count() == 2
    assert RunEvent.objects.filter(run=run, reason="Observed in the directory.").count() == 1


def test_different_clicks_of_one_person_for_one_action(directory: FakeDirectory, adele: Account, dana: User) -> None:
    results = at_once(*[lambda: ask(Account.objects.get(pk=adele.pk), dana, DisableAccount)] * 6)
    assert ActionRun.objects.count() == 1
    assert len([result for result in results if isinstance(result, asking.AlreadyAsked)]) == 5


def test_who_stood_still_after_the_claim_does_not_take_the_lease_of_another(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right after it had won the run it was given up, and another worker has it by now."""
    run = ask(adele, dana)
    others = uuid.uuid4()
    move = ActionRunQuerySet.move

    def then_a_long_pause(self: ActionRunQuerySet, run: ActionRun, *args: Any, **kwargs: Any) -> bool:
        moved = move(self, run, *args, **kwargs)
        ActionRun.objects.filter(pk=run.pk).update(lease=others)
        return moved

    monkeypatch.setattr(ActionRunQuerySet, "move", then_a_long_pause)
    runner.carry_out(run.pk)
    assert directory.written == []
    run = again(run)
    assert (run.state, run.lease, run.sent_at) == (State.RUNNING, others, None)
