"""Groups and licences: what is refused and why, what is sent, what is taken as done, and what the forms offer."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from django.http import QueryDict

from connectors.actions import (
    AddToGroup,
    AssignLicences,
    EditProfile,
    GroupFacts,
    LicenceFacts,
    RemoveFromGroup,
    RemoveLicences,
)
from connectors.actions.groups import GONE, facts_of, group_refusal
from connectors.actions.licence_names import full_licence_name, licence_name
from connectors.actions.licensing import ERRORS, changed, direct_of, error_words, handed_down_by, inherited_of
from connectors.actions.permissions import ROLE_WRITE
from connectors.graph import NotThere, Refused, WriteForbidden
from connectors.graph.client import Graph
from tests.connectors.samples.access import E3, E5, GROUP, GROUP_ID, IN, OUT, TEAMS, licensed, product
from tests.connectors.samples.sample import OBJECT_ID, PERSON

VISIO = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
STORE = "6470687e-a428-4b7a-bef2-8a291ad947c9"
SALES = GroupFacts(GROUP_ID, "Sales", "security")
PRODUCTS = [
    LicenceFacts(E3, "SPE_E3", assignable=True, left=25),
    LicenceFacts(E5, "SPE_E5", assignable=True, left=1),
    LicenceFacts(VISIO, "VISIOCLIENT", assignable=True, left=-2),
    LicenceFacts(STORE, "WINDOWS_STORE", assignable=False, left=25),
]


class LocalCopy:
    """A directory with a few groups, all of which the person is in, and the products above."""

    def __init__(self, *groups, granted=None, others=()):
        self.mine, self.all, self._granted = list(groups), [*groups, *others], granted

    def groups(self, ids):
        return [group for group in self.all if group.object_id in ids]

    def groups_of(self, object_id):
        return self.mine if object_id == OBJECT_ID else []

    def find_groups(self, text, limit):
        return self.all

    def granted(self):
        return self._granted

    def may_empower(self):
        return True

    def licences(self):
        return PRODUCTS


def form(action, directory=None, state=None, **data):
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    target = replace(PERSON, state=state or {})
    return action.form(query, target=target, directory=directory or LocalCopy())


def offered(form, name):
    return {option.value: option for option in form.fields[name].options.values()}


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


def test_direct_and_inherited_are_told_apart():
    state = licensed((E3.upper(), TEAMS), inherited=[(E3, GROUP_ID)])
    assert direct_of(state) == {E3: [TEAMS]}
    assert [(each.sku_id, each.group_id) for each in inherited_of(state)] == [(E3, GROUP_ID)]
    assert direct_of({}) is None


def test_of_two_ways_a_plan_is_off_only_where_both_switch_it_off():
    state = changed(licensed(inherited=[(E3, GROUP_ID)]), {E3: [TEAMS]}, [])
    assert state["assignedLicenses"] == [{"skuId": E3, "disabledPlans": []}]
    assert direct_of(state) == {E3: [TEAMS]}


@pytest.mark.parametrize("error", [*ERRORS, "Other", "SomethingElse"])
def test_each_error_of_a_licence_is_explained(error):
    assert error_words(error).endswith(".")
    assert error_words("None") == error_words("") == ""


def test_one_call_swaps_and_leaves_alone_what_is_held():
    swap = AssignLicences(add=[assign(E5), assign(VISIO)], remove=[product(E3, "E3")])
    body = swap.write(PERSON, licensed((E3,), (VISIO, TEAMS))).body
    assert body == {"addLicenses": [{"skuId": E5, "disabledPlans": []}], "removeLicenses": [E3]}


def assign(sku, plans=None):
    return product(sku, sku, disabledPlans=plans)


def test_what_seems_to_be_so_is_sent_with_the_plans_that_are_off():
    body = AssignLicences(add=[assign(E3)]).write(PERSON, licensed((E3, TEAMS))).body
    assert body == {"addLicenses": [{"skuId": E3, "disabledPlans": [TEAMS]}], "removeLicenses": []}
    body = RemoveLicences(remove=[product(E3, "E3")]).write(PERSON, licensed()).body
    assert body == {"addLicenses": [], "removeLicenses": [E3]}


def test_undoing_brings_back_the_plans_that_were_off():
    swap = AssignLicences(add=[assign(E5)], remove=[product(E3, "Microsoft 365 E3")])
    undo = swap.inverse(swap.snapshot(licensed((E3, TEAMS))))
    assert undo == AssignLicences(
        add=[{"sku": E3, "name": "Microsoft 365 E3", "disabledPlans": [TEAMS]}], remove=[product(E5, E5)]
    )
    assert RemoveLicences(remove=[product(E3, "E3")]).inverse({"licences": None}) is None


@pytest.mark.parametrize(
    ("words", "assigning", "removing"),
    [
        ("License assignment cannot be done for user with invalid usage location.", "later", "later"),
        ("User does not have a corresponding license.", "later", "already"),
        ("Subscription with SKU x does not have any available licenses.", "", ""),
    ],
)
def test_what_a_refusal_of_licences_means(words, assigning, removing):
    refusal = Refused("", detail=words, status=400)
    assert AssignLicences(add=[assign(E5)]).heard(refusal) == assigning
    assert RemoveLicences(remove=[product(E3, "E3")]).heard(refusal) == removing


def test_products_have_names_people_know():
    assert full_licence_name("SPE_E3") == "Microsoft 365 E3 (SPE_E3)"
    assert licence_name("SOME_NEW_ONE") == full_licence_name("SOME_NEW_ONE") == "SOME_NEW_ONE"


def test_a_run_tells_licences_by_name():
    swap = AssignLicences(add=[assign(E5)], remove=[product(E3, "Microsoft 365 E3")])
    assert swap.title == f"Assign licences: {E5} in place of Microsoft 365 E3"
    held = swap.snapshot(licensed((E3, TEAMS)))["licences"]
    assert swap.said("licences", held) == ["Microsoft 365 E3 (1 plan off)"]


def test_assigning_shows_every_product_with_its_seats():
    options = offered(form(AssignLicences, state=licensed((E3,), inherited=[(E5, GROUP_ID)])), "add")
    assert options[E3].reason == "Is assigned already."
    assert options[E5].name == "Microsoft 365 E5 (SPE_E5)"
    assert options[E5].second.startswith("1 seat left. Comes from the group")
    assert (options[E5].reason, options[VISIO].reason) == ("", "No seat is left. Free one, or buy one.")
    assert "whole company" in options[STORE].reason
    assert "2 seats too many" in options[VISIO].second


def test_who_has_a_product_through_a_group_needs_no_seat():
    state = licensed(inherited=[(VISIO, GROUP_ID)])
    assert offered(form(AssignLicences, LocalCopy(SALES), state), "add")[VISIO].reason == ""


def test_assigning_refuses_what_cannot_be_chosen():
    assert "No seat is left" in str(form(AssignLicences, state=licensed(), add=[VISIO]).errors)
    assert "Choose a product" in str(form(AssignLicences, state=licensed()).errors)
    assert "assigned already" in str(form(AssignLicences, state=licensed((E3,)), add=[E3]).errors)


def test_a_swap_is_one_order():
    swap = form(AssignLicences, state=licensed((E3,)), add=[E5], remove=[E3])
    assert swap.is_valid(), swap.errors
    e5 = product(E5, "Microsoft 365 E5", disabledPlans=None)
    assert [order.action for order in AssignLicences.orders(swap)] == [
        AssignLicences(add=[e5], remove=[product(E3, "Microsoft 365 E3")])
    ]


def test_a_usage_location_is_asked_for_and_never_filled_in():
    state = {**licensed(), "usageLocation": None, "country": "Germany"}
    asked = form(AssignLicences, state=state, add=[E3])
    assert "usage_location" in asked.errors
    assert asked.fields["usage_location"].initial is None
    assert "Two letters" in str(form(AssignLicences, state=state, add=[E3], usage_location="1x").errors)
    given = form(AssignLicences, state=state, add=[E3], usage_location="de")
    assert given.is_valid(), given.errors
    location, assignment = AssignLicences.orders(given)
    assert location.action == EditProfile({"usageLocation": "DE"})
    assert isinstance(assignment.action, AssignLicences)
    assert assignment.follows
    assert "usage_location" not in form(AssignLicences, state=licensed()).fields


def test_removing_shows_where_licences_come_from():
    state = licensed((E3, TEAMS), (E5,), inherited=[(E5, GROUP_ID), (VISIO, GROUP_ID)])
    state["licenseAssignmentStates"][-1] |= {"state": "Error", "error": "CountViolation"}
    shown = form(RemoveLicences, LocalCopy(SALES), state, remove=[VISIO])
    options = offered(shown, "remove")
    assert (options[E3].reason, options[E3].second) == ("", "1 of its plans is switched off.")
    assert "from the group “Sales” as well" in options[E5].second
    assert options[VISIO].reason == "Comes from the group “Sales”: take the person out of it."
    assert options[VISIO].second == ERRORS["CountViolation"]
    assert "take the person out" in str(shown.errors)
    assert "Choose a licence" in str(form(RemoveLicences, LocalCopy(SALES), state).errors)


def test_there_may_be_nothing_to_remove():
    assert RemoveLicences.needless(replace(PERSON, state=licensed())) == "No licence is assigned."
    inherited = replace(PERSON, state=licensed(inherited=[(E3, GROUP_ID)]))
    assert "come from groups" in RemoveLicences.needless(inherited)
    assert RemoveLicences.needless(replace(PERSON, state=licensed((E3,)))) == ""
    assert RemoveLicences.needless(PERSON) == ""
