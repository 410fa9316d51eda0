"""Asking, being refused, asking twice, taking back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from connectors.actions import DisableAccount, EnableAccount, Order, ResetPassword, RevokeSessions
from connectors.models import Connector
from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from people import asking, services
from people.asking import Asking
from people.models import Account, ActionRun, SealedPassword
from tests.factories import make_account, make_user
from tests.fakes import Bell, FakeDirectory
from tests.runs import again, ask, carry_out

pytestmark = pytest.mark.django_db
State = ActionRun.State


def click(account: Account, asked_by: User, the_click: uuid.UUID, action: Any = DisableAccount) -> asking.Asked:
    return asking.ask([Order(action())], Asking(account, asked_by, the_click))


def test_asking(
    bell: Bell, directory: FakeDirectory, adele: Account, dana: User, django_capture_on_commit_callbacks: Any
) -> None:
    before = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        asked = click(adele, dana, uuid.uuid4())
    assert asked.is_new
    run = again(asked.run)
    assert (run.state, run.action, run.conflict_class) == (State.QUEUED, "disable_account", "account_enabled")
    assert (run.person, run.account, run.connector, run.asked_by) == (adele.person, adele, adele.connector, dana)
    assert run.credential_name == str(adele.connector.action_credential)
    assert run.client_id
    assert timedelta(hours=3, minutes=59) < run.expires_at - before < timedelta(hours=4, minutes=1)
    assert asked.run.expires_at == run.expires_at
    assert bell.rung == [("people.tasks.carry_out_run", run.pk)]
    assert run.rung_at
    assert [event.reason for event in run.events.all()] == ["Asked for by dana."]
    [event] = Event.objects.filter(verb="run.asked")
    assert (event.actor_name, event.subject_id) == ("dana", str(run.pk))
    assert event.detail == {"action": "disable_account", "person": adele.person_id}


def test_a_bell_that_nobody_hears_is_noted(
    bell: Bell, adele: Account, dana: User, django_capture_on_commit_callbacks: Any
) -> None:
    bell.broken = True
    with django_capture_on_commit_callbacks(execute=True):
        asked = click(adele, dana, uuid.uuid4())
    assert again(asked.run).rung_at is None


def test_nothing_is_rung_for_what_was_rolled_back(
    bell: Bell, adele: Account, dana: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "record", lambda *_, **__: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        click(adele, dana, uuid.uuid4())
    assert bell.rung == []
    assert not ActionRun.objects.exists()
    assert not SealedPassword.objects.exists()


@pytest.mark.parametrize(
    ("action", "account", "connector", "words"),
    [
        (DisableAccount, {"removal": "deleted"}, {}, "was deleted"),
        (DisableAccount, {"removal": "unseen"}, {}, "no longer in the directory"),
        (DisableAccount, {"enabled": False}, {}, "already disabled"),
        (EnableAccount, {}, {}, "already enabled"),
        (ResetPassword, {"synced": True}, {}, "Active Directory"),
        (ResetPassword, {"user_type": "Guest"}, {}, "home organisation"),
        (DisableAccount, {}, {"active": False}, "does not act"),
        (DisableAccount, {}, {"actions_enabled": False}, "does not act"),
        (DisableAccount, {}, {"actions_withheld": ["disable_account"]}, "does not offer"),
    ],
)
def test_what_cannot_work_is_refused_at_once(
    bell: Bell, dana: User, action: Any, account: dict[str, Any], connector: dict[str, Any], words: str
) -> None:
    target = make_account(**account)
    Connector.objects.update(**connector)
    with pytest.raises(asking.NotReady) as caught:
        click(Account.objects.get(pk=target.pk), dana, uuid.uuid4(), action)
    assert words in caught.value.verdict.reason
    assert not ActionRun.objects.exists()
    assert not Event.objects.filter(verb="run.asked").exists()


@pytest.mark.parametrize("roles", [(), ("Viewer",), ("Connector admin",), ("Credential admin",)])
def test_who_may_not_ask(bell: Bell, adele: Account, roles: tuple[str, ...]) -> None:
    with pytest.raises(asking.NotReady) as caught:
        click(adele, make_user(*roles), uuid.uuid4())
    assert "role" in caught.value.verdict.reason


def test_the_same_click_with_another_wish_is_no_second_sending(adele: Account, dana: User) -> None:
    asking_so = Asking(adele, dana, uuid.uuid4())
    asking.ask([Order(ResetPassword(force_change=True))], asking_so)
    for orders in ([Order(ResetPassword(force_change=False))], [Order(ResetPassword()), Order(RevokeSessions())]):
        with pytest.raises(asking.AlreadyAsked):
            asking.ask(orders, asking_so)
    assert not asking.ask([Order(ResetPassword(force_change=True))], asking_so).is_new
    assert ActionRun.objects.count() == 1


def test_the_same_click_again_finds_the_run(bell: Bell, directory: FakeDirectory, adele: Account, dana: User) -> None:
    the_click = uuid.uuid4()
    first = click(adele, dana, the_click)
    assert click(adele, dana, the_click) == asking.Asked(first.runs, False)
    carry_out(first.run)
    assert click(adele, dana, the_click).run == first.run
    assert ActionRun.objects.count() == 1


def test_a_click_is_not_anybody_elses(bell: Bell, adele: Account, dana: User) -> None:
    the_click = uuid.uuid4()
    click(adele, dana, the_click)
    with pytest.raises(PermissionDenied):
        click(adele, make_user("Service desk"), the_click)
    with pytest.raises(PermissionDenied):
        click(make_account(), dana, the_click)
    with pytest.raises(PermissionDenied):
        click(adele, dana, the_click, RevokeSessions)


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.UNKNOWN, State.HELD])
def test_two_admins_at_once(bell: Bell, adele: Account, dana: User, state: str) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(state=state)
    with pytest.raises(asking.AlreadyAsked) as caught:
        ask(adele, make_user("Service desk"))
    assert caught.value.run == run
    assert caught.value.run.asked_by.label == "dana"


def test_contradictory_work_excludes_each_other(bell: Bell, adele: Account, dana: User) -> None:
    ask(adele, dana)
    Account.objects.update(enabled=False)
    with pytest.raises(asking.AlreadyAsked) as caught:
        ask(Account.objects.get(pk=adele.pk), dana, EnableAccount)
    assert caught.value.run.label == "Disable account"


def test_other_work_goes_on_beside_it(bell: Bell, adele: Account, dana: User) -> None:
    ask(adele, dana)
    ask(adele, dana, ResetPassword)
    ask(adele, dana, RevokeSessions)
    ask(make_account(), dana)
    assert ActionRun.objects.open().count() == 4


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED, State.NEEDS_OPERATOR, State.CANCELLED])
def test_when_it_is_over_it_can_be_asked_again(bell: Bell, adele: Account, dana: User, state: str) -> None:
    ask(adele, dana)
    ActionRun.objects.update(state=state)
    ask(adele, dana)


@pytest.mark.parametrize(
    ("columns", "can"),
    [
        ({"state": State.QUEUED}, True),
        ({"state": State.HELD}, True),
        ({"state": State.RUNNING}, False),
        ({"state": State.UNKNOWN}, False),
        ({"state": State.SUCCEEDED}, False),
        ({"state": State.QUEUED, "in_doubt": True}, False),
        ({"state": State.HELD, "in_doubt": True}, False),
    ],
)
def test_taking_back(bell: Bell, adele: Account, dana: User, columns: dict[str, Any], can: bool) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(**columns)
    assert services.cancel(again(run), asked_by=dana) == can
    run = again(run)
    assert run.state == (State.CANCELLED if can else columns["state"])
    assert Event.objects.filter(verb="run.cancelled").exists() == can
    assert (run.ended_at is not None) == can


def test_what_was_taken_back_is_not_done(bell: Bell, directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    services.cancel(run, asked_by=dana)
    assert carry_out(run).state == State.CANCELLED
    assert directory.written == []


def test_who_may_not_take_back(bell: Bell, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    with pytest.raises(PermissionDenied):
        services.cancel(run, asked_by=make_user("Viewer"))
    assert again(run).state == State.QUEUED
