"""Making a shared credential of one that was filled in on a connector."""

from typing import Final

from django.db import transaction

from connectors.models import Connector
from connectors.services import changes_of, note_attachment
from credentials import services as credentials
from credentials.models import Credential
from neurons_admin.access.models import User
from neurons_admin.audit.meanwhile import refuse_if_changed
from neurons_admin.audit.models import record

# The roles of a credential, and the sections of a connector that show them.
SECTIONS: Final = {"sync_credential": "connection", "action_credential": "actions"}


def make_shared(
    connector: Connector, role: str, *, name: str, description: str, actor: User, drawn_from: int | None = None
) -> Credential:
    """Name the credential that was filled in for a role; the connector goes on with it, and others can be given it.

    Raises SharedAlreadyError if nothing is filled in there, NameTakenError, and ChangedMeanwhileError if the section
    was changed after the version `drawn_from`.
    """
    section = SECTIONS[role]
    with transaction.atomic():
        row = Connector.objects.select_for_update().get(pk=connector.pk)
        filled_in: Credential | None = getattr(row, role)
        if filled_in is None or filled_in.is_shared:
            raise credentials.SharedAlreadyError
        refuse_if_changed(row, changes_of(section), drawn_from)
        shared = credentials.share(filled_in, name=name, description=description, actor=actor)
        setattr(row, role, shared)
        record("connector.changed", row, actor=actor, detail={"section": section, "fields": [role]})
        note_attachment(row, role, None, actor=actor)
    return shared
