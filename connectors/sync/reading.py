"""Reads pages ahead on a thread of its own, so that the network and the database work at the same time."""

import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from connectors.graph import Call, Reader

PAGES_AHEAD = 3


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
    """Takes pages from where they come from, up to three ahead. Use as a context manager: leaving it stops the thread.

    `pages` is called with the reader, on that thread; what it yields goes into batches as `new_batch` makes them.
    """

    def __init__(
        self, reader: Reader, pages: Callable[[Reader], Iterator[dict[str, Any]]], new_batch: Callable[[], _B]
    ) -> None:
        self._calls: queue.SimpleQueue[Call] = queue.SimpleQueue()
        reader.on_call = self._calls.put
        self._new_batch = new_batch
        self._pages: queue.Queue[dict[str, Any] | _Failed | None] = queue.Queue(PAGES_AHEAD)
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

    def batches(self, rows_wanted: int) -> Iterator[_B]:
        """Batches of what has arrived: a page at least, about `rows_wanted` rows at most. Raises what reading did."""
        while True:
            batch, end = self._next_batch(rows_wanted)
            if batch.pages:
                yield batch
            if isinstance(end, _Failed):
                raise end.error
            if end is None or batch.is_last:
                return

    def _next_batch(self, rows_wanted: int) -> tuple[_B, dict[str, Any] | _Failed | None]:
        """A batch and what was taken from the queue last: a page of it, or why no more will come."""
        batch = self._new_batch()
        item = self._pages.get()
        while isinstance(item, dict):
            batch.add(item)
            if batch.weight >= rows_wanted or batch.is_last or self._pages.empty():
                break
            item = self._pages.get()
        return batch, item

    def _fetch(self, reader: Reader, pages: Callable[[Reader], Iterator[dict[str, Any]]]) -> None:
        try:
            for page in pages(reader):
                if not self._put(page):
                    return
        except Exception as error:  # noqa: BLE001 - it is raised again where the pages are taken
            self._put(_Failed(error))
        else:
            self._put(None)

    def _put(self, item: dict[str, Any] | _Failed | None) -> bool:
        while not self._stop.is_set():
            try:
                self._pages.put(item, timeout=0.5)
            except queue.Full:
                continue
            return True
        return False
