"""What to import, and when."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connector
from neurons_admin.audit.models import Event
from tests.factories import make_connector, make_user

pytestmark = pytest.mark.django_db


SWITCHES = ["import_groups", "import_licences", "import_devices", "import_roles"]


def save(client, connector, **changes):
    data = {"import_guests": "on", **dict.fromkeys(SWITCHES, "on"), "sync_repeat": "60", "sync_start": "", **changes}
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(reverse("connectors:edit_import", args=[connector.pk]), data)


def again(connector):
    return Connector.objects.get(pk=connector.pk)


def test_the_form_is_filled(admin):
    connector = make_connector(sync_start="02:30", sync_repeat=360)
    content = admin.get(reverse("connectors:edit_import", args=[connector.pk])).content.decode()
    assert 'value="02:30"' in content
    assert re.search(r'<option value="360"\s+selected', content)


def test_a_schedule_sets_the_next_time_at_once(admin):
    connector = make_connector()
    save(admin, connector, sync_repeat="1440", sync_start="02:30")
    changed = again(connector)
    assert changed.get_sync_repeat_display() == "Every day"
    assert timezone.localtime(changed.next_sync_at).strftime("%H:%M") == "02:30"
    assert timezone.now() < changed.next_sync_at <= timezone.now() + timedelta(days=1)
    event = Event.objects.get(verb="connector.changed")
    assert event.detail == {"section": "import", "fields": ["sync_repeat", "sync_start"]}


def test_on_demand_there_is_no_next_time(admin):
    connector = make_connector(next_sync_at=timezone.now())
    save(admin, connector, sync_repeat="0")
    assert again(connector).next_sync_at is None


def test_other_people_wanted_means_reading_everything_again(admin):
    connector = make_connector(delta_link="https://graph.example/delta?token=1")
    save(admin, connector, sync_repeat="15")
    assert again(connector).delta_link
    save(admin, connector, sync_repeat="15", import_guests=None)
    changed = again(connector)
    assert (changed.import_guests, bool(changed.delta_link)) == (False, False)


@pytest.mark.parametrize("name", SWITCHES)
def test_what_is_imported_beside_people_does_not_mean_reading_them_again(admin, name):
    connector = make_connector(delta_link="https://graph.example/delta?token=1")
    save(admin, connector, **{name: None})
    changed = again(connector)
    assert (getattr(changed, name), bool(changed.delta_link)) == (False, True)
    save(admin, connector)
    assert getattr(again(connector), name)
    assert again(connector).delta_link


def test_nothing_changed_is_nothing_recorded(admin):
    connector = make_connector()
    save(admin, connector)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"), [("sync_repeat", "7"), ("sync_repeat", ""), ("sync_repeat", "often"), ("sync_start", "25:00")]
)
def test_bad_input(admin, name, value):
    connector = make_connector()
    assert save(admin, connector, **{name: value}).context["form"].errors[name]
    assert again(connector).sync_repeat == 60


@pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
def test_the_wrong_person_is_refused(client, role):
    connector = make_connector()
    client.force_login(make_user(role))
    assert client.get(reverse("connectors:edit_import", args=[connector.pk])).status_code == 403
    assert save(client, connector, sync_repeat="0").status_code == 403
    assert again(connector).sync_repeat == 60
