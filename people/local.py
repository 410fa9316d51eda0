"""The local copy of one tenant, as an action's form may ask for it."""

from collections.abc import Collection
from uuid import UUID

from connectors.actions import Directory, GroupFacts, LicenceFacts, PersonFacts
from connectors.models import Connector
from people.models import Account, Group, Licence


class LocalDirectory(Directory):
    """What was last read of a connector's tenant."""

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    def groups(self, ids: Collection[str]) -> list[GroupFacts]:
        known = Group.objects.present().filter(connector=self.connector, object_id__in=_valid(ids))
        return [group.as_facts() for group in known]

    def licences(self) -> list[LicenceFacts]:
        return [licence.as_facts() for licence in Licence.objects.filter(connector=self.connector)]

    def people(self, ids: Collection[str]) -> list[PersonFacts]:
        known = Account.objects.filter(connector=self.connector, object_id__in=_valid(ids), removal="")
        return [
            PersonFacts(str(account.object_id), account.display_name, account.user_principal_name) for account in known
        ]


def _valid(ids: Collection[str]) -> list[UUID]:
    """Those that are object IDs at all: what a browser sends may be anything."""
    found = []
    for text in ids:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
