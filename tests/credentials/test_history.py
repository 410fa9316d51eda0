"""What was done with a shared credential, on its page."""

import pytest

from connectors import services as connector_services
from credentials import services
from tests.factories import make_connector, make_credential, make_user
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db


def told(client, credential):
    changes = client.get(credential.get_absolute_url()).context["history"]
    return [(each.row.event.actor_name, each.row.event.verb, each.fields) for each in changes]


def test_it_names_who_changed_which_field_and_never_a_value(admin):
    credential = make_credential("Contoso act", secret=CANARY)
    values = {"description": CANARY, "client_id": credential.tenant_id, "secret_expires_on": None}
    services.change(credential, values, actor=admin.user)
    assert told(admin, credential) == [("Cara Keys", "credential.changed", ["description", "application (client) ID"])]
    services.change(credential, {**values, "description": ""}, actor=admin.user)
    assert CANARY not in admin.get(credential.get_absolute_url()).content.decode()


def test_it_says_which_connector_took_it_and_gave_it_up(admin):
    first, second = make_credential("First"), make_credential("Second")
    connector = make_connector("Contoso", acts=False, sync_credential=first)
    actor = make_user("Connector admin", first_name="Conny")
    connector_services.change_connection(
        connector, name="Contoso", active=True, given=second, same_app_accepted=False, actor=actor
    )
    assert told(admin, first) == [("Conny", "credential.detached", [])]
    assert told(admin, second) == [("Conny", "credential.attached", [])]
    content = admin.get(second.get_absolute_url()).content.decode()
    assert "Connector: Contoso" in content
    assert "Part: synchronises" in content


def test_it_holds_the_latest_only(admin):
    credential = make_credential("Busy")
    for number in range(25):
        services.change(credential, {"description": str(number), "secret_expires_on": None}, actor=admin.user)
    assert len(told(admin, credential)) == 20
