"""Carries out one synchronisation: claims it, follows the pages of one stream after the other, and ends it.

Killed at any moment it goes on from the last stored link: a page and the link behind it are stored in one transaction.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from connectors.graph import Call, GraphError, Reader, Refused, StartOver, TryLater
from connectors.models import Connector, SyncCall, SyncRun, SyncRunQuerySet
from neurons_admin import tracing
from neurons_admin.audit.models import record

from .brake import Brake, require_acceptable
from .collecting import collecting_seldom
from .failing import NO_FURTHER, in_full, left_out, seconds_to_wait
from .groups_stream import Groups
from .links import keep_delta_link, where_to_go_on
from .list_streams import Devices, Products, Roles
from .people_stream import People
from .reading import Batch, PageReader
from .renewing import renew_after_refusal
from .sign_in_stream import SignIns
from .sink import Sink, Stored
from .streams import Stream

logger = logging.getLogger(__name__)

AnyStream = Stream[Any]
# Roles after groups: who is in a group that holds a role holds it, too.
ALL: Final[tuple[AnyStream, ...]] = (People(), Groups(), Products(), Roles(), Devices(), SignIns())
BY_KEY: Final = {stream.key: stream for stream in ALL}
NOTHING_YET: Final[dict[str, Any]] = {
    "read": 0, "added": 0, "changed": 0, "removed": 0, "full": True, "note": "", "basis": ""
}  # fmt: skip
# What a batch moves on.
PROGRESS: Final = [
    "stream", "counts", "full", "basis", "read", "pages", "added", "changed", "removed", "page_link", "attempts"
]  # fmt: skip
LEASE = timedelta(seconds=120)
ROWS_A_BATCH = 2000
ATTEMPTS = 8
RESTARTS = 3


class _LeaseLost(Exception):
    """This synchronisation is another worker's, paused or stopped; nothing more may be stored here."""


def carry_out(run_id: uuid.UUID | str, sink: Sink) -> None:
    """Do one synchronisation, or nothing if somebody else does it.

    Ends it or puts it off in every case but two: this process dies, or the database does not answer. Then the lease
    runs out, and it goes on from where it was.
    """
    with tracing.at(f"synchronisation {run_id}"):
        while (run := _claim(run_id)) is not None:
            if run.attempts > ATTEMPTS:
                _end(run, SyncRun.State.FAILED, message=NO_FURTHER.format(ATTEMPTS), error_code="attempts")
            else:
                _attempt(run, sink)


def _attempt(run: SyncRun, sink: Sink) -> None:
    try:
        with collecting_seldom():
            _follow(run, sink)
    except _LeaseLost:
        logger.warning("Synchronisation %s was taken over, paused or stopped.", run.pk)
    except Brake as brake:
        _hold(run, brake)
    except StartOver as exc:
        if run.restarts >= RESTARTS:
            _fail(run, exc, " It does so again and again.")
        else:
            _start_over(run, f"{exc} Reading everything again.")
    except TryLater as exc:
        _postpone(run, exc)
    except GraphError as exc:
        _fail(run, exc)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Synchronisation %s failed.", run.pk)
        _end(run, SyncRun.State.FAILED, message="A fault of this product stopped it; see the log.", error_code="fault")


@transaction.atomic
def _claim(run_id: uuid.UUID | str) -> SyncRun | None:
    """Take it, and record with whose credential it reads; None if somebody else has it, or it is over."""
    waiting = SyncRun.objects.waiting().filter(pk=run_id)
    is_first = waiting.filter(started_at=None).exists()
    claimed = waiting.update(
        state=SyncRun.State.RUNNING,
        lease=uuid.uuid4(),
        lease_until=Now() + LEASE,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Now()),
        message="",
        error_code="",
    )
    if not claimed:
        return None
    run = SyncRun.objects.select_related("connector__sync_credential", "asked_by").get(pk=run_id)
    if is_first:
        credential = run.connector.sync_credential
        about = (run.connector, credential)
        record("sync.began", run, actor=run.asked_by, detail={"credential": str(credential)}, about=about)
    return run


def _follow(run: SyncRun, sink: Sink) -> None:
    """Read one stream after the other. Where people are refused it ends there; anything else is then left out."""
    while run.stream:
        stream = BY_KEY[run.stream]
        try:
            _read(run, stream, sink)
        except Refused as exc:
            if stream.key == People.key:
                raise
            _skip(run, stream, sink, exc)


def _read(run: SyncRun, stream: AnyStream, sink: Sink) -> None:
    connector = run.connector
    if stream.key == People.key and not run.page_link:
        renew_after_refusal(run)
    reader = _prepare(run, stream)
    if not run.page_link:
        _begin(run, stream)
    elif run.basis != stream.basis(connector):
        raise StartOver("What to read was changed.", code="changed")
    link = where_to_go_on(run, stream)
    new_batch = partial(stream.new_batch, connector)
    with PageReader(reader, lambda reader: stream.pages(reader, link), new_batch, ROWS_A_BATCH) as pages:
        try:
            for batch in pages.batches():
                calls = pages.take_calls()
                _store(run, stream, batch, sink, calls)
        except Brake:
            _note(run, [*calls, *pages.take_calls()])
            raise
        except GraphError:
            _note(run, pages.take_calls())
            raise


def _begin(run: SyncRun, stream: AnyStream) -> None:
    full = not (stream.delta_field and getattr(run.connector, stream.delta_field))
    run.basis = stream.basis(run.connector)
    run.counts[stream.key] = {**run.counts.get(stream.key, NOTHING_YET), "full": full, "basis": run.basis}
    run.counts[stream.key]["began"] = timezone.now().isoformat()
    if stream.key == People.key:
        run.full = full


def _prepare(run: SyncRun, stream: AnyStream) -> Reader:
    """A reader, with which all has been read that a stream needs beforehand; those calls are noted at once."""
    calls: list[Call] = []
    reader = run.connector.graph_for_sync()
    reader.on_call = calls.append
    try:
        stream.prepare(reader, run.connector)
    finally:
        _note(run, calls)
    return reader


def _store(run: SyncRun, stream: AnyStream, batch: Batch, sink: Sink, calls: Iterable[Call]) -> None:
    """One batch, the calls that brought it and the link to the next, together or not at all.

    Raises Brake, with nothing stored, where that would have removed too much.
    """
    with transaction.atomic():
        # Losing the last batches in a crash of the server costs reading them again, nothing else.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        _require_lease(run)
        stored = stream.store(run, batch, sink, full=run.counts[stream.key]["full"])
        require_acceptable(run, stream, batch, stored, sink)
        _note(run, calls)
        _count(run, stream, batch, stored, sink)
        run.page_link, run.attempts = batch.next_link, 0
        if batch.is_last:
            keep_delta_link(run, stream, batch.delta_link)
            _go_to_next(run, stream, sink)
        run.save(update_fields=PROGRESS)
        _mine(run).update(lease_until=Now() + LEASE)
        if not run.stream:
            _finish(run)


def _count(run: SyncRun, stream: AnyStream, batch: Batch, stored: Stored, sink: Sink) -> None:
    """The columns count people, of whom most is asked; how many there are then, where that may have changed."""
    counts = run.counts[stream.key]
    counts["read"] += batch.read
    for name, number in stored._asdict().items():
        counts[name] += number
    if stream.key == People.key:
        run.read += batch.read
        run.pages += batch.pages
        run.added += stored.added
        run.changed += stored.changed
        run.removed += stored.removed
        if batch.is_last and (run.full or run.changed or run.added or run.removed):
            counts["known"] = sink.known(run.connector_id, stream.key)


def _skip(run: SyncRun, stream: AnyStream, sink: Sink, exc: Refused) -> None:
    """Go on without a stream that is refused, and say so. What is known of it stays."""
    with transaction.atomic():
        _require_lease(run)
        run.counts[stream.key]["note"] = left_out(exc, stream.key, stream.permission)
        stream.skip(run, sink)
        _go_to_next(run, stream, sink)
        run.save(update_fields=PROGRESS)
        if not run.stream:
            _finish(run)


def _go_to_next(run: SyncRun, stream: AnyStream, sink: Sink) -> None:
    """To the next stream that is wanted; to none after the last."""
    run.stream, run.page_link, run.basis = "", "", ""
    for following in ALL[ALL.index(stream) + 1 :]:
        if following.is_wanted(run.connector):
            run.stream = following.key
            return
        following.skip(run, sink)


def _note(run: SyncRun, calls: Iterable[Call]) -> None:
    SyncCall.objects.bulk_create([SyncCall(run=run, **SyncCall.columns_of(call)) for call in calls])


def _finish(run: SyncRun) -> None:
    Connector.objects.filter(pk=run.connector_id).update(last_synced_at=Now())
    _end(run, SyncRun.State.SUCCEEDED)


def _hold(run: SyncRun, brake: Brake) -> None:
    """Have somebody decide. The link to the batch that was not stored is kept: what is decided goes on from there."""
    words = SyncRun(state=SyncRun.State.HELD, question=brake.question).question_words
    _mine(run).update(state=SyncRun.State.HELD, question=brake.question, lease_until=None, message=words)


def _mine(run: SyncRun) -> SyncRunQuerySet:
    return SyncRun.objects.filter(pk=run.pk, lease=run.lease, state=SyncRun.State.RUNNING)


def _require_lease(run: SyncRun) -> None:
    if not _mine(run).select_for_update().exists():
        raise _LeaseLost


def _fail(run: SyncRun, exc: GraphError, story: str = "") -> None:
    message = in_full(exc, BY_KEY[run.stream].permission, story)
    _end(run, SyncRun.State.FAILED, message=message, error_code=exc.code)


def _end(run: SyncRun, state: str, *, message: str = "", error_code: str = "") -> None:
    _mine(run).update(state=state, ended_at=Now(), lease_until=None, message=message[:500], error_code=error_code[:100])


def _start_over(run: SyncRun, message: str) -> None:
    """Forget the links of a stream and read all of it again; what is then no longer seen is taken away at the end.

    Graph names a link to start over from (`Location`), but that one has lost our `$select`. The round gets a mark of
    its own: what the broken one has seen may be gone since.
    """
    stream = BY_KEY[run.stream]
    with transaction.atomic():
        if not _mine(run).select_for_update().exists():
            return
        run.page_link, run.mark = "", uuid.uuid4()
        if stream.key in run.counts:
            run.counts[stream.key]["read"] = 0
        if stream.key == People.key:
            run.read = run.pages = 0
        run.restarts += 1
        run.state, run.lease_until, run.message = SyncRun.State.QUEUED, None, message
        run.save(update_fields=[*PROGRESS, "mark", "restarts", "state", "lease_until", "message"])
        if stream.delta_field:
            connector = Connector.objects.select_for_update().get(pk=run.connector_id)
            setattr(connector, stream.delta_field, "")
            connector.save(update_fields=[stream.delta_field])


def _postpone(run: SyncRun, exc: TryLater) -> None:
    if run.attempts >= ATTEMPTS:
        _fail(run, exc, f" Given up after {ATTEMPTS} attempts.")
        return
    _mine(run).update(
        state=SyncRun.State.QUEUED,
        not_before=Now() + timedelta(seconds=seconds_to_wait(exc, run.attempts)),
        rung_at=None,
        lease_until=None,
        message=f"{exc} It goes on by itself."[:500],
        error_code=exc.code[:100],
    )
