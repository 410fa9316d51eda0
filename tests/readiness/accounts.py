"""Kinds of accounts in the demo tenant, and what the product knows of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.actions import Target
from connectors.graph import Reader, read_manager, read_user_or_deleted, removal_in
from credentials.directory_roles import NAMES
from neurons_admin.demo.cast import PARTS
from neurons_admin.demo.tenant import Tenant
from tests.readiness.tenant import (
    DELETED,
    DELETED_ADMINISTRATOR,
    ROLES_BESIDE,
    WITH_NOTHING,
    WITHOUT_LOCATION,
)

REMOVALS = {"": "", "changed": "deleted", "deleted": "gone"}


WORDS = {"adele": "ordinary", "president": "ordinary, no manager"}
OTHERS = {
    "without usage location": WITHOUT_LOCATION,
    "without licences": WITH_NOTHING,
    "deleted": DELETED,
    "deleted administrator": DELETED_ADMINISTRATOR,
}


@dataclass(frozen=True)
class Kind:
    """One account that stands for its kind."""

    name: str
    object_id: str

    @property
    def is_deleted(self) -> bool:
        """Whether it is deleted before the experiments begin."""
        return self.name.startswith("deleted")


def kinds(tenant: Tenant) -> Iterator[Kind]:
    """The cast by its keys, somebody with each directory role, and the deleted."""
    ids = {key: person["id"] for key, person in tenant.people().items()}
    for key in ("adele", "president", "disabled", "synced", "once_synced", "guest", "restricted", "role_group_member"):
        yield Kind(WORDS.get(key, key.replace("_", " ")), ids[key])
    for part in PARTS:
        if part.roles and part.key != "break_glass":
            yield Kind(NAMES[part.roles[0]], ids[part.key])
    for role, number in ROLES_BESIDE.items():
        yield Kind(NAMES[role], tenant.directory.population.ids[number])
    for name, number in OTHERS.items():
        yield Kind(name, tenant.directory.population.ids[number])


def target_of(user: dict[str, Any], standing: tuple[frozenset[str], bool | None] | None) -> Target:
    """The account as the local copy would know it, from what was read."""
    roles, in_role_group = standing or (None, None)
    return Target(
        object_id=user["id"],
        name=user.get("displayName") or "",
        sign_in_name=user.get("userPrincipalName") or "",
        enabled=user.get("accountEnabled"),
        synced=bool(user.get("onPremisesSyncEnabled")),
        guest=(user.get("userType") or "").lower() == "guest",
        removal=REMOVALS[removal_in(user)],
        directory_roles=roles,
        in_role_group=in_role_group,
        restricted=user.get("isManagementRestricted") or False,
        state=user,
    )


def read_target(reader: Reader, object_id: str, standing: tuple[frozenset[str], bool | None] | None) -> Target:
    """The account as the local copy has it: read at this moment, its roles when it was last there."""
    user = read_user_or_deleted(reader, object_id)
    manager = None if removal_in(user) else read_manager(reader, object_id)
    return target_of({**user, "manager": manager}, standing)
