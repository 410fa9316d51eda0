"""How far rights reach: the accounts, people and runs that a member may do something about.

Asked through `people.policy`, which refuses when anything here fails.
"""

from collections.abc import Collection, Iterable
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from connectors.models import Connector
from neurons_admin.access import scopes
from neurons_admin.access.models import Scope, User
from people.models import Account, ActionRun, Match, Person

Codes = Collection[str]
Accounts = TypeVar("Accounts", bound="QuerySet[Account]")
People = TypeVar("People", bound="QuerySet[Person]")
Runs = TypeVar("Runs", bound="QuerySet[ActionRun]")


def is_limited(user: User | AnonymousUser, codes: Codes) -> bool:
    """Whether none of these rights is for everybody: also for whoever has none of them."""
    if not isinstance(user, User) or not user.is_active:
        return True
    return not user.is_superuser and user.rights.everywhere.isdisjoint(codes)


def condition(user: User | AnonymousUser, codes: Codes) -> Q | None:
    """Which accounts any of these rights reaches; None for all."""
    if not is_limited(user, codes):
        return None
    found = scopes.NOBODY
    for scope in _scopes(user, codes).values():
        found |= scopes.where(scope.conditions)
    return found


def holds(user: User | AnonymousUser, codes: Codes, account: Account) -> bool:
    """Whether any of these rights reaches an account. Which scopes hold it is asked once for each member."""
    if not is_limited(user, codes):
        return True
    wanted = _scopes(user, codes).keys()
    if not wanted or not isinstance(user, User):
        return False
    look(user, [account])
    return not wanted.isdisjoint(user.held_by[account.pk])


def look(user: User, accounts: Iterable[Account]) -> None:
    """Find out at once which scopes hold each of several accounts. One query, and none for whoever has no scopes."""
    unknown = [account.pk for account in accounts if account.pk not in user.held_by]
    mine = list(_scopes(user, user.rights.within.keys()).values())
    if not unknown or not mine or user.is_superuser:
        return
    columns = [Case(When(scopes.where(scope.conditions), then=Value(True)), default=Value(False)) for scope in mine]
    user.held_by.update({pk: frozenset() for pk in unknown})
    for pk, *answers in Account.objects.filter(pk__in=unknown).order_by().values_list("pk", *columns):
        user.held_by[pk] = frozenset(scope.pk for scope, answer in zip(mine, answers, strict=True) if answer)


def accounts(user: User | AnonymousUser, codes: Codes, found: Accounts) -> Accounts:
    """Those of some accounts that any of these rights reaches."""
    where = condition(user, codes)
    return found if where is None else found.filter(where)


def people(user: User | AnonymousUser, codes: Codes, found: People) -> People:
    """Those of some people who have an account that any of these rights reaches."""
    where = condition(user, codes)
    return found if where is None else found.filter(Exists(Account.objects.filter(where, person=OuterRef("pk"))))


def whole_people(user: User | AnonymousUser, codes: Codes, found: People) -> People:
    """Those of some people whose accounts these rights reach all."""
    where = condition(user, codes)
    if where is None:
        return found
    beyond = Account.objects.filter(~where, person=OuterRef("pk"))
    return people(user, codes, found).exclude(Exists(beyond))


def runs(user: User | AnonymousUser, codes: Codes, found: Runs) -> Runs:
    """Those of some runs whose account any of these rights reaches."""
    where = condition(user, codes)
    return found if where is None else found.filter(Exists(Account.objects.filter(where, pk=OuterRef("account"))))


def matches(user: User | AnonymousUser, codes: Codes, found: "QuerySet[Match]") -> "QuerySet[Match]":
    """Those of some matches between people whose accounts these rights reach all."""
    if not is_limited(user, codes):
        return found
    party = Person.objects.filter(email_key=OuterRef("email_key")).exclude(email_key="").exclude(state="deleted")
    known = whole_people(user, codes, Person.objects.all())
    return found.filter(Exists(party)).exclude(Exists(party.exclude(pk__in=known.values("pk"))))


def connectors(user: User | AnonymousUser, codes: Codes, found: "QuerySet[Connector]") -> "QuerySet[Connector]":
    """Those of some connectors with an account that any of these rights reaches."""
    where = condition(user, codes)
    return found if where is None else found.filter(Exists(Account.objects.filter(where, connector=OuterRef("pk"))))


def _scopes(user: User | AnonymousUser, codes: Codes) -> dict[int, Scope]:
    """The scopes for which somebody has any of these rights."""
    if not isinstance(user, User) or not user.is_active:
        return {}
    return {scope.pk: scope for code in codes for scope in user.rights.within.get(code, ())}
