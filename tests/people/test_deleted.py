"""The list of deleted people: what it shows, and how it is read from a directory."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.graph import Refused
from connectors.models import Connector
from people.deleted import days_left, read_deleted
from people.models import Account, Person
from tests.factories import make_account, make_connector, make_person, make_user
from tests.people.tenant import Tenant, account_of, known

pytestmark = pytest.mark.django_db
URL = "/people/deleted/"


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_user("Viewer"))
    return client


def deleted(name: str, days: int, **columns: Any) -> Account:
    when = timezone.now() - timedelta(days=days, hours=1)
    return make_account(make_person(name), removal="deleted", removed_at=when, **columns)


def test_it_shows_who_can_be_restored(viewer: Client) -> None:
    account = deleted("Adele Vance", 10)
    deleted("Long Gone", 31)
    make_account(make_person("Still There"))
    make_account(make_person("For Good"), removal="gone", removed_at=timezone.now())
    content = viewer.get(URL).text
    assert content.index("Adele Vance") < content.index("Long Gone")
    assert f"{account.person.get_absolute_url()}?account={account.pk}" in content
    assert days_left(account) == 20
    for words in ("20", "over", "2 people", account.user_principal_name, account.connector.name):
        assert words in content
    assert "Still There" not in content
    assert "For Good" not in content


def test_the_list_of_people_leads_there(viewer: Client) -> None:
    assert f'href="{URL}"' in viewer.get("/people/").text


def test_it_says_when_there_is_nobody(viewer: Client) -> None:
    assert "Read the deleted ones" not in viewer.get(URL).text
    make_connector()
    content = viewer.get(URL).text
    assert "Nobody is known to be deleted" in content
    assert "Read the deleted ones" in content


def test_it_comes_in_pages(viewer: Client) -> None:
    connector = make_connector()
    for number in range(51):
        deleted(f"Person {number}", 1, connector=connector)
    content = viewer.get(URL).text
    assert "after=" in content
    assert "Person 50" in content
    assert "Person 0<" not in content


def test_a_directory_that_does_not_answer(viewer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(connector: Connector) -> int:
        raise Refused("Microsoft refused.")

    monkeypatch.setattr("people.views.deleted.read_deleted", refuse)
    connector = make_connector()
    content = viewer.post(reverse("people:read_deleted", args=[connector.pk]), follow=True).text
    assert "Microsoft refused." in content
    assert "The list is as it was." in content


def test_who_was_deleted_is_read(tenant: Tenant, unread: Connector, viewer: Client) -> None:
    adele = known(tenant, unread, "adele")
    for key in ("adele", "megan"):
        tenant.control("DELETE", f"/users/{tenant.id_of(key)}")
    content = viewer.post(reverse("people:read_deleted", args=[unread.pk]), follow=True).text
    assert "Contoso was read: 2 people are deleted there and can be restored." in content
    for key in ("adele", "megan"):
        account, truth = account_of(tenant, key), tenant.truth(key)
        assert (account.removal, account.person.state) == ("deleted", "deleted")
        assert (account.display_name, account.user_principal_name) == (truth["displayName"], truth["userPrincipalName"])
        assert truth["displayName"] in content
        assert account.removed_at
        assert truth["deletedDateTime"].startswith(account.removed_at.isoformat()[:19])
    assert account_of(tenant, "adele").person_id == adele.person_id
    before = Person.objects.count()
    assert read_deleted(unread) == 2
    assert Person.objects.count() == before == 2


def test_who_came_back_is_not_deleted_by_a_list_that_lags(
    tenant: Tenant, unread: Connector, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = known(tenant, unread, "adele")
    old = {"id": str(account.object_id), "userPrincipalName": "x", "deletedDateTime": "2024-01-02T03:04:05Z"}
    monkeypatch.setattr("connectors.graph.Reader.pages", lambda *_, **__: iter([{"value": [old]}]))
    assert read_deleted(unread) == 0
    assert account_of(tenant, "adele").removal == ""


@pytest.mark.parametrize("odd", [{}, {"id": None}, {"id": "../users"}, "nobody", None])
def test_an_entry_without_an_id_is_left_out(monkeypatch: pytest.MonkeyPatch, odd: Any) -> None:
    monkeypatch.setattr("connectors.graph.Reader.pages", lambda *_, **__: iter([{"value": [odd]}, {"value": None}]))
    assert read_deleted(make_connector()) == 0
    assert not Account.objects.exists()


def test_guests_who_are_not_imported_stay_out(tenant: Tenant, unread: Connector) -> None:
    tenant.control("DELETE", f"/users/{tenant.id_of('guest')}")
    Connector.objects.update(import_guests=False)
    assert read_deleted(Connector.objects.get()) == 0
    Connector.objects.update(import_guests=True)
    assert read_deleted(Connector.objects.get()) == 1


@pytest.mark.parametrize(
    ("removal", "words"),
    [
        ("deleted", "The Actions menu can restore the account."),
        ("unseen", "If the account was deleted within the last 30 days"),
        ("gone", "Nothing can be done here"),
    ],
)
def test_the_page_of_somebody_who_was_deleted(viewer: Client, removal: str, words: str) -> None:
    account = make_account(removal=removal, removed_at=timezone.now())
    assert words in viewer.get(account.person.get_absolute_url()).text


def test_its_menu_restores_and_nothing_else(client: Client) -> None:
    client.force_login(make_user("People admin"))
    account = make_account(connector=make_connector(actions_allowed=["purge_account"]), removal="deleted")
    content = client.get(account.person.get_absolute_url()).text
    urls = [
        reverse("people:ask", args=[account.person_id, account.pk, key]) for key in ("restore_account", "purge_account")
    ]
    assert all(f'href="{url}"' in content for url in urls)
    assert len(re.findall(r'href="[^"]*/actions/', content)) == len(urls)
    assert content.index('aria-label="Lifecycle"') < content.index('aria-label="Sign-in"')
