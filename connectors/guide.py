"""What the set-up guide says beside the forms: which permissions the two app registrations get, and why.

Ids are those of the application permissions (app role ids), as a manifest wants them:
https://learn.microsoft.com/graph/permissions-reference
"""

import json
from typing import Final, NamedTuple

GRAPH_APP: Final = "00000003-0000-0000-c000-000000000000"


class Permission(NamedTuple):
    """An application permission: its name, its id, and what it is for here."""

    name: str
    id: str
    why: str


READING: Final = (
    Permission("User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "Read everybody's profile."),
    Permission("GroupMember.Read.All", "98830695-27a2-44f7-8c18-0c3ebc9698f6", "Read groups and who is in them."),
    Permission(
        "LicenseAssignment.Read.All",
        "e2f98668-2877-4f38-a2f4-8202e0717aa1",
        "Read the licences bought and how many are left.",
    ),
    Permission("Device.Read.All", "7438b122-aefc-4978-80ed-43db9fcc7715", "Read devices and whose they are."),
    Permission(
        "RoleManagement.Read.Directory",
        "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
        "See who administers the tenant, so that nobody touches them by mistake.",
    ),
)
ACTING: Final = (
    Permission(
        "User.ReadWrite.All",
        "741f803b-c850-494e-b5df-cde7c675a1ca",
        "Enable, disable, edit, delete and restore accounts; revoke sessions.",
    ),
    Permission(
        "User.ManageIdentities.All", "c529cfca-c91b-489c-af2b-d92990b66ce6", "Change the identities one signs in with."
    ),
    Permission(
        "Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Managers, groups, licences; read roles."
    ),
    Permission(
        "User-PasswordProfile.ReadWrite.All",
        "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7",
        "Reset passwords, together with the directory role of step 4.",
    ),
)
DELEGATED_ONLY: Final = Permission(
    "Directory.AccessAsUser.All",
    "0e263e50-5827-48a4-b97c-d940288653c7",
    "Exists as a delegated permission only: it cannot be granted to an application and has no effect here. Older guides"
    " list it; leave it out.",
)


def manifest(permissions: tuple[Permission, ...]) -> str:
    """The part of an app registration's manifest that asks for these permissions."""
    access = [{"id": permission.id, "type": "Role"} for permission in permissions]
    return json.dumps({"requiredResourceAccess": [{"resourceAppId": GRAPH_APP, "resourceAccess": access}]}, indent=2)


def guide(role: str) -> dict[str, object]:
    """What the guide's template needs for the form of one role ("sync" or "action")."""
    permissions = READING if role == "sync" else ACTING
    return {
        "role": role,
        "permissions": permissions,
        "delegated_only": DELEGATED_ONLY,
        "manifest": manifest(permissions),
    }
