"""Notices that the database is another one than it was: a backup was restored, with orders that are long done in it.

What was open when the backup was made may have been carried out since. Nothing of it goes on by itself.
"""

import logging
import threading
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from people.models import ActionRun, Approval, Incarnation

logger = logging.getLogger(__name__)

State = ActionRun.State
HELD = "The database was restored from a backup. This may have been carried out since the backup was made."
# Says which cluster, and which database in it; a dump does not carry it along.
IDENTITY = """
SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
FROM pg_control_system()
"""

_seen = threading.local()


def hold_if_restored() -> bool:
    """Hold every open run if this database is not the one that was here before; True if so.

    Asks once for each connection: whoever restores a database has to break all connections to it.
    """
    with connection.cursor() as cursor:
        if getattr(_seen, "connection", None) is cursor.connection:
            return False
        cursor.execute(IDENTITY)
        identity = cursor.fetchone()[0]
        opened = cursor.connection
    with transaction.atomic():
        _, is_new = Incarnation.objects.get_or_create(identity=identity)
        restored = is_new and Incarnation.objects.exclude(identity=identity).exists()
        if restored:
            Incarnation.objects.exclude(identity=identity).delete()
            logger.error("The database was restored: %d open runs are held until somebody decides.", hold_open())
    _seen.connection = opened
    return restored


def hold_open() -> int:
    """Hold every open run until somebody confirms it; returns how many."""
    held = 0
    # Again, as long as a worker that is still there changes a run between the look and the change.
    while runs := list(ActionRun.objects.open().exclude(held_because=ActionRun.Held.RESTORE)):
        held += sum(_hold(run) for run in runs)
    return held


def _hold(run: ActionRun) -> bool:
    as_read = Q(state=run.state, sent_at=run.sent_at, in_doubt=run.in_doubt)
    in_doubt = run.in_doubt or run.sent_at is not None or run.state == State.UNKNOWN
    columns: dict[str, Any] = {"held_because": ActionRun.Held.RESTORE, "message": HELD, "in_doubt": in_doubt}
    columns |= {"lease_until": None, "next_read_at": None, "not_before": None}
    return ActionRun.objects.move(run, State.HELD, HELD, expecting=as_read, **columns)


def let_go(run: ActionRun, reason: str) -> bool:
    """Let a run go on that a restore has held; one that may have been sent is looked for first. False: not held."""
    held = Q(state=State.HELD, held_because=ActionRun.Held.RESTORE, expires_at__gt=Now())
    columns: dict[str, Any] = {"held_because": "", "rung_at": None}
    if Approval.objects.filter(run=run, agreed=None).exists():
        columns["held_because"] = ActionRun.Held.APPROVAL
        return ActionRun.objects.move(run, State.HELD, reason, expecting=held, **columns)
    # Without the time of the call nothing can be looked for; what is harmless twice is read by the runner first.
    if not run.in_doubt or (run.sent_at is None and run.kind is not None and run.kind.repeatable):
        return ActionRun.objects.move(run, State.QUEUED, reason, expecting=held, sent_at=None, **columns)
    columns |= {"reads": 0, "next_read_at": Now()}
    return ActionRun.objects.move(run, State.UNKNOWN, reason, expecting=held, **columns)
