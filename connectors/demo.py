"""The connector to the demo tenant, for `manage.py seed_demo`."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from connectors import checks
from connectors.models import Connector
from credentials.models import Credential
from neurons_admin.access.models import User

NAME = "Contoso (demo)"


def ensure_connector(tenant: dict[str, Any], *, actor: User) -> Connector:
    """The demo's connector with its two shared credentials, checked. `tenant` is what the demo tenant wrote down.

    A tenant that was made anew has new secrets: they are put in. What somebody changed otherwise is left alone.
    """
    with transaction.atomic():
        reading = _credential(tenant, "read", "Reads people, groups and licences; cannot write.")
        acting = _credential(tenant, "act", "Carries out actions; never synchronises.")
        connector = Connector.objects.filter(name=NAME).first() or _connector(reading, acting)
    for credential in (reading, acting):
        if credential.checked_at is None:
            checks.check(credential, actor=actor)
    return connector


def _connector(reading: Credential, acting: Credential) -> Connector:
    connector = Connector(name=NAME, actions_enabled=True, sync_credential=reading, action_credential=acting)
    connector.next_sync_at = connector.next_after(timezone.now())
    connector.save()
    return connector


def _credential(tenant: dict[str, Any], app: str, description: str) -> Credential:
    registration = tenant["apps"][app]
    name = registration["name"]
    credential = Credential.objects.shared().filter(name=name).first() or Credential(name=name, description=description)
    wanted = (uuid.UUID(tenant["tenant_id"]), uuid.UUID(registration["client_id"]))
    is_current = (credential.tenant_id, credential.client_id) == wanted
    if not is_current or credential.secret_hint != registration["client_secret"][:3]:
        credential.tenant_id, credential.client_id = wanted
        credential.set_secret(registration["client_secret"])
        credential.checked_at = None
        credential.save()
    return credential
