"""The connector to the demo tenant, for `manage.py seed_demo`."""

import uuid
from typing import Any

from connectors.models import Connector
from credentials.models import Credential

NAME = "Contoso (demo)"


def ensure_connector(tenant: dict[str, Any]) -> Connector:
    """Make or mend the demo's connector and its two shared credentials. `tenant` is what the demo tenant wrote down."""
    connector = Connector.objects.filter(name=NAME).first() or Connector(name=NAME, actions_enabled=True)
    connector.sync_credential = _credential(tenant, "read", "Reads people, groups and licences; cannot write.")
    connector.action_credential = _credential(tenant, "act", "Carries out actions; never synchronises.")
    connector.save()
    return connector


def _credential(tenant: dict[str, Any], app: str, description: str) -> Credential:
    registration = tenant["apps"][app]
    name = registration["name"]
    credential = Credential.objects.shared().filter(name=name).first() or Credential(name=name, description=description)
    wanted = (uuid.UUID(tenant["tenant_id"]), uuid.UUID(registration["client_id"]))
    is_current = credential.same_app_key == wanted and credential.secret_hint == registration["client_secret"][:3]
    if not is_current:
        credential.tenant_id, credential.client_id = wanted
        credential.set_secret(registration["client_secret"])
        credential.save()
    return credential
