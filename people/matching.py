"""Which people may be one, and what somebody decides about it: join them, part them, or say that they are different.

An account goes where a decision has put it and stays there: a synchronisation looks for the person of an account only
when the account is new. Each decision is one transaction. It first keeps accounts from being stored, then locks
accounts, people and runs, each in the order of their ids.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchVector
from django.db import connection, transaction
from django.db.models import Value

from neurons_admin.access.models import User
from neurons_admin.access.rights import held_fast
from neurons_admin.audit.models import record
from people import imports, policy
from people.models import Account, ActionRun, Match, Person
from people.permissions import MATCH


class Changed(Exception):
    """Somebody has changed meanwhile what is to be decided; nothing was done."""


class SameDirectory(Exception):
    """Several of the accounts are of one directory, and nobody has confirmed that they are one person's."""


@dataclass(frozen=True)
class Party:
    """One of several people who may be one, with their accounts, the first one first."""

    person: Person
    accounts: list[Account]
    is_told_apart: bool = False


def parties_of(matches: Sequence[Match]) -> dict[int, list[Party]]:
    """By match, the people who have its e-mail address and are not deleted, with two queries for any number."""
    keys = {match.email_key: match for match in matches}
    people = Person.objects.filter(email_key__in=keys).exclude(email_key="").exclude(state=Person.State.DELETED)
    found: dict[int, list[Party]] = {match.pk: [] for match in matches}
    for party in parties(people.defer("search").order_by("id")):
        match = keys[party.person.email_key]
        found[match.pk].append(Party(party.person, party.accounts, party.person.pk in match.apart))
    return found


def parties(people: Iterable[Person]) -> list[Party]:
    """People with their accounts, the first of them first."""
    shown = list(people)
    accounts = defaultdict(list)
    for account in Account.objects.filter(person__in=shown).select_related("connector").order_by("id"):
        accounts[account.person_id].append(account)
    return [Party(person, accounts[person.pk]) for person in shown]


def arrangement(of: Iterable[Party]) -> str:
    """Who has which accounts, as a form carries it: what was decided upon must still be so when it is done."""
    return _written({party.person.pk: [account.pk for account in party.accounts] for party in of})


def shared_directories(accounts: Iterable[Account]) -> list[str]:
    """The names of the connectors of which there is more than one account."""
    counts = Counter(account.connector.name for account in accounts)
    return sorted(name for name, count in counts.items() if count > 1)


@transaction.atomic
def join(seen: str, *, asked_by: User, despite_same_directory: bool = False) -> tuple[Person, bool]:
    """Give the accounts of several people (`seen` is their arrangement) to the one known longest.

    Returns that one, and whether anything was done: what is so already needs no doing. Raises Changed, and
    SameDirectory unless somebody has confirmed that.
    """
    wanted = _read(seen)
    if len(wanted) < 2:
        raise Changed
    accounts = _locked(account for held in wanted.values() for account in held)
    holders = {account.person_id for account in accounts}
    if len(holders) == 1 and len(accounts) == sum(map(len, wanted.values())):
        _require_right(holders, asked_by)
        return accounts[0].person, False
    _require_as_seen(wanted)
    _require_right(wanted, asked_by)
    if shared_directories(accounts) and not despite_same_directory:
        raise SameDirectory
    people = list(Person.objects.select_for_update().filter(pk__in=wanted).defer("search").order_by("pk"))
    kept, others = people[0], people[1:]
    moved = [account.pk for account in accounts if account.person_id != kept.pk]
    _move(moved, kept)
    Person.objects.filter(pk__in=[other.pk for other in others]).delete()
    imports.show_again([kept.pk])
    kept.refresh_from_db()
    detail = {"people": [other.pk for other in others], "accounts": moved, "same_directory": despite_same_directory}
    record("person.joined", kept, actor=asked_by, detail=detail)
    return kept, True


@transaction.atomic
def part(account_id: int, person_id: int, *, asked_by: User) -> tuple[Person, bool]:
    """Make a person of their own of one account of a person, and note that the two are different people.

    Returns whose the account is then, and whether anything was done. Raises Changed where it cannot be done.
    """
    locked = _locked([account_id])
    if not locked:
        raise Changed
    account, before = locked[0], locked[0].person
    _require_right([before.pk], asked_by)
    is_alone = not Account.objects.filter(person=before).exclude(pk=account.pk).exists()
    if is_alone and before.pk != person_id:
        return before, False
    if is_alone or before.pk != person_id:
        raise Changed
    list(Person.objects.select_for_update().filter(pk=before.pk).values("pk"))
    made = Person.objects.create(display_name=account.display_name, search=SearchVector(Value(""), config="simple"))
    _move([account.pk], made)
    imports.show_again([before.pk, made.pk])
    before.refresh_from_db()
    made.refresh_from_db()
    if made.email_key and made.email_key == before.email_key:
        match, _ = Match.objects.get_or_create(email_key=made.email_key)
        _tell(match, [before.pk, made.pk])
    record("person.parted", made, actor=asked_by, detail={"from_person": before.pk, "account": account.pk})
    return made, True


@transaction.atomic
def tell_apart(match: Match, seen: str, *, asked_by: User) -> bool:
    """Keep it that these are different people, so that nobody is asked again; False when it is so already.

    Raises Changed where they are not those that were seen.
    """
    wanted = _read(seen)
    _locked(account for held in wanted.values() for account in held)
    match = Match.objects.select_for_update().get(pk=match.pk)
    if arrangement(parties_of([match])[match.pk]) != seen or len(wanted) < 2:
        raise Changed
    _require_right(wanted, asked_by)
    if not _tell(match, wanted):
        return False
    first = Person.objects.get(pk=min(wanted))
    record("person.told_apart", first, actor=asked_by, detail={"people": sorted(wanted)})
    return True


def _tell(match: Match, people: Collection[int]) -> bool:
    if set(match.apart).issuperset(people):
        return False
    match.apart = sorted({*match.apart, *people})
    match.save(update_fields=["apart"])
    return True


def _locked(account_ids: Iterable[int]) -> list[Account]:
    """These accounts, which nobody else moves, stores or acts on until the transaction ends."""
    with connection.cursor() as cursor:
        imports.change_places(cursor)
    rows = Account.objects.filter(pk__in=list(account_ids)).select_related("person", "connector").order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _require_as_seen(wanted: dict[int, list[int]]) -> None:
    now = defaultdict(list)
    for person_id, account_id in Account.objects.filter(person__in=wanted).values_list("person_id", "pk"):
        now[person_id].append(account_id)
    if _written(now) != _written(wanted):
        raise Changed


def _require_right(people: Collection[int], asked_by: User) -> None:
    """All accounts of these people are for whoever decides. Others are to them as if they were gone: Changed."""
    mine = policy.whole_people(held_fast(asked_by), MATCH, among=Person.objects.filter(pk__in=people))
    if mine.count() != len(people):
        raise Changed


def _move(account_ids: Collection[int], person: Person) -> None:
    """Accounts go to a person, and with them what was and is being done for them."""
    runs = ActionRun.objects.filter(account__in=account_ids)
    list(runs.select_for_update(of=("self",), no_key=True).order_by("pk").values("pk"))
    runs.update(person=person)
    Account.objects.filter(pk__in=account_ids).update(person=person)


def _written(held: dict[int, list[int]]) -> str:
    return ";".join(f"{person}:{','.join(map(str, sorted(accounts)))}" for person, accounts in sorted(held.items()))


def _read(seen: str) -> dict[int, list[int]]:
    """What `_written` wrote. Raises Changed for anything else."""
    try:
        held = [part.split(":", 1) for part in seen.split(";")]
        return {int(person): [int(account) for account in accounts.split(",")] for person, accounts in held}
    except ValueError as exc:
        raise Changed from exc
