"""Editing a credential, replacing its secret, deleting it."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from connectors.graph import CredentialRefused, TryLater
from credentials import services
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import TENANT_ID, make_checked_credential, make_connector, make_credential, make_user
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db
OTHER_ID = "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f"
OLD = "abc8Q~the-value-of-a-secret"


def url(name, credential):
    return reverse(f"credentials:{name}", args=[credential.pk])


def again(credential):
    return Credential.objects.get(pk=credential.pk)


def fields(credential, **changes):
    return {
        "name": credential.name,
        "description": credential.description,
        "cloud": credential.cloud,
        "tenant_id": str(credential.tenant_id),
        "client_id": str(credential.client_id),
        "secret_expires_on": "",
        **changes,
    }


def edit(client, credential, **changes):
    return client.post(url("edit", credential), fields(credential, **changes))


class TestEdit:
    def test_the_form_is_filled_with_what_is_known_and_has_no_secret(self, admin):
        credential = make_credential("Contoso", secret=CANARY, description="For the desk")
        content = admin.get(url("edit", credential)).content.decode()
        assert "For the desk" in content
        assert str(credential.client_id) in content
        assert "client_secret" not in content
        assert CANARY not in content

    def test_what_changed_is_saved_and_recorded_by_name(self, admin):
        credential = make_checked_credential("Contoso")
        response = edit(admin, credential, name="Contoso EU", description="new words", secret_expires_on="2099-05-01")
        assert response.url == credential.get_absolute_url()
        changed = again(credential)
        assert (changed.name, changed.description) == ("Contoso EU", "new words")
        assert changed.get_secret_expiry_source_display() == "as entered"
        assert changed.check_passed
        event = Event.objects.get(verb="credential.changed")
        assert event.detail == {"fields": ["name", "description", "secret_expires_on"]}
        assert "new words" not in str(event.detail)

    def test_nothing_changed_is_nothing_recorded(self, admin):
        credential = make_credential("Contoso")
        response = edit(admin, credential)
        assert [str(message) for message in get_messages(response.wsgi_request)] == ["Nothing was changed."]
        assert not Event.objects.exists()

    @pytest.mark.parametrize(("name", "value"), [("client_id", OTHER_ID), ("tenant_id", OTHER_ID), ("cloud", "china")])
    def test_another_registration_forgets_the_last_check_and_keeps_the_secret(self, admin, name, value):
        credential = make_checked_credential("Contoso", secret=CANARY)
        edit(admin, credential, **{name: value})
        changed = again(credential)
        assert str(getattr(changed, name)) == value
        assert changed.checked_at is None
        assert changed.granted_permissions == []
        assert changed.client_secret.reveal() == CANARY

    def test_the_tenant_of_a_working_one_that_is_used_is_settled(self, admin):
        credential = make_connector("Contoso").action_credential
        content = admin.get(url("edit", credential)).content.decode()
        assert "Settled: it works and is in use" in content
        edit(admin, credential, tenant_id=OTHER_ID, cloud="china", name="Renamed")
        changed = again(credential)
        assert (changed.tenant_id, changed.cloud, changed.name) == (TENANT_ID, "global", "Renamed")

    def test_the_service_holds_to_that_when_it_was_settled_a_moment_ago(self, admin):
        credential = make_connector("Contoso").action_credential
        with pytest.raises(services.TenantSettledError):
            services.change(credential, {"tenant_id": OTHER_ID, "secret_expires_on": None}, actor=admin.user)
        assert again(credential).tenant_id == TENANT_ID

    def test_a_mistake_in_the_tenant_can_be_put_right_while_it_does_not_work(self, admin):
        credential = make_credential("Wrong", check_code="unknown_tenant", checked_at=timezone.now())
        make_connector("Contoso", sync_credential=credential, acts=False)
        edit(admin, credential, tenant_id=OTHER_ID)
        assert str(again(credential).tenant_id) == OTHER_ID

    @pytest.mark.parametrize(
        ("name", "value", "words"),
        [
            ("name", "", "required"),
            ("name", "TAKEN", "of this name already"),
            ("tenant_id", "contoso.com", "domain name"),
            ("client_id", "zz", "it has the form"),
        ],
    )
    def test_bad_input_is_told_and_nothing_is_saved(self, admin, name, value, words):
        make_credential("Taken")
        credential = make_credential("Contoso")
        response = edit(admin, credential, **{name: value}, description="typed words")
        assert words in str(response.context["form"].errors)
        assert "typed words" in response.content.decode()
        assert again(credential).description == ""

    def test_its_own_name_in_another_case_is_no_clash(self, admin):
        credential = make_credential("Contoso")
        edit(admin, credential, name="CONTOSO")
        assert again(credential).name == "CONTOSO"

    def test_a_day_that_is_past_by_now_does_not_hold_up_other_changes(self, admin):
        credential = make_credential("Contoso")
        credential.set_expiry(timezone.localdate().replace(year=2020, day=1))
        credential.save()
        edit(admin, credential, secret_expires_on=str(credential.secret_expires_on), description="still works")
        assert again(credential).description == "still works"


class TestReplaceSecret:
    def post(self, client, credential, **changes):
        data = {"client_secret": CANARY, "secret_expires_on": "2099-01-31", **changes}
        return client.post(url("replace_secret", credential), data)

    def test_it_is_tried_takes_over_and_the_old_one_is_forgotten(self, admin, sign_in):
        credential = make_credential("Contoso", check_code="expired_secret", checked_at=timezone.now())
        response = self.post(admin, credential)
        assert response.url == credential.get_absolute_url()
        assert [tried.secret for tried in sign_in.tried] == [CANARY]
        changed = again(credential)
        assert changed.client_secret.reveal() == CANARY
        assert (changed.secret_hint, str(changed.secret_expires_on)) == (CANARY[:3], "2099-01-31")
        assert changed.check_passed
        event = Event.objects.get(verb="credential.secret_replaced")
        assert CANARY not in str(event.__dict__)

    @pytest.mark.parametrize(
        "answer",
        [
            CredentialRefused("Microsoft does not accept this client secret.", code="wrong_secret"),
            TryLater("Not reachable.", code="sign_in_unreachable"),
        ],
    )
    def test_one_that_was_not_accepted_changes_nothing(self, admin, sign_in, answer):
        credential = make_checked_credential("Contoso")
        sign_in.answer = answer
        content = self.post(admin, credential).content.decode()
        assert str(answer) in content
        assert "Enter the secret again" in content
        assert CANARY not in content
        assert f"starts with {CANARY[:3]}" not in content  # the page speaks of the secret that is stored
        unchanged = again(credential)
        assert unchanged.client_secret.reveal() == OLD
        assert unchanged.check_passed
        assert not Event.objects.exists()

    def test_unless_that_is_wanted(self, admin, sign_in):
        credential = make_checked_credential("Contoso")
        sign_in.answer = TryLater("Not reachable.", code="sign_in_unreachable")
        self.post(admin, credential, save_anyway="on")
        changed = again(credential)
        assert changed.client_secret.reveal() == CANARY
        assert changed.checked_at is None  # what was found belonged to the old one

    def test_a_check_leaves_the_old_one_in_place(self, admin, sign_in):
        credential = make_checked_credential("Contoso")
        content = self.post(admin, credential, check="1").content.decode()
        assert "Microsoft accepted it" in content
        assert again(credential).client_secret.reveal() == OLD

    def test_the_second_of_two_is_told_overwrites_nothing_and_can_go_on(self, admin, sign_in):
        credential = make_credential("Contoso")
        first = "first8Q~of-two-who-replace-it"
        assert self.post(admin, credential, client_secret=first, drawn_from="0").status_code == 302
        answer = self.post(admin, credential, drawn_from="0")
        assert "Cara Keys changed this on" in answer.text
        assert "Client secret" in answer.context["form"].non_field_errors()[0]
        assert "Enter the secret again" in answer.text
        assert CANARY not in answer.text
        assert first not in answer.text
        assert again(credential).client_secret.reveal() == first
        assert (
            self.post(admin, credential, drawn_from=str(answer.context["form"].data["drawn_from"])).status_code == 302
        )
        assert again(credential).client_secret.reveal() == CANARY

    def test_what_was_tried_for_another_application_is_not_kept(self, admin, sign_in):
        credential = make_credential("Contoso")
        services.change(credential, {"client_id": OTHER_ID}, actor=admin.user)
        assert "changed this on" in self.post(admin, credential, drawn_from="0").text
        assert again(credential).client_secret.reveal() == OLD

    @pytest.mark.parametrize("value", ["", OTHER_ID, "abc********"])
    def test_what_is_no_secret_is_not_even_tried(self, admin, sign_in, value):
        credential = make_credential("Contoso")
        assert self.post(admin, credential, client_secret=value).context["form"].errors
        assert not sign_in.tried
        assert again(credential).client_secret.reveal() == OLD


class TestDelete:
    def test_the_dialog_says_what_will_happen(self, admin):
        credential = make_credential("Contoso")
        content = admin.get(url("delete", credential), HTTP_HX_REQUEST="true").content.decode()
        assert "Delete Contoso" in content
        assert "Cannot be undone" in content
        assert "<html" not in content

    def test_one_that_nobody_uses_is_deleted(self, admin):
        credential = make_credential("Contoso")
        assert admin.post(url("delete", credential)).url == reverse("credentials:list")
        assert not Credential.objects.exists()
        assert Event.objects.get(verb="credential.deleted").subject_name == "Contoso"

    def test_with_htmx_the_browser_is_sent_to_the_list(self, admin):
        response = admin.post(url("delete", make_credential("Contoso")), HTTP_HX_REQUEST="true")
        assert response["HX-Redirect"] == reverse("credentials:list")

    @pytest.mark.parametrize("role", ["sync_credential", "action_credential"])
    def test_one_in_use_is_refused_with_links_to_its_users(self, admin, role):
        connector = make_connector("Contoso EU")
        admin.user.groups.add(*make_user("Connector admin").groups.all())
        credential = getattr(connector, role)
        for response in (admin.get(url("delete", credential)), admin.post(url("delete", credential))):
            content = response.content.decode()
            assert "It is in use and cannot be deleted" in content
            assert connector.get_absolute_url() in content
            assert "<form" not in content.split("<main")[1]
        assert again(credential)
        assert not Event.objects.exists()

    def test_the_database_refuses_as_well(self, admin):
        credential = make_connector("Contoso").action_credential
        with pytest.raises(services.InUseError):
            services.delete(credential, actor=admin.user)
        assert not Event.objects.exists()

    def test_one_that_was_filled_in_on_a_connector_cannot_be_reached(self, admin):
        credential = make_credential("")
        assert admin.post(url("delete", credential)).status_code == 404
        assert again(credential)


@pytest.mark.parametrize(("name", "service"), [("edit", "change"), ("replace_secret", "replace_secret")])
def test_one_that_is_deleted_while_it_is_saved_is_not_found(admin, sign_in, monkeypatch, name, service):
    credential = make_credential("Contoso")
    save = getattr(services, service)

    def delete_first(row, *args, **wanted):
        Credential.objects.filter(pk=row.pk).delete()
        return save(row, *args, **wanted)

    monkeypatch.setattr(services, service, delete_first)
    answer = admin.post(url(name, credential), fields(credential, description="typed", client_secret=CANARY))
    assert answer.status_code == 404
    assert not Event.objects.exists()


@pytest.mark.parametrize("name", ["edit", "replace_secret", "delete"])
@pytest.mark.parametrize("role", ["Viewer", "Service desk", "Connector admin"])
def test_the_wrong_person_is_refused(client, sign_in, name, role):
    credential = make_credential("Contoso")
    client.force_login(make_user(role))
    assert client.get(url(name, credential)).status_code == 403
    assert client.post(url(name, credential), fields(credential, client_secret=CANARY)).status_code == 403
    assert again(credential).client_secret.reveal() == OLD
    assert not sign_in.tried


@pytest.mark.parametrize("name", ["detail", "edit", "replace_secret", "delete"])
def test_what_does_not_exist_is_not_found(admin, name):
    assert admin.get(reverse(f"credentials:{name}", args=[OTHER_ID])).status_code == 404
