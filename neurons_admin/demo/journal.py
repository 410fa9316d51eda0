"""What the tenant was asked: one entry a Graph request, so that tests can say which calls were made and which not."""

import threading
from collections import deque
from dataclasses import asdict, dataclass

from neurons_admin.demo.wire import Json

_KEPT = 20_000


@dataclass(frozen=True)
class Entry:
    """One Graph request that was answered. Bodies are not kept: they may carry passwords."""

    time: str
    method: str
    path: str
    query: str
    app: str | None
    client_id: str | None
    status: int
    milliseconds: float
    request_id: str
    client_request_id: str


class Journal:
    """The latest requests, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def add(self, entry: Entry) -> None:
        """Remember one request."""
        with self._lock:
            self._entries.append(entry)

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._entries.clear()

    def as_json(self) -> list[Json]:
        """All entries, oldest first."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]
