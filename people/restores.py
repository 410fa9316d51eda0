"""Notices that the database is another one than it was: a backup was restored, with orders that are long done in it.

What was open when the backup was made may have been carried out since. Nothing of it goes on by itself.
"""

import logging
import threading
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from people.models import ActionRun, Incarnation

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
    for run in ActionRun.objects.open().exclude(held_because=ActionRun.Held.RESTORE):
        columns: dict[str, Any] = {"held_because": ActionRun.Held.RESTORE, "message": HELD, "lease_until": None}
        columns |= {"next_read_at": None, "not_before": None, "in_doubt": run.in_doubt or run.sent_at is not None}
        if run.state == State.UNKNOWN:
            columns["in_doubt"] = True
        held += ActionRun.objects.move(run, State.HELD, HELD, expecting=Q(state=run.state), **columns)
    return held


def let_go(run: ActionRun, reason: str) -> bool:
    """Let a run go on that a restore has held; one that may have been sent is looked for first. False: not held."""
    held = Q(state=State.HELD, held_because=ActionRun.Held.RESTORE, expires_at__gt=Now())
    columns: dict[str, Any] = {"held_because": "", "rung_at": None}
    if not run.in_doubt:
        return ActionRun.objects.move(run, State.QUEUED, reason, expecting=held, sent_at=None, **columns)
    columns |= {"reads": 0, "next_read_at": Now()}
    return ActionRun.objects.move(run, State.UNKNOWN, reason, expecting=held, **columns)
