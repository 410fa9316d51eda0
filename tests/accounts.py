"""Accounts as a synchronisation brings them, for the tests of what is kept."""

import uuid
from typing import Any

from connectors.models import Connector
from connectors.sync import AccountRecord, Removal, Stored, parse
from people import imports

ADELE = "00000000-0000-0000-0000-0000000000a1"


MEGAN = "00000000-0000-0000-0000-0000000000b2"


def user(object_id: str = ADELE, **properties: Any) -> AccountRecord:
    """A user as Graph writes one."""
    values = {
        "id": object_id,
        "displayName": "Adele Vance",
        "userPrincipalName": f"{object_id[-2:]}@contoso.example",
        "mail": f"{object_id[-2:]}@contoso.example",
        "department": "Retail",
        "userType": "Member",
        "accountEnabled": True,
        "createdDateTime": "2024-05-06T07:08:09Z",
        **properties,
    }
    record = parse(values)
    assert isinstance(record, AccountRecord)
    return record


def store(
    connector: Connector, *accounts: AccountRecord, removals: tuple[Removal, ...] = (), mark: Any = None
) -> Stored:
    return imports.store(connector.pk, mark or uuid.uuid4(), accounts, removals)
