"""A credential that was filled in on a connector becomes a shared one: named, and otherwise as it was."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.urls import reverse

from connectors import services
from connectors.sharing import make_shared
from credentials.certificates import read_pair
from credentials.models import Credential
from neurons_admin.audit.models import Event, record
from tests.certificates import certificate, private
from tests.factories import make_connector, make_credential, make_user
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db
NAMES = {"sync_credential": "share_reading", "action_credential": "share_acting"}
NEEDED = ["connectors.change_connector", "credentials.add_credential", "connectors.view_connector"]
roles = pytest.mark.parametrize("role", NAMES)


def login(client, names=NEEDED):
    user = make_user(first_name="Cara", last_name="Keys")
    user.user_permissions.set(Permission.objects.filter(codename__in=[each.partition(".")[2] for each in names]))
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def admin(client):
    """A client signed in as somebody who may change connectors and add credentials, and nothing else."""
    return login(client)


@pytest.fixture
def connector():
    return make_connector(
        "Contoso",
        sync_credential=make_credential("", secret=CANARY),
        action_credential=make_credential("", secret=CANARY),
    )


def address(connector, role):
    return reverse(f"connectors:{NAMES[role]}", args=[connector.pk])


def share(client, connector, role, **data):
    return client.post(address(connector, role), {"name": "Contoso shared", "drawn_from": "0", **data}, follow=True)


def stored(credential):
    """The row as the database has it, secrets encrypted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM credentials_credential WHERE id = %s", [credential.pk])
        row = dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
    return {name: value for name, value in row.items() if name not in ("name", "description", "changed_at")}


@roles
def test_it_gets_a_name_and_stays_what_it_is(admin, connector, role):
    credential = getattr(connector, role)
    before = stored(credential)
    answer = share(admin, connector, role, description="For the desk")
    assert "Contoso shared is a shared credential, and Contoso goes on with it." in answer.text
    connector.refresh_from_db()
    assert getattr(connector, role).pk == credential.pk
    shared = Credential.objects.shared().get()
    assert (shared.pk, shared.name, shared.description) == (credential.pk, "Contoso shared", "For the desk")
    assert stored(credential) == before
    assert shared.client_secret.reveal() == CANARY


def test_a_certificate_goes_with_it(admin, connector):
    credential = connector.action_credential
    credential.set_certificate(read_pair((certificate() + private()).encode()))
    credential.save()
    before = stored(credential)
    share(admin, connector, "action_credential")
    assert stored(credential) == before
    assert Credential.objects.shared().get().private_key.reveal() == private()


@roles
def test_it_is_recorded_and_its_history_goes_on(admin, connector, role):
    credential = getattr(connector, role)
    record("credential.refused", credential, actor=admin.user)
    share(admin, connector, role)
    mine = Event.objects.filter(subject_id=str(credential.pk)).order_by("id")
    assert [event.verb for event in mine] == ["credential.refused", "credential.shared", "credential.attached"]
    changed = Event.objects.get(verb="connector.changed")
    assert changed.detail["fields"] == [role]
    assert CANARY not in str([event.__dict__ for event in Event.objects.all()])


@roles
def test_the_secret_is_on_no_page(admin, connector, role):
    asked, answer = admin.get(address(connector, role)).text, share(admin, connector, role, name="").text
    for page in (asked, answer):
        assert "Make it shared" in page
        assert CANARY not in page
        assert "client_secret" not in page


@roles
@pytest.mark.parametrize(("name", "words"), [("", "required"), ("TAKEN", "of this name already")])
def test_a_bad_name_changes_nothing(admin, connector, role, name, words):
    make_credential("Taken")
    answer = share(admin, connector, role, name=name)
    assert words in str(answer.context["form"].errors)
    assert not getattr(connector, role).is_shared
    assert Credential.objects.shared().count() == 1
    assert not Event.objects.exists()


@roles
def test_a_name_that_was_taken_a_moment_ago_changes_nothing(admin, connector, role, monkeypatch):
    monkeypatch.setattr("credentials.forms.NamedForm.clean_name", lambda form: form.cleaned_data["name"])
    make_credential("Taken")
    assert "of this name already" in share(admin, connector, role, name="Taken").text
    assert Credential.objects.shared().count() == 1
    assert not Event.objects.exists()


@roles
def test_one_that_is_shared_already_is_left_alone(admin, connector, role):
    share(admin, connector, role)
    answer = share(admin, connector, role, name="Another")
    assert "somebody has shared it already" in answer.text
    assert Credential.objects.shared().get().name == "Contoso shared"


def test_who_has_not_seen_the_latest_change_is_told_and_can_go_on(admin, connector):
    services.change_actions(
        connector,
        enabled=False,
        offered=[],
        given=connector.action_credential,
        same_app_accepted=False,
        actor=admin.user,
    )
    answer = share(admin, connector, "action_credential")
    assert "Cara Keys changed this on" in answer.text
    assert not Credential.objects.shared().exists()
    share(admin, connector, "action_credential", drawn_from=answer.context["form"].data["drawn_from"])
    assert Credential.objects.shared().exists()


def test_deleting_a_connector_leaves_what_was_shared_meanwhile(admin, connector):
    seen = type(connector).objects.with_credentials().get(pk=connector.pk)
    make_shared(connector, "sync_credential", name="Shared", description="", actor=admin.user)
    services.delete(seen, actor=admin.user)
    assert [each.name for each in Credential.objects.all()] == ["Shared"]


@roles
@pytest.mark.parametrize("without", NEEDED[:2])
def test_it_takes_both_rights(client, connector, role, without):
    login(client, [each for each in NEEDED if each != without])
    assert client.get(address(connector, role)).status_code == 403
    assert share(client, connector, role).status_code == 403
    assert "Make it shared" not in client.get(connector.get_absolute_url()).text
    assert not Credential.objects.shared().exists()


@roles
def test_the_button_is_where_something_is_filled_in(admin, connector, role):
    assert address(connector, role) in admin.get(connector.get_absolute_url()).text
    share(admin, connector, role)
    assert address(connector, role) not in admin.get(connector.get_absolute_url()).text
