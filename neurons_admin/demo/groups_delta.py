"""`groups/delta`: groups and their members in rounds of pages; a large group is spread over many of them."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

from neurons_admin.demo.delta import Bookmark, Lagging, Page, Rounds, next_round
from neurons_admin.demo.directory import Change
from neurons_admin.demo.groups import Group
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json, to_json

Members = dict[str, Json]
"""Entries of `members@delta` by object id."""
_LOOKED_AT = 5000
"""Users whom one page looks at, at most: where few of them are members, it may be empty and not the last."""
_USER, _GROUP = "#microsoft.graph.user", "#microsoft.graph.group"


class GroupDelta(Rounds):
    """Hands out rounds of groups.

    In a first round the groups come first, with the groups nested in them, and then all users by number, each of them
    below each of their groups: so a page is made of few users, however many there are. In that round `at` counts the
    groups and then the users. A page holds at most `size` groups and members, as long as no single user has more.
    """

    of = "groups"

    def page(self, bookmark: Bookmark, size: int, *, minimal: bool = False) -> Page:
        """The page that `bookmark` points to; `minimal` leaves out properties, for only memberships ever change."""
        is_first = bookmark.since is None
        found, stop = self._everything(bookmark, size) if is_first else self._changed(bookmark, size)
        select = () if minimal and not is_first else bookmark.select
        rows = [_row(self._directory.groups.all[group_id], select, members) for group_id, members in found.items()]
        if stop is None:
            return Page(rows, next_round(bookmark), is_last=True)
        return Page(rows, replace(bookmark, at=stop), is_last=False)

    def _everything(self, bookmark: Bookmark, size: int) -> tuple[dict[str, Members], int | None]:
        """One page of a first round, and where the next begins."""
        groups = self._asked(bookmark)
        with_members = "members" in bookmark.select
        found = {group.id: self._nested(group) if with_members else {} for group in groups[bookmark.at :][:size]}
        stop = bookmark.at + len(found)
        if stop < len(groups):
            return found, stop
        room, asked, start = size - len(found), {group.id for group in groups}, max(0, bookmark.at - len(groups))
        for user in self._directory.live_from(start) if with_members else ():
            joined = [group.id for group in self._directory.groups.direct(user) if group.id in asked]
            if (len(joined) > room and found) or user.number - start > _LOOKED_AT:
                return found, len(groups) + user.number
            for group_id in joined:
                found.setdefault(group_id, {})[user.id] = {"@odata.type": _USER, "id": user.id}
            room -= len(joined)
        return found, None

    def _changed(self, bookmark: Bookmark, size: int) -> tuple[dict[str, Members], int | None]:
        """One page of changed memberships as they are by the time it is asked for, and where the next begins."""
        asked = {group.id for group in self._asked(bookmark)} if "members" in bookmark.select else set()
        found: dict[str, Members] = {}
        room = size
        for position in count(bookmark.at):
            if position >= bookmark.until:
                return found, None
            if room <= 0:
                return found, position
            change = self._directory.changes[position]
            for group in self._concerned(change):
                if group.id in asked:
                    found.setdefault(group.id, {})[change.id] = self._membership(group, change.id)
                    room -= 1
        raise AssertionError("Counting ends only above.")

    def _concerned(self, change: Change) -> Iterator[Group]:
        """The groups of which this change tells something: a soft deletion is not among what is told."""
        groups = self._directory.groups
        if change.group_id is not None:
            yield groups.all[change.group_id]
        elif change.kind in {"purge", "restore"}:
            yield from groups.direct(self._directory.anybody(change.id) or self._as_made(change.id))
        elif change.kind == "update" and "userType" in (change.values or {}):
            yield from (group for group in groups.all.values() if group.is_dynamic)

    def _membership(self, group: Group, user_id: str) -> Json:
        entry: Json = {"@odata.type": _USER, "id": user_id}
        user = self._directory.anybody(user_id)
        is_member = user is not None and self._directory.groups.is_member(group, user)
        return entry if is_member else entry | {"@removed": {"reason": "deleted"}}

    def _as_made(self, user_id: str) -> User:
        population = self._directory.population
        return population.make(population.number[user_id])

    def _nested(self, group: Group) -> Members:
        nested = self._directory.groups.nested_in(group)
        return {other.id: {"@odata.type": _GROUP, "id": other.id} for other in nested}

    def _asked(self, bookmark: Bookmark) -> list[Group]:
        groups = self._directory.groups.all.values()
        return [group for group in groups if not bookmark.only or group.id in bookmark.only]


class LaggingGroupDelta(Lagging, GroupDelta):
    """Rounds of groups of a directory that lags."""


def _row(group: Group, select: tuple[str, ...], members: Members) -> bytes:
    """One group as an entry of a page: the properties that were ever set, and the members to be told."""
    known = {name: group.properties.get(name) for name in select}
    entry: Json = {name: value for name, value in known.items() if value is not None}
    entry["id"] = group.id
    if members:
        entry["members@delta"] = list(members.values())
    return to_json(entry)
