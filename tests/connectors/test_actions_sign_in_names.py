"""What the actions on sign-in names, identities and the demand for another password do, and what their forms refuse."""

import dataclasses
import json
from typing import Any

import pytest

from connectors.actions import Action, ChangeSignInName, EditIdentities, RequirePasswordChange, RestoreAccount
from connectors.actions.change_sign_in_name import ChangeSignInNameForm, check_sign_in_name
from connectors.actions.delete_account import RestoreAccountForm
from connectors.actions.identities_form import IdentitiesForm
from connectors.actions.require_password_change import RequirePasswordChangeForm
from tests.connectors.samples import OBJECT_ID, PERSON
from tests.connectors.samples.sign_in import HOME, OWN, WORK


class Tenant:
    """The local copy, as far as these forms ask it."""

    def domains(self) -> list[str]:
        return ["contoso.example", "fabrikam.example"]


def form_of(form: type[Any], data: dict[str, Any] | None = None, **state: Any) -> Any:
    return form(data, target=dataclasses.replace(PERSON, state=state), directory=Tenant())


@pytest.mark.parametrize("action", [ChangeSignInName, EditIdentities, RequirePasswordChange])
def test_synced_accounts_and_guests_are_refused(action: type[Action]) -> None:
    assert "Active Directory" in action.refusal(dataclasses.replace(PERSON, synced=True))
    assert "home" in action.refusal(dataclasses.replace(PERSON, guest=True))
    assert action.refusal(PERSON) == ""


def test_require_password_change() -> None:
    form = form_of(RequirePasswordChangeForm, {"after_mfa": "on"})
    assert form.is_valid()
    (order,) = RequirePasswordChange.orders(form)
    write = order.action.write(PERSON, {})
    flags = {"forceChangePasswordNextSignIn": True, "forceChangePasswordNextSignInWithMfa": True}
    assert (write.method, write.path, write.body) == ("PATCH", f"/users/{OBJECT_ID}", {"passwordProfile": flags})
    assert order.action.is_so({"passwordProfile": {"password": None, **flags}})
    assert not RequirePasswordChange().is_so({"passwordProfile": flags})
    assert not RequirePasswordChange().is_so({"passwordProfile": None})


def test_a_demand_is_taken_back() -> None:
    inverse = RequirePasswordChange().inverse(RequirePasswordChange().snapshot({"passwordProfile": None}))
    assert inverse == RequirePasswordChange(required=False)
    assert inverse.title != RequirePasswordChange().title
    assert "need not" in inverse.done(PERSON)
    flags = {"forceChangePasswordNextSignIn": False, "forceChangePasswordNextSignInWithMfa": False}
    assert inverse.write(PERSON, {}).body == {"passwordProfile": flags}


def test_the_form_has_todays_sign_in_name() -> None:
    content = str(form_of(ChangeSignInNameForm))
    assert 'value="adele"' in content
    assert 'value="contoso.example"' in content
    assert '<option value="fabrikam.example">' in content
    assert 'list="id_domain-suggestions"' in content


@pytest.mark.parametrize(
    ("name", "domain", "wanted"),
    [
        ("adele.vance", "contoso.example", "adele.vance@contoso.example"),
        ("a'-_!#^~Z9", "contoso.example", "a'-_!#^~Z9@contoso.example"),
        (" adele ", "@Fabrikam.Example", "adele@fabrikam.example"),
    ],
)
def test_a_sign_in_name(name: str, domain: str, wanted: str) -> None:
    form = form_of(ChangeSignInNameForm, {"name": name, "domain": domain})
    assert form.is_valid(), form.errors
    (order,) = ChangeSignInName.orders(form)
    assert order.action == ChangeSignInName(wanted)
    assert order.action.write(PERSON, {}).body == {"userPrincipalName": wanted}


@pytest.mark.parametrize(
    ("name", "domain", "words"),
    [
        ("adele", "contoso.example", "the sign-in name they have"),
        ("adéle", "contoso.example", "letters from A to Z"),
        ("adele vance", "contoso.example", "letters from A to Z"),
        ("a@b", "contoso.example", "letters from A to Z"),
        ("adele.", "contoso.example", "dot"),
        ("a" * 65, "contoso.example", "64"),
        ("", "contoso.example", "required"),
        ("adele", "contoso", "domain"),
        ("adele", "-contoso.example", "domain"),
        ("adele", "contoso..example", "domain"),
        ("adele", "", "required"),
    ],
)
def test_a_name_that_cannot_be(name: str, domain: str, words: str) -> None:
    form = form_of(ChangeSignInNameForm, {"name": name, "domain": domain})
    assert not form.is_valid()
    assert words in json.dumps(form.errors)


def test_the_name_for_somebody_who_comes_back() -> None:
    assert check_sign_in_name("a@B.example") == "a@b.example"
    form = form_of(RestoreAccountForm, {"new_sign_in_name": "no-at-sign"})
    assert "an @ and a domain" in json.dumps(form.errors)
    form = form_of(RestoreAccountForm, {"drop_taken_addresses": "on"})
    assert form.is_valid()
    (order,) = RestoreAccount.orders(form)
    assert order.action.write(PERSON, {}).body == {"autoReconcileProxyConflict": True}
    assert RestoreAccount().write(PERSON, {}).body is None


def rows(*identities: dict[str, Any]) -> dict[str, Any]:
    """What a browser sends of such rows."""
    return {
        f"identities-{part}": [identity.get(part) or "" for identity in identities]
        for part in ("signInType", "issuer", "issuerAssignedId")
    }


def identities_form(shown: list[Any], *identities: dict[str, Any]) -> Any:
    return form_of(IdentitiesForm, {**rows(*identities), "shown": json.dumps(shown)}, identities=[OWN, *shown])


def test_the_form_has_todays_identities_besides_the_sign_in_name() -> None:
    content = str(form_of(IdentitiesForm, identities=[OWN, HOME, WORK]))
    assert 'value="adele@home.example"' in content
    assert 'value="fabrikam.example"' in content
    assert OWN["issuerAssignedId"] not in content
    assert content.count('aria-label="ID at the issuer"') == 4


def test_identities_are_added_and_removed() -> None:
    form = identities_form([HOME], {"signInType": "emailAddress"}, WORK, {})
    assert form.is_valid(), form.errors
    (order,) = EditIdentities.orders(form)
    assert order.action == EditIdentities([WORK], [HOME])
    assert order.action.write(PERSON, {"identities": [HOME, OWN]}).body == {"identities": [OWN, WORK]}
    assert order.action.is_so({"identities": [WORK, OWN]})
    assert not order.action.is_so({"identities": [WORK]})
    assert "fabrikam.example" in order.action.done(PERSON)
    assert "only" in EditIdentities([]).done(PERSON)


@pytest.mark.parametrize(
    ("identities", "words"),
    [
        ([HOME], "Nothing was changed"),
        ([HOME, {**HOME, "issuerAssignedId": "ADELE@home.example"}], "there twice"),
        ([{**HOME, "issuerAssignedId": "x" * 65}], "too long"),
        ([{**HOME, "issuer": "x" * 513}], "too long"),
        ([{**HOME, "issuer": ""}], "needs an issuer"),
        ([{**HOME, "issuerAssignedId": ""}], "needs an ID"),
        ([OWN], "Choose a type"),
    ],
)
def test_identities_that_cannot_be(identities: list[Any], words: str) -> None:
    form = identities_form([HOME], *identities)
    assert not form.is_valid()
    assert words in str(form.errors.as_data())


@pytest.mark.parametrize("shown", ["", "{}", "[1]", '[{"issuer": 3}]', "not JSON"])
def test_a_form_that_does_not_say_what_it_showed(shown: str) -> None:
    form = form_of(IdentitiesForm, {**rows(WORK), "shown": shown})
    assert "Open the dialog again" in json.dumps(form.errors)


def test_identities_that_changed_since_the_form_was_shown() -> None:
    action = EditIdentities([WORK], [])
    assert "since the dialog was opened" in action.objection(PERSON, {"identities": [OWN, HOME]})
    assert action.objection(PERSON, {"identities": [OWN]}) == ""
    assert EditIdentities([WORK]).objection(PERSON, {"identities": [OWN, HOME]}) == ""
    assert "does not show the sign-in name" in action.objection(PERSON, {"identities": [HOME]})
