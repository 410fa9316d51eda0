"""`users/delta`: rounds of pages, opaque links, and bytes kept ready so that many people can be handed out fast."""

import json
import threading
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from neurons_admin.demo.directory import EVERYTHING, Change, Directory
from neurons_admin.demo.odata import GraphError, bad_request
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, to_json

TOKEN_LIFE = 7 * 24 * 3600
_KEPT_SELECTIONS = 2


@dataclass(frozen=True)
class Bookmark:
    """Where a round stands; sealed, it is the `$skiptoken` or `$deltatoken` of a link.

    `since` is the number of changes known when the round before began; None means the first round, which hands out
    everybody. `until` is the same for this round. `at` is a position: a user's number, or an index of the changes.
    `of` is what the rounds hand out.
    """

    generation: str
    select: tuple[str, ...]
    until: int
    at: int = 0
    since: int | None = None
    only: tuple[str, ...] = ()
    of: str = "users"

    def as_json(self) -> Json:
        """The bookmark as the seal wants it."""
        return asdict(self)


class Seal:
    """Makes tokens that nobody can read or change, and opens them again for seven days."""

    def __init__(self, key_file: Path) -> None:
        if not key_file.exists():
            key_file.touch(mode=0o600)
            key_file.write_bytes(Fernet.generate_key())
        self._fernet = Fernet(key_file.read_bytes())

    def close(self, value: Json, now: float | None = None) -> str:
        """A token that holds `value`."""
        return self._fernet.encrypt_at_time(to_json(value), int(now or time.time())).decode().rstrip("=")

    def open(self, token: str, now: float | None = None) -> Json | None:
        """The value in a token; None when it is too old. 400 for a token that was never ours."""
        padded = (token + "=" * (-len(token) % 4)).encode("ascii", "replace")
        try:
            born = self._fernet.extract_timestamp(padded)
            if born + TOKEN_LIFE < int(now or time.time()):
                return None
            value: Json = json.loads(self._fernet.decrypt(padded))
        except (InvalidToken, ValueError):
            raise bad_request("Badly formed token.") from None
        return value


class ReadyRows:
    """Every user as JSON bytes, per selection of properties, until the user changes."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._rows: OrderedDict[tuple[str, ...], list[bytes | None]] = OrderedDict()
        self._population = directory.population
        directory.listen(self._forget)

    def page(self, select: tuple[str, ...], start: int, stop: int) -> list[bytes]:
        """The rows of users `start` to `stop`; those who were purged have none."""
        kept = self._of(select)
        known_changes = len(self._directory.changes)
        rows = kept[start:stop]
        if None in rows:
            rows = [ready if ready is not None else row(self._directory.at(number), select)
                    for number, ready in enumerate(rows, start)]  # fmt: skip
            with self._lock:
                if known_changes == len(self._directory.changes):
                    kept[start:stop] = rows
        return [ready for ready in rows if ready]

    def _of(self, select: tuple[str, ...]) -> list[bytes | None]:
        with self._lock:
            if self._population is not self._directory.population:
                self._population = self._directory.population
                self._rows.clear()
            if select not in self._rows:
                self._rows[select] = [None] * self._directory.size
            self._rows.move_to_end(select)
            while len(self._rows) > _KEPT_SELECTIONS:
                self._rows.popitem(last=False)
            return self._rows[select]

    def _forget(self, change: Change) -> None:
        number = self._directory.population.number[change.id]
        with self._lock:
            for rows in self._rows.values():
                if number < len(rows):
                    rows[number] = None


def row(user: User | None, select: tuple[str, ...]) -> bytes:
    """One user as an entry of a delta page; nothing for one who was purged."""
    if user is None:
        return b""
    if user.deleted is not None:
        return to_json({"id": user.id, "@removed": {"reason": "changed"}})
    return to_json(_entry(user, select))


def _entry(user: User, names: tuple[str, ...]) -> Json:
    """The selected properties that were ever set; a cleared one is null, one never set is absent."""
    properties = user.properties
    entry = {name: properties[name] for name in names if name in properties}
    entry["id"] = user.id
    if "manager" in names and user.manager_id:
        entry["manager@delta"] = [{"@odata.type": "#microsoft.graph.user", "id": user.manager_id}]
    elif "manager" in names and user.former_manager_id:
        gone = {"@odata.type": "#microsoft.graph.user", "id": user.former_manager_id}
        entry["manager@delta"] = [gone | {"@removed": {"reason": "deleted"}}]
    return entry


@dataclass(frozen=True)
class Page:
    """One page: its rows, and either the bookmark of the next page or that of the next round."""

    rows: list[bytes]
    next: Bookmark
    is_last: bool


class Rounds:
    """What the rounds of one directory have in common, whatever they hand out: their bookmarks."""

    of = "users"

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def first(self, select: tuple[str, ...], only: tuple[str, ...]) -> Bookmark:
        """The beginning of a first round; `only` limits it to some object ids."""
        return Bookmark(self._directory.generation, select, len(self._directory.changes), only=only, of=self.of)

    def latest(self, select: tuple[str, ...], only: tuple[str, ...]) -> Page:
        """An empty round, for callers who want changes from now on (`$deltatoken=latest`)."""
        return Page([], next_round(self.first(select, only)), is_last=True)

    def resume(self, kept: Json | None) -> Bookmark:
        """The bookmark in an opened token; 410 when too old or of another generation, 400 when of others."""
        if kept is not None and ("until" not in kept or kept.get("of", "users") != self.of):
            raise bad_request("Badly formed token.")
        bookmark = self._bookmark(kept) if kept else None
        if (
            bookmark is None
            or bookmark.generation != self._directory.generation
            or bookmark.until > len(self._directory.changes)
        ):
            raise GraphError(410, "syncStateNotFound", "The sync state generation is not found")
        if bookmark.since is not None and bookmark.at == bookmark.since:
            return replace(bookmark, until=len(self._directory.changes))
        return bookmark

    def page(self, bookmark: Bookmark, size: int, *, minimal: bool = False) -> Page:
        """The page that `bookmark` points to, of at most `size` rows; `minimal` leaves out what did not change."""
        raise NotImplementedError

    def _bookmark(self, kept: Json) -> Bookmark:
        values: Json = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
        return Bookmark(**values)


class Lagging(Rounds):
    """Rounds of a directory that lags: what it has not heard of is not handed out; later rounds repeat."""

    def _bookmark(self, kept: Json) -> Bookmark:
        """The bookmark may come from a replica that is further on."""
        return super()._bookmark(kept | {"until": min(kept["until"], len(self._directory.changes))})


class Delta(Rounds):
    """Hands out rounds of users."""

    def __init__(self, directory: Directory) -> None:
        super().__init__(directory)
        self._ready = ReadyRows(directory)

    def page(self, bookmark: Bookmark, size: int, *, minimal: bool = False) -> Page:
        """The page that `bookmark` points to, of at most `size` rows."""
        if bookmark.only and bookmark.since is None:
            rows = [row(self._directory.anybody(user_id), bookmark.select) for user_id in bookmark.only]
            return Page([ready for ready in rows if ready], next_round(bookmark), is_last=True)
        if bookmark.since is None:
            stop = min(bookmark.at + size, self._directory.size)
            rows = self._ready.page(bookmark.select, bookmark.at, stop)
            is_last = stop >= self._directory.size
        else:
            rows, stop = self._changed(bookmark, size, minimal=minimal)
            is_last = stop >= bookmark.until
        following = next_round(bookmark) if is_last else replace(bookmark, at=stop)
        return Page(rows, following, is_last)

    def _changed(self, bookmark: Bookmark, size: int, *, minimal: bool) -> tuple[list[bytes], int]:
        """One page of changed users, each once a page (a later page may repeat them), and where the next begins."""
        watched = {*bookmark.select, "manager"} if "manager" in bookmark.select else {*bookmark.select}
        touched: dict[str, set[str]] = {}
        position = bookmark.at
        while position < bookmark.until and len(touched) < size:
            change = self._directory.changes[position]
            position += 1
            if bookmark.only and change.id not in bookmark.only:
                continue
            if change.touched == EVERYTHING or change.touched & watched:
                touched.setdefault(change.id, set()).update(change.touched)
        entries = [self._changed_row(user_id, names, bookmark.select, minimal) for user_id, names in touched.items()]
        return entries, position

    def _changed_row(self, user_id: str, touched: set[str], select: tuple[str, ...], minimal: bool) -> bytes:
        user = self._directory.anybody(user_id)
        if user is None:
            return to_json({"id": user_id, "@removed": {"reason": "deleted"}})
        if minimal and EVERYTHING.isdisjoint(touched):
            return row(user, tuple(name for name in select if name in touched))
        return row(user, select)


class LaggingDelta(Lagging, Delta):
    """Rounds of users of a directory that lags."""


def next_round(bookmark: Bookmark) -> Bookmark:
    """Where the round after this one begins."""
    return replace(bookmark, since=bookmark.until, at=bookmark.until)
