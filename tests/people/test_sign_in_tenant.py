"""Sign-in names, identities and the demand for another password on the demo tenant, and what is refused."""

from typing import Any

import pytest

from connectors.actions import Action, ChangeSignInName, EditIdentities, RequirePasswordChange
from connectors.models import Connector
from neurons_admin.access.models import User
from people import asking
from people.models import ActionRun
from tests.factories import make_user
from tests.people.tenant import Tenant, account_of, known
from tests.runs import ask, carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
FLAG, WITH_MFA = "forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"
HOME = {"signInType": "emailAddress", "issuer": "contoso.example", "issuerAssignedId": "adele@home.example"}


@pytest.fixture
def pia() -> User:
    """Somebody who may change what people sign in with."""
    return make_user("People admin")


def undo(run: ActionRun, asked_by: User) -> ActionRun:
    inverse = run.bound_action().inverse(run.before)
    assert inverse is not None
    return carry_out(ask(run.account, asked_by, type(inverse), **inverse.params))


def test_another_password_is_demanded_and_not(tenant: Tenant, unread: Connector, pia: User) -> None:
    run = carry_out(ask(known(tenant, unread, "adele"), pia, RequirePasswordChange, after_mfa=True))
    assert (run.state, run.message) == (
        State.SUCCEEDED,
        "Adele Vance must choose another password at the next sign-in.",
    )
    assert run.observed_at
    assert run.after == {FLAG: True, WITH_MFA: True}
    profile = tenant.truth("adele")["passwordProfile"]
    assert (profile[FLAG], profile[WITH_MFA]) == (True, True)
    assert undo(run, pia).observed_at
    profile = tenant.truth("adele")["passwordProfile"]
    assert (profile[FLAG], profile[WITH_MFA]) == (False, False)


def test_a_sign_in_name_changes_and_goes_back(tenant: Tenant, unread: Connector, pia: User) -> None:
    account = known(tenant, unread, "adele")
    old, new = account.user_principal_name, "adele.vance@contoso.example"
    run = carry_out(ask(account, pia, ChangeSignInName, sign_in_name=new))
    assert (run.state, run.message) == (State.SUCCEEDED, f"Adele Vance signs in as {new}.")
    assert run.observed_at
    assert account_of(tenant, "adele").user_principal_name == new
    assert tenant.truth("adele")["userPrincipalName"] == new
    assert undo(run, pia).observed_at
    assert tenant.truth("adele")["userPrincipalName"] == old


@pytest.mark.parametrize(
    ("name", "words"),
    [("meganb@contoso.example", "already uses this value"), ("adele@elsewhere.example", "domain")],
)
def test_a_sign_in_name_that_the_tenant_refuses(
    tenant: Tenant, unread: Connector, pia: User, name: str, words: str
) -> None:
    run = carry_out(ask(known(tenant, unread, "adele"), pia, ChangeSignInName, sign_in_name=name))
    assert (run.state, run.error_code) == (State.FAILED, "Request_BadRequest")
    assert words in run.message + run.error_detail


def test_identities_are_replaced_and_go_back(tenant: Tenant, unread: Connector, pia: User) -> None:
    before = tenant.truth("adele")["identities"]
    run = carry_out(ask(known(tenant, unread, "adele"), pia, EditIdentities, identities=[HOME], shown=[]))
    assert (run.state, run.error_code) == (State.SUCCEEDED, "")
    assert run.observed_at
    assert (run.before, run.after) == ({"identities": []}, {"identities": [HOME]})
    assert tenant.truth("adele")["identities"] == [*before, HOME]
    assert undo(run, pia).observed_at
    assert tenant.truth("adele")["identities"] == before


def test_identities_that_changed_meanwhile_are_not_overwritten(tenant: Tenant, unread: Connector, pia: User) -> None:
    account = known(tenant, unread, "adele")
    kept = [*tenant.truth("adele")["identities"], HOME]
    tenant.change("adele", identities=kept)
    run = carry_out(
        ask(account, pia, EditIdentities, identities=[{**HOME, "issuerAssignedId": "a@b.example"}], shown=[])
    )
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert "since the dialog was opened" in run.message
    assert tenant.truth("adele")["identities"] == kept


def test_an_identity_of_somebody_else(tenant: Tenant, unread: Connector, pia: User) -> None:
    carry_out(ask(known(tenant, unread, "megan"), pia, EditIdentities, identities=[HOME]))
    run = carry_out(ask(known(tenant, unread, "adele"), pia, EditIdentities, identities=[HOME]))
    assert run.state == State.FAILED
    assert "already uses this value" in run.message


EACH: list[tuple[type[Action], dict[str, Any]]] = [
    (RequirePasswordChange, {}),
    (ChangeSignInName, {"sign_in_name": "other@contoso.example"}),
    (EditIdentities, {"identities": [HOME]}),
]


@pytest.mark.parametrize(("action", "params"), EACH)
def test_a_synced_account_is_refused_before_any_call(
    tenant: Tenant, unread: Connector, pia: User, action: type[Action], params: dict[str, Any]
) -> None:
    with pytest.raises(asking.NotReady, match="Active Directory"):
        ask(known(tenant, unread, "synced"), pia, action, **params)


@pytest.mark.parametrize(("action", "params"), EACH)
def test_the_protected_are_refused(
    tenant: Tenant, unread: Connector, pia: User, action: type[Action], params: dict[str, Any]
) -> None:
    with pytest.raises(asking.NotReady, match="protected"):
        ask(known(tenant, unread, "global_admin"), pia, action, **params)


@pytest.mark.parametrize(("action", "params"), EACH)
def test_an_app_that_may_not(
    tenant: Tenant, unread: Connector, pia: User, action: type[Action], params: dict[str, Any]
) -> None:
    before = tenant.truth("adele")
    tenant.control("POST", "/apps/act", permissions=["User.Read.All"])
    Connector.objects.update(action_credential=tenant.credential("act"))
    run = carry_out(ask(known(tenant, unread, "adele"), pia, action, **params))
    assert run.state == State.FAILED
    assert f"Needs {action.needs[0].least}" in run.message
    assert tenant.truth("adele") == before
