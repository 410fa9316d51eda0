"""Licences: what is refused and why, what is sent, what is taken as done, and what the forms offer."""

from dataclasses import replace

import pytest

from connectors.actions import (
    AssignLicences,
    EditProfile,
    RemoveLicences,
)
from connectors.actions.licence_names import full_licence_name, licence_name
from connectors.actions.licensing import ERRORS, changed, direct_of, error_words, inherited_of
from connectors.graph import Refused
from tests.connectors.samples.access import E3, E5, GROUP_ID, TEAMS, licensed, product
from tests.connectors.samples.local_copy import SALES, STORE, VISIO, LocalCopy, form, offered
from tests.connectors.samples.sample import PERSON


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
