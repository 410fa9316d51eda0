"""Which directory role of the application suffices to act on somebody who holds one.

Two tables of https://learn.microsoft.com/graph/api/resources/users ("Who can perform sensitive actions", "Who can reset
passwords"), read on 2026-07-03. They concern what is sensitive and what sets a password; for anything else the
permission alone suffices, whoever the target is.
"""

from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from connectors.actions import Target
from connectors.graph import UNKNOWN_ROLE

Column = Literal["sensitive", "password"]

GLOBAL: Final = "62e90394-69f5-4237-9190-012177145e10"
PRIVILEGED_AUTHENTICATION: Final = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
USER: Final = "fe930be7-5e62-47db-91af-98c3a49a38b1"
AUTHENTICATION: Final = "c4e39bd9-1100-46d3-8c65-fb160da0071f"
HELPDESK: Final = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
PASSWORD: Final = "966707d0-3269-4727-9be2-8c3a10f19b9d"  # noqa: S105 - an id
GROUPS: Final = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
DIRECTORY_READERS: Final = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
GUEST_INVITER: Final = "95e79109-95c0-4d8e-aee3-d01accf2d47b"
MESSAGE_CENTER_READER: Final = "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b"
REPORTS_READER: Final = "4a5d8f65-41da-4de4-8968-e035b65339cf"
USAGE_SUMMARY_READER: Final = "75934031-6c7e-415a-99d7-48dbd49e875e"

# These two may act on anybody; for every role that is not in the table nobody else may.
HIGHEST: Final = frozenset({PRIVILEGED_AUTHENTICATION, GLOBAL})
_FOUR: Final = HIGHEST | {USER, AUTHENTICATION}
_FIVE: Final = _FOUR | {HELPDESK}
_SIX: Final = _FIVE | {PASSWORD}
_USER_UP: Final = HIGHEST | {USER}
_AUTHENTICATION_UP: Final = HIGHEST | {AUTHENTICATION}


class Row(NamedTuple):
    """For one role that the target holds: the roles of the application of which one suffices."""

    sensitive: frozenset[str]
    password: frozenset[str]


TABLE: Final = {
    DIRECTORY_READERS: Row(_FOUR, _SIX),
    GUEST_INVITER: Row(_FOUR, _SIX),
    PASSWORD: Row(_FOUR, _SIX),
    MESSAGE_CENTER_READER: Row(_FOUR, _FIVE),
    REPORTS_READER: Row(_FOUR, _FIVE),
    USAGE_SUMMARY_READER: Row(_FOUR, _FIVE),
    HELPDESK: Row(_USER_UP, _USER_UP | {HELPDESK}),
    GROUPS: Row(_USER_UP, _USER_UP),
    USER: Row(_USER_UP, _USER_UP),
    AUTHENTICATION: Row(_AUTHENTICATION_UP, _AUTHENTICATION_UP),
}


class Standing(NamedTuple):
    """Whether the application's roles suffice for a target: None where that cannot be known.

    `wanted` are the roles of which one more is needed, `because` what the target holds, by template id; both are empty
    where they suffice, and `because` for somebody who is protected by a role-assignable group.
    """

    suffices: bool | None
    wanted: frozenset[str] = frozenset()
    because: str = ""


def standing(column: Column, target: Target, own: Collection[str]) -> Standing:
    """What the table says of an application that holds the roles `own`, by what is known of the target."""
    if not HIGHEST.isdisjoint(own):
        return Standing(True)
    held = target.directory_roles
    for role in sorted(held or ()):
        wanted = _wanted(column, role)
        if wanted.isdisjoint(own):
            return Standing(False, wanted, role)
    # A role-assignable group counts only for those who hold no role themselves.
    if target.in_role_group and not held:
        return Standing(False, HIGHEST)
    is_certain = UNKNOWN_ROLE not in held if held else held is not None and target.in_role_group is not None
    return Standing(True if is_certain else None)


def _wanted(column: Column, role: str) -> frozenset[str]:
    """Of a role that is only known to be held: what suffices for the least of all, since without that nothing does."""
    row = Row(_FOUR, _SIX) if role == UNKNOWN_ROLE else TABLE.get(role, Row(HIGHEST, HIGHEST))
    return row.sensitive if column == "sensitive" else row.password
