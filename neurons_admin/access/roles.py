"""The built-in roles, and how their permissions reach them. A superuser may do everything.

A permission is given to the roles that have it by default once, when it first appears. From then on what a role may do
is what somebody decided: no migration undoes it. docs/decisions/0008 says why.
"""

import logging
from typing import Any, Final

from django.apps import apps as all_apps
from django.apps.registry import Apps
from django.db import transaction

from neurons_admin.access import offers

logger = logging.getLogger(__name__)

VIEWER: Final = "Viewer"
SERVICE_DESK: Final = "Service desk"
PEOPLE_ADMIN: Final = "People admin"
CONNECTOR_ADMIN: Final = "Connector admin"
CREDENTIAL_ADMIN: Final = "Credential admin"

# Each with what it is for, in the order in which they are shown.
ROLES: Final[dict[str, str]] = {
    VIEWER: "sees people and what was done for them",
    SERVICE_DESK: "sees people and carries out everyday actions",
    PEOPLE_ADMIN: "sees people and carries out every action, with a reason on protected people too",
    CONNECTOR_ADMIN: "sets up connectors, starts synchronisations, reads the audit trail",
    CREDENTIAL_ADMIN: "keeps the shared credentials, reads the audit trail",
}


def ensure_roles(*, apps: Apps = all_apps, **_: Any) -> None:
    """Make the built-in roles, and give them what they have by default and were never given before.

    Runs after each app's migrations, and whenever somebody wants to be sure; `apps` are the models as they are then.
    """
    try:
        apps.get_model("access", "Role")
    except LookupError:
        return
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in apps.get_model("auth", "Permission").objects.select_related("content_type")
    }
    with transaction.atomic():
        for name in ROLES:
            role = _built_in(apps, name)
            fresh = [code for code in offers.defaults_of(name) if code in known and role and code not in role.offered]
            if role and fresh:
                role.group.permissions.add(*[known[code] for code in fresh])
                role.offered = sorted({*role.offered, *fresh})
                role.save(update_fields=["offered"])


def _built_in(apps: Apps, name: str) -> Any:
    """The role, made if need be. None where a role of somebody's own making has its name: that is left alone."""
    roles = apps.get_model("access", "Role").objects
    role = roles.select_related("group").filter(group__name=name, builtin=True).first()
    if role is None:
        group, is_new = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        if not is_new:
            logger.warning("The built-in role %r was not made: something else has this name.", name)
            return None
        role = roles.create(group=group, builtin=True)
    return role
