"""Carries out one synchronisation: claims it, follows the pages, stores each with the link to the next, and ends it.

Killed at any moment it goes on from the last stored link: a page and the link behind it are stored in one transaction.
"""

import logging
import uuid
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from connectors.graph import GraphError, StartOver, TryLater
from connectors.models import Connector, SyncCall, SyncRun

from .reading import FIRST_LINK, Batch, PageReader
from .sink import Sink

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
ROWS_A_BATCH = 2000
ATTEMPTS = 8
LONGEST_WAIT = timedelta(minutes=30)


class LeaseLost(Exception):
    """Another worker has taken this synchronisation over; nothing more may be stored here."""


def carry_out(run_id: uuid.UUID | str, sink: Sink) -> None:
    """Do one synchronisation, or nothing if somebody else does it. Ends it in every case but the death of this process."""
    run = _claim(run_id)
    if run is None:
        return
    try:
        _follow(run, sink)
    except LeaseLost:
        logger.warning("Synchronisation %s was taken over by another worker.", run_id)
    except StartOver as exc:
        if run.attempts >= ATTEMPTS:
            _end(
                run, SyncRun.State.FAILED, message=f"{exc} It expired each time it was read again.", error_code=exc.code
            )
        else:
            _start_over(run)
            carry_out(run_id, sink)
    except TryLater as exc:
        _postpone(run, exc)
    except GraphError as exc:
        _end(run, SyncRun.State.FAILED, message=str(exc), error_code=exc.code)
    except Exception:
        logger.exception("Synchronisation %s failed.", run_id)
        _end(run, SyncRun.State.FAILED, message="A fault of this product stopped it; see the log.", error_code="fault")


def _claim(run_id: uuid.UUID | str) -> SyncRun | None:
    lease = uuid.uuid4()
    claimed = (
        SyncRun.objects.waiting()
        .filter(pk=run_id)
        .update(
            state=SyncRun.State.RUNNING,
            lease=lease,
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", Now()),
            message="",
        )
    )
    if not claimed:
        return None
    return SyncRun.objects.select_related("connector__sync_credential").get(pk=run_id)


def _follow(run: SyncRun, sink: Sink) -> None:
    connector = run.connector
    if not run.page_link:
        run.full = not connector.delta_link
    link = run.page_link.reveal() or connector.delta_link.reveal() or FIRST_LINK
    with PageReader(connector.graph_for_sync(), link) as pages:
        for batch in pages.batches(ROWS_A_BATCH):
            _store(run, batch, sink)


def _store(run: SyncRun, batch: Batch, sink: Sink) -> None:
    """One batch, the calls that brought it and the link to the next, together or not at all."""
    with transaction.atomic():
        # Losing the last batches in a crash of the server costs reading them again, nothing else.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        stored = sink.store(run.connector_id, run.pk, list(batch.accounts.values()), list(batch.removals.values()))
        removed = stored.removed
        if batch.is_last and run.full:
            removed += sink.sweep(run.connector_id, run.pk)
        SyncCall.objects.bulk_create([SyncCall(run=run, **SyncCall.columns_of(call)) for call in batch.calls])
        run.read += batch.read
        run.pages += batch.pages
        run.added += stored.added
        run.changed += stored.changed
        run.removed += removed
        run.page_link = batch.next_link
        _save_progress(run)
        if batch.is_last:
            _finish(run, batch.delta_link)


def _save_progress(run: SyncRun) -> None:
    mine = SyncRun.objects.select_for_update().filter(pk=run.pk, lease=run.lease, state=SyncRun.State.RUNNING)
    if not mine.exists():
        raise LeaseLost
    run.save(update_fields=["full", "read", "pages", "added", "changed", "removed", "page_link"])
    mine.update(lease_until=Now() + LEASE)


def _finish(run: SyncRun, delta_link: str) -> None:
    connector = Connector.objects.select_for_update().get(pk=run.connector_id)
    connector.delta_link = delta_link
    connector.save(update_fields=["delta_link"])
    Connector.objects.filter(pk=connector.pk).update(last_synced_at=Now())
    _end(run, SyncRun.State.SUCCEEDED)


def _end(run: SyncRun, state: str, *, message: str = "", error_code: str = "") -> None:
    SyncRun.objects.filter(pk=run.pk, lease=run.lease, state=SyncRun.State.RUNNING).update(
        state=state, ended_at=Now(), lease_until=None, message=message[:500], error_code=error_code
    )


def _start_over(run: SyncRun) -> None:
    """Forget the links and read everything again; what is then no longer seen is marked as removed at the end.

    Graph names a link to start over from (`Location`), but that one has lost our `$select`.
    """
    with transaction.atomic():
        run.page_link = ""
        run.save(update_fields=["page_link"])
        connector = Connector.objects.select_for_update().get(pk=run.connector_id)
        connector.delta_link = ""
        connector.save(update_fields=["delta_link"])
        SyncRun.objects.filter(pk=run.pk, lease=run.lease).update(
            state=SyncRun.State.QUEUED,
            lease_until=None,
            message="The list of changes had expired: reading everything again.",
        )


def _postpone(run: SyncRun, exc: TryLater) -> None:
    if run.attempts >= ATTEMPTS:
        _end(run, SyncRun.State.FAILED, message=f"{exc} Given up after {ATTEMPTS} attempts.", error_code=exc.code)
        return
    wait = timedelta(seconds=exc.retry_after or 5 * 2**run.attempts)
    SyncRun.objects.filter(pk=run.pk, lease=run.lease).update(
        state=SyncRun.State.QUEUED,
        not_before=Now() + min(wait, LONGEST_WAIT),
        lease_until=None,
        message=str(exc)[:500],
        error_code=exc.code,
    )
