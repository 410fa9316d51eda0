"""Action details: the switch, the Action Credentials, the actions on offer."""

import uuid

import pytest
from django.urls import reverse

from connectors import actions, services
from connectors.graph import CredentialRefused
from connectors.guide import BROADER, NEEDED, NO_EFFECT, action_guide, consent_link
from connectors.models import Connector
from connectors.pair import Objection
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import TENANT_ID, make_checked_credential, make_connector, make_credential, make_user
from tests.signing_in import CANARY, grant

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
CLIENT_ID = "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f"
MISSION = ("User.ReadWrite.All", "User.ManageIdentities.All", "Directory.ReadWrite.All", "Directory.AccessAsUser.All")


def url(connector):
    return reverse("connectors:edit_actions", args=[connector.pk])


def save(client, connector, headers=None, **changes):
    data = {
        "actions_enabled": "on",
        "offered": [action.key for action in actions.ALL if not action.off_by_default],
        "source": "filled_in",
        "cloud": "global",
        "tenant_id": str(TENANT_ID),
        "client_id": CLIENT_ID,
        "client_secret": CANARY,
        "secret_expires_on": "",
        "shared": "",
        **changes,
    }
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(url(connector), data, **(headers or {}))


def again(connector):
    return Connector.objects.select_related("sync_credential", "action_credential").get(pk=connector.pk)


def test_the_guide_names_the_permissions_their_ids_and_the_role(admin):
    connector = make_connector(acts=False)
    content = admin.get(url(connector)).content.decode()
    guide = action_guide(connector.offered)
    named = [*guide["permissions"], *guide["usually_named"]]
    for permission in named:
        assert permission.name in content
        assert permission.id
        assert permission.id in content
    assert {permission.name for permission in named} >= set(MISSION)
    for words in ("User Administrator", "delegated permission only", "requiredResourceAccess"):
        assert words in content


def test_the_guide_asks_for_no_more_than_what_is_offered_needs(admin):
    every_usual_one = [action.key for action in actions.ALL if not action.off_by_default]
    withheld = [key for key in every_usual_one if key != "revoke_sessions"]
    connector = make_connector(acts=False, actions_withheld=withheld)
    guide = action_guide(connector.offered)
    assert [permission.name for permission in guide["permissions"]] == ["User.RevokeSessions.All", "Directory.Read.All"]
    content = admin.get(url(connector)).content.decode()
    assert "Roles &amp; admins" not in content
    assert "User.ManageIdentities.All" not in guide["manifest"]


@pytest.mark.parametrize(
    ("offered", "identities"),
    [
        ([], BROADER),
        ([action for action in actions.ALL if not action.off_by_default], NEEDED),
        (actions.ALL, NEEDED),
    ],
    ids=["none", "the usual ones", "all"],
)
def test_the_four_of_the_mission_are_named_whatever_is_offered_each_with_its_mark(offered, identities):
    guide = action_guide(offered)
    marks = {each.name: each.mark for each in guide["usually_named"]}
    assert tuple(marks) == MISSION
    assert marks["User.ManageIdentities.All"] == identities
    assert marks["Directory.AccessAsUser.All"] == NO_EFFECT
    asked = {permission.name for permission in guide["permissions"]}
    assert {name for name, mark in marks.items() if mark == NEEDED} == asked & set(MISSION)
    assert all(each.id and each.why for each in guide["usually_named"])


@pytest.mark.parametrize(
    ("cloud", "host"),
    [
        ("global", "login.microsoftonline.com"),
        ("us_gov", "login.microsoftonline.us"),
        ("us_dod", "login.microsoftonline.us"),
        ("china", "login.chinacloudapi.cn"),
    ],
)
def test_a_stored_app_registration_has_a_link_to_the_consent_page_of_its_cloud(admin, cloud, host):
    credentials = {name: make_credential(f"Their {name}", cloud=cloud) for name in ("sync", "action")}
    connector = make_connector(**{f"{name}_credential": each for name, each in credentials.items()})
    for name, section in (("sync", "edit_connection"), ("action", "edit_actions")):
        link = f"https://{host}/{TENANT_ID}/adminconsent?client_id={credentials[name].client_id}"
        assert consent_link(credentials[name]) == link
        assert f'href="{link}"' in admin.get(reverse(f"connectors:{section}", args=[connector.pk])).content.decode()


def test_without_a_stored_app_registration_the_guide_says_when_there_is_a_link(admin):
    content = admin.get(url(make_connector(acts=False))).content.decode()
    assert "adminconsent" not in content
    assert "Once the two IDs are saved" in content


def test_the_tenant_that_is_read_is_filled_in_already(admin):
    form = admin.get(url(make_connector(acts=False))).context["form"]
    assert form["tenant_id"].value() == TENANT_ID


def test_filled_in(admin, sign_in):
    connector = make_connector(acts=False)
    response = save(admin, connector)
    assert response.url == connector.get_absolute_url()
    changed = again(connector)
    assert changed.can_act
    assert changed.action_credential.name == ""
    assert changed.action_credential.client_secret.reveal() == CANARY
    assert changed.action_credential.check_passed
    event = Event.objects.get(verb="connector.changed")
    assert event.detail == {"section": "actions", "fields": ["actions_enabled", "action_credential"]}


def test_shared(admin, sign_in):
    connector = make_connector(acts=False)
    shared = make_checked_credential("Contoso act")
    save(admin, connector, source="shared", shared=str(shared.pk))
    assert again(connector).action_credential == shared


def test_one_shared_credential_serves_several_connectors(admin, sign_in):
    shared = make_checked_credential("Contoso act")
    for name in ("One", "Two"):
        save(admin, make_connector(name, acts=False), source="shared", shared=str(shared.pk))
    assert shared.acting_connectors.count() == 2


def test_which_actions_are_offered(admin, sign_in):
    connector = make_connector(actions_withheld=["from_another_version"])
    save(admin, connector, offered=["reset_password"], source="shared", shared=str(connector.action_credential_id))
    changed = again(connector)
    assert [key for key in actions.BY_KEY if changed.offers(key)] == ["reset_password"]
    assert "from_another_version" in changed.actions_withheld
    drawn_from = Event.objects.latest("id").pk
    shared = str(connector.action_credential_id)
    save(admin, connector, offered=None, source="shared", shared=shared, drawn_from=drawn_from)
    assert not any(again(connector).offers(key) for key in actions.BY_KEY)


def test_what_is_off_by_default_can_be_offered(admin, sign_in):
    connector = make_connector(actions_allowed=["from_another_version"])
    shared = str(connector.action_credential_id)
    save(admin, connector, offered=["purge_account", "revoke_sessions"], source="shared", shared=shared)
    changed = again(connector)
    assert [action.key for action in changed.offered] == ["revoke_sessions", "purge_account"]
    assert changed.actions_allowed == ["purge_account", "from_another_version"]
    form = admin.get(url(changed)).context["form"]
    assert form["offered"].value() == ["revoke_sessions", "purge_account"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"client_secret": ""}, "Enter the client secret"),
        ({"client_id": ""}, "Enter the application (client) ID"),
        ({"source": "shared"}, "Choose a credential"),
        ({"source": None}, "required"),
        ({"offered": ["launch_missiles"]}, "valid choice"),
        ({"tenant_id": str(uuid.uuid4())}, Objection.OTHER_TENANT.value),
    ],
)
def test_bad_input(admin, sign_in, changes, words):
    connector = make_connector(acts=False)
    response = save(admin, connector, **changes)
    assert words in str(response.context["form"].errors)
    assert CANARY not in response.content.decode()
    assert again(connector).can_act is False
    assert not sign_in.tried


def test_switched_off_and_empty_it_is_simply_off(admin, sign_in):
    connector = make_connector(acts=False)
    assert save(admin, connector, actions_enabled=None, client_id="", client_secret="").status_code == 302
    assert save(admin, connector, actions_enabled=None, source="shared").status_code == 302
    assert again(connector).action_credential is None


def test_switched_off_the_credential_is_kept(admin, sign_in):
    connector = make_connector()
    save(admin, connector, actions_enabled=None, source="shared", shared=str(connector.action_credential_id))
    changed = again(connector)
    assert (changed.can_act, changed.action_credential) == (False, connector.action_credential)


def test_emptied_and_switched_off_a_filled_in_one_is_forgotten(admin, sign_in):
    connector = make_connector(action_credential=make_credential(""))
    save(admin, connector, actions_enabled=None, client_id="", client_secret="")
    assert again(connector).action_credential is None
    assert not Credential.objects.filter(name="").exists()


def test_what_microsoft_does_not_accept_leaves_everything_as_it_was(admin, sign_in):
    connector = make_connector()
    before = connector.action_credential
    sign_in.answer = CredentialRefused("The client secret has expired.", code="expired_secret")
    content = save(admin, connector).content.decode()
    assert "The client secret has expired. Nothing was saved." in content
    assert again(connector).action_credential == before
    assert Credential.objects.filter(name="").count() == 0


def test_missing_permissions_do_not_keep_it_from_being_saved(admin, sign_in):
    connector = make_connector(acts=False)
    sign_in.answer = grant("User.ReadWrite.All")
    page = admin.get(save(admin, connector).url)
    matrix = page.context["matrix"]
    assert 0 < matrix.working < len(matrix.offered)
    assert f"{matrix.working} of {len(matrix.offered)} offered actions will work" in page.content.decode()
    assert "Will fail" in page.content.decode()


class TestSameApp:
    def test_it_is_refused_with_the_reason(self, admin, sign_in):
        connector = make_connector(acts=False)
        content = save(admin, connector, client_id=str(connector.sync_credential.client_id)).content.decode()
        assert "may change and delete accounts" in content
        assert 'type="checkbox" name="same_app_accepted"' in content
        assert again(connector).action_credential is None

    def test_unless_it_is_ticked(self, admin, sign_in):
        connector = make_connector(acts=False)
        save(admin, connector, client_id=str(connector.sync_credential.client_id), same_app_accepted="on")
        changed = again(connector)
        assert changed.can_act
        assert changed.same_app_accepted
        assert "One app reads and acts" in admin.get(connector.get_absolute_url()).content.decode()

    def test_a_shared_one_of_the_same_app_counts_too(self, admin, sign_in):
        connector = make_connector(acts=False)
        twin = make_credential("Twin", client_id=connector.sync_credential.client_id)
        response = save(admin, connector, source="shared", shared=str(twin.pk))
        assert Objection.SAME_APP in str(response.context["form"].errors)

    def test_the_reading_credential_itself_is_refused_even_if_ticked(self, admin, sign_in):
        connector = make_connector(acts=False)
        reading = str(connector.sync_credential_id)
        response = save(admin, connector, source="shared", shared=reading, same_app_accepted="on")
        assert Objection.SAME_ROW in str(response.context["form"].errors)

    def test_the_service_refuses_what_changed_a_moment_ago(self, admin):
        connector = make_connector(acts=False)
        with pytest.raises(services.PairRefusedError):
            services.change_actions(
                connector,
                enabled=True,
                offered=[],
                given=make_credential("Twin", client_id=connector.sync_credential.client_id),
                same_app_accepted=False,
                actor=admin.user,
            )
        assert again(connector).actions_enabled is False


class TestCheck:
    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_it_says_action_by_action_what_will_work(self, admin, sign_in, headers):
        sign_in.answer = grant("User.ReadWrite.All", name="Weak app")
        content = save(admin, make_connector(acts=False), headers, check="1").content.decode()
        for words in ("Weak app", "Will fail", "Will work", "Role User Administrator", "through", "nothing was saved"):
            assert words in content
        assert CANARY not in content
        assert not Credential.objects.filter(name="").exists()

    def test_a_failure_is_shown_where_the_result_would_be(self, admin, sign_in):
        sign_in.answer = CredentialRefused("No such tenant.", code="unknown_tenant", detail="AADSTS90002")
        content = save(admin, make_connector(acts=False), HTMX, check="1").content.decode()
        for words in ("Microsoft did not accept it", "No such tenant.", "AADSTS90002"):
            assert words in content
        assert "Will work" not in content

    def test_with_nothing_to_check_it_says_so(self, admin, sign_in):
        connector = make_connector(acts=False)
        empty = {"actions_enabled": None, "client_id": "", "client_secret": "", "check": "1"}
        assert "There is nothing to check" in save(admin, connector, HTMX, **empty).content.decode()

    def test_the_switch_does_not_keep_it_from_being_checked(self, admin, sign_in):
        save(admin, make_connector(acts=False), HTMX, actions_enabled=None, check="1")
        assert len(sign_in.tried) == 1


@pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
def test_the_wrong_person_is_refused(client, sign_in, role):
    connector = make_connector(acts=False)
    client.force_login(make_user(role))
    assert client.get(url(connector)).status_code == 403
    assert save(client, connector).status_code == 403
    assert save(client, connector, check="1").status_code == 403
    assert not sign_in.tried
    assert again(connector).action_credential is None
