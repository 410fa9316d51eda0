"""What the tenant was asked: one entry a request, so that tests can say which calls were made and what they changed."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import count

from neurons_admin.demo.wire import Endpoint, Json, Request

_KEPT = 50_000


@dataclass(slots=True)
class Entry:
    """One request, from the moment it arrived; neither bodies nor headers are kept, for they carry secrets.

    `status` is None as long as no status line was sent, and for ever where none ever was. `effect` says whether the
    directory carried a change out because of it, also when nobody was told, and also when the values were the same
    before; `effect_at` when it first did. `fault` is the kind of the fault that struck.
    """

    seq: int
    time: str
    endpoint: Endpoint
    method: str
    path: str
    query: str
    request_id: str
    client_request_id: str
    app: str | None = None
    client_id: str | None = None
    status: int | None = None
    fault: str | None = None
    effect: bool = False
    effect_at: str | None = None
    milliseconds: float | None = None


_FIELDS = tuple(field.name for field in fields(Entry))


class Journal:
    """The latest requests, oldest first: those that were answered and those that are still open."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._serving = threading.local()

    def begin(self, request: Request) -> Entry:
        """Remember a request that has arrived; whoever serves it fills in what becomes of it."""
        endpoint = request.endpoint
        with self._lock:
            entry = Entry(
                seq=next(self._numbers),
                time=_precise(request.received),
                endpoint=endpoint,
                method=request.method,
                path=request.path,
                query=request.query_string if endpoint == "graph" else "",
                request_id=request.id,
                client_request_id=request.client_request_id,
            )
            self._entries.append(entry)
        return entry

    @contextlib.contextmanager
    def serving(self, entry: Entry) -> Iterator[None]:
        """Whatever this thread changes in the directory while the block runs is the effect of this request."""
        self._serving.entry = entry
        try:
            yield
        finally:
            self._serving.entry = None

    def note_effect(self) -> None:
        """The directory was changed: called in the thread that did it."""
        entry = getattr(self._serving, "entry", None)
        if entry is not None and not entry.effect:
            entry.effect_at = _precise(time.time())
            entry.effect = True

    def clear(self) -> None:
        """Forget all of them; the numbers go on."""
        with self._lock:
            self._entries.clear()

    def as_json(self, after: int = 0) -> list[Json]:
        """The entries with a higher number than `after`, oldest first."""
        with self._lock:
            entries = list(self._entries)
        return [{name: getattr(entry, name) for name in _FIELDS} for entry in entries if entry.seq > after]


def _precise(moment: float) -> str:
    """A point in time to the millisecond: `2026-01-02T03:04:05.678Z`."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
