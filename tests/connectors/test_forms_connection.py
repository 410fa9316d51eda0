"""Adding a connector and saving its Connection: the credential filled in or shared, tried before it is kept."""

import re
import uuid

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from connectors import services
from connectors.forms import ConnectionForm
from connectors.graph import CredentialRefused, TryLater
from connectors.models import Connector
from connectors.pair import Objection
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import TENANT_ID, make_checked_credential, make_connector, make_credential, make_user
from tests.signing_in import CANARY, grant

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
CLIENT_ID = "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f"
OLD = "abc8Q~the-value-of-a-secret"
ADD = "/connectors/add/"


def fields(**changes):
    filled_in = {
        "name": "Contoso",
        "active": "on",
        "source": "filled_in",
        "cloud": "global",
        "tenant_id": str(TENANT_ID),
        "client_id": CLIENT_ID,
        "client_secret": CANARY,
        "secret_expires_on": "",
        "shared": "",
    }
    return filled_in | changes


def url(connector):
    return reverse("connectors:edit_connection", args=[connector.pk])


def again(connector):
    return Connector.objects.select_related("sync_credential", "action_credential").get(pk=connector.pk)


def make_filled_in(**columns):
    """A connector that reads with a credential filled in on it."""
    return make_connector("Contoso", acts=False, sync_credential=make_credential("", **columns))


class TestAdd:
    def test_the_form_stands_beside_the_guide(self, admin):
        content = admin.get(ADD).content.decode()
        for words in ("Fill in here", "Use a shared Azure AD (Cloud) credential", "Set-up guide", "User.Read.All"):
            assert words in content
        assert "df021288-bdef-4463-88db-98f22de89214" in content
        assert "Directory.AccessAsUser.All" not in content

    def test_filled_in(self, admin, sign_in):
        sign_in.answer = grant("User.Read.All", name="Contoso read")
        response = admin.post(ADD, fields())
        connector = again(Connector.objects.get())
        assert response.url == connector.get_absolute_url()
        credential = connector.sync_credential
        assert (credential.name, str(credential.client_id)) == ("", CLIENT_ID)
        assert credential.client_secret.reveal() == CANARY
        assert credential.check_passed
        assert [tried.secret for tried in sign_in.tried] == [CANARY]
        assert connector.next_sync_at is not None
        assert Event.objects.get(verb="connector.added").subject_name == "Contoso"
        assert CANARY not in str(list(Event.objects.values()))

    def test_with_a_shared_one_that_one_may_use_and_not_open(self, admin, sign_in):
        shared = make_checked_credential("Contoso read")
        admin.post(ADD, fields(source="shared", shared=str(shared.pk), tenant_id="", client_id="", client_secret=""))
        connector = Connector.objects.get()
        assert connector.sync_credential == shared
        assert not sign_in.tried
        page = admin.get(connector.get_absolute_url()).content.decode()
        assert "Contoso read" in page
        assert shared.get_absolute_url() not in page

    def test_the_part_that_is_not_chosen_may_hold_anything(self, admin, sign_in):
        shared = make_checked_credential("Contoso read")
        admin.post(ADD, fields(source="shared", shared=str(shared.pk), tenant_id="zz", client_secret="two words"))
        assert Connector.objects.get().sync_credential == shared
        assert not Credential.objects.filter(name="").exists()

    def test_after_an_error_both_parts_are_still_there(self, admin, sign_in):
        shared = make_credential("Contoso read")
        content = admin.post(ADD, fields(name="", source="shared", shared=str(shared.pk))).content.decode()
        assert CLIENT_ID in content
        assert re.search(rf'value="{shared.pk}"\s+selected', content)
        assert "Enter the secret again" not in content
        assert CANARY not in content

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"name": ""}, "required"),
            ({"name": "TAKEN"}, "a connector of this name already"),
            ({"name": "a\u202eb"}, "visible characters"),
            ({"source": "elsewhere"}, "valid choice"),
            ({"source": "shared"}, "Choose a credential"),
            ({"source": "shared", "shared": "zz"}, "not a valid UUID"),
            ({"source": "shared", "shared": str(uuid.uuid4())}, "valid choice"),
            ({"tenant_id": ""}, "Enter the directory (tenant) ID"),
            ({"tenant_id": "contoso.onmicrosoft.com"}, "domain name"),
            ({"tenant_id": "../../common"}, "it has the form"),
            ({"client_id": "8d3f"}, "it has the form"),
            ({"client_id": str(TENANT_ID)}, "once more"),
            ({"client_secret": ""}, "Enter the client secret"),
            ({"client_secret": CLIENT_ID}, "This is the Secret ID; paste the Value"),
            ({"cloud": "https://evil.example"}, "valid choice"),
            ({"secret_expires_on": "2001-01-01"}, "This day is past"),
        ],
    )
    def test_bad_input(self, admin, sign_in, changes, words):
        make_connector("Taken", acts=False)
        response = admin.post(ADD, fields(**changes))
        assert response.status_code == 200
        assert words in str(response.context["form"].errors)
        assert CANARY not in response.content.decode()
        assert Connector.objects.count() == 1
        assert not sign_in.tried

    def test_a_credential_filled_in_elsewhere_cannot_be_taken(self, admin, sign_in):
        theirs = make_filled_in().sync_credential
        response = admin.post(ADD, fields(name="Thief", source="shared", shared=str(theirs.pk)))
        assert response.context["form"].errors["shared"]

    def test_who_may_not_use_shared_credentials_is_offered_none(self, admin, sign_in):
        shared = make_checked_credential("Contoso read")
        admin.user.groups.first().permissions.remove(
            *admin.user.groups.first().permissions.filter(codename="use_credential")
        )
        assert "Contoso read" not in admin.get(ADD).content.decode()
        assert admin.post(ADD, fields(source="shared", shared=str(shared.pk))).context["form"].errors["shared"]

    @pytest.mark.parametrize(
        "answer",
        [CredentialRefused("No such tenant.", code="unknown_tenant"), TryLater("Not reachable.", code="no_answer")],
    )
    def test_what_microsoft_does_not_accept_is_not_kept_unless_that_is_wanted(self, admin, sign_in, answer):
        sign_in.answer = answer
        content = admin.post(ADD, fields()).content.decode()
        assert f"{answer} Nothing was saved." in content
        assert "Enter the secret again" in content
        assert CLIENT_ID in content
        assert not Credential.objects.exists()
        admin.post(ADD, fields(save_anyway="on"))
        assert Connector.objects.get().sync_credential.check_passed is False

    def test_a_name_lost_to_somebody_a_moment_earlier(self, admin, sign_in, monkeypatch):
        make_connector("Contoso", acts=False)
        monkeypatch.setattr(ConnectionForm, "clean_name", lambda self: self.cleaned_data["name"])
        assert "a connector of this name already" in admin.post(ADD, fields(name="CONTOSO")).content.decode()
        assert not Credential.objects.filter(name="").exists()

    def test_a_check_saves_nothing_and_leaves_the_form_alone(self, admin, sign_in):
        sign_in.answer = grant("User.ReadWrite.All")
        content = admin.post(ADD, fields(check="1"), **HTMX).content.decode()
        for words in ("Microsoft accepted it", "It can read people", "It may do more than read", "User.ReadWrite.All"):
            assert words in content
        assert "<form" not in content
        assert CANARY not in content
        assert not Credential.objects.exists()
        assert not Event.objects.exists()

    def test_a_check_without_scripts_is_a_page_that_asks_for_the_secret_again(self, admin, sign_in):
        content = admin.post(ADD, fields(check="1")).content.decode()
        for words in ("Microsoft accepted it", "Enter the secret again", CLIENT_ID, 'value="Contoso"'):
            assert words in content
        assert CANARY not in content

    def test_a_check_of_a_shared_one(self, admin, sign_in):
        shared = make_credential("Contoso read", secret=CANARY)
        admin.post(ADD, fields(source="shared", shared=str(shared.pk), check="1"), **HTMX)
        assert [tried.secret for tried in sign_in.tried] == [CANARY]
        shared.refresh_from_db()
        assert shared.checked_at is None

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
    def test_the_wrong_person_is_refused(self, client, sign_in, role):
        client.force_login(make_user(role))
        assert client.get(ADD).status_code == 403
        assert client.post(ADD, fields(check="1")).status_code == 403
        assert client.post(ADD, fields()).status_code == 403
        assert not sign_in.tried


class TestChange:
    def post(self, client, connector, **changes):
        return client.post(url(connector), fields(**changes))

    def test_the_form_is_filled_and_the_secret_is_only_spoken_of(self, admin):
        connector = make_filled_in(secret=CANARY)
        content = admin.get(url(connector)).content.decode()
        assert str(connector.sync_credential.client_id) in content
        assert f"Stored · starts with {CANARY[:3]}" in content
        assert CANARY not in content

    def test_an_empty_secret_keeps_the_stored_one_without_a_trial(self, admin, sign_in):
        connector = make_filled_in()
        response = self.post(
            admin, connector, name="Renamed", client_id=str(connector.sync_credential.client_id), client_secret=""
        )
        assert response.url == connector.get_absolute_url()
        changed = again(connector)
        assert changed.name == "Renamed"
        assert changed.sync_credential_id == connector.sync_credential_id
        assert changed.sync_credential.client_secret.reveal() == OLD
        assert not sign_in.tried
        assert Event.objects.get(verb="connector.changed").detail == {"section": "connection", "fields": ["name"]}

    def test_nothing_changed_is_nothing_recorded(self, admin, sign_in):
        connector = make_filled_in()
        same = {"client_id": str(connector.sync_credential.client_id), "client_secret": ""}
        response = self.post(admin, connector, **same)
        assert [str(message) for message in get_messages(response.wsgi_request)] == ["Nothing was changed."]
        assert not Event.objects.exists()

    def test_a_new_secret_is_tried_and_takes_the_old_ones_place(self, admin, sign_in):
        connector = make_filled_in()
        self.post(admin, connector, client_id=str(connector.sync_credential.client_id))
        changed = again(connector).sync_credential
        assert changed.pk == connector.sync_credential_id
        assert changed.client_secret.reveal() == CANARY
        assert changed.check_passed
        assert Credential.objects.filter(name="").count() == 1

    def test_another_client_id_is_tried_with_the_stored_secret(self, admin, sign_in):
        connector = make_filled_in()
        self.post(admin, connector, client_secret="")
        assert sign_in.tried == [(str(TENANT_ID), CLIENT_ID, OLD)]
        assert str(again(connector).sync_credential.client_id) == CLIENT_ID

    def test_one_that_was_not_accepted_leaves_everything_as_it_was(self, admin, sign_in):
        connector = make_filled_in()
        sign_in.answer = CredentialRefused("No such application.", code="unknown_app")
        content = self.post(admin, connector, name="Renamed").content.decode()
        assert "No such application. Nothing was saved." in content
        unchanged = again(connector)
        assert unchanged.name == "Contoso"
        assert unchanged.sync_credential.client_secret.reveal() == OLD
        assert str(unchanged.sync_credential.client_id) != CLIENT_ID

    def test_a_day_alone_is_saved_without_a_trial(self, admin, sign_in):
        connector = make_filled_in()
        same = {"client_id": str(connector.sync_credential.client_id), "client_secret": ""}
        self.post(admin, connector, **same, secret_expires_on="2099-05-01")
        assert str(again(connector).sync_credential.secret_expires_on) == "2099-05-01"
        assert not sign_in.tried

    def test_from_filled_in_to_shared_the_filled_in_one_is_forgotten(self, admin, sign_in):
        connector = make_filled_in()
        shared = make_checked_credential("Shared read")
        self.post(admin, connector, source="shared", shared=str(shared.pk))
        assert again(connector).sync_credential == shared
        assert not Credential.objects.filter(name="").exists()

    def test_from_shared_to_filled_in_the_shared_one_stays(self, admin, sign_in):
        connector = make_connector("Contoso", acts=False)
        shared = connector.sync_credential
        self.post(admin, connector)
        assert str(again(connector).sync_credential.client_id) == CLIENT_ID
        assert Credential.objects.filter(pk=shared.pk).exists()

    def test_another_tenant_means_reading_everything_again(self, admin, sign_in):
        connector = make_filled_in()
        connector.delta_link = "https://graph.example/delta?token=1"
        connector.save()
        self.post(admin, connector, client_id=str(connector.sync_credential.client_id), client_secret="")
        assert again(connector).delta_link
        self.post(admin, connector, tenant_id=str(uuid.uuid4()))
        assert not again(connector).delta_link

    def test_who_may_not_use_shared_ones_can_still_keep_the_attached_one(self, admin, sign_in):
        connector = make_connector("Contoso", acts=False)
        group = admin.user.groups.first()
        group.permissions.remove(*group.permissions.filter(codename="use_credential"))
        response = self.post(
            admin, connector, name="Renamed", source="shared", shared=str(connector.sync_credential_id)
        )
        assert response.status_code == 302
        assert again(connector).name == "Renamed"

    def test_the_credential_that_acts_cannot_read_as_well(self, admin, sign_in):
        connector = make_connector("Contoso")
        acting = connector.action_credential
        response = self.post(admin, connector, source="shared", shared=str(acting.pk), same_app_accepted="on")
        assert Objection.SAME_ROW in str(response.context["form"].errors)
        assert again(connector).sync_credential != acting

    def test_neither_can_its_app_registration_unless_that_is_ticked(self, admin, sign_in):
        connector = make_connector("Contoso")
        same = {"client_id": str(connector.action_credential.client_id)}
        content = self.post(admin, connector, **same).content.decode()
        assert "same app registration for reading and for acting" in content
        assert "One app registration for reading and acting is wanted here" in content
        assert 'type="checkbox" name="same_app_accepted"' in content
        assert not sign_in.tried
        self.post(admin, connector, **same, same_app_accepted="on")
        changed = again(connector)
        assert changed.same_app_accepted
        assert changed.pair.is_same_app

    def test_the_tick_is_forgotten_when_there_is_nothing_to_accept(self, admin, sign_in):
        connector = make_connector("Contoso", same_app_accepted=True)
        self.post(admin, connector, same_app_accepted="on")
        assert again(connector).same_app_accepted is False

    def test_another_tenant_than_the_acting_one_is_refused(self, admin, sign_in):
        connector = make_connector("Contoso")
        response = self.post(admin, connector, tenant_id=str(uuid.uuid4()), same_app_accepted="on")
        assert Objection.OTHER_TENANT in str(response.context["form"].errors)

    def test_the_service_holds_to_the_rules_too(self, admin):
        connector = make_connector("Contoso")
        before = connector.sync_credential
        for given, objection in (
            (connector.action_credential, Objection.SAME_ROW),
            (make_credential("far", tenant_id=uuid.uuid4()), Objection.OTHER_TENANT),
            (make_credential("same", client_id=connector.action_credential.client_id), Objection.SAME_APP),
        ):
            with pytest.raises(services.PairRefusedError) as caught:
                services.change_connection(
                    connector, name="X", active=True, given=given, same_app_accepted=False, actor=admin.user
                )
            assert caught.value.objection is objection
        assert (again(connector).sync_credential, again(connector).name) == (before, "Contoso")
        assert not Event.objects.exists()

    def test_a_check_of_what_is_stored_is_made_with_the_stored_secret(self, admin, sign_in):
        connector = make_filled_in()
        content = admin.post(
            url(connector),
            fields(client_id=str(connector.sync_credential.client_id), client_secret="", check="1"),
            **HTMX,
        ).content.decode()
        assert [tried.secret for tried in sign_in.tried] == [OLD]
        assert "nothing was saved" in content
        assert again(connector).sync_credential.checked_at is None

    @pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
    def test_the_wrong_person_is_refused(self, client, sign_in, role):
        connector = make_filled_in()
        client.force_login(make_user(role))
        assert client.get(url(connector)).status_code == 403
        assert self.post(client, connector, name="Stolen").status_code == 403
        assert again(connector).name == "Contoso"
