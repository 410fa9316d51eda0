"""What the tests of runs share: asking, letting time pass, and reading what became of it."""

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone

from connectors.actions import Action, DisableAccount, Order
from neurons_admin.access.models import User
from people import asking, runner
from people.asking import Asking
from people.models import Account, ActionRun
from tests.fakes import FakeDirectory

State = ActionRun.State


def known_to(directory: FakeDirectory, account: Account, **properties: Any) -> str:
    """Put an account into the directory, as the local copy has it unless told otherwise; returns its object id."""
    object_id = str(account.object_id)
    directory.users[object_id] = {
        "id": object_id,
        "displayName": account.display_name,
        "userPrincipalName": account.user_principal_name,
        "accountEnabled": account.enabled,
        "userType": account.user_type,
        "lastPasswordChangeDateTime": "2024-01-02T03:04:05Z",
        "signInSessionsValidFromDateTime": "2024-01-02T03:04:05Z",
        **properties,
    }
    return object_id


def ask(
    account: Account, asked_by: User, action: type[Action] = DisableAccount, *, secret: str = "", **params: Any
) -> ActionRun:
    """Ask for an action with a click of its own."""
    return asking.ask([Order(action(**params), secret)], Asking(account, asked_by, uuid.uuid4())).run


def carry_out(run: ActionRun) -> ActionRun:
    """Let a worker have it, and see what is in the row then."""
    runner.carry_out(run.pk)
    return again(run)


def again(run: ActionRun) -> ActionRun:
    """The row as it is now."""
    return ActionRun.objects.get(pk=run.pk)


def let_time_pass(run: ActionRun, **times: timedelta) -> None:
    """Have what the run waits for be due: its lease over, its next attempt and its next look at hand."""
    now = timezone.now()
    row = again(run)
    columns: dict[str, Any] = {name: now + shift for name, shift in times.items()}
    for name in ("lease_until", "not_before", "next_read_at"):
        if getattr(row, name) is not None and name not in columns:
            columns[name] = now - timedelta(seconds=1)
    ActionRun.objects.filter(pk=run.pk).update(**columns)


def story(run: ActionRun) -> list[str]:
    """The states it went through, in order."""
    return list(run.events.values_list("state", flat=True))


def reasons(run: ActionRun) -> str:
    """Everything its trail says."""
    return "\n".join(run.events.values_list("reason", flat=True))


def calls(run: ActionRun) -> list[tuple[str, str]]:
    """Purpose and method of its exchanges, in order."""
    return list(run.calls.values_list("purpose", "method"))
