"""The account that an action is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What is known of a directory's object, under Graph's names of properties.
State = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """The account an action is for, as far as actions care. `synced` means mastered in on-premises Active Directory.

    `state` is what the local copy knows, under Graph's names of properties. `directory_roles` are the template ids of
    the roles held, None where nobody could read them; `in_role_group` and `restricted` likewise.
    """

    object_id: str
    name: str
    sign_in_name: str
    enabled: bool | None
    synced: bool
    guest: bool
    removal: str = ""
    directory_roles: frozenset[str] | None = None
    in_role_group: bool | None = None
    restricted: bool | None = None
    state: State = field(default_factory=dict)
