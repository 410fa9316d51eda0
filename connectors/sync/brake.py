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
    """A batch would have removed too much; `question` says of which stream, how much, and of how much."""

    def __init__(self, stream: str, removes: int, of: int) -> None:
        super().__init__(f"{removes} of {of} rows of {stream}")
        self.question = {"stream": stream, "removes": removes, "of": of}


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
        raise Brake(stream.key, removes, max(before, removes))
