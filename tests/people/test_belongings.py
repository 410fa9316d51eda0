"""The pages of what a person belongs to, holds, uses and leads."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from people.models import Account, Device, Group, Licence, Membership
from tests.factories import make_account, make_connector, make_person, make_user

pytestmark = pytest.mark.django_db
E3, VISIO = "05e9a617-0261-4cee-bb44-138d3ef5d965", "c5928f49-12ba-48f7-ada3-0d743a3601d5"


@pytest.fixture
def viewer(client):
    client.force_login(make_user("Viewer"))
    return client


def make_group(account, name, **columns):
    group = Group.objects.create(
        connector=account.connector, object_id=uuid.uuid4(), name=name, **{"kind": "security", **columns}
    )
    Membership.objects.create(group=group, member_id=account.object_id)
    return group


def page(client, name, account):
    return client.get(reverse(f"people:{name}", args=[account.person_id]))


def tabs(response):
    return {tab.label: tab.count for tab in response.context["tabs"]}


def test_groups_with_the_reason_why_one_cannot_change_them(viewer):
    account = make_account()
    make_group(account, "Team")
    make_group(account, "Everybody", dynamic=True)
    make_group(account, "Gone", removed_at=timezone.now())
    response = page(viewer, "groups", account)
    content = response.content.decode()
    assert [row.group.name for row in response.context["rows"]] == ["Everybody", "Team"]
    assert response.context["rows"][0].refusal
    assert not response.context["rows"][1].refusal
    assert "rule" in content
    assert tabs(response)["Groups"] == 2


def test_groups_of_another_directory_are_not_shown(viewer):
    account = make_account()
    other = make_account(connector=make_connector("Other"), object_id=account.object_id)
    make_group(other, "Elsewhere")
    assert page(viewer, "groups", account).context["rows"] == []


def test_licences_say_where_they_come_from(viewer):
    account = make_account(usage_location="DE")
    group = make_group(account, "Licensed")
    Licence.objects.create(connector=account.connector, sku_id=E3, part_number="SPE_E3", enabled=5)
    states = [
        {"skuId": E3, "assignedByGroup": None, "disabledPlans": ["x"], "state": "Active", "error": "None"},
        {"skuId": E3, "assignedByGroup": str(group.object_id), "disabledPlans": [], "state": "Active", "error": "None"},
        {"skuId": VISIO, "assignedByGroup": None, "disabledPlans": [], "state": "Error", "error": "CountViolation"},
    ]
    Account.objects.update(more={"assignedLicenses": [{"skuId": E3}], "licenseAssignmentStates": states})
    response = page(viewer, "licences", account)
    first, second = sorted(response.context["rows"], key=lambda row: row.part_number)
    assert (first.name, first.is_direct, first.groups, first.plans_off) == ("Microsoft 365 E3", True, ["Licensed"], 1)
    assert not first.problem
    assert (second.part_number, second.is_direct) == (VISIO, True)
    assert "No seat is left" in second.problem
    assert tabs(response)["Licences"] == 1


def test_without_a_usage_location_it_says_so(viewer):
    assert "No usage location" in page(viewer, "licences", make_account()).content.decode()


def test_devices(viewer):
    account = make_account()
    Device.objects.create(
        connector=account.connector, object_id=uuid.uuid4(), owner_id=account.object_id, name="LAPTOP-1",
        operating_system="Windows", trust_type="AzureAd", compliant=False, enabled=True,
    )  # fmt: skip
    Device.objects.create(connector=account.connector, object_id=uuid.uuid4(), owner_id=uuid.uuid4(), name="Other")
    response = page(viewer, "devices", account)
    content = response.content.decode()
    assert "LAPTOP-1" in content
    assert "Entra joined" in content
    assert "Not compliant" in content
    assert "Other" not in content
    assert tabs(response)["Devices"] == 1


def test_direct_reports_and_the_manager(viewer):
    boss = make_account()
    report = make_account(make_person("Grady Archie"), boss.connector, manager_id=boss.object_id)
    make_account(make_person("Gone"), boss.connector, manager_id=boss.object_id, removal="deleted")
    response = page(viewer, "reports", boss)
    assert [each.display_name for each in response.context["page"].rows] == ["Grady Archie"]
    assert tabs(response)["Direct reports"] == 1
    assert boss.person.get_absolute_url() in page(viewer, "person", report).content.decode()


def test_a_manager_who_is_not_known_here(viewer):
    manager = uuid.uuid4()
    assert str(manager)[:8] in page(viewer, "person", make_account(manager_id=manager)).content.decode()


@pytest.mark.parametrize("name", ["groups", "licences", "devices", "reports"])
def test_nothing_to_show_says_so(viewer, name):
    response = page(viewer, name, make_account(usage_location="DE"))
    assert response.status_code == 200
    assert 'class="empty"' in response.content.decode()


@pytest.mark.parametrize("name", ["person", "groups", "licences", "devices", "reports", "history"])
def test_the_number_of_queries_does_not_grow(viewer, name, django_assert_max_num_queries):
    account = make_account()
    for number in range(12):
        make_group(account, f"Group {number}")
        make_account(make_person(f"Report {number}"), account.connector, manager_id=account.object_id)
    with django_assert_max_num_queries(10):
        assert page(viewer, name, account).status_code == 200
