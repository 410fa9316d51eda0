"""Graph's reads lag: shortly after another run of ours, what they show may be what was before that one."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.actions import Action, DisableAccount, EnableAccount, ResetPassword
from connectors.graph import OutcomeUnknown
from neurons_admin.access.models import User
from people.looking import look
from people.models import Account, ActionRun
from people.settling import LAG_SECONDS, LOOK_AFTER
from tests.fakes import FakeDirectory, after
from tests.runs import again, ask, carry_out, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
UNANSWERED = OutcomeUnknown("Microsoft Graph was asked and did not answer.", code="no_answer")


def old_state(directory: FakeDirectory, account: Account) -> dict[str, Any]:
    """What a lagging read goes on to show."""
    return dict(directory.users[str(account.object_id)])


def done(account: Account, user: User, action: type[Action], ago: float = 0.0) -> ActionRun:
    """A run that was carried out so many seconds ago."""
    run = carry_out(ask(account, user, action))
    assert run.state == State.SUCCEEDED
    ActionRun.objects.filter(pk=run.pk).update(sent_at=timezone.now() - timedelta(seconds=ago))
    account.refresh_from_db()
    return run


def look_again(run: ActionRun) -> ActionRun:
    let_time_pass(run)
    look(ActionRun.objects.for_work().get(pk=run.pk))
    return again(run)


def test_already_so_is_not_believed_shortly_after_the_opposite(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    before = old_state(directory, adele)
    done(adele, dana, DisableAccount)
    run = ask(adele, dana, EnableAccount)
    directory.reads = [before]
    run = carry_out(run)
    assert run.state == State.SUCCEEDED
    assert run.accepted_at
    assert directory.users[str(adele.object_id)]["accountEnabled"] is True


def test_already_so_is_believed_when_reads_have_caught_up(directory: FakeDirectory, adele: Account, dana: User) -> None:
    before = old_state(directory, adele)
    done(adele, dana, DisableAccount, ago=LAG_SECONDS + 1)
    run = ask(adele, dana, EnableAccount)
    directory.users[str(adele.object_id)] = before
    run = carry_out(run)
    assert "already so" in run.message
    assert len(directory.applied) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [(DisableAccount, EnableAccount), (ResetPassword, ResetPassword)],
    ids=lambda action: action.key,
)
def test_an_unknown_outcome_is_not_confirmed_by_what_another_run_may_have_left(
    directory: FakeDirectory, adele: Account, dana: User, first: type[Action], second: type[Action]
) -> None:
    """Not carried out, not answered; and the reads show what was before the first run, or the first one's effect."""
    before = old_state(directory, adele)
    other = done(adele, dana, first)
    shown = before if first is DisableAccount else old_state(directory, adele)
    directory.writes = [UNANSWERED]
    run = ask(adele, dana, second)
    directory.reads = [None if first is DisableAccount else before]
    run = carry_out(run)
    assert run.state == State.UNKNOWN
    directory.reads = [shown]
    assert look_again(run).state == State.UNKNOWN
    assert "Confirmed" not in reasons(run)
    assert other.state == State.SUCCEEDED


def test_it_is_confirmed_once_reads_have_caught_up(directory: FakeDirectory, adele: Account, dana: User) -> None:
    other = done(adele, dana, DisableAccount)
    directory.writes = [after(UNANSWERED)]
    run = carry_out(ask(adele, dana, EnableAccount))
    assert look_again(run).state == State.UNKNOWN
    let_time_pass(other, sent_at=timedelta(seconds=-LAG_SECONDS - 1))
    assert look_again(run).state == State.SUCCEEDED
    assert len(directory.applied) == 2


def test_the_last_look_comes_when_reads_have_caught_up() -> None:
    assert sum(LOOK_AFTER) > LAG_SECONDS + 30
