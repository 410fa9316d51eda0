"""People who share an e-mail address: which are asked about, and what becomes of a decision."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.models import Connector
from connectors.sync import AccountRecord, Removal
from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from people import imports, matching
from people.models import Account, ActionRun, Match, Person
from tests.accounts import store, user
from tests.factories import make_connector, make_run, make_user

pytestmark = pytest.mark.django_db
MAIL = "adele@contoso.example"


def known(number: int, **properties: Any) -> AccountRecord:
    """A user with the shared address unless told otherwise."""
    return user(f"00000000-0000-0000-0000-{number:012x}", **{"mail": MAIL, **properties})


@pytest.fixture
def contoso() -> Connector:
    return make_connector("Contoso")


@pytest.fixture
def fabrikam() -> Connector:
    return make_connector("Fabrikam")


@pytest.fixture
def pia() -> User:
    return make_user("People admin", username="pia")


def two_apart(contoso: Connector, fabrikam: Connector) -> tuple[Person, Person, Person]:
    """Two of one directory with the same address, so that nobody knows whose the one of the other directory is."""
    store(contoso, known(1, displayName="Adele Vance"), known(2, displayName="Adele Old", accountEnabled=False))
    store(fabrikam, known(3, displayName="Adele Guest", userType="Guest", department="Sales"))
    first, second, third = Person.objects.order_by("id")
    return first, second, third


def seen(*people: Person) -> str:
    return matching.arrangement(matching.parties(people))


def as_shown() -> list[dict[str, Any]]:
    """All people and whose the accounts are, without the ids of people, which a new one cannot have again."""
    people = Person.objects.order_by("accounts__id").distinct()
    return [
        {name: value for name, value in row.items() if name != "id"}
        | {"accounts": list(Account.objects.filter(person=row["id"]).order_by("id").values_list("pk", flat=True))}
        for row in people.values()
    ]


def test_who_shares_an_address_over_directories_is_asked_about(contoso: Connector, fabrikam: Connector) -> None:
    people = two_apart(contoso, fabrikam)
    match = Match.objects.open().get()
    assert match.email_key == MAIL
    assert [party.person for party in matching.parties_of([match])[match.pk]] == list(people)


def test_one_directory_alone_is_not_asked_about(contoso: Connector) -> None:
    store(contoso, known(1), known(2))
    assert not Match.objects.exists()


def test_an_address_that_changes_to_somebody_elses_is_asked_about(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, known(1))
    store(fabrikam, known(3, mail="other@fabrikam.example"))
    assert not Match.objects.open()
    store(fabrikam, known(3))
    assert Match.objects.open().count() == 1
    store(fabrikam, known(3, mail="other@fabrikam.example"))
    assert not Match.objects.open()


def test_a_full_round_finds_what_two_at_the_same_time_have_missed(contoso: Connector, fabrikam: Connector) -> None:
    two_apart(contoso, fabrikam)
    Match.objects.all().delete()
    mark = uuid.uuid4()
    imports.store(fabrikam.pk, mark, [known(3)], [], full=True)
    imports.sweep(fabrikam.pk, mark)
    assert Match.objects.open().count() == 1


def test_the_people_of_a_page_of_matches_take_two_queries(contoso: Connector, fabrikam: Connector) -> None:
    two_apart(contoso, fabrikam)
    matches = list(Match.objects.open())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        matching.parties_of(matches)
    assert len(queries) == 2


@pytest.mark.parametrize("removed", [(), (1,), (3,), (1, 3)])
def test_joining_then_parting_brings_back_the_same(
    contoso: Connector, fabrikam: Connector, pia: User, removed: tuple[int, ...]
) -> None:
    first, _, third = two_apart(contoso, fabrikam)
    for number in removed:
        removal = (Removal(known(number).object_id, "deleted"),)
        store(contoso if number == 1 else fabrikam, removals=removal)
    before = as_shown()
    person, is_new = matching.join(seen(first, third), asked_by=pia)
    assert (person, is_new, person.accounts.count()) == (first, True, 2)
    assert person.display_name == ("Adele Guest" if removed == (1,) else "Adele Vance")
    assert person.state == ("deleted" if removed == (1, 3) else "enabled")
    parted, is_new = matching.part(third_account().pk, person.pk, asked_by=pia)
    assert (parted.display_name, is_new) == ("Adele Guest", True)
    assert as_shown() == before


def third_account() -> Account:
    return Account.objects.get(object_id=known(3).object_id)


def test_parting_then_joining_brings_back_the_same(contoso: Connector, fabrikam: Connector, pia: User) -> None:
    store(contoso, known(1))
    store(fabrikam, known(3))
    before, person = as_shown(), Person.objects.get()
    parted, _ = matching.part(third_account().pk, person.pk, asked_by=pia)
    assert not Match.objects.open()
    matching.join(seen(person, parted), asked_by=pia)
    assert as_shown() == before


@pytest.mark.parametrize("full", [True, False])
def test_a_synchronisation_leaves_decisions_alone(
    contoso: Connector, fabrikam: Connector, pia: User, full: bool
) -> None:
    first, second, third = two_apart(contoso, fabrikam)
    matching.join(seen(second, third), asked_by=pia)
    arranged = sorted(Account.objects.values_list("pk", "person_id"))
    for connector, numbers in ((contoso, (1, 2)), (fabrikam, (3,))):
        mark = uuid.uuid4()
        told = [known(number, jobTitle="Changed") for number in numbers]
        imports.store(connector.pk, mark, told, [], full=full)
        imports.store(connector.pk, mark, [], [Removal(known(numbers[0]).object_id, "deleted")])
        imports.store(connector.pk, mark, told, [], full=full)
        imports.sweep(connector.pk, mark)
    assert sorted(Account.objects.values_list("pk", "person_id")) == arranged
    parted, _ = matching.part(third_account().pk, second.pk, asked_by=pia)
    store(fabrikam, known(3, displayName="Changed again"))
    assert third_account().person == parted
    assert Person.objects.count() == 3
    assert first.accounts.count() == 1


def test_different_people_are_asked_about_again_only_with_somebody_else(
    contoso: Connector, fabrikam: Connector, pia: User
) -> None:
    people = two_apart(contoso, fabrikam)
    match = Match.objects.get()
    assert matching.tell_apart(match, seen(*people), asked_by=pia)
    assert not matching.tell_apart(match, seen(*people), asked_by=pia)
    store(fabrikam, known(3, displayName="Changed"))
    assert not Match.objects.open()
    assert Event.objects.filter(verb="person.told_apart").count() == 1
    store(make_connector("Adatum"), known(4))
    assert Match.objects.open().get() == match


def test_two_of_one_directory_are_joined_only_when_that_is_confirmed(
    contoso: Connector, fabrikam: Connector, pia: User
) -> None:
    first, second, _ = two_apart(contoso, fabrikam)
    with pytest.raises(matching.SameDirectory):
        matching.join(seen(first, second), asked_by=pia)
    assert Person.objects.count() == 3
    matching.join(seen(first, second), asked_by=pia, despite_same_directory=True)
    assert Person.objects.count() == 2


def test_what_was_decided_upon_must_still_be_so(contoso: Connector, fabrikam: Connector, pia: User) -> None:
    first, second, third = two_apart(contoso, fabrikam)
    old = seen(first, third)
    matching.join(seen(second, third), asked_by=pia)
    for words in (old, "", "1", "1:x;2:y", f"{first.pk}:;{second.pk}:"):
        with pytest.raises(matching.Changed):
            matching.join(words, asked_by=pia)
    with pytest.raises(matching.Changed):
        matching.part(third_account().pk, first.pk, asked_by=pia)


def test_runs_go_along_and_open_ones_stay_open(contoso: Connector, fabrikam: Connector, pia: User) -> None:
    first, _, third = two_apart(contoso, fabrikam)
    run = make_run(third_account())
    person, _ = matching.join(seen(first, third), asked_by=pia)
    run = ActionRun.objects.for_work().get()
    assert (run.person, run.account.person, run.state) == (person, person, "queued")
    parted, _ = matching.part(third_account().pk, person.pk, asked_by=pia)
    assert ActionRun.objects.get().person == parted


def test_decisions_are_recorded_with_ids(contoso: Connector, fabrikam: Connector, pia: User) -> None:
    first, _, third = two_apart(contoso, fabrikam)
    account = third_account()
    matching.join(seen(first, third), asked_by=pia)
    parted, _ = matching.part(account.pk, first.pk, asked_by=pia)
    parting, joining = Event.objects.all()[:2]
    assert (joining.verb, joining.subject_id, joining.actor_name) == ("person.joined", str(first.pk), pia.label)
    assert joining.detail == {"people": [third.pk], "accounts": [account.pk], "same_directory": False}
    assert (parting.verb, parting.subject_id) == ("person.parted", str(parted.pk))
    assert parting.detail == {"from_person": first.pk, "account": account.pk}
