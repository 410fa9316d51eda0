"""What no two users of a tenant may share: user principal names, sign-in identities, mail addresses. No HTTP.

Everybody is made without a conflict, so only who was changed since can stand in the way, besides the principal names.
"""

from collections.abc import Iterable

from neurons_admin.demo.directory import Directory
from neurons_admin.demo.odata import GraphError, bad_request
from neurons_admin.demo.people import User
from neurons_admin.demo.wire import Json


def require_free_upn(directory: Directory, user: User, upn: str) -> None:
    """400 where somebody else has this user principal name."""
    if directory.upn_taken(upn, by_other_than=user.id):
        raise _conflict("userPrincipalName")


def require_free_identities(directory: Directory, user: User, identities: Iterable[Json]) -> None:
    """400 where an identity is there twice, or somebody else has it."""
    wanted = [pair for entry in identities if (pair := _pair(entry))]
    taken = {_pair(entry) for other in directory.changed_but(user) for entry in other.properties["identities"]}
    if len(set(wanted)) < len(wanted) or not taken.isdisjoint(wanted):
        raise _conflict("identities")
    for _, assigned in wanted:
        if directory.upn_taken(assigned, by_other_than=user.id):
            raise _conflict("identities")


def taken_addresses(directory: Directory, user: User) -> list[str]:
    """Those of the user's proxy addresses that somebody else has by now."""
    others = {address.lower() for other in directory.changed_but(user)
              for address in other.properties.get("proxyAddresses") or ()}  # fmt: skip
    return [address for address in user.properties.get("proxyAddresses") or () if address.lower() in others]


def require_free_addresses(taken: list[str]) -> None:
    """400 where there are any."""
    if taken:
        raise _conflict("proxyAddresses")


def _pair(entry: Json) -> tuple[str, str] | None:
    """What must be unique of an identity: issuer and the id that it assigned; None where nothing is assigned."""
    assigned = entry["issuerAssignedId"]
    return None if assigned is None else (entry["issuer"].lower(), assigned.lower())


def _conflict(name: str) -> GraphError:
    return bad_request(f"Another object with the same value for property {name} already exists.")
