"""An identity that somebody signs in with, as Graph has it, and lists of them."""

from collections.abc import Iterable, Mapping
from typing import Any

# signInType, issuer and issuerAssignedId; the last is None for some of type federated.
Identity = dict[str, str | None]

SIGN_IN_NAME = "userPrincipalName"
PARTS = ("signInType", "issuer", "issuerAssignedId")


def others_in(state: Mapping[str, Any]) -> list[Identity]:
    """The identities of a user object besides the sign-in name, with their three parts only."""
    found = state.get("identities") or ()
    return [{part: entry.get(part) for part in PARTS} for entry in found if entry.get("signInType") != SIGN_IN_NAME]


def as_text(identity: Identity) -> str:
    """One identity in one line."""
    return " ".join(identity[part] or "" for part in PARTS)


def key_of(identity: Identity) -> tuple[str, str]:
    """What has to be unique in a tenant; letters' case does not matter."""
    return (identity["issuer"] or "").lower(), (identity["issuerAssignedId"] or "").lower()


def same(some: Iterable[Identity], others: Iterable[Identity]) -> bool:
    """Whether two lists hold the same, in any order."""
    return sorted(map(as_text, some)) == sorted(map(as_text, others))
