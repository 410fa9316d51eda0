"""Two people edit one connector or one credential: the second is told, and nothing is overwritten silently."""

import re
import threading

import pytest
from django.db import connections
from django.urls import reverse

from connectors import services
from connectors.models import Connector
from connectors.views import sections
from credentials.models import Credential
from neurons_admin.audit.meanwhile import ChangedMeanwhileError, version_of
from neurons_admin.audit.models import Event
from tests.factories import make_connector, make_credential, make_user

SECTIONS = ["connection", "import", "schedule", "actions"]
TYPED_SECRET = "typed8Q~by-the-second-of-the-two"


def address(section, connector):
    return reverse(f"connectors:edit_{section}", args=[connector.pk])


def version_in(answer):
    return re.search(r'name="drawn_from" value="(\d+)"', answer.text)[1]


def data_for(section, connector, **changes):
    # As a browser sends it: with the part that is hidden.
    shared = {"source": "shared", "cloud": "global", "tenant_id": str(connector.tenant_id)}
    data = {
        "connection": {"name": connector.name, "active": "on", "shared": str(connector.sync_credential_id), **shared},
        "import": dict.fromkeys(
            [f"import_{each}" for each in ("members", "guests", "disabled", "groups", "licences", "devices", "roles")],
            "on",
        ),
        "schedule": {"sync_repeat": "60", "sync_start": "", "time_zone": "", "stale_after_hours": ""},
        "actions": {"actions_enabled": "on", "shared": str(connector.action_credential_id), **shared},
    }[section]
    return {name: value for name, value in {**data, **changes}.items() if value is not None}


# What the first changes, what the second changes, and what the page says of both.
CASES = {
    "connection": ({"name": "First"}, {"name": "Second"}, "Name", "First"),
    "import": ({"import_roles": None}, {"import_groups": None}, "Directory roles", "off"),
    "schedule": ({"stale_after_hours": "7"}, {"stale_after_hours": "9"}, "Data is stale after (hours)", "7"),
    "actions": ({"actions_enabled": None}, {"offered": "reset_password"}, "Carry out actions in this tenant", "off"),
}


def values(connector):
    row = Connector.objects.filter(pk=connector.pk).values().get()
    return {name: value for name, value in row.items() if "delta" not in name}


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_the_second_is_told_who_changed_what_and_can_save_on_purpose(admin, section):
    connector = make_connector(acts=True)
    first, second, label, stored = CASES[section]
    drawn_from = version_in(admin.get(address(section, connector)))
    mine = data_for(section, connector, **second, drawn_from=drawn_from)
    admin.post(address(section, connector), data_for(section, connector, **first, drawn_from=drawn_from))
    before = values(connector)
    answer = admin.post(address(section, connector), mine)
    assert answer.status_code == 200
    assert values(connector) == before
    event = Event.objects.filter(verb="connector.changed").latest("id")
    told = answer.context["form"].non_field_errors()
    assert told[0].startswith(f"{event.actor_name} changed this on ")
    assert label in told[0] or section == "actions"
    assert (label, stored) in answer.context["form"].stored_now
    assert len(answer.context["form"].stored_now) <= len(first) + len(second)
    assert version_in(answer) == str(event.pk)
    assert admin.post(address(section, connector), {**mine, "drawn_from": version_in(answer)}).status_code == 302
    assert values(connector) != before


@pytest.mark.django_db
def test_two_sections_do_not_disturb_each_other(admin):
    connector = make_connector(acts=True)
    drawn = {section: version_in(admin.get(address(section, connector))) for section in SECTIONS}
    for section in SECTIONS:
        data = data_for(section, connector, **CASES[section][0], drawn_from=drawn[section])
        assert admin.post(address(section, connector), data).status_code == 302


@pytest.mark.django_db
def test_a_form_without_a_version_overwrites_nothing(admin):
    connector = make_connector()
    admin.post(address("schedule", connector), data_for("schedule", connector, stale_after_hours="7"))
    assert admin.post(address("schedule", connector), data_for("schedule", connector)).status_code == 200
    assert values(connector)["stale_after_hours"] == 7


@pytest.mark.django_db
def test_a_typed_secret_is_asked_for_again_and_never_shown(admin, monkeypatch):
    connector = make_connector()
    monkeypatch.setattr(sections.checks, "sign_in_with", lambda given: None)
    drawn_from = version_in(admin.get(address("connection", connector)))
    admin.post(address("connection", connector), data_for("connection", connector, name="First", drawn_from=drawn_from))
    ids = {"tenant_id": str(connector.sync_credential.tenant_id), "client_id": "8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f"}
    typed = {"source": "filled_in", "cloud": "global", **ids, "client_secret": TYPED_SECRET, "shared": None}
    answer = admin.post(
        address("connection", connector), data_for("connection", connector, **typed, drawn_from=drawn_from)
    )
    assert "Enter the secret again" in answer.text
    assert "changed this on" in answer.text
    assert TYPED_SECRET not in answer.text
    assert ids["client_id"] in answer.text


@pytest.mark.django_db
def test_the_second_who_edits_a_credential_is_told(client):
    admin = client
    admin.force_login(make_user("Credential admin"))
    credential = make_credential("Contoso")
    url = reverse("credentials:edit", args=[credential.pk])
    drawn_from = version_in(admin.get(url))
    data = {name: str(getattr(credential, name)) for name in ("name", "cloud", "tenant_id", "client_id")}
    data |= {"description": "", "secret_expires_on": "", "drawn_from": drawn_from}
    admin.post(url, {**data, "description": "of the first"})
    answer = admin.post(url, {**data, "description": "of the second"})
    assert Credential.objects.get().description == "of the first"
    assert ("Description", "of the first") in answer.context["form"].stored_now
    assert "of the second" in answer.text
    admin.post(url, {**data, "description": "of the second", "drawn_from": version_in(answer)})
    assert Credential.objects.get().description == "of the second"


@pytest.mark.django_db
@pytest.mark.parametrize("section", SECTIONS)
def test_a_connector_deleted_before_saving_is_not_found(admin, section):
    connector = make_connector(acts=True)
    url, data = address(section, connector), data_for(section, connector)
    connector.delete()
    assert admin.post(url, data).status_code == 404


@pytest.mark.django_db
def test_a_connector_deleted_while_it_is_saved_is_not_found(admin, monkeypatch):
    connector = make_connector()
    save = services.change_schedule

    def delete_first(row, **wanted):
        Connector.objects.filter(pk=row.pk).delete()
        return save(row, **wanted)

    monkeypatch.setattr(services, "change_schedule", delete_first)
    answer = admin.post(address("schedule", connector), data_for("schedule", connector))
    assert answer.status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_two_who_save_at_the_same_moment_one_is_told(attempt):
    connector, actor = make_connector(), make_user()
    drawn_from = version_of(Connector, connector.pk, services.changes_of("import"))
    together, told = threading.Barrier(2), []

    def save(column):
        together.wait()
        try:
            services.change_import(connector, actor=actor, drawn_from=drawn_from, **{column: False})
        except ChangedMeanwhileError as exc:
            told.extend(event.detail["fields"] for event in exc.events)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=(f"import_{each}",)) for each in ("groups", "roles")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = values(connector)
    assert sorted([row["import_groups"], row["import_roles"]]) == [False, True]
    assert told == [["import_roles" if row["import_groups"] else "import_groups"]]
