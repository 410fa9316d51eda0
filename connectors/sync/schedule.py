"""When synchronisations begin: asked for by somebody, or because their time has come."""

import logging
import uuid

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from connectors.models import Connector, SyncRun
from neurons_admin import doorbell
from neurons_admin.access.models import User
from neurons_admin.audit.models import record

logger = logging.getLogger(__name__)

TASK = "people.tasks.carry_out_sync"


def start(connector: Connector, *, asked_by: User | None = None) -> SyncRun:
    """Queue a synchronisation, or return the one that is already open for this connector."""
    trigger = SyncRun.Trigger.MANUAL if asked_by else SyncRun.Trigger.SCHEDULE
    with transaction.atomic():
        try:
            with transaction.atomic():
                run = SyncRun.objects.create(connector=connector, trigger=trigger, asked_by=asked_by)
        except IntegrityError:
            return SyncRun.objects.open().get(connector=connector)
        if asked_by:
            record("connector.sync_asked", connector, actor=asked_by)
        doorbell.ring_on_commit(TASK, run.pk)
    return run


def start_due() -> int:
    """Start what the schedule wants, and set each connector's next time. Returns how many were started."""
    now = timezone.now()
    started = 0
    for connector in Connector.objects.due():
        claimed = Connector.objects.filter(pk=connector.pk, next_sync_at=connector.next_sync_at).update(
            next_sync_at=connector.next_after(now)
        )
        if claimed:
            start(connector)
            started += 1
    return started


def ring_waiting() -> list[uuid.UUID]:
    """Ring for synchronisations that nobody works on; returns those that the broker did not take."""
    waiting = SyncRun.objects.waiting().filter(created_at__lt=Now()).values_list("pk", flat=True)
    return [pk for pk in waiting if not doorbell.ring(TASK, pk)]
