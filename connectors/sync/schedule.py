"""When synchronisations begin: asked for by somebody, or because their time has come."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from connectors.models import Connector, SyncRun
from neurons_admin import doorbell
from neurons_admin.access.models import User
from neurons_admin.audit.models import record

TASK = "people.tasks.carry_out_sync"
RING_AGAIN = timedelta(seconds=60)


def start(connector: Connector, *, asked_by: User | None = None) -> SyncRun:
    """Queue a synchronisation, or return the one that is already open for this connector."""
    trigger = SyncRun.Trigger.MANUAL if asked_by else SyncRun.Trigger.SCHEDULE
    with transaction.atomic():
        try:
            with transaction.atomic():
                run = SyncRun.objects.create(connector=connector, trigger=trigger, asked_by=asked_by)
        except IntegrityError:
            earlier = SyncRun.objects.open().filter(connector=connector).first()
            return earlier or start(connector, asked_by=asked_by)
        if asked_by:
            record("connector.sync_asked", connector, actor=asked_by)
        transaction.on_commit(lambda: ring(run), robust=True)
    return run


def start_due() -> int:
    """Start what the schedule wants, and set each connector's next time. Returns how many were started."""
    now = timezone.now()
    started = 0
    for connector in Connector.objects.due():
        with transaction.atomic():
            claimed = Connector.objects.filter(pk=connector.pk, next_sync_at=connector.next_sync_at).update(
                next_sync_at=connector.next_after(now)
            )
            if claimed:
                start(connector)
                started += 1
    return started


def ring_waiting() -> None:
    """Ring for synchronisations that nobody works on, each once a minute."""
    unrung = Q(rung_at=None) | Q(rung_at__lt=Now() - RING_AGAIN)
    for run in SyncRun.objects.waiting().filter(unrung):
        ring(run)


def ring(run: SyncRun) -> None:
    """Have a worker take it up; where nobody hears it, it is rung for again."""
    if doorbell.ring(TASK, run.pk):
        SyncRun.objects.filter(pk=run.pk).update(rung_at=Now())
