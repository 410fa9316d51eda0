"""What to import, and when: two sections."""

import re
import uuid
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connector
from neurons_admin.audit.models import Event
from tests.factories import make_connector, make_user

pytestmark = pytest.mark.django_db


SWITCHES = ["import_groups", "import_licences", "import_devices", "import_roles"]


def save(client, connector, **changes):
    people = dict.fromkeys(["import_members", "import_guests", "import_disabled"], "on")
    data = {**people, **dict.fromkeys(SWITCHES, "on"), **changes}
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(reverse("connectors:edit_import", args=[connector.pk]), data)


def schedule(client, connector, **changes):
    data = {"sync_repeat": "60", "sync_start": "", "time_zone": "", "stale_after_hours": "", **changes}
    return client.post(reverse("connectors:edit_schedule", args=[connector.pk]), data)


def again(connector):
    return Connector.objects.get(pk=connector.pk)


def test_the_form_is_filled(admin):
    connector = make_connector(sync_start="02:30", sync_repeat=360)
    content = admin.get(reverse("connectors:edit_schedule", args=[connector.pk])).content.decode()
    assert 'value="02:30"' in content
    assert re.search(r'<option value="360"\s+selected', content)


def test_a_schedule_sets_the_next_time_at_once(admin):
    connector = make_connector()
    schedule(admin, connector, sync_repeat="1440", sync_start="02:30", time_zone="Asia/Tokyo")
    changed = again(connector)
    assert changed.get_sync_repeat_display() == "Every day"
    assert changed.next_sync_at.astimezone(ZoneInfo("Asia/Tokyo")).strftime("%H:%M") == "02:30"
    assert timezone.now() < changed.next_sync_at <= timezone.now() + timedelta(days=1)
    event = Event.objects.get(verb="connector.changed")
    assert event.detail == {"section": "schedule", "fields": ["sync_repeat", "sync_start", "time_zone"]}


def test_on_demand_there_is_no_next_time(admin):
    connector = make_connector(next_sync_at=timezone.now())
    schedule(admin, connector, sync_repeat="0")
    assert again(connector).next_sync_at is None


def test_other_people_wanted_means_reading_everything_again(admin):
    connector = make_connector(delta_link="https://graph.example/delta?token=1")
    schedule(admin, connector, sync_repeat="15")
    assert again(connector).delta_link
    save(admin, connector, import_guests=None)
    changed = again(connector)
    assert (changed.import_guests, bool(changed.delta_link)) == (False, False)


@pytest.mark.parametrize("name", SWITCHES)
def test_what_is_imported_beside_people_does_not_mean_reading_them_again(admin, name):
    connector = make_connector(delta_link="https://graph.example/delta?token=1")
    save(admin, connector, **{name: None})
    changed = again(connector)
    assert (getattr(changed, name), bool(changed.delta_link)) == (False, True)
    save(admin, connector, drawn_from=str(Event.objects.latest("id").pk))
    assert getattr(again(connector), name)
    assert again(connector).delta_link


def test_nothing_changed_is_nothing_recorded(admin):
    connector = make_connector()
    save(admin, connector)
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sync_repeat", "7"),
        ("sync_repeat", ""),
        ("sync_repeat", "often"),
        ("sync_start", "25:00"),
        ("time_zone", "Mars/Olympus"),
        ("stale_after_hours", "0"),
        ("stale_after_hours", "often"),
    ],
)
def test_bad_input_of_the_schedule(admin, name, value):
    connector = make_connector()
    assert schedule(admin, connector, **{name: value}).context["form"].errors[name]
    assert again(connector).sync_repeat == 60


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("import_domains", "contoso"),
        ("import_domains", "a b.com"),
        ("import_departments", "x" * 65),
        ("import_only_groups", "SG Sales"),
        ("import_only_groups", "\n".join(str(uuid.UUID(int=number)) for number in range(21))),
    ],
)
def test_bad_input_of_the_import(admin, name, value):
    connector = make_connector()
    assert save(admin, connector, **{name: value}).context["form"].errors[name]


def test_somebody_has_to_be_wanted(admin):
    connector = make_connector()
    response = save(admin, connector, import_members=None, import_guests=None)
    assert response.context["form"].errors["import_members"]


def test_conditions_are_kept_as_lists_and_mean_reading_everything_again(admin):
    connector = make_connector(delta_link="https://graph.example/delta?token=1")
    save(admin, connector, import_departments="Sales\n\n  Field   Service \nSales", import_domains="@Contoso.com")
    changed = again(connector)
    assert changed.import_departments == ["Sales", "Field Service"]
    assert changed.import_domains == ["contoso.com"]
    assert not changed.delta_link
    assert len(changed.basis) <= 80


def test_groups_are_kept_by_their_ids_however_they_were_pasted(admin):
    connector = make_connector(delta_link="https://graph.example/delta?token=1")
    group = uuid.UUID(int=7)
    save(admin, connector, import_only_groups=f"{{{str(group).upper()}}}\n{group}\n")
    changed = again(connector)
    assert changed.import_only_groups == [str(group)]
    assert not changed.delta_link
    assert str(group) in admin.get(connector.get_absolute_url()).content.decode()


def test_a_start_in_a_gap_is_told_of_where_it_is_saved(admin):
    connector = make_connector()
    values = {"sync_repeat": "1440", "sync_start": "02:30", "time_zone": "Europe/Berlin"}
    told = admin.get(schedule(admin, connector, **values).url).content.decode()
    assert "does not exist on" in told
    assert "does not exist on" in admin.get(reverse("connectors:edit_schedule", args=[connector.pk])).content.decode()


@pytest.mark.parametrize(
    ("repeat", "hours", "age", "stale"),
    [
        (60, None, 23, False),
        (60, None, 25, True),
        (1440, None, 71, False),
        (1440, None, 73, True),
        (0, None, 9999, False),
        (60, 2, 3, True),
        (0, 48, 49, True),
        (0, 48, 47, False),
    ],
)
def test_data_is_stale_after_the_hours_that_are_set_or_three_repeats(admin, repeat, hours, age, stale):
    read_at = timezone.now() - timedelta(hours=age)
    connector = make_connector(sync_repeat=repeat, stale_after_hours=hours, last_synced_at=read_at)
    assert connector.is_stale == stale
    assert Connector.objects.stale().exists() == stale
    assert ("Stale" in admin.get(reverse("connectors:list")).content.decode()) == stale


def test_what_was_never_read_is_not_stale(db):
    assert not make_connector(stale_after_hours=1).is_stale
    assert not Connector.objects.stale().exists()


@pytest.mark.parametrize("role", ["Viewer", "Service desk", "Credential admin"])
def test_the_wrong_person_is_refused(client, role):
    connector = make_connector()
    client.force_login(make_user(role))
    assert client.get(reverse("connectors:edit_import", args=[connector.pk])).status_code == 403
    assert schedule(client, connector, sync_repeat="0").status_code == 403
    assert again(connector).sync_repeat == 60
