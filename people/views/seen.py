"""People as somebody sees who does not see all of their accounts: what is shown is of those that they see.

The name is the person's, for everybody who sees the person at all.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from neurons_admin.access.models import User
from people import policy
from people.models import Account, Person
from people.words import LONGEST_QUERY, words


def as_seen(user: User, people: Sequence[Person]) -> list[Person]:
    """The same people, with what the first account says that this user sees. One query, none for who sees all."""
    if not policy.is_limited(user):
        return list(people)
    accounts: dict[int, list[Account]] = {person.pk: [] for person in people}
    for account in policy.visible_accounts(user, among=Account.objects.filter(person__in=people)).order_by("pk"):
        accounts[account.person_id].append(account)
    return [of_accounts(person, accounts[person.pk]) for person in people]


def of_accounts(person: Person, accounts: Iterable[Account]) -> Person:
    """A person as these accounts show them; it is not meant to be saved."""
    seen = list(accounts)
    account = next((each for each in seen if not each.removal), next(iter(seen), Account(removal=Account.Removal.GONE)))
    person.email, person.user_principal_name = account.mail, account.user_principal_name
    person.job_title, person.department = account.job_title, account.department
    person.state = _state_of(account)
    person.guest, person.synced = account.is_guest, bool(account.synced)
    return person


def _state_of(account: Account) -> str:
    if account.removal:
        return Person.State.DELETED
    return Person.State.DISABLED if account.enabled is False else Person.State.ENABLED


_STATES = {
    Person.State.ENABLED: Q(removal="") & ~Q(enabled=False),
    Person.State.DISABLED: Q(removal="", enabled=False),
    Person.State.DELETED: ~Q(removal=""),
}


class Finding:
    """Search and filters of the list of people, for one user: no account that they do not see finds anybody."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.is_limited = policy.is_limited(user)
        self.found = policy.visible_people(user)

    def matching(self, text: str) -> None:
        """Those in whom each word of `text` begins some word; of accounts that are not seen, no word counts."""
        self.found = self.found.matching(text)
        if self.is_limited and (asked := words(text).split()[:LONGEST_QUERY]):
            told = self._accounts()
            for word in asked:
                told = told.filter(_says(word))
            whole = policy.whole_people(self.user, among=Person.objects.filter(pk=OuterRef("pk")))
            self.found = self.found.filter(Q(Exists(whole)) | Q(Exists(told)))

    def having(self, of_person: Q, of_account: Q) -> None:
        """Those for whom this holds: of the person, or for who does not see all, of an account that they see."""
        condition = Exists(self._accounts().filter(of_account)) if self.is_limited else of_person
        self.found = self.found.filter(condition)

    def in_state(self, state: str) -> None:
        """Enabled, disabled or deleted ones."""
        self.having(Q(state=state), _STATES[Person.State(state)])

    def from_connector(self, connector_id: UUID | None) -> None:
        """Those with an account there that is seen; nobody for None."""
        if connector_id is None:
            self.found = self.found.none()
        else:
            self.found = self.found.filter(Exists(self._accounts().filter(connector_id=connector_id)))

    def _accounts(self) -> "QuerySet[Account]":
        return policy.visible_accounts(self.user, among=Account.objects.filter(person=OuterRef("pk")))


def _says(word: str) -> Q:
    found = Q(person__sort_key__contains=word)
    for column in ("mail", "user_principal_name", "department"):
        found |= Q(**{f"{column}__icontains": word})
    return found
