"""Groups: what is refused and why, what is sent, what is taken as done, and what the forms offer."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from connectors.actions import (
    AddToGroup,
    RemoveFromGroup,
)
from connectors.actions.groups import GONE, facts_of, group_refusal
from connectors.actions.licensing import handed_down_by
from connectors.actions.permissions import ROLE_WRITE
from connectors.graph import NotThere, Refused, WriteForbidden
from connectors.graph.client import Graph
from tests.connectors.samples.access import E3, E5, GROUP, GROUP_ID, IN, OUT, licensed
from tests.connectors.samples.local_copy import SALES, LocalCopy, form, offered
from tests.connectors.samples.sample import OBJECT_ID, PERSON

KINDS = [
    ({"dynamic": True}, "follow from a rule"),
    ({"kind": "mail_security"}, "Exchange"),
    ({"kind": "distribution"}, "Exchange"),
    ({"synced": True}, "Active Directory"),
    ({"restricted": True}, "restricted administrative unit"),
    ({"role_assignable": True}, ROLE_WRITE),
]


@pytest.mark.parametrize(("facts", "words"), KINDS)
def test_why_a_group_cannot_be_changed(facts, words):
    assert words in group_refusal(replace(SALES, **facts), granted=frozenset())


@pytest.mark.parametrize("kind", ["security", "microsoft_365"])
def test_other_groups_can_be_changed(kind):
    assert group_refusal(replace(SALES, kind=kind), granted=frozenset()) == ""


@pytest.mark.parametrize("granted", [None, frozenset({ROLE_WRITE})])
def test_for_a_group_with_roles_the_permission_decides(granted):
    assert group_refusal(replace(SALES, role_assignable=True), granted) == ""


@pytest.mark.parametrize(
    ("properties", "facts"),
    [
        ({}, {}),
        ({"groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False}, {"kind": "microsoft_365"}),
        ({"mailEnabled": True}, {"kind": "mail_security"}),
        ({"mailEnabled": True, "securityEnabled": False}, {"kind": "distribution"}),
        ({"groupTypes": ["DynamicMembership"]}, {"dynamic": True}),
        ({"onPremisesSyncEnabled": True}, {"synced": True}),
        ({"isAssignableToRole": True}, {"role_assignable": True}),
        ({"isManagementRestricted": True}, {"restricted": True}),
    ],
)
def test_a_group_of_graph_is_told_apart_by_its_properties(properties, facts):
    assert facts_of({**GROUP, **properties}) == replace(SALES, **facts)


@pytest.mark.parametrize("action", [AddToGroup, RemoveFromGroup])
def test_a_group_that_cannot_be_changed_is_an_objection(action):
    order = action(GROUP_ID, "Sales")
    assert order.objection(PERSON, {"group": None}) == GONE
    assert "Active Directory" in order.objection(PERSON, {"group": {**GROUP, "onPremisesSyncEnabled": True}})
    assert "“Sales”" in order.objection(PERSON, {"group": {**GROUP, "onPremisesSyncEnabled": True}})
    assert order.objection(PERSON, {"group": GROUP}) == order.objection(PERSON, {}) == ""


@pytest.mark.parametrize("action", [AddToGroup, RemoveFromGroup])
def test_a_group_with_roles_needs_one_permission_more(action):
    order = action(GROUP_ID, "Sales")
    assert order.needs_for({"group": GROUP}) == order.needs_for({}) == order.needs
    needs = order.needs_for({"group": {**GROUP, "isAssignableToRole": True}})
    assert [need.least for need in needs[len(order.needs) :]] == [ROLE_WRITE]


def test_a_membership_is_added_by_reference():
    write = AddToGroup(GROUP_ID).write(PERSON, OUT)
    assert (write.method, write.path, write.refers_to) == (
        "POST", f"/groups/{GROUP_ID}/members/$ref", f"/directoryObjects/{OBJECT_ID}",
    )  # fmt: skip


def test_a_membership_is_removed_by_reference():
    write = RemoveFromGroup(GROUP_ID).write(PERSON, IN)
    assert (write.method, write.path, write.body) == ("DELETE", f"/groups/{GROUP_ID}/members/{OBJECT_ID}/$ref", None)


@pytest.mark.parametrize("end", ["", "/"])
def test_the_client_never_deletes_a_member_itself(end):
    with pytest.raises(WriteForbidden, match="delete the person"):
        Graph(SimpleNamespace()).write("DELETE", f"/groups/{GROUP_ID}/members/{OBJECT_ID}{end}")


@pytest.mark.parametrize(
    ("status", "words", "heard"),
    [
        (400, "One or more added object references already exist for ... 'members'.", "already"),
        (400, "The source resource object or one of the objects being referenced don't exist.", "later"),
        (400, "Cannot Update a mail-enabled security groups and or distribution list.", ""),
        (403, "Insufficient privileges to complete the operation.", ""),
    ],
)
def test_what_a_refusal_to_add_means(status, words, heard):
    assert AddToGroup(GROUP_ID).heard(Refused("", detail=words, status=status)) == heard


def test_what_a_refusal_to_remove_means():
    assert RemoveFromGroup(GROUP_ID).heard(NotThere("", status=404)) == "already"
    assert RemoveFromGroup(GROUP_ID).heard(Refused("", status=403)) == ""


def test_who_is_in_no_group_that_is_gone_has_not_been_removed():
    assert not RemoveFromGroup(GROUP_ID).is_so({"memberOf": [], "group": None})


def test_each_group_has_runs_of_its_own():
    first, other = AddToGroup(GROUP_ID, "Sales"), AddToGroup(OBJECT_ID, "Other")
    assert first.conflicts != other.conflicts
    assert first.conflicts == RemoveFromGroup(GROUP_ID).conflicts
    assert first.title == "Add to group: Sales"
    assert first.labels() == {"member": "Member of “Sales”"}


def test_several_groups_become_several_orders():
    others = [SALES, replace(SALES, object_id=OBJECT_ID, name="Other")]
    ids = [OBJECT_ID, GROUP_ID]
    chosen = form(AddToGroup, LocalCopy(others=others), group_ids=ids)
    assert chosen.is_valid(), chosen.errors
    orders = AddToGroup.orders(chosen)
    assert [order.action for order in orders] == [AddToGroup(OBJECT_ID, "Other"), AddToGroup(GROUP_ID, "Sales")]
    assert not any(order.follows for order in orders)


def test_adding_refuses_what_is_so_or_cannot_be():
    assert "member already" in str(form(AddToGroup, LocalCopy(SALES), group_ids=GROUP_ID).errors)
    dynamic = replace(SALES, dynamic=True)
    assert "rule" in str(form(AddToGroup, LocalCopy(others=[dynamic]), group_ids=GROUP_ID).errors)
    assert "no longer" in str(form(AddToGroup, group_ids=GROUP_ID).errors)
    assert "Choose a group" in str(form(AddToGroup).errors)


def test_removing_shows_all_groups_and_why_some_stay():
    synced = replace(SALES, object_id=OBJECT_ID, name="Files", synced=True)
    shown = form(RemoveFromGroup, LocalCopy(SALES, synced), group_ids=[OBJECT_ID])
    options = offered(shown, "group_ids")
    assert options[GROUP_ID].reason == ""
    assert "Active Directory" in options[OBJECT_ID].reason
    assert "Files: It comes from" in str(shown.errors)
    assert "disabled" in str(shown["group_ids"])
    assert "Choose a group" in str(form(RemoveFromGroup, LocalCopy(SALES)).errors)
    assert "not on the list" in str(form(RemoveFromGroup, LocalCopy(SALES), group_ids=[E3]).errors)


def test_removing_says_which_licences_go_with_a_group():
    state = licensed((E5,), inherited=[(E3, GROUP_ID), (E5, GROUP_ID)])
    assert handed_down_by(state, GROUP_ID) == [E3]
    second = offered(form(RemoveFromGroup, LocalCopy(SALES), state), "group_ids")[GROUP_ID].second
    assert second == "Security group. The licence goes with it: Microsoft 365 E3"


def test_removing_makes_an_order_for_each_group():
    chosen = form(RemoveFromGroup, LocalCopy(SALES), group_ids=[GROUP_ID])
    assert chosen.is_valid(), chosen.errors
    assert [order.action for order in RemoveFromGroup.orders(chosen)] == [RemoveFromGroup(GROUP_ID, "Sales")]
