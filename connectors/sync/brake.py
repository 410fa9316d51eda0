"""Stops a synchronisation that would remove a lot, so that somebody decides before anything is lost.

What is stored is measured, and the transaction rolled back: so the brake counts what really would go, in the statements
that would take it, and holds for the sweep after a full round as for removals told in a round of changes.
"""

from typing import Any, Final

from connectors.models import SyncRun

from .reading import Batch
from .sink import Sink, Stored
from .streams import Stream

# Of what is known, in a hundredth; what is fewer than LEAST rows is never too much.
MOST_PERCENT: Final = 20
LEAST: Final = 10


class Brake(Exception):
    """A batch would have removed too much; `question` says of which stream, how much, of how much, and whether
    somebody has changed since the last synchronisation what is read of it (`changed`).
    """

    def __init__(self, stream: str, removes: int, of: int, *, changed: bool) -> None:
        super().__init__(f"{removes} of {of} rows of {stream}")
        self.question = {"stream": stream, "removes": removes, "of": of, "changed": changed}


def require_acceptable(run: SyncRun, stream: Stream[Any], batch: Batch, stored: Stored, sink: Sink) -> None:
    """Called in the transaction that has stored a batch, before it is counted. Raises Brake, to roll it back.

    Counted is the whole synchronisation, so that many small batches are one large one. Too much is more than
    MOST_PERCENT beyond what somebody has accepted; and everything there was, where nothing at all was read.
    """
    if not stored.removed:
        return
    counts = run.counts[stream.key]
    removes = counts["removed"] + stored.removed
    accepted = run.accepted.get(stream.key, 0)
    is_empty = counts["full"] and not counts["read"] + batch.read and not accepted
    if removes < LEAST and not is_empty:
        return
    before = sink.known(run.connector_id, stream.key) + removes - counts["added"] - stored.added
    if is_empty or (removes - accepted) * 100 > MOST_PERCENT * before:
        raise Brake(stream.key, removes, max(before, removes), changed=_was_changed(run, stream.key))


def _was_changed(run: SyncRun, key: str) -> bool:
    """Whether a stream was last read to its end on another basis: of another tenant, or with another filter."""
    ended = run.connector.sync_runs.filter(state=SyncRun.State.SUCCEEDED, counts__has_key=key)
    counts = ended.order_by("-created_at").values_list("counts", flat=True).first() or {key: {}}
    before = counts[key].get("basis", "")
    return bool(before) and before != run.counts[key]["basis"]
