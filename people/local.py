"""The local copy of one tenant, as an action's form may ask for it."""

from collections import Counter
from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from connectors.actions import Directory, GroupFacts, LicenceFacts, PersonFacts
from neurons_admin.access.models import User
from people import policy
from people.models import Account, Group, Licence, Membership, Person
from people.permissions import SEE

# From so many accounts the domains in use are told.
SAMPLE = 5_000


class LocalDirectory(Directory):
    """What was last read of the tenant of an account, for whoever asks about that account."""

    def __init__(self, account: Account, asked_by: User) -> None:
        self.account = account
        self.connector = account.connector
        self.asked_by = asked_by

    def groups(self, ids: Collection[str]) -> list[GroupFacts]:
        known = Group.objects.present().filter(connector=self.connector, object_id__in=_valid(ids))
        return [group.as_facts() for group in known]

    def groups_of(self, object_id: str) -> list[GroupFacts]:
        mine = Membership.objects.filter(member_id__in=_valid([object_id])).values("group")
        found = Group.objects.present().filter(connector=self.connector, pk__in=mine)
        return [group.as_facts() for group in found]

    def granted(self) -> frozenset[str] | None:
        credential = self.connector.action_credential
        checked = credential is not None and credential.checked_at is not None
        return frozenset(credential.granted_permissions) if credential and checked else None

    def may_empower(self) -> bool:
        return policy.may_override(self.asked_by, self.account)

    def licences(self) -> list[LicenceFacts]:
        return [licence.as_facts() for licence in Licence.objects.filter(connector=self.connector)]

    def people(self, ids: Collection[str]) -> list[PersonFacts]:
        return [account.as_facts() for account in self._visible().filter(object_id__in=_valid(ids))]

    def find_people(self, text: str, limit: int) -> list[PersonFacts]:
        found = self._visible().filter(person__in=Person.objects.matching(text))
        return [account.as_facts() for account in found.order_by("person__sort_key", "pk")[:limit]]

    def find_groups(self, text: str, limit: int) -> list[GroupFacts]:
        found = Group.objects.present().filter(connector=self.connector).named(text)
        return [group.as_facts() for group in found[:limit]]

    def domains(self) -> list[str]:
        # Object IDs are random: the first of them are a sample, which the index gives at once in a large tenant.
        names = self._accounts().order_by("object_id").values_list("user_principal_name", flat=True)[:SAMPLE]
        found = Counter(name.rpartition("@")[2].lower() for name in names if "@" in name)
        return [domain for domain, _ in found.most_common()]

    def _visible(self) -> QuerySet[Account]:
        """Only whom somebody sees or may act upon can be chosen; anybody else is as unknown as nobody at all."""
        return policy.visible_accounts(self.asked_by, SEE, None, among=self._accounts())

    def _accounts(self) -> QuerySet[Account]:
        return Account.objects.filter(connector=self.connector, removal="")


def _valid(ids: Collection[str]) -> list[UUID]:
    """Those that are object IDs at all: what a browser sends may be anything."""
    found = []
    for text in ids:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
