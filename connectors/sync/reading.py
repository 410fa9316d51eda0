"""Reads and parses pages ahead on a thread of its own, so that network, parser and database work at the same time."""

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from connectors.graph import Call, Reader


@dataclass
class Batch(ABC):
    """One or more pages, parsed.

    `next_link` is where to go on; at the end of a round it is empty and `delta_link` says where the next one begins.
    """

    next_link: str = ""
    delta_link: str = ""
    pages: int = 0
    read: int = 0
    # About how many rows storing it will touch.
    weight: int = 0

    def add(self, page: dict[str, Any]) -> None:
        """One more page, which came after those before."""
        entries = page["value"]
        self.weight += self.take(entries)
        self.pages += 1
        self.read += len(entries)
        self.next_link = str(page.get("@odata.nextLink", ""))
        self.delta_link = str(page.get("@odata.deltaLink", ""))

    @abstractmethod
    def take(self, entries: list[dict[str, Any]]) -> int:
        """Parse the entries of a page; returns their weight."""

    @property
    def is_last(self) -> bool:
        return not self.next_link


_B = TypeVar("_B", bound=Batch)


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class PageReader(Generic[_B]):
    """Takes pages from where they come from, and parses them, ahead of whoever stores them.

    `pages` is called with the reader, on a thread of its own; what it yields goes into batches as `new_batch` makes
    them: of a page at least, and of about `rows_wanted` rows while the one before is still in hand. Use as a context
    manager: leaving it stops the thread.
    """

    def __init__(
        self,
        reader: Reader,
        pages: Callable[[Reader], Iterator[dict[str, Any]]],
        new_batch: Callable[[], _B],
        rows_wanted: int,
    ) -> None:
        self._calls: queue.SimpleQueue[Call] = queue.SimpleQueue()
        reader.on_call = self._calls.put
        self._new_batch = new_batch
        self._rows_wanted = rows_wanted
        # One is stored, one lies ready, one is being filled.
        self._ready: queue.Queue[_B | _Failed | None] = queue.Queue(1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._fetch, args=(reader, pages), name="page reader", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stop.set()
        self._thread.join(timeout=60)

    def take_calls(self) -> list[Call]:
        """The records of the exchanges since the last time, for the caller to keep."""
        calls = []
        while not self._calls.empty():
            calls.append(self._calls.get_nowait())
        return calls

    def batches(self) -> Iterator[_B]:
        """What has arrived, batch by batch to the last page. Raises what reading did, after what came before that."""
        while (batch := self._ready.get()) is not None:
            if isinstance(batch, _Failed):
                raise batch.error
            yield batch
            if batch.is_last:
                return

    def _fetch(self, reader: Reader, pages: Callable[[Reader], Iterator[dict[str, Any]]]) -> None:
        batch, end = self._new_batch(), None
        try:
            for page in pages(reader):
                batch.add(page)
                if batch.weight >= self._rows_wanted or batch.is_last or self._ready.empty():
                    if not self._put(batch):
                        return
                    batch = self._new_batch()
        except Exception as error:  # noqa: BLE001 - it is raised again where the batches are taken
            end = _Failed(error)
        if not batch.pages or self._put(batch):
            self._put(end)

    def _put(self, item: _B | _Failed | None) -> bool:
        """False when nobody wants it any more."""
        while not self._stop.is_set():
            try:
                self._ready.put(item, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False
