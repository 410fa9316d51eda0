"""For the tests of health: a product in which all is well, and what may go wrong with it."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from connectors.models import Connector, Gate, SyncRun
from people.models import ActionRun, Pulse, RunEvent
from tests.factories import make_run

State = ActionRun.State


def ago(**length: float) -> Any:
    """A moment in the past, by the database's clock."""
    return Now() - timedelta(**length)


def beat(name: str, **length: float) -> None:
    """Somebody was heard of so long ago; `beat(name)` just now."""
    Pulse.objects.update_or_create(name=name, defaults={"rung_at": ago(**length), "heard_at": ago(**length)})


def all_is_well() -> None:
    """Sweeper and workers have just been heard of."""
    beat(Pulse.SWEEPER)
    beat(Pulse.WORKERS)


def run_in(state: str, account: Any = None, **columns: Any) -> ActionRun:
    """A run in a state; moments may be given by the database's clock."""
    run = make_run(account, state=state)
    ActionRun.objects.filter(pk=run.pk).update(**columns)
    return run


def tell(run: ActionRun, **length: float) -> None:
    """A step in its trail, so long ago."""
    RunEvent.objects.create(run=run, state=run.state, reason="A step.", at=ago(**length))


def pause(connector: Connector, **length: float) -> None:
    """Microsoft has asked its action credential to wait for so long from now."""
    credential = connector.action_credential
    assert credential
    Gate.objects.create(
        tenant_id=credential.tenant_id,
        client_id=credential.client_id,
        paused_until=Now() + timedelta(**length),
        reason="Microsoft Graph is busy (429).",
    )


def lose_sync(connector: Connector, **length: float) -> SyncRun:
    """A synchronisation whose lease has been over for so long."""
    run = SyncRun.objects.create(connector=connector, trigger=SyncRun.Trigger.MANUAL, state=SyncRun.State.RUNNING)
    SyncRun.objects.filter(pk=run.pk).update(lease_until=ago(**length))
    return run
