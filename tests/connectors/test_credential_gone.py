"""A shared credential is deleted by one person while another chooses it: one of them is told, nobody meets a fault."""

import threading

import pytest
from django.db import connections
from django.urls import reverse

from connectors import services
from connectors.models import Connector
from connectors.views import sections
from credentials import services as credential_services
from credentials.models import Credential
from neurons_admin.audit.models import Event
from tests.factories import make_connector, make_credential, make_user

TOLD = "It has been deleted meanwhile. Choose another."


@pytest.fixture
def chosen(monkeypatch):
    """A credential that is deleted between a look at the form and saving it."""
    credential = make_credential("Soon gone")

    def delete_first(*arguments):
        Credential.objects.filter(pk=credential.pk).delete()
        return may_save(*arguments)

    may_save = sections._may_save
    monkeypatch.setattr(sections, "_may_save", delete_first)
    return credential


@pytest.mark.django_db
@pytest.mark.parametrize("section", ["add", "edit_connection", "edit_actions"])
def test_who_chose_it_is_told(admin, chosen, section):
    connector = make_connector(acts=False)
    arguments = [] if section == "add" else [connector.pk]
    data = {"name": "New", "active": "on", "actions_enabled": "on", "source": "shared", "shared": str(chosen.pk)}
    before = Event.objects.count()
    answer = admin.post(reverse(f"connectors:{section}", args=arguments), data)
    assert answer.status_code == 200
    assert TOLD in answer.text
    assert list(Connector.objects.values_list("pk", "sync_credential", "action_credential")) == [
        (connector.pk, connector.sync_credential_id, None)
    ]
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_deleted_twice_is_recorded_once():
    credential, actor = make_credential("Gone"), make_user("Credential admin")
    for _ in range(2):
        credential_services.delete(Credential(pk=credential.pk, name="Gone"), actor=actor)
    assert Event.objects.filter(verb="credential.deleted").count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_deleted_and_chosen_at_once(attempt):
    """Whoever is first, the other one is told: the foreign key never has to say it."""
    connector, credential, actor = make_connector(acts=False), make_credential("Contested"), make_user()
    together, told = threading.Barrier(2), []

    def tell(what, *arguments, **more):
        together.wait()
        try:
            what(*arguments, **more)
        except (services.CredentialGoneError, credential_services.InUseError) as exc:
            told.append(type(exc))
        finally:
            connections.close_all()

    choosing = {"enabled": True, "offered": [], "given": credential, "same_app_accepted": False, "actor": actor}
    threads = [
        threading.Thread(target=tell, args=(services.change_actions, connector), kwargs=choosing),
        threading.Thread(target=tell, args=(credential_services.delete, credential), kwargs={"actor": actor}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    is_there = Credential.objects.filter(name="Contested").exists()
    assert told == [credential_services.InUseError if is_there else services.CredentialGoneError]
