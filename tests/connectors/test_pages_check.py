"""[Check] on the pages of a connector and of a shared credential."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from connectors.graph import CredentialRefused, TryLater
from neurons_admin.audit.models import Event
from tests.factories import make_checked_credential, make_connector, make_credential, make_user
from tests.signing_in import grant

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def check(client, connector, which):
    return client.post(reverse("connectors:check_credential", args=[connector.pk]) + f"?which={which}")


def check_shared(client, credential, **headers):
    return client.post(reverse("connectors:check_shared", args=[credential.pk]), **headers)


def said(response):
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


class TestOfAConnector:
    @pytest.mark.parametrize(("which", "role"), [("sync", "sync_credential"), ("action", "action_credential")])
    def test_it_checks_the_saved_credential_and_keeps_the_result(self, admin, sign_in, which, role):
        connector = make_connector()
        response = check(admin, connector, which)
        assert response.url == connector.get_absolute_url()
        credential = getattr(connector, role)
        assert sign_in.tried[0].client_id == str(credential.client_id)
        credential.refresh_from_db()
        assert credential.check_passed
        assert credential.app_name == "Contoso act"
        assert "Microsoft accepted" in said(response)

    def test_a_failure_is_told_and_kept(self, admin, sign_in):
        connector = make_connector()
        sign_in.answer = CredentialRefused("The client secret has expired.", code="expired_secret")
        assert "The client secret has expired." in said(check(admin, connector, "action"))
        page = admin.get(connector.get_absolute_url()).content.decode()
        assert ">0 of " in page

    def test_when_microsoft_cannot_be_asked_nothing_is_changed(self, admin, sign_in):
        connector = make_connector()
        sign_in.answer = TryLater("Not reachable.", code="sign_in_unreachable")
        assert "It could not be tried. Not reachable." in said(check(admin, connector, "action"))
        connector.action_credential.refresh_from_db()
        assert connector.action_credential.check_passed

    def test_one_may_check_a_shared_credential_that_one_may_not_open(self, admin, sign_in):
        connector = make_connector()
        assert admin.get(connector.action_credential.get_absolute_url()).status_code == 403
        assert check(admin, connector, "action").status_code == 302

    @pytest.mark.parametrize("which", ["", "both", "pk", "name", "__class__"])
    def test_another_which_is_not_found(self, admin, sign_in, which):
        assert check(admin, make_connector(), which).status_code == 404
        assert not sign_in.tried

    def test_without_a_credential_there_is_nothing_to_check(self, admin, sign_in):
        assert check(admin, make_connector(acts=False), "action").status_code == 404

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
    def test_the_wrong_person_is_refused(self, client, sign_in, role):
        client.force_login(make_user(role))
        assert check(client, make_connector(), "sync").status_code == 403
        assert not sign_in.tried

    def test_looking_is_not_checking(self, admin, sign_in):
        connector = make_connector()
        assert admin.get(reverse("connectors:check_credential", args=[connector.pk])).status_code == 405


class TestOfASharedCredential:
    @pytest.fixture
    def keeper(self, client, db):
        client.force_login(make_user("Credential admin"))
        return client

    def test_it_says_what_the_credential_is_good_for(self, keeper, sign_in):
        credential = make_connector().action_credential
        response = check_shared(keeper, credential, **HTMX)
        content = response.content.decode()
        for words in ("Microsoft accepted it", "Contoso act", "Will work", "Role User Administrator", "As of"):
            assert words in content
        assert "It may do more than read" not in content  # it acts; that is what it is for
        assert "check:done" in response["HX-Trigger"]

    def test_one_that_reads_is_judged_as_one_that_reads(self, keeper, sign_in):
        credential = make_connector(acts=False).sync_credential
        content = check_shared(keeper, credential, **HTMX).content.decode()
        assert "It may do more than read" in content
        assert "Will work" not in content

    def test_a_reading_one_that_cannot_read(self, keeper, sign_in):
        sign_in.answer = grant("Group.Read.All")
        content = check_shared(keeper, make_connector(acts=False).sync_credential, **HTMX).content.decode()
        assert "It cannot read people" in content

    def test_without_scripts_it_goes_back_to_the_page(self, keeper, sign_in):
        credential = make_credential("Contoso")
        response = check_shared(keeper, credential)
        assert response.url == credential.get_absolute_url()
        credential.refresh_from_db()
        assert credential.check_passed
        assert Event.objects.get().verb == "credential.checked"

    def test_a_failed_look_leaves_what_is_known(self, keeper, sign_in):
        credential = make_checked_credential("Contoso")
        sign_in.answer = TryLater("Not reachable.", code="sign_in_unreachable")
        content = check_shared(keeper, credential, **HTMX).content.decode()
        assert "It could not be tried" in content
        credential.refresh_from_db()
        assert credential.check_passed

    def test_one_that_was_filled_in_is_not_found(self, keeper, sign_in):
        assert check_shared(keeper, make_credential("")).status_code == 404

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "Connector admin"])
    def test_the_wrong_person_is_refused(self, client, sign_in, role):
        client.force_login(make_user(role))
        assert check_shared(client, make_credential("Contoso")).status_code == 403
        assert not sign_in.tried
