"""The dialogs on signing in and on ending accounts: each works, refuses bad input, and refuses the wrong person."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.graph.methods import Method
from people.models import Account, ActionRun
from tests.factories import make_account, make_connector, make_person, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
HTMX = {"HTTP_HX_REQUEST": "true"}
HOME = {"signInType": "emailAddress", "issuer": "contoso.example", "issuerAssignedId": "adele@home.example"}
IDENTITIES = {
    "identities-signInType": ["emailAddress"],
    "identities-issuer": ["contoso.example"],
    "identities-issuerAssignedId": ["adele@home.example"],
}


@pytest.fixture
def browser(client: Client) -> Client:
    """Somebody who may ask for everything."""
    client.force_login(make_user(is_superuser=True))
    return client


def adele(key: str, **columns: Any) -> Account:
    """Somebody for whom the action is meant."""
    if key in ("restore_account", "purge_account"):
        columns = {"removal": "deleted", "removed_at": timezone.now(), **columns}
    person = make_person(user_principal_name="adele@contoso.example")
    connector = make_connector(actions_allowed=[key])
    granted = [*connector.action_credential.granted_permissions, "UserAuthMethod-TAP.ReadWrite.All"]
    connector.action_credential.granted_permissions = granted
    connector.action_credential.save()
    return make_account(person, connector, **columns)


def url_of(account: Account, key: str) -> str:
    return reverse("people:ask", args=[account.person_id, account.pk, key])


def sent(account: Account, **more: Any) -> dict[str, Any]:
    return {"click": str(uuid.uuid4()), "confirmation": account.display_name, **more}


WORKS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("require_password_change", {"after_mfa": "on"}, {"required": True, "after_mfa": True}),
    (
        "change_sign_in_name",
        {"name": "adele.vance", "domain": "contoso.example"},
        {"sign_in_name": "adele.vance@contoso.example"},
    ),
    ("edit_identities", {**IDENTITIES, "shown": "[]"}, {"identities": [HOME], "shown": []}),
    ("temporary_access_pass", {"minutes": "30"}, {"minutes": 30, "once": False}),
    ("delete_account", {}, {}),
    (
        "restore_account",
        {"new_sign_in_name": "a@contoso.example"},
        {"new_sign_in_name": "a@contoso.example", "drop_taken_addresses": False},
    ),
    ("purge_account", {}, {}),
]


@pytest.mark.parametrize(("key", "fields", "params"), WORKS)
def test_it_asks_for_one_run(browser: Client, key: str, fields: dict[str, Any], params: dict[str, Any]) -> None:
    account = adele(key)
    assert 'type="submit"' in browser.get(url_of(account, key), **HTMX).text
    answer = browser.post(url_of(account, key), sent(account, **fields), **HTMX)
    run = ActionRun.objects.get()
    assert f'id="run-{run.pk}"' in answer.text
    assert (run.action, run.params) == (key, params)


@pytest.mark.parametrize(
    ("key", "fields", "words"),
    [
        ("change_sign_in_name", {"name": "adele", "domain": "contoso.example"}, "the sign-in name they have"),
        ("change_sign_in_name", {"name": "ad ele", "domain": "contoso.example"}, "letters from A to Z"),
        ("edit_identities", {"shown": "[]"}, "Nothing was changed"),
        ("edit_identities", IDENTITIES, "Open the dialog again"),
        ("temporary_access_pass", {"minutes": "9"}, "greater than or equal to 10"),
        ("temporary_access_pass", {"minutes": "1441"}, "less than or equal to 1440"),
        ("restore_account", {"new_sign_in_name": "nobody"}, "an @ and a domain"),
        ("delete_account", {"confirmation": "Megan Bowen"}, "This is not the name of the person"),
        ("purge_account", {"confirmation": ""}, "Type the person&#x27;s name"),
        ("temporary_access_pass", {"minutes": "30", "confirmation": ""}, "Type the person&#x27;s name"),
    ],
)
def test_it_refuses_bad_input(browser: Client, key: str, fields: dict[str, Any], words: str) -> None:
    account = adele(key)
    assert words in browser.post(url_of(account, key), sent(account, **fields), **HTMX).text
    assert not ActionRun.objects.exists()


@pytest.mark.parametrize(
    ("key", "columns", "words"),
    [
        ("require_password_change", {"synced": True}, "Active Directory"),
        ("change_sign_in_name", {"synced": True}, "Active Directory"),
        ("edit_identities", {"user_type": "Guest"}, "home organisation"),
        ("temporary_access_pass", {"user_type": "Guest"}, "home organisation"),
        ("delete_account", {"removal": "deleted"}, "was deleted"),
        ("restore_account", {"removal": ""}, "not among the deleted ones"),
        ("restore_account", {"removal": "gone"}, "not among the deleted ones"),
        ("purge_account", {"removal": ""}, "not among the deleted ones"),
    ],
)
def test_it_refuses_the_wrong_person(browser: Client, key: str, columns: dict[str, Any], words: str) -> None:
    account = adele(key, **columns)
    fields = next(fields for each, fields, _ in WORKS if each == key)
    content = browser.get(url_of(account, key), **HTMX).text
    assert words in content
    assert 'type="submit"' not in content
    assert words in browser.post(url_of(account, key), sent(account, **fields), **HTMX).text
    assert not ActionRun.objects.exists()


def test_the_dialogs_are_filled_with_todays_values(browser: Client) -> None:
    account = adele("edit_identities", more={"identities": [HOME]})
    content = browser.get(url_of(account, "edit_identities"), **HTMX).text
    assert 'value="adele@home.example"' in content
    account = adele("change_sign_in_name")
    content = browser.get(url_of(account, "change_sign_in_name"), **HTMX).text
    assert 'value="adele"' in content
    assert '<option value="contoso.example">' in content


def test_what_cannot_be_undone_says_so(browser: Client) -> None:
    account = adele("purge_account")
    content = browser.get(url_of(account, "purge_account"), **HTMX).text
    assert "Cannot be undone" in content
    assert "Nobody can bring it back" in content.replace("\n", " ")


def test_deleting_a_synchronised_account_warns(browser: Client) -> None:
    account = adele("delete_account", synced=True)
    content = browser.get(url_of(account, "delete_account"), **HTMX).text
    assert "delete it there as well" in content
    assert 'type="submit"' in content


@pytest.mark.parametrize("issuer", ["\\u0000", "\\ud800"])
def test_identities_that_travel_along_may_come_back_as_anything(browser: Client, issuer: str) -> None:
    account = adele("edit_identities")
    shown = f'[{{"signInType": "emailAddress", "issuer": "{issuer}", "issuerAssignedId": "b"}}]'
    response = browser.post(url_of(account, "edit_identities"), sent(account, **IDENTITIES, shown=shown), **HTMX)
    assert "Open the dialog again." in response.text
    assert not ActionRun.objects.exists()


def test_what_somebody_calls_their_method_is_text(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = Method("1", "", "External: <img src=x onerror=alert(1)>")
    monkeypatch.setattr("people.services.look_up", lambda *_: [hostile])
    account = adele("remove_sign_in_method")
    granted = [*account.connector.action_credential.granted_permissions, "UserAuthenticationMethod.ReadWrite.All"]
    account.connector.action_credential.granted_permissions = granted
    account.connector.action_credential.save()
    content = browser.get(url_of(account, "remove_sign_in_method"), **HTMX).text
    assert "&lt;img src=x" in content
    assert "<img src=x" not in content
