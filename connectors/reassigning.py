"""Putting one shared credential in another's place, on all connectors that use it: `settings.CREDENTIAL_USERS`."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from connectors.models import Connector
from connectors.models.connector import ConnectorQuerySet
from connectors.services import note_attachment
from credentials.models import Credential
from credentials.reassigning import CannotMoveError
from neurons_admin.access.models import User
from neurons_admin.audit.models import record

PERMISSIONS = ("connectors.change_connector",)
SECTIONS = {"sync_credential": "connection", "action_credential": "actions"}


def fitting(old: Credential, candidates: Iterable[Credential]) -> list[Credential]:
    """Those of the candidates that can take every part that `old` has."""
    return [new for new in candidates if not any(_objection(row, old, new) for row in _using(old).with_credentials())]


def move_all(old: Credential, new: Credential, *, actor: User) -> int:
    """Put `new` wherever `old` is, all or nothing; returns how many connectors. Raises CannotMoveError."""
    with transaction.atomic():
        rows = list(_using(old).select_for_update(of=("self",)).with_credentials())
        held = Credential.objects.shared().select_for_update(no_key=True).filter(pk=new.pk).first()
        if held is None:
            raise CannotMoveError("The credential that was chosen has been deleted meanwhile.")
        if (held.cloud, held.tenant_id) != (old.cloud, old.tenant_id):
            raise CannotMoveError("The credential that was chosen belongs to another tenant.")
        for row in rows:
            _move(row, old, held, actor)
    return len(rows)


def _move(row: Connector, old: Credential, new: Credential, actor: User) -> None:
    if objection := _objection(row, old, new):
        raise CannotMoveError(f"{row}: {objection}")
    row.same_app_accepted = row.same_app_accepted and row.pair.is_same_app
    row.save(update_fields=["sync_credential", "action_credential", "same_app_accepted", "changed_at"])
    for role, section in SECTIONS.items():
        if getattr(row, role) == new:
            record("connector.changed", row, actor=actor, detail={"section": section, "fields": [role]})
            note_attachment(row, role, old, actor=actor)


def _objection(row: Connector, old: Credential, new: Credential) -> str:
    """Put `new` where the row has `old`, unsaved; says why the two that it then has may not stand together."""
    for role in SECTIONS:
        if getattr(row, role) == old:
            setattr(row, role, new)
    return row.pair.objection or ""


def _using(credential: Credential) -> ConnectorQuerySet:
    found: ConnectorQuerySet = Connector.objects.filter(Q(sync_credential=credential) | Q(action_credential=credential))
    return found.order_by("pk")
