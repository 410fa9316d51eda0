"""Temporary access passes and the end of sign-in methods on the demo tenant, and what is refused."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.actions import RemoveSignInMethod, TemporaryAccessPass
from connectors.graph import Busy, Graph, NotThere, OutcomeUnknown
from connectors.models import Connector
from neurons_admin.access.models import User
from people import asking, looking, services
from people.models import Account, ActionRun, SealedPassword
from tests.factories import make_user
from tests.people.tenant import Tenant, account_of, known
from tests.runs import again, ask, calls, carry_out, let_time_pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def pia() -> User:
    """Somebody who may take sign-in methods away."""
    return make_user(is_superuser=True)


@pytest.fixture
def browser(client: Client, pia: User) -> Client:
    client.force_login(pia)
    return client


@pytest.fixture
def adele(tenant: Tenant, unread: Connector) -> Account:
    return known(tenant, unread, "adele")


def methods_of(account: Account) -> list[Any]:
    return RemoveSignInMethod.look_up(account.connector.graph_for_acting(), account.as_target())


def test_a_pass_is_made_and_shown_once(adele: Account, pia: User) -> None:
    run = carry_out(ask(adele, pia, TemporaryAccessPass, minutes=30))
    assert (run.state, run.error_code) == (State.SUCCEEDED, "")
    assert run.message == "Adele Vance has a temporary access pass. It works for 30 minutes, once."
    assert run.observed_at
    assert (run.after["accessPassMinutes"], run.after["accessPassOnce"]) == (30, True)
    assert ("act", "POST") in calls(run)
    secret = services.reveal_password(run, asked_by=pia)
    assert secret is not None
    assert len(secret) == 10
    assert services.reveal_password(run, asked_by=pia) is None
    assert secret not in str(ActionRun.objects.values())
    assert "The temporary access pass was shown once" in str(run.events.values())


def test_what_is_shown_is_called_a_pass(adele: Account, pia: User, browser: Client) -> None:
    run = carry_out(ask(adele, pia, TemporaryAccessPass))
    assert "The new temporary access pass can be shown once" in browser.get(run.get_absolute_url()).text
    url = reverse("people:reveal", args=[run.pk])
    assert "New temporary access pass for Adele Vance" in browser.post(url, **HTMX).text
    assert "There is no temporary access pass to show" in browser.post(url).text


def test_an_answer_that_was_lost_is_a_pass_that_nobody_knows(
    adele: Account, pia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Graph.write

    def lost(graph: Graph, *given: Any, **more: Any) -> Any:
        write(graph, *given, **more)
        raise OutcomeUnknown("No answer.", code="no_answer")

    monkeypatch.setattr(Graph, "write", lost)
    run = carry_out(ask(adele, pia, TemporaryAccessPass))
    assert run.state == State.UNKNOWN
    let_time_pass(run)
    looking.look(ActionRun.objects.for_work().get(pk=run.pk))
    run = again(run)
    assert run.state == State.SUCCEEDED
    assert "the answer that held it was lost" in run.message
    assert not SealedPassword.objects.exists()


def test_a_tenant_that_allows_no_passes(tenant: Tenant, adele: Account, pia: User) -> None:
    tenant.control("POST", "/settings", temporary_access_pass=False)
    run = carry_out(ask(adele, pia, TemporaryAccessPass))
    assert run.state == State.FAILED
    assert "does not allow this way to sign in" in run.message
    assert not SealedPassword.objects.exists()


def test_a_guest_gets_no_pass(tenant: Tenant, unread: Connector, pia: User) -> None:
    with pytest.raises(asking.NotReady, match="home organisation"):
        ask(known(tenant, unread, "guest"), pia, TemporaryAccessPass)


def test_an_app_that_may_not(tenant: Tenant, adele: Account, pia: User, browser: Client) -> None:
    Connector.objects.update(action_credential=tenant.credential("act"))
    run = carry_out(ask(account_of(tenant, "adele"), pia, TemporaryAccessPass))
    assert run.state == State.FAILED
    assert "Needs UserAuthMethod-TAP.ReadWrite.All" in run.message or "Microsoft refused" in run.message
    content = browser.get(dialog_of(adele), **HTMX).text
    assert "The directory could not be read: Microsoft refused" in content
    assert 'type="submit"' not in content


def dialog_of(account: Account) -> str:
    return reverse("people:ask", args=[account.person_id, account.pk, "remove_sign_in_method"])


def sent(account: Account, **more: str) -> dict[str, str]:
    return {"click": str(uuid.uuid4()), "confirmation": account.display_name, **more}


def test_the_dialog_lists_what_is_registered(adele: Account, browser: Client) -> None:
    content = browser.get(dialog_of(adele), **HTMX).text
    for words in ("Phone: +1 425", "Microsoft Authenticator: ", "E-mail, for resetting the password: home"):
        assert words in content
    assert content.count('type="radio"') == 3
    assert "28c10230-6103-485e-b985-444c60001490" not in content


def test_one_is_removed(adele: Account, browser: Client) -> None:
    phone = next(each for each in methods_of(adele) if each.collection == "phoneMethods")
    browser.post(dialog_of(adele), sent(adele, method=phone.method_id))
    run = carry_out(ActionRun.objects.get())
    assert (run.state, run.error_code) == (State.SUCCEEDED, "")
    assert run.label == f"Remove sign-in method: {phone.name}"
    assert run.observed_at
    assert phone.name in run.before["authenticationMethods"]
    assert phone.name not in run.after["authenticationMethods"]
    assert phone not in methods_of(adele)
    again_asked = browser.post(dialog_of(adele), sent(adele, method=phone.method_id)).text
    assert "no longer registered" in again_asked
    assert ActionRun.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "Choose the one to remove."),
        ({"method": "28c10230-6103-485e-b985-444c60001490"}, "no longer registered"),
    ],
)
def test_nothing_or_the_password_cannot_be_chosen(
    adele: Account, browser: Client, more: dict[str, str], words: str
) -> None:
    assert words in browser.post(dialog_of(adele), sent(adele, **more), **HTMX).text
    assert not ActionRun.objects.exists()


def test_the_name_of_somebody_else_is_refused(adele: Account, browser: Client) -> None:
    method = methods_of(adele)[0].method_id
    content = browser.post(dialog_of(adele), sent(adele, method=method, confirmation="Megan Bowen"), **HTMX).text
    assert "This is not the name of the person" in content
    assert not ActionRun.objects.exists()


def test_somebody_with_nothing_but_a_password(tenant: Tenant, unread: Connector, browser: Client) -> None:
    content = browser.get(dialog_of(known(tenant, unread, "namesake_1")), **HTMX).text
    assert "Nothing is registered besides the password" in content


def test_microsoft_asks_to_wait(adele: Account, browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: Any, **__: Any) -> Any:
        raise Busy("Microsoft Graph asks this application to wait.")

    monkeypatch.setattr(Graph, "pages", busy)
    content = browser.get(dialog_of(adele), **HTMX).text
    assert "The directory could not be read: Microsoft Graph asks this application to wait." in content


def test_the_default_method_stays_until_the_last(adele: Account, pia: User) -> None:
    default = next(each for each in methods_of(adele) if each.collection == "microsoftAuthenticatorMethods")
    params = {"collection": default.collection, "method_id": default.method_id, "name": default.name}
    run = carry_out(ask(adele, pia, RemoveSignInMethod, **params))
    assert run.state == State.FAILED
    assert "default method" in run.message
    phone = next(each for each in methods_of(adele) if each.collection == "phoneMethods")
    others = {"collection": phone.collection, "method_id": phone.method_id, "name": phone.name}
    assert carry_out(ask(adele, pia, RemoveSignInMethod, **others)).state == State.SUCCEEDED
    assert carry_out(ask(adele, pia, RemoveSignInMethod, **params)).state == State.SUCCEEDED


def test_a_method_that_is_gone_already(adele: Account, pia: User) -> None:
    params = {"collection": "phoneMethods", "method_id": str(uuid.uuid4()), "name": "Phone"}
    run = carry_out(ask(adele, pia, RemoveSignInMethod, **params))
    assert (run.state, run.message) == (State.SUCCEEDED, "It was already so; nothing was sent.")


def test_somebody_whose_methods_are_not_known_yet_is_not_taken_for_gone(
    adele: Account, pia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing(graph: Graph, link: str, **_: Any) -> Any:
        raise NotThere("The person is not in the directory.", status=404)

    pages = Graph.pages
    monkeypatch.setattr(
        Graph,
        "pages",
        lambda graph, link, **more: (nothing if "authentication" in link else pages)(graph, link, **more),
    )
    run = carry_out(ask(adele, pia, TemporaryAccessPass))
    adele.refresh_from_db()
    assert (run.state, adele.removal) == (State.FAILED, "")
    assert "too new" in run.message
