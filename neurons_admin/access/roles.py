"""The four roles and what each may do. A superuser may do everything.

Permissions are written as `app.codename`; the apps declare them on their models.
"""

from typing import Any, Final

from django.apps import apps

VIEWER: Final = "Viewer"
SERVICE_DESK: Final = "Service desk"
CONNECTOR_ADMIN: Final = "Connector admin"
CREDENTIAL_ADMIN: Final = "Credential admin"

_SEE_PEOPLE: Final = {"people.view_person", "people.view_actionrun"}

ROLES: Final[dict[str, set[str]]] = {
    VIEWER: _SEE_PEOPLE,
    SERVICE_DESK: _SEE_PEOPLE | {"people.add_actionrun"},
    CONNECTOR_ADMIN: {
        "connectors.view_connector",
        "connectors.add_connector",
        "connectors.change_connector",
        "connectors.delete_connector",
        "connectors.sync_connector",
        "credentials.use_credential",
        "audit.view_event",
    },
    CREDENTIAL_ADMIN: {
        "credentials.view_credential",
        "credentials.add_credential",
        "credentials.change_credential",
        "credentials.delete_credential",
        "credentials.use_credential",
        "audit.view_event",
    },
}


def ensure_roles(**_: Any) -> None:
    """Make the roles' groups hold exactly the permissions listed above, as far as these exist already."""
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in apps.get_model("auth", "Permission").objects.select_related("content_type")
    }
    for name, wanted in ROLES.items():
        group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.set([permissions[code] for code in wanted if code in permissions])
