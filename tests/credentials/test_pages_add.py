"""Adding a shared credential: it is tried, then it is kept."""

import pytest
from django.urls import reverse

from connectors.graph import CredentialRefused, TryLater
from credentials import services
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import TENANT_ID, make_credential, make_user
from tests.signing_in import CANARY, grant

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
CLIENT_ID = "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f"
WRONG = CredentialRefused("Microsoft does not accept this client secret.", code="wrong_secret", detail="AADSTS7000215")


def fields(**changes):
    return {
        "name": "Contoso act",
        "description": "For the service desk",
        "cloud": "global",
        "tenant_id": f" {{{str(TENANT_ID).upper()}}} ",
        "client_id": CLIENT_ID,
        "client_secret": f" {CANARY}\n",
        "secret_expires_on": "2099-01-31",
        **changes,
    }


def add(client, headers=None, **changes):
    return client.post(reverse("credentials:add"), fields(**changes), **(headers or {}))


def test_the_form_is_shown(admin):
    content = admin.get(reverse("credentials:add")).content.decode()
    for words in ("Directory (tenant) ID", "Application (client) ID", "Client secret", "Add credential"):
        assert words in content


def test_it_is_tried_kept_and_recorded(admin, sign_in):
    response = add(admin)
    credential = Credential.objects.get()
    assert response.url == credential.get_absolute_url()
    assert sign_in.tried == [(str(TENANT_ID), CLIENT_ID, CANARY)]
    assert (credential.name, credential.tenant_id, str(credential.client_id)) == ("Contoso act", TENANT_ID, CLIENT_ID)
    assert credential.client_secret.reveal() == CANARY
    assert str(credential.secret_expires_on) == "2099-01-31"
    assert credential.check_passed
    assert credential.app_name == "Contoso act"
    event = Event.objects.get(verb="credential.added")
    assert (event.actor_id, event.subject_id) == (admin.user.pk, str(credential.pk))


def test_its_secret_is_on_no_page_afterwards(admin, sign_in):
    page = admin.get(add(admin).url, follow=True).content.decode()
    page += admin.get(reverse("credentials:list")).content.decode()
    page += admin.get(reverse("credentials:edit", args=[Credential.objects.get().pk])).content.decode()
    assert CANARY not in page
    assert CANARY not in str(list(Event.objects.values()))
    assert CANARY not in str(dict(admin.session))


BAD = [
    ("name", "", "required"),
    ("name", "evil\u202egnp", "visible characters"),
    ("name", "n" * 101, "at most 100"),
    ("tenant_id", "contoso.onmicrosoft.com", "Enter the directory (tenant) ID"),
    ("tenant_id", "8d3f", "it has the form"),
    ("client_id", "", "Enter the application (client) ID"),
    ("client_id", str(TENANT_ID), "directory (tenant) ID once more"),
    ("client_secret", "", "Enter the client secret"),
    ("client_secret", CLIENT_ID, "This is the Secret ID; paste the Value"),
    ("secret_expires_on", "2001-01-01", "This day is past"),
    ("secret_expires_on", "soon", "valid date"),
    ("cloud", "moon", "valid choice"),
]


@pytest.mark.parametrize(("name", "value", "words"), BAD)
def test_bad_input_is_told_and_nothing_typed_is_lost_but_the_secret(admin, sign_in, name, value, words):
    response = add(admin, **{name: value})
    content = response.content.decode()
    assert words in str(response.context["form"].errors)
    assert words in content.replace("&#x27;", "'")
    assert not Credential.objects.exists()
    assert not sign_in.tried
    assert CANARY not in content
    for kept in {"For the service desk", "Contoso act" if name != "name" else "For the service desk"}:
        assert kept in content
    if name != "client_secret":
        assert "Enter the secret again" in content


def test_a_taken_name_is_told_whatever_its_case(admin, sign_in):
    make_credential("CONTOSO ACT")
    assert "a credential of this name already" in add(admin).content.decode()
    assert Credential.objects.count() == 1


def test_who_is_a_moment_later_with_a_name_is_told_too(admin, sign_in, monkeypatch):
    def somebody_was_faster(*args, **kwargs):
        raise services.NameTakenError

    monkeypatch.setattr(services, "add", somebody_was_faster)
    content = add(admin).content.decode()
    assert "a credential of this name already" in content
    assert "Enter the secret again" in content


def test_the_database_guards_names_too(admin, sign_in):
    make_credential("Contoso act")
    draft = Credential(name="contoso ACT", tenant_id=TENANT_ID, client_id=CLIENT_ID, client_secret=CANARY)
    with pytest.raises(services.NameTakenError):
        services.add(draft, actor=admin.user, finding=None)
    assert not Event.objects.filter(verb="credential.added").exists()


def test_what_microsoft_does_not_accept_is_not_kept(admin, sign_in):
    sign_in.answer = WRONG
    content = add(admin).content.decode()
    assert "Microsoft does not accept this client secret. Nothing was saved." in content
    assert "Enter the secret again" in content
    assert "Save it all the same" in content
    assert CANARY not in content
    assert not Credential.objects.exists()


def test_unless_that_is_wanted(admin, sign_in):
    sign_in.answer = WRONG
    add(admin, save_anyway="on")
    credential = Credential.objects.get()
    assert credential.check_code == "wrong_secret"
    assert not credential.check_passed


def test_without_a_way_to_microsoft_it_can_be_kept_untried(admin, sign_in):
    sign_in.answer = TryLater("Not reachable from this server.", code="sign_in_unreachable")
    content = add(admin).content.decode()
    assert "Not reachable from this server. Nothing was saved." in content
    assert "Save it all the same" in content
    add(admin, save_anyway="on")
    assert Credential.objects.get().checked_at is None


def test_without_consent_it_is_kept_and_the_page_says_what_is_missing(admin, sign_in):
    sign_in.answer = grant()
    page = admin.get(add(admin).url).content.decode()
    assert Credential.objects.get().check_code == "no_consent"
    assert "admin consent" in page


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_check_says_what_was_found_and_saves_nothing(admin, sign_in, headers):
    content = add(admin, headers, check="1").content.decode()
    for words in ("Microsoft accepted it", "Contoso act", "User-PasswordProfile.ReadWrite.All", "User Administrator"):
        assert words in content
    assert not Credential.objects.exists()
    assert not Event.objects.exists()
    assert CANARY not in content
    assert ("<form" in content) == (headers == {})
    assert ("Enter the secret again" in content) == (headers == {})


def test_a_check_of_bad_input_says_what_to_put_right(admin, sign_in):
    content = add(admin, HTMX, check="1", tenant_id="contoso.com").content.decode()
    assert "domain name" in content
    assert "<form" not in content
    assert not sign_in.tried


@pytest.mark.parametrize("role", ["Viewer", "Service desk", "Connector admin"])
def test_the_wrong_person_is_refused(client, sign_in, role):
    client.force_login(make_user(role))
    assert client.get(reverse("credentials:add")).status_code == 403
    assert add(client).status_code == 403
    assert add(client, check="1").status_code == 403
    assert not Credential.objects.exists()
    assert not sign_in.tried


def test_what_is_not_in_the_form_cannot_be_set(admin, sign_in):
    add(admin, check_code="forged", granted_permissions='["Everything"]', id=CLIENT_ID, secret_hint="xyz")
    credential = Credential.objects.get()
    assert "Everything" not in credential.granted_permissions
    assert (str(credential.pk) != CLIENT_ID, credential.secret_hint) == (True, CANARY[:3])
