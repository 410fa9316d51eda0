"""What a synchronisation brings, as people and accounts keep it."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.models import Connector
from connectors.sync import AccountRecord, Removal, Stored
from people import imports
from people.models import Account, Person
from tests.accounts import ADELE, MEGAN, store, user
from tests.factories import make_connector

pytestmark = pytest.mark.django_db


@pytest.fixture
def contoso() -> Connector:
    return make_connector("Contoso")


@pytest.fixture
def fabrikam() -> Connector:
    return make_connector("Fabrikam")


def test_new_people(contoso: Connector) -> None:
    assert store(contoso, user(), user(MEGAN, displayName="Megan Bowen", accountEnabled=False)) == Stored(2, 0, 0)
    adele = Person.objects.get(display_name="Adele Vance")
    assert (adele.email, adele.department, adele.state, adele.guest, adele.synced) == (
        "a1@contoso.example", "Retail", "enabled", False, False,
    )  # fmt: skip
    assert Person.objects.get(display_name="Megan Bowen").state == "disabled"
    account = adele.accounts.get()
    assert (str(account.object_id), account.connector, account.removal) == (ADELE, contoso, "")
    assert account.created_in_directory_at
    assert account.created_in_directory_at.isoformat() == "2024-05-06T07:08:09+00:00"
    assert account.as_of
    assert list(Person.objects.matching("adel van")) == [adele]


def test_the_same_again_changes_nothing_but_the_mark(contoso: Connector) -> None:
    store(contoso, user())
    before, mark = Account.objects.get(), uuid.uuid4()
    assert store(contoso, user(), mark=mark) == Stored(0, 0, 0)
    after = Account.objects.get()
    assert after.seen_in == mark
    assert after.as_of >= before.as_of
    assert Person.objects.count() == 1


def test_a_change_reaches_account_and_person(contoso: Connector) -> None:
    store(contoso, user())
    assert store(contoso, user(displayName="Adele Venice", department=None, accountEnabled=False)) == Stored(0, 1, 0)
    person = Person.objects.get()
    assert (person.display_name, person.department, person.state) == ("Adele Venice", "", "disabled")
    assert list(Person.objects.matching("venice")) == [person]
    assert not Person.objects.matching("vance")
    assert Account.objects.get().display_name == "Adele Venice"


@pytest.mark.parametrize(("why", "kept"), [("deleted", "deleted"), ("gone", "gone"), ("excluded", "excluded")])
def test_removed(contoso: Connector, why: str, kept: str) -> None:
    store(contoso, user())
    assert store(contoso, removals=(Removal(ADELE, why),)) == Stored(0, 0, 1)
    account = Account.objects.get()
    assert account.removal == kept
    assert account.removed_at
    assert account.person.state == "deleted"
    assert store(contoso, removals=(Removal(ADELE, why),)) == Stored(0, 0, 0)
    assert Account.objects.get().removed_at == account.removed_at


def test_deleted_then_gone(contoso: Connector) -> None:
    store(contoso, user())
    store(contoso, removals=(Removal(ADELE, "deleted"),))
    assert store(contoso, removals=(Removal(ADELE, "gone"),)).removed == 1
    assert Account.objects.get().removal == "gone"


def test_removal_of_somebody_never_seen_is_nothing(contoso: Connector, fabrikam: Connector) -> None:
    store(fabrikam, user())
    assert store(contoso, removals=(Removal(ADELE, "gone"),)) == Stored(0, 0, 0)
    assert Account.objects.get().removal == ""


def test_restored(contoso: Connector) -> None:
    store(contoso, user())
    store(contoso, removals=(Removal(ADELE, "deleted"),))
    assert store(contoso, user()) == Stored(0, 1, 0)
    account = Account.objects.get()
    assert (account.removal, account.removed_at, account.person.state) == ("", None, "enabled")


def test_the_sweep_notes_whom_the_round_has_not_seen(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user(), user(MEGAN))
    store(fabrikam, user("00000000-0000-0000-0000-0000000000c3"))
    mark = uuid.uuid4()
    store(contoso, user(), mark=mark)
    assert imports.sweep(contoso.pk, mark) == 1
    assert Account.objects.get(object_id=MEGAN).removal == "unseen"
    assert Account.objects.get(object_id=ADELE).removal == ""
    assert Account.objects.get(connector=fabrikam).removal == ""
    assert imports.sweep(contoso.pk, mark) == 0


def test_the_sweep_leaves_those_alone_that_the_round_reported_as_deleted(contoso: Connector) -> None:
    store(contoso, user())
    mark = uuid.uuid4()
    store(contoso, removals=(Removal(ADELE, "deleted"),), mark=mark)
    assert imports.sweep(contoso.pk, mark) == 0
    assert Account.objects.get().removal == "deleted"


def test_a_look_at_one_account_is_not_mistaken_for_the_round(contoso: Connector) -> None:
    mark = uuid.uuid4()
    store(contoso, user(), mark=mark)
    imports.store(contoso.pk, None, [user(displayName="Somebody Else")], [])
    assert Account.objects.get().seen_in == mark


def test_one_person_in_two_directories(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user(mail="Adele@contoso.example"))
    assert store(fabrikam, user(MEGAN, mail="aDELE@contoso.example", displayName="Guest Adele")) == Stored(1, 0, 0)
    person = Person.objects.get()
    assert person.accounts.count() == 2
    assert person.display_name == "Adele Vance"


def test_two_connectors_to_one_tenant_make_one_person(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user())
    store(fabrikam, user(displayName="The Same"))
    store(fabrikam, user(displayName="Changed There"))
    assert Person.objects.get().display_name == "Adele Vance"


@pytest.mark.parametrize("mail", ["", None])
def test_no_mail_no_match(contoso: Connector, fabrikam: Connector, mail: Any) -> None:
    store(contoso, user(mail=mail))
    store(fabrikam, user(MEGAN, mail=mail))
    assert Person.objects.count() == 2


def test_two_people_with_the_same_mail_match_nobody(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user(mail="shared@contoso.example"), user(MEGAN, mail="shared@contoso.example"))
    assert Person.objects.count() == 2
    store(fabrikam, user(mail="shared@contoso.example"))
    assert Person.objects.count() == 3


def test_two_new_accounts_with_the_same_mail_match_nobody(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user(mail="shared@contoso.example"))
    store(fabrikam, user(mail="shared@contoso.example"), user(MEGAN, mail="shared@contoso.example"))
    assert Person.objects.count() == 3


def test_a_new_account_of_the_same_directory_is_somebody_new(contoso: Connector) -> None:
    """Deleted and made anew: the object ID says that it is another account, and the mail does not overrule it."""
    store(contoso, user(mail="adele@contoso.example"))
    store(contoso, removals=(Removal(ADELE, "gone"),))
    store(contoso, user(MEGAN, mail="adele@contoso.example"))
    assert sorted(Person.objects.values_list("state", flat=True)) == ["deleted", "enabled"]


def test_an_account_is_found_by_its_object_id_whatever_its_mail(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user(mail="adele@contoso.example"))
    store(fabrikam, user(MEGAN, mail="megan@contoso.example"))
    store(fabrikam, user(MEGAN, mail="adele@contoso.example"))
    assert Person.objects.count() == 2


def test_a_person_shows_their_first_account_while_it_is_there(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user(mail="adele@contoso.example"))
    store(fabrikam, user(MEGAN, mail="adele@contoso.example", displayName="Adele at Fabrikam", department="Elsewhere"))
    store(fabrikam, user(MEGAN, mail="adele@contoso.example", displayName="Adele at Fabrikam!"))
    assert Person.objects.get().display_name == "Adele Vance"
    store(contoso, removals=(Removal(ADELE, "gone"),))
    person = Person.objects.get()
    assert (person.display_name, person.state) == ("Adele at Fabrikam!", "enabled")
    assert list(Person.objects.matching("fabrikam")) == [person]
    store(fabrikam, user(MEGAN, mail="adele@contoso.example", displayName="Adele now"))
    assert Person.objects.get().display_name == "Adele now"
    store(contoso, user(mail="adele@contoso.example"))
    assert Person.objects.get().display_name == "Adele Vance"
    store(fabrikam, removals=(Removal(MEGAN, "gone"),))
    assert Person.objects.get().state == "enabled"
    store(contoso, removals=(Removal(ADELE, "gone"),))
    assert Person.objects.get().state == "deleted"


def test_a_person_without_account_shows_a_new_one(contoso: Connector, fabrikam: Connector) -> None:
    store(contoso, user(mail="adele@contoso.example"))
    store(contoso, removals=(Removal(ADELE, "gone"),))
    store(fabrikam, user(MEGAN, mail="adele@contoso.example", displayName="Adele at Fabrikam"))
    person = Person.objects.get()
    assert (person.display_name, person.state) == ("Adele at Fabrikam", "enabled")


def test_any_number_of_accounts_is_the_same_number_of_statements(contoso: Connector, fabrikam: Connector) -> None:
    """New ones, known ones, changed ones, removed ones, and some that are found by e-mail in another directory."""

    def person(number: int, **properties: Any) -> AccountRecord:
        return user(str(uuid.UUID(int=number)), mail=f"{number}@contoso.example", **properties)

    def statements(first: int, count: int) -> int:
        numbers = range(first, first + count)
        store(fabrikam, *[person(number) for number in numbers if number % 5 == 0])
        store(contoso, *[person(number) for number in numbers if number % 2])
        batch = [person(number, department="New" if number % 3 else "Retail") for number in numbers]
        gone = tuple(
            Removal(account.object_id, "deleted") for account in batch if int(account.object_id[-1], 16) % 7 == 1
        )
        with CaptureQueriesContext(connection) as queries:
            store(contoso, *batch, removals=gone)
        return len(queries)

    assert statements(1, 20) == statements(1000, 400) <= 16
