"""Carries out one synchronisation: claims it, follows the pages, stores each with the link to the next, and ends it.

Killed at any moment it goes on from the last stored link: a page and the link behind it are stored in one transaction.
"""

import gc
import logging
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from connectors.graph import Call, GraphError, StartOver, TryLater
from connectors.models import Connector, SyncCall, SyncRun
from neurons_admin.encryption import SecretUnreadable

from .reading import FIRST_LINK, Batch, PageReader
from .sink import Sink

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
ROWS_A_BATCH = 2000
ATTEMPTS = 8
RESTARTS = 3
FIRST_WAIT = 10.0
LONGEST_WAIT = 1800.0
# A page is some thousand objects without a circle; looking for circles as often as Python does costs an eighth of all.
OBJECTS_BETWEEN_COLLECTIONS = 50_000


class _LeaseLost(Exception):
    """Another worker has taken this synchronisation over; nothing more may be stored here."""


def carry_out(run_id: uuid.UUID | str, sink: Sink) -> None:
    """Do one synchronisation, or nothing if somebody else does it.

    Ends it or puts it off in every case but two: this process dies, or the database does not answer. Then the lease
    runs out, and it goes on from where it was.
    """
    while (run := _claim(run_id)) is not None:
        if run.attempts > ATTEMPTS:
            message = f"Given up after {ATTEMPTS} attempts that got no further."
            _end(run, SyncRun.State.FAILED, message=message, error_code="attempts")
        elif run.page_link and run.basis != run.connector.basis:
            _start_over(run, "What to read was changed: reading everything again.")
        else:
            _attempt(run, sink)


def _attempt(run: SyncRun, sink: Sink) -> None:
    try:
        with _collecting_seldom():
            _follow(run, sink)
    except _LeaseLost:
        logger.warning("Synchronisation %s was taken over by another worker.", run.pk)
    except StartOver as exc:
        if run.restarts >= RESTARTS:
            _end(run, SyncRun.State.FAILED, message=f"{exc} It does so again and again.", error_code=exc.code)
        else:
            _start_over(run, f"{exc} Reading everything again.")
    except TryLater as exc:
        _postpone(run, exc)
    except GraphError as exc:
        _end(run, SyncRun.State.FAILED, message=str(exc), error_code=exc.code)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Synchronisation %s failed.", run.pk)
        _end(run, SyncRun.State.FAILED, message="A fault of this product stopped it; see the log.", error_code="fault")


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _claim(run_id: uuid.UUID | str) -> SyncRun | None:
    claimed = (
        SyncRun.objects.waiting()
        .filter(pk=run_id)
        .update(
            state=SyncRun.State.RUNNING,
            lease=uuid.uuid4(),
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", Now()),
            message="",
            error_code="",
        )
    )
    return SyncRun.objects.select_related("connector__sync_credential").get(pk=run_id) if claimed else None


def _follow(run: SyncRun, sink: Sink) -> None:
    connector = run.connector
    if not run.page_link:
        run.full, run.basis = not connector.delta_link, connector.basis
    with PageReader(connector.graph_for_sync(), _link(run), with_guests=connector.import_guests) as pages:
        try:
            for batch in pages.batches(ROWS_A_BATCH):
                _store(run, batch, sink, pages.take_calls())
        except GraphError:
            _note(run, pages.take_calls())
            raise


def _link(run: SyncRun) -> str:
    """Where to go on: in this round, or from the last one. Raises StartOver for a link that does not open any more."""
    try:
        return run.page_link.reveal() or run.connector.delta_link.reveal() or FIRST_LINK
    except SecretUnreadable as exc:
        raise StartOver(
            "The place where to go on cannot be opened with the keys this server has.", code="link_unreadable"
        ) from exc


def _store(run: SyncRun, batch: Batch, sink: Sink, calls: Iterable[Call]) -> None:
    """One batch, the calls that brought it and the link to the next, together or not at all."""
    with transaction.atomic():
        # Losing the last batches in a crash of the server costs reading them again, nothing else.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        mine = SyncRun.objects.filter(pk=run.pk, lease=run.lease, state=SyncRun.State.RUNNING)
        if not mine.select_for_update().exists():
            raise _LeaseLost
        stored = sink.store(run.connector_id, run.mark, list(batch.accounts.values()), list(batch.removals.values()))
        swept = sink.sweep(run.connector_id, run.mark) if batch.is_last and run.full else 0
        _note(run, calls)
        run.read += batch.read
        run.pages += batch.pages
        run.added += stored.added
        run.changed += stored.changed
        run.removed += stored.removed + swept
        run.page_link = batch.next_link
        run.attempts = 0
        run.save(
            update_fields=[
                "full", "basis", "read", "pages", "added", "changed", "removed", "page_link", "attempts"
            ]
        )  # fmt: skip
        mine.update(lease_until=Now() + LEASE)
        if batch.is_last:
            _finish(run, batch.delta_link)


def _note(run: SyncRun, calls: Iterable[Call]) -> None:
    SyncCall.objects.bulk_create([SyncCall(run=run, **SyncCall.columns_of(call)) for call in calls])


def _finish(run: SyncRun, delta_link: str) -> None:
    """The round is complete. If meanwhile somebody has changed what to read, the next one reads everything."""
    connector = (
        Connector.objects.select_for_update(of=("self",)).select_related("sync_credential").get(pk=run.connector_id)
    )
    connector.delta_link = delta_link if connector.basis == run.basis else ""
    connector.save(update_fields=["delta_link"])
    Connector.objects.filter(pk=connector.pk).update(last_synced_at=Now())
    _end(run, SyncRun.State.SUCCEEDED)


def _end(run: SyncRun, state: str, *, message: str = "", error_code: str = "") -> None:
    SyncRun.objects.filter(pk=run.pk, lease=run.lease, state=SyncRun.State.RUNNING).update(
        state=state, ended_at=Now(), lease_until=None, message=message[:500], error_code=error_code[:100]
    )


def _start_over(run: SyncRun, message: str) -> None:
    """Forget the links and read everything again; what is then no longer seen is marked as removed at the end.

    Graph names a link to start over from (`Location`), but that one has lost our `$select`. The round gets a mark of
    its own: what the broken one has seen may be gone since.
    """
    with transaction.atomic():
        mine = SyncRun.objects.filter(pk=run.pk, lease=run.lease, state=SyncRun.State.RUNNING)
        if not mine.select_for_update().exists():
            return
        run.page_link, run.mark, run.read, run.pages = "", uuid.uuid4(), 0, 0
        run.restarts += 1
        run.state, run.lease_until, run.message = SyncRun.State.QUEUED, None, message
        run.save(
            update_fields=["page_link", "mark", "read", "pages", "restarts", "state", "lease_until", "message"],
        )
        connector = Connector.objects.select_for_update().get(pk=run.connector_id)
        connector.delta_link = ""
        connector.save(update_fields=["delta_link"])


def _postpone(run: SyncRun, exc: TryLater) -> None:
    if run.attempts >= ATTEMPTS:
        message = f"{exc} Given up after {ATTEMPTS} attempts."
        _end(run, SyncRun.State.FAILED, message=message, error_code=exc.code)
        return
    seconds = min(exc.retry_after or FIRST_WAIT * 2 ** max(run.attempts - 1, 0), LONGEST_WAIT)
    SyncRun.objects.filter(pk=run.pk, lease=run.lease, state=SyncRun.State.RUNNING).update(
        state=SyncRun.State.QUEUED,
        not_before=Now() + timedelta(seconds=seconds),
        rung_at=None,
        lease_until=None,
        message=f"{exc} It goes on by itself."[:500],
        error_code=exc.code[:100],
    )
