"""The dialogs of groups and licences: they work, refuse bad input, and refuse the wrong person."""

import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from neurons_admin.access.roles import VIEWER
from people.models import ActionRun, Group, Licence, Membership
from tests.connectors.samples.access import E3, E5, GROUP_ID, licensed
from tests.factories import make_account, make_connector, make_person, make_run, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
HTMX = {"HTTP_HX_REQUEST": "true"}
KEYS = ["add_to_group", "remove_from_group", "assign_licences", "remove_licences"]


@pytest.fixture
def adele():
    """With Microsoft 365 E3, in a tenant that has E5 as well."""
    account = make_account(make_person("Adele Vance"), usage_location="DE", more=licensed((E3,)))
    for sku, part_number in ((E3, "SPE_E3"), (E5, "SPE_E5")):
        Licence.objects.create(
            connector=account.connector, sku_id=sku, part_number=part_number, enabled=5, consumed=3,
            capability_status="Enabled",
        )  # fmt: skip
    return account


def group(account, name="Sales", *, member=False, **columns):
    columns = {"kind": "security", "object_id": uuid.uuid4(), **columns}
    made = Group.objects.create(connector=account.connector, name=name, **columns)
    if member:
        Membership.objects.create(group=made, member_id=account.object_id)
    return made


def url(account, key):
    return reverse("people:ask", args=[account.person_id, account.pk, key])


def opened(client, account, key):
    return client.get(url(account, key), **HTMX).content.decode()


def sent(client, account, key, **data):
    return client.post(url(account, key), {"click": str(uuid.uuid4()), **data}, **HTMX).content.decode()


class TestAddToGroup:
    def test_it_asks_for_a_run_for_each_group(self, desk, adele):
        groups = [group(adele, "Sales"), group(adele, "Retail")]
        content = sent(desk, adele, "add_to_group", group_ids=[str(each.object_id) for each in groups])
        assert "Add to group: Sales" in content
        assert "Add to group: Retail" in content
        assert [run.conflict_class for run in ActionRun.objects.order_by("created_at")] == [
            f"group:{each.object_id.hex}" for each in groups
        ]

    def test_what_is_found_says_why_it_cannot_be_chosen(self, desk, adele):
        group(adele, "Sales everywhere", dynamic=True)
        group(adele, "Sales list", kind="distribution")
        group(adele, "Sales admins", role_assignable=True)
        group(adele, "Sales mine", member=True)
        picked = reverse("people:pick", args=[adele.person_id, adele.pk, "add_to_group", "group_ids"])
        content = desk.get(picked, {"group_ids_q": "sales"}, **HTMX).content.decode()
        assert content.count("disabled") == 4
        for words in ("follow from a rule", "Exchange", "RoleManagement.ReadWrite.Directory", "Is a member already"):
            assert words in content

    def test_what_gives_directory_roles_is_for_those_who_may_act_on_protected_people(self, client, desk, adele):
        adele.connector.action_credential.granted_permissions += ["RoleManagement.ReadWrite.Directory"]
        adele.connector.action_credential.save()
        admins = group(adele, "Sales admins", role_assignable=True)
        chosen = [str(admins.object_id)]
        assert "only who may act on protected people" in sent(desk, adele, "add_to_group", group_ids=chosen)
        assert not ActionRun.objects.exists()
        client.force_login(make_user(is_superuser=True))
        sent(client, adele, "add_to_group", group_ids=chosen)
        assert ActionRun.objects.get().label == "Add to group: Sales admins"

    def test_bad_input_is_refused(self, desk, adele):
        dynamic = group(adele, "Everybody", dynamic=True)
        elsewhere = group(make_account(connector=make_connector("Elsewhere")), "Elsewhere")
        assert "Choose a group." in sent(desk, adele, "add_to_group")
        assert "follow from a rule" in sent(desk, adele, "add_to_group", group_ids=[str(dynamic.object_id)])
        for bad in (str(elsewhere.object_id), "no id"):
            assert "no longer in the directory" in sent(desk, adele, "add_to_group", group_ids=[bad])
        assert not ActionRun.objects.exists()


class TestRemoveFromGroup:
    def test_it_shows_the_groups_and_asks_for_a_run_for_each(self, desk, adele):
        sales, files = group(adele, member=True), group(adele, "Files", member=True, synced=True)
        group(adele, "Not mine")
        content = opened(desk, adele, "remove_from_group")
        assert "Sales" in content
        assert "It comes from on-premises Active Directory" in content
        assert "Not mine" not in content
        sent(desk, adele, "remove_from_group", group_ids=[str(sales.object_id)])
        assert ActionRun.objects.get().label == "Remove from group: Sales"
        assert "It comes from" in sent(desk, adele, "remove_from_group", group_ids=[str(files.object_id)])

    def test_somebody_may_be_in_no_group(self, desk, adele):
        assert "No group is known" in opened(desk, adele, "remove_from_group")
        assert "Choose a group." in sent(desk, adele, "remove_from_group")


class TestAssignLicences:
    def test_it_shows_seats_and_swaps_in_one_run(self, desk, adele):
        content = opened(desk, adele, "assign_licences")
        for words in ("Microsoft 365 E5 (SPE_E5)", "2 seats left.", "Is assigned already.", "Take away in the same"):
            assert words in content
        sent(desk, adele, "assign_licences", add=[E5], remove=[E3])
        run = ActionRun.objects.get()
        assert run.label == "Assign licences: Microsoft 365 E5 in place of Microsoft 365 E3"
        assert run.conflict_class == "licences"

    def test_a_usage_location_is_set_first(self, desk, adele):
        adele.usage_location, adele.more = "", {**licensed((E3,)), "usageLocation": None}
        adele.save()
        make_run(adele, action="edit_profile", conflict_class="profile", state="succeeded")
        content = opened(desk, adele, "assign_licences")
        assert "Microsoft assigns nothing without" in content
        seen = str(adele.runs.get().pk)
        assert "Say in which country" in sent(desk, adele, "assign_licences", add=[E5], seen=seen)
        content = sent(desk, adele, "assign_licences", add=[E5], usage_location="de", seen=seen)
        location, assignment = ActionRun.objects.exclude(state="succeeded").order_by("created_at")
        assert location.params["changes"] == {"usageLocation": "DE"}
        assert assignment.follows == location

    def test_bad_input_is_refused(self, desk, adele):
        Licence.objects.filter(sku_id=E5).update(consumed=5)
        assert "No seat is left" in sent(desk, adele, "assign_licences", add=[E5])
        assert "Choose a product." in sent(desk, adele, "assign_licences")
        assert "not on the list" in sent(desk, adele, "assign_licences", add=[GROUP_ID])
        assert not ActionRun.objects.exists()


class TestRemoveLicences:
    def test_it_shows_where_licences_come_from(self, desk, adele):
        sales = group(adele, member=True)
        adele.more = licensed((E3,), inherited=[(E5, str(sales.object_id))])
        adele.save()
        content = opened(desk, adele, "remove_licences")
        assert "Comes from the group “Sales”: take the person out of it." in content
        sent(desk, adele, "remove_licences", remove=[E3])
        assert ActionRun.objects.get().label == "Remove licences: Microsoft 365 E3"
        assert "take the person out" in sent(desk, adele, "remove_licences", remove=[E5])

    def test_there_may_be_none(self, desk, adele):
        adele.more = licensed()
        adele.save()
        assert "No licence is assigned." in opened(desk, adele, "remove_licences")


@pytest.mark.parametrize("key", KEYS)
def test_they_are_for_who_may(client, adele, key):
    client.force_login(make_user(VIEWER))
    assert client.get(url(adele, key)).status_code == 403
    assert client.post(url(adele, key), {"click": str(uuid.uuid4()), "add": [E5]}).status_code == 403
    assert not ActionRun.objects.exists()


@pytest.mark.parametrize("key", KEYS)
def test_they_are_not_for_the_deleted(desk, adele, key):
    adele.removal = "deleted"
    adele.save()
    group(adele, member=True)
    assert "The account was deleted" in opened(desk, adele, key)
    sent(desk, adele, key, add=[E5], remove=[E3])
    assert not ActionRun.objects.exists()


def test_a_swap_is_for_whoever_may_remove_as_well(client, adele):
    few = make_user()
    few.user_permissions.add(Permission.objects.get(codename="act_assign_licences"))
    client.force_login(few)
    content = sent(client, adele, "assign_licences", add=[E5], remove=[E3])
    assert "It includes “Remove licences”. Your role does not include this action." in content
    assert not ActionRun.objects.exists()
    sent(client, adele, "assign_licences", add=[E5])
    assert ActionRun.objects.get().params["remove"] == []


def test_who_is_known_to_hold_no_licence_has_none_to_lose(client):
    account = make_account(more={"mailNickname": "adele"})
    client.force_login(make_user("Service desk"))
    page = client.get(account.person.get_absolute_url())
    entries = {entry.label: entry for group in page.context["groups"] for entry in group.entries}
    assert entries["Remove licences…"].reason
