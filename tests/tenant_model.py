"""A small model of a tenant: what becomes of people, groups and members, and what Graph tells of it."""

from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from tests.rounds import object_id, page, removed, user

FIRST_GROUP = 100
# Somebody and a group that are always there: a full round that names nobody is asked about.
ALWAYS = 9


@dataclass
class KnownGroup:
    name: str
    members: set[int] = field(default_factory=set)
    deleted: bool = False


class TenantModel:
    """Each change answers with its kind and what a round of changes tells of it; None where nothing has changed."""

    def __init__(self) -> None:
        self.people: dict[int, tuple[str, str]] = {ALWAYS: ("Always", "Sales")}
        self.groups: dict[int, KnownGroup] = {ALWAYS: KnownGroup("Always")}
        # An object id is never given twice.
        self.gone: set[int] = set()

    def apply(self, what: str, subject: int, value: Any) -> tuple[str, dict[str, Any] | None]:
        change = getattr(self, what)(subject, value)
        return ("person" if what.endswith("person") else "group"), change

    def put_person(self, number: int, value: tuple[str, str]) -> dict[str, Any]:
        self.people[number] = value
        return self._person(number)

    def remove_person(self, number: int, reason: str) -> dict[str, Any]:
        """Memberships are the groups' to tell."""
        self.people.pop(number, None)
        return removed(number, reason)

    def name_group(self, number: int, name: str) -> dict[str, Any] | None:
        """Creates, renames or restores it; a restored group has the members it had, and they are not told again."""
        if number in self.gone:
            return None
        group = self.groups.setdefault(number, KnownGroup(name))
        group.name, group.deleted = name, False
        return self._group(number)

    def join(self, number: int, who: int) -> dict[str, Any] | None:
        if not self._is_there(number):
            return None
        self.groups[number].members.add(who)
        return {"id": object_id(FIRST_GROUP + number), "members@delta": [self._member(who)]}

    def leave(self, number: int, who: int) -> dict[str, Any] | None:
        if not self._is_there(number):
            return None
        self.groups[number].members.discard(who)
        gone = {**self._member(who), "@removed": {"reason": "deleted"}}
        return {"id": object_id(FIRST_GROUP + number), "members@delta": [gone]}

    def remove_group(self, number: int, reason: str) -> dict[str, Any] | None:
        if number not in self.groups:
            return None
        if reason == "deleted":
            del self.groups[number]
            self.gone.add(number)
        else:
            self.groups[number].deleted = True
        return removed(FIRST_GROUP + number, reason)

    def all_people(self) -> list[dict[str, Any]]:
        return [self._person(number) for number in self.people]

    def all_groups(self) -> list[dict[str, Any]]:
        """The members of each in parts of two."""
        entries = []
        for number in filter(self._is_there, self.groups):
            members = [self._member(who) for who in sorted(self.groups[number].members)]
            parts = [members[at : at + 2] for at in range(0, len(members), 2)] or [[]]
            entries += [{**self._group(number), "members@delta": part} for part in parts]
        return entries

    def people_there(self) -> dict[str, tuple[str, str]]:
        return {object_id(number): value for number, value in self.people.items()}

    def groups_there(self) -> dict[str, tuple[str, frozenset[str]]]:
        return {
            object_id(FIRST_GROUP + number): (group.name, frozenset(map(object_id, group.members)))
            for number, group in self.groups.items()
            if not group.deleted
        }

    def _is_there(self, number: int) -> bool:
        return number in self.groups and not self.groups[number].deleted

    def _person(self, number: int) -> dict[str, Any]:
        name, department = self.people[number]
        return user(number, displayName=name, department=department, mail=None)

    def _group(self, number: int) -> dict[str, Any]:
        name = self.groups[number].name
        return {"id": object_id(FIRST_GROUP + number), "displayName": name, "securityEnabled": True}

    def _member(self, who: int) -> dict[str, Any]:
        return {"@odata.type": "#microsoft.graph.user", "id": object_id(who)}


def paged(entries: list[dict[str, Any]], sizes: list[int], first: str, delta: str) -> dict[str, Any]:
    """One round: pages of these sizes (not all none) in turn; each tells the last object of the one before again."""
    parts, at, turns = [], 0, cycle(sizes)
    while at < len(entries):
        size = next(turns)
        parts.append(entries[max(at - 1, 0) : at + size] if size else [])
        at += size
    parts.append(entries[-1:])
    links = [first, *(f"{first}-{number}" for number in range(1, len(parts))), ""]
    return {
        link: page(*part, following=following, delta="" if following else delta)
        for link, following, part in zip(links, links[1:], parts, strict=False)
    }
