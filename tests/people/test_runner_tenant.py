"""The whole way on the demo tenant: real sign-in, real TLS, the tenant's true state, exchanges held to the contract."""

import uuid
from typing import Any

import pytest

from connectors.actions import Action, DisableAccount, EnableAccount, Order, ResetPassword, RevokeSessions
from connectors.models import Connector
from neurons_admin.access.models import User
from people import asking, imports, services
from people.asking import Asking
from people.models import Account, ActionRun, Person
from tests.factories import make_user
from tests.people.tenant import Tenant, account_of, synchronise
from tests.runs import ask, calls, carry_out, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State


def test_everybody_comes_in_and_changes_follow(tenant: Tenant, contoso: Connector) -> None:
    everybody = tenant.control("GET", "")["users"]
    assert Account.objects.count() == Person.objects.count() == everybody
    tenant.change("adele", jobTitle="Chief of Everything", accountEnabled=False)
    tenant.control("DELETE", f"/users/{tenant.id_of('megan')}")
    tenant.control("DELETE", f"/users/{tenant.id_of('bare')}?purge=1")
    run = synchronise(contoso)
    assert (run.full, run.changed, run.removed) == (False, 1, 2)
    assert account_of(tenant, "adele").job_title == "Chief of Everything"
    assert account_of(tenant, "adele").person.state == "disabled"
    assert account_of(tenant, "megan").removal == "deleted"
    assert account_of(tenant, "bare").removal == "gone"
    tenant.control("POST", f"/users/{tenant.id_of('megan')}/restore")
    assert synchronise(contoso).changed == 1
    assert account_of(tenant, "megan").removal == ""


def test_links_that_have_expired(tenant: Tenant, contoso: Connector) -> None:
    tenant.control("DELETE", f"/users/{tenant.id_of('megan')}?purge=1")
    tenant.control("POST", "/delta/expire")
    run = synchronise(contoso)
    assert (run.full, run.restarts, run.removed) == (True, 2, 1)
    assert account_of(tenant, "megan").removal == "unseen"


@pytest.mark.parametrize("key", ["hostile_markup", "hostile_sql", "hostile_zalgo", "long", "cjk", "hostile_rtl"])
def test_odd_people_are_kept_as_they_are(tenant: Tenant, contoso: Connector, key: str) -> None:
    account, truth = account_of(tenant, key), tenant.truth(key)
    assert account.display_name == truth["displayName"]
    assert account.job_title == (truth["jobTitle"] or "")
    assert account.person in Person.objects.matching(truth["displayName"])


CHANGES: dict[type[Action], set[str]] = {
    DisableAccount: {"accountEnabled"},
    ResetPassword: {"password", "passwordProfile", "lastPasswordChangeDateTime"},
    RevokeSessions: {"signInSessionsValidFromDateTime"},
}


@pytest.mark.parametrize("action", CHANGES)
def test_each_action_has_its_effect(tenant: Tenant, contoso: Connector, dana: User, action: type[Action]) -> None:
    before = tenant.truth("adele")
    run = carry_out(ask(account_of(tenant, "adele"), dana, action))
    assert run.state == State.SUCCEEDED, run.message
    assert run.accepted_at
    assert run.request_id
    let_time_pass(run)
    truth = tenant.truth("adele")
    changed = {name for name in truth if truth[name] != before.get(name)}
    assert changed == CHANGES[action]
    assert ("act", "POST" if action is RevokeSessions else "PATCH") in calls(run)
    if action is ResetPassword:
        assert services.reveal_password(run, asked_by=dana) == truth["password"]
    if action is DisableAccount:
        assert (run.before, run.after) == ({"accountEnabled": True}, {"accountEnabled": False})
        assert account_of(tenant, "adele").enabled is False


def test_enable_account(tenant: Tenant, contoso: Connector, dana: User) -> None:
    run = carry_out(ask(account_of(tenant, "disabled"), dana, EnableAccount))
    assert run.state == State.SUCCEEDED
    assert tenant.truth("disabled")["accountEnabled"] is True
    assert run.observed_at


def test_a_typed_password(tenant: Tenant, contoso: Connector, dana: User) -> None:
    carry_out(ask(account_of(tenant, "adele"), dana, ResetPassword, secret="Typed-by-dana-1", force_change=False))
    assert tenant.truth("adele")["password"] == "Typed-by-dana-1"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("global_admin", "Holds directory roles: Global Administrator"),
        ("role_group_member", "Belongs to a role-assignable group"),
    ],
)
def test_the_protected_are_refused_before_any_call(
    tenant: Tenant, contoso: Connector, dana: User, key: str, words: str
) -> None:
    with pytest.raises(asking.NotReady, match=words):
        ask(account_of(tenant, key), dana, ResetPassword)


def test_what_makes_somebody_protected_is_found_when_the_run_begins(
    tenant: Tenant, contoso: Connector, dana: User
) -> None:
    account = account_of(tenant, "global_admin")
    Account.objects.filter(pk=account.pk).update(directory_roles=None)
    before = tenant.truth("global_admin")
    run = carry_out(ask(account_of(tenant, "global_admin"), dana, DisableAccount))
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert "Global Administrator" in run.message
    assert tenant.truth("global_admin") == before


def test_a_reason_overrides_our_protection_and_not_microsofts(tenant: Tenant, contoso: Connector) -> None:
    nora = make_user("People admin")
    for key, state in {"reports_reader": State.SUCCEEDED, "global_admin": State.FAILED}.items():
        wanted = Asking(account_of(tenant, key), nora, uuid.uuid4(), override_reason="Left the company")
        run = carry_out(asking.ask([Order(DisableAccount())], wanted).run)
        assert run.state == state
        assert "Left the company" in reasons(run)
    assert run.error_code == "refused_here"
    assert tenant.truth("reports_reader")["accountEnabled"] is False
    assert tenant.truth("global_admin")["accountEnabled"] is True


def test_what_only_microsoft_knows(tenant: Tenant, contoso: Connector, dana: User) -> None:
    before = tenant.truth("restricted")
    run = carry_out(ask(account_of(tenant, "restricted"), dana, DisableAccount))
    assert (run.state, run.error_code) == (State.FAILED, "Authorization_RequestDenied")
    assert "protected" in run.message
    assert run.request_id
    assert tenant.truth("restricted") == before


def test_a_password_that_the_tenant_refuses(tenant: Tenant, contoso: Connector, dana: User) -> None:
    run = carry_out(ask(account_of(tenant, "adele"), dana, ResetPassword, secret="short"))
    assert (run.state, run.error_code) == (State.FAILED, "Request_BadRequest")
    assert "too weak" in run.message


def test_a_person_deleted_meanwhile(tenant: Tenant, contoso: Connector, dana: User) -> None:
    run = ask(account_of(tenant, "adele"), dana)
    tenant.control("DELETE", f"/users/{tenant.id_of('adele')}")
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "Request_ResourceNotFound")
    assert account_of(tenant, "adele").removal == "unseen"


def test_a_synced_person_is_refused_before_any_call(tenant: Tenant, contoso: Connector, dana: User) -> None:
    with pytest.raises(asking.NotReady, match="Active Directory"):
        ask(account_of(tenant, "synced"), dana, ResetPassword)


@pytest.mark.parametrize(
    ("app", "code"),
    [
        ("expired", "expired_secret"),
        ("disabled", "app_disabled"),
        ("absent", "not_let_in"),
        ("blocked", "blocked_by_policy"),
    ],
)
def test_an_app_that_is_not_let_in_holds_the_run(
    tenant: Tenant, contoso: Connector, dana: User, app: str, code: str
) -> None:
    Connector.objects.update(action_credential=tenant.credential(app))
    run = carry_out(ask(account_of(tenant, "adele"), dana))
    assert (run.state, run.error_code) == (State.HELD, code)


@pytest.mark.parametrize(("app", "words"), [("weak", "Needs User-PasswordProfile"), ("noconsent", "Microsoft refused")])
def test_an_app_that_may_not_do_it_fails_the_run(
    tenant: Tenant, contoso: Connector, dana: User, app: str, words: str
) -> None:
    Connector.objects.update(action_credential=tenant.credential(app))
    run = carry_out(ask(account_of(tenant, "adele"), dana, ResetPassword))
    assert run.state == State.FAILED
    assert words in run.message


def test_a_permission_granted_meanwhile_is_found(tenant: Tenant, contoso: Connector, dana: User) -> None:
    tenant.control("POST", "/apps/act", permissions=["User.Read.All"])
    assert carry_out(ask(account_of(tenant, "adele"), dana)).state == State.FAILED
    tenant.control("POST", "/apps/act", permissions=["User.ReadWrite.All"])
    assert carry_out(ask(account_of(tenant, "adele"), dana)).state == State.SUCCEEDED


def test_a_secret_replaced_while_held(tenant: Tenant, contoso: Connector, dana: User) -> None:
    credential = contoso.action_credential
    assert credential
    right = tenant.description["apps"]["act"]["client_secret"]
    credential.set_secret("wrong-secret")
    credential.save()
    run = carry_out(ask(account_of(tenant, "adele"), dana))
    assert (run.state, run.error_code) == (State.HELD, "wrong_secret")
    credential.set_secret(right)
    credential.save()
    ActionRun.objects.update(state=State.QUEUED, not_before=None)
    assert carry_out(run).state == State.SUCCEEDED


def test_the_reading_credential_never_writes(tenant: Tenant, contoso: Connector, exchanges: list[Any]) -> None:
    exchanges.clear()
    synchronise(contoso)
    imports.read_again(account_of(tenant, "adele"))
    assert {request.method for request, _ in exchanges if request.path.startswith("/v1.0/")} == {"GET"}


def test_what_the_calls_keep_has_no_tokens(tenant: Tenant, contoso: Connector) -> None:
    run = synchronise(contoso)
    for call in run.calls.all():
        assert "token" not in call.path
