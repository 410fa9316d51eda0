"""A group object of Microsoft Graph, as a record of plain values, and what is said of its members.

Properties: https://learn.microsoft.com/graph/api/resources/group. In a round of changes a large group occurs on many
pages, each with some of its members, so what is said of members adds up.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from connectors.graph import GROUP_PROPERTIES
from connectors.graph.kinds import kind_of

from .values import flag, text

_name, _description, _mail = text(256), text(1024), text(320)
_SAYS_SOMETHING = frozenset(GROUP_PROPERTIES) - {"id"}


class GroupRecord(NamedTuple):
    """One group; `restricted` is None where nothing was said of that."""

    object_id: str
    name: str
    description: str
    mail: str
    kind: str
    dynamic: bool
    synced: bool
    role_assignable: bool
    restricted: bool | None


@dataclass
class GroupChange:
    """What was said of one group: its properties (None: nothing), who is in, who is out, and whether it is removed.

    In this order it is emptied (it was gone for good, and its members with it), told of (`told`: it was there) and
    removed; so the end is the same as with each entry by itself. `removal` is `deleted` for one that can be restored,
    `gone` for one that cannot, and empty for one that is there.
    """

    object_id: str
    record: GroupRecord | None = None
    joined: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    emptied: bool = False
    told: bool = False
    removal: str = ""

    def take(self, group: dict[str, Any]) -> int:
        """Take in one more entry about this group, later than those before. Returns how many members it speaks of."""
        removed = group.get("@removed")
        if removed is not None:
            self._remove("gone" if removed.get("reason") == "deleted" else "deleted")
            return 0
        self.removal, self.told = "", True
        if any(group.get(name) is not None for name in _SAYS_SOMETHING):
            self.record = parse_group(group)
        members = group.get("members@delta") or ()
        for member in members:
            object_id = str(member["id"]).lower()
            joins = "@removed" not in member
            (self.joined if joins else self.left).add(object_id)
            (self.left if joins else self.joined).discard(object_id)
        return len(members)

    def _remove(self, removal: str) -> None:
        self.removal = removal
        if removal == "gone":
            self.emptied = True
            self.joined.clear()
            self.left.clear()


def parse_group(group: dict[str, Any]) -> GroupRecord:
    """A group object as Graph wrote it. Raises KeyError for an object without an id."""
    kinds = group.get("groupTypes")
    kinds = kinds if isinstance(kinds, list) else []
    return GroupRecord(
        object_id=group["id"].lower(),
        name=_name(group.get("displayName")),
        description=_description(group.get("description")),
        mail=_mail(group.get("mail")),
        kind=kind_of({**group, "groupTypes": kinds}),
        dynamic="DynamicMembership" in kinds,
        synced=group.get("onPremisesSyncEnabled") is True,
        role_assignable=group.get("isAssignableToRole") is True,
        restricted=flag(group.get("isManagementRestricted")),
    )
