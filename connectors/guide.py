"""What the set-up guide says beside the forms: which permissions the two app registrations get, and why.

Ids are those of the application permissions (app role ids), as a manifest wants them:
https://learn.microsoft.com/graph/permissions-reference
"""

import json
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from connectors import scripts
from connectors.actions import Action
from connectors.actions.permissions import DIRECTORY_READ_WRITE, USER_IDENTITIES, USER_READ_WRITE
from connectors.graph.registration import CLOUDS
from connectors.least import Wanted, scope_of, stand_ins
from connectors.permission_ids import GRAPH_APP, IDS
from credentials.models import Cloud, Credential


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
# Only for what is off unless it is ticked under What to import.
READING_OPTIONAL: Final = (
    Permission(
        "AuditLog.Read.All",
        "b0afded3-3588-46d8-8b3d-9842eff778da",
        "Optional: when everybody last signed in. The tenant needs Microsoft Entra ID P1, too.",
    ),
)
DELEGATED_ONLY: Final = Permission(
    "Directory.AccessAsUser.All",
    "0e263e50-5827-48a4-b97c-d940288653c7",
    "Exists as a delegated permission only: it cannot be granted to an application and has no effect here. Older guides"
    " list it; leave it out.",
)
NEEDED: Final = "needed here"
BROADER: Final = "broader than needed"
NO_EFFECT: Final = "no effect"
# With the one above these are the four that guides to acting on people usually name, needed or not.
USUALLY_NAMED: Final = (USER_READ_WRITE, USER_IDENTITIES, DIRECTORY_READ_WRITE)


class Judged(NamedTuple):
    """A permission that is usually named, and what becomes of it here: one of the three marks, and the reason."""

    name: str
    id: str
    mark: str
    why: str


def manifest(permissions: Sequence[Permission]) -> str:
    """The part of an app registration's manifest that asks for these permissions."""
    access = [{"id": permission.id, "type": "Role"} for permission in permissions if permission.id]
    return json.dumps({"requiredResourceAccess": [{"resourceAppId": GRAPH_APP, "resourceAccess": access}]}, indent=2)


def consent_link(credential: Credential | None) -> str:
    """Where an administrator consents to what the app registration of a credential asks for; empty without one.

    https://learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent
    """
    if credential is None:
        return ""
    authority = CLOUDS[credential.cloud].authority
    return f"{authority}/{quote(str(credential.tenant_id))}/adminconsent?client_id={quote(str(credential.client_id))}"


def sync_guide(credential: Credential | None = None) -> dict[str, object]:
    """What the guide's template needs beside the form of the credential that reads; `credential` is the stored one."""
    cloud = credential.cloud if credential else Cloud.GLOBAL
    return {
        "role": "sync",
        "permissions": READING,
        "optional": READING_OPTIONAL,
        "consent_link": consent_link(credential),
        **_to_copy("Neurons Admin read", READING, cloud),
    }


def action_guide(
    offered: Sequence[type[Action]], credential: Credential | None = None, *, cloud: str = Cloud.GLOBAL
) -> dict[str, object]:
    """The same for the credential that acts: the least that suffices for the actions that are offered.

    Without a `credential` the scripts are for `cloud`.
    """
    scope = scope_of(offered)
    permissions = [Permission(each.name, IDS.get(each.name, ""), f"{_list(each.purposes)}.") for each in scope.least]
    return {
        "role": "action",
        "permissions": permissions,
        "usually_named": _usually_named(permissions, stand_ins(offered)),
        "needs_role": scope.needs_role,
        "consent_link": consent_link(credential),
        **_to_copy(
            "Neurons Admin act", permissions, credential.cloud if credential else cloud, needs_role=scope.needs_role
        ),
    }


def _usually_named(permissions: Sequence[Permission], broader: Sequence[Wanted]) -> list[Judged]:
    """The four, whatever is offered: what is asked for here, what would be too much, what changes nothing."""
    asked = {each.name for each in permissions}
    instead = {each.name: f"Does as well in place of {' and '.join(each.purposes)}." for each in broader}
    judged = [
        Judged(name, IDS[name], NEEDED, "Is in the list above.")
        if name in asked
        else Judged(name, IDS[name], BROADER, instead.get(name, "No action that is offered needs it."))
        for name in USUALLY_NAMED
    ]
    return [*judged, Judged(DELEGATED_ONLY.name, DELEGATED_ONLY.id, NO_EFFECT, DELEGATED_ONLY.why)]


def _to_copy(
    name: str, permissions: Sequence[Permission], cloud: str, *, needs_role: bool = False
) -> dict[str, object]:
    """The same as a manifest, and as scripts that make the app registration."""
    ids = [permission.id for permission in permissions if permission.id]
    return {
        "cloud": Cloud(cloud).label,
        "manifest": manifest(permissions),
        "cli": scripts.azure_cli(name, ids, cloud=cloud, needs_role=needs_role),
        "powershell": scripts.powershell(name, ids, cloud=cloud, needs_role=needs_role),
    }


def _list(purposes: Sequence[str]) -> str:
    words = "; ".join(purposes)
    return words[:1].upper() + words[1:]
