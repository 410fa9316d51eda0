"""What an action and its form may know of a tenant besides the account: groups, products, people."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class GroupFacts:
    """A group, with what decides whether its members can be changed. `synced` means mastered in Active Directory.

    https://learn.microsoft.com/graph/api/resources/groups-overview
    """

    object_id: str
    name: str
    kind: str
    dynamic: bool = False
    synced: bool = False
    role_assignable: bool = False
    restricted: bool = False


@dataclass(frozen=True)
class LicenceFacts:
    """A product that the tenant has bought. `left` is the number of free seats; below zero when overdrawn."""

    sku_id: str
    name: str
    assignable: bool
    left: int


@dataclass(frozen=True)
class PersonFacts:
    """Somebody of the same directory, for a choice of people. `manager_id` is empty where nobody is known."""

    object_id: str
    name: str
    sign_in_name: str
    manager_id: str = ""


class Directory(Protocol):
    """The local copy of one tenant, for whoever asks. `people` implements it."""

    def groups(self, ids: Collection[str]) -> list[GroupFacts]:
        """Those of the groups with these object IDs that are known."""
        ...

    def groups_of(self, object_id: str) -> list[GroupFacts]:
        """Those that have this object as a direct member, by name."""
        ...

    def granted(self) -> frozenset[str] | None:
        """The application permissions of the credential that acts there; None where nobody has looked yet."""
        ...

    def may_empower(self) -> bool:
        """Whether whoever asks may give others what makes them protected people, such as directory roles."""
        ...

    def licences(self) -> list[LicenceFacts]:
        """All products of the tenant."""
        ...

    def people(self, ids: Collection[str]) -> list[PersonFacts]:
        """Those of the accounts with these object IDs that are known and not deleted."""
        ...

    def find_people(self, text: str, limit: int) -> list[PersonFacts]:
        """Those in whose name or sign-in name each word of `text` begins some word, by name; at most `limit`."""
        ...

    def find_groups(self, text: str, limit: int) -> list[GroupFacts]:
        """Those whose name or e-mail holds each word of `text`, by name; at most `limit`."""
        ...

    def domains(self) -> list[str]:
        """Domains of sign-in names that are in use, the most frequent first."""
        ...
