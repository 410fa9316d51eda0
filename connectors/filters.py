"""Who of a tenant is imported.

Rounds of changes cannot be filtered by Graph, so everybody is read and the choice is made here.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class Described(Protocol):
    """What of an account decides; records of what was read and rows both have it."""

    @property
    def object_id(self) -> str | uuid.UUID: ...

    @property
    def user_principal_name(self) -> str: ...

    @property
    def user_type(self) -> str: ...

    @property
    def department(self) -> str: ...

    @property
    def enabled(self) -> bool | None: ...


@dataclass(frozen=True)
class PeopleFilter:
    """Conditions, all of which have to be met; a list that is empty is none. Lists are compared without case.

    `object_ids` are the only ones who may be wanted at all; None: anybody may.
    """

    members: bool = True
    guests: bool = True
    disabled: bool = True
    departments: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    object_ids: frozenset[str] | None = None

    @classmethod
    def of(
        cls,
        *,
        members: bool,
        guests: bool,
        disabled: bool,
        departments: Sequence[str],
        domains: Sequence[str],
        object_ids: frozenset[str] | None,
    ) -> "PeopleFilter":
        """From lists as people write them."""
        in_departments, in_domains = (frozenset(map(str.casefold, words)) for words in (departments, domains))
        return cls(members, guests, disabled, in_departments, in_domains, object_ids)

    @property
    def wants_everybody(self) -> bool:
        """Whether nobody needs to be looked at."""
        return self == EVERYBODY

    def wants(self, account: Described) -> bool:
        """Whether an account is to be imported. One of no type is a member, one of no known state is enabled."""
        is_guest = account.user_type.lower() == "guest"
        return (
            (self.guests if is_guest else self.members)
            and (self.disabled or account.enabled is not False)
            and (not self.departments or account.department.strip().casefold() in self.departments)
            and (not self.domains or account.user_principal_name.rpartition("@")[2].casefold() in self.domains)
            and (self.object_ids is None or str(account.object_id) in self.object_ids)
        )

    @property
    def key(self) -> str:
        """A short word that is another one for other conditions."""
        if self == PeopleFilter(guests=self.guests):
            return f"{'with' if self.guests else 'without'} guests"
        conditions: list[object] = [self.members, self.guests, self.disabled]
        conditions += [sorted(self.departments), sorted(self.domains)]
        if self.object_ids is not None:
            conditions.append(sorted(self.object_ids))
        return f"filter {hashlib.sha256(json.dumps(conditions).encode()).hexdigest()[:12]}"


EVERYBODY = PeopleFilter()
