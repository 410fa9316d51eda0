"""Reads pages ahead on a thread of its own, so that the network and the database work at the same time."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from connectors.graph import USER_PROPERTIES, Call, Reader, TryLater

from .records import AccountRecord, Removal, parse

PAGES_AHEAD = 3
# Users/delta pages are as large as the server likes; this asks for the largest it gives.
HEADERS = {"Prefer": "odata.maxpagesize=999"}
FIRST_LINK = f"/users/delta?$select={','.join((*USER_PROPERTIES, 'manager'))}"


@dataclass
class Batch:
    """One or more pages, parsed. Of an object that occurs twice the last one counts, its manager as last told.

    `next_link` is where to go on; at the end of a round it is empty and `delta_link` says where the next one begins.
    """

    with_guests: bool = True
    accounts: dict[str, AccountRecord] = field(default_factory=dict)
    removals: dict[str, Removal] = field(default_factory=dict)
    next_link: str = ""
    delta_link: str = ""
    pages: int = 0
    read: int = 0

    def add(self, page: dict[str, Any]) -> None:
        users = page["value"]
        for user in users:
            item = parse(user)
            if isinstance(item, AccountRecord) and item.is_guest and not self.with_guests:
                item = Removal(item.object_id, "excluded")
            if isinstance(item, Removal):
                self.accounts.pop(item.object_id, None)
                self.removals[item.object_id] = item
            else:
                self.removals.pop(item.object_id, None)
                if item.manager_id is None and (earlier := self.accounts.get(item.object_id)):
                    item = item._replace(manager_id=earlier.manager_id)
                self.accounts[item.object_id] = item
        self.pages += 1
        self.read += len(users)
        self.next_link = str(page.get("@odata.nextLink", ""))
        self.delta_link = str(page.get("@odata.deltaLink", ""))

    @property
    def is_last(self) -> bool:
        return not self.next_link


def _require_page(page: dict[str, Any]) -> None:
    """Raise TryLater for what is no page of a round: taken for the last one, everybody would be missing."""
    if not isinstance(page.get("value"), list) or ("@odata.nextLink" in page) == ("@odata.deltaLink" in page):
        raise TryLater("Microsoft Graph gave an answer that is no page of people.", code="not_a_page")


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


class PageReader:
    """Fetches pages from `link` on, up to three ahead. Use as a context manager: leaving it stops the thread."""

    def __init__(self, reader: Reader, link: str, *, with_guests: bool = True) -> None:
        self._calls: queue.SimpleQueue[Call] = queue.SimpleQueue()
        reader.on_call = self._calls.put
        self._with_guests = with_guests
        self._pages: queue.Queue[dict[str, Any] | _Failed | None] = queue.Queue(PAGES_AHEAD)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._fetch, args=(reader, link), name="page reader", daemon=True)

    def __enter__(self) -> "PageReader":
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

    def batches(self, rows_wanted: int) -> Iterator[Batch]:
        """Batches of what has arrived: a page at least, about `rows_wanted` rows at most. Raises what reading did."""
        while True:
            batch, end = self._next_batch(rows_wanted)
            if batch.pages:
                yield batch
            if isinstance(end, _Failed):
                raise end.error
            if end is None or batch.is_last:
                return

    def _next_batch(self, rows_wanted: int) -> tuple[Batch, dict[str, Any] | _Failed | None]:
        """A batch and what was taken from the queue last: a page of it, or why no more will come."""
        batch = Batch(self._with_guests)
        item = self._pages.get()
        while isinstance(item, dict):
            batch.add(item)
            if batch.read >= rows_wanted or batch.is_last or self._pages.empty():
                break
            item = self._pages.get()
        return batch, item

    def _fetch(self, reader: Reader, link: str) -> None:
        try:
            for page in reader.pages(link, headers=HEADERS):
                _require_page(page)
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
