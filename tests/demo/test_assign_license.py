"""Licences: assigning and removing them, what stands in the way, seats, and those that come through a group."""

import pytest

from neurons_admin.demo import licences
from neurons_admin.demo.licences import E3, E5, F3, FLOW_FREE, POWER_BI_PRO, VISIO, WINDOWS_STORE

from .clients import error

BAD = (400, "Request_BadRequest")
TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"
UNKNOWN = "11111111-2222-4333-8444-555555555555"


def assign(app, user_id, *add, remove=()):
    added = [entry if isinstance(entry, dict) else {"skuId": entry, "disabledPlans": []} for entry in add]
    return app.post(f"/users/{user_id}/assignLicense", json={"addLicenses": added, "removeLicenses": list(remove)})


def held(user):
    return {entry["skuId"] for entry in user["assignedLicenses"]}


def ways(user, sku):
    """By which ways somebody has a licence: None for directly, else the group."""
    return {entry["assignedByGroup"] for entry in user["licenseAssignmentStates"] if entry["skuId"] == sku}


def taken(app, sku):
    listed = app.get("/subscribedSkus?$select=skuId,consumedUnits,prepaidUnits").json()["value"]
    return next(entry["consumedUnits"] for entry in listed if entry["skuId"] == sku)


def message(answer):
    return answer.json()["error"]["message"]


def test_assigning_answers_with_the_user_and_takes_a_seat(act, control, ids):
    before = taken(act, F3)
    answer = assign(act, ids["adele"], F3)
    assert answer.status_code == 200
    assert held(answer.json()) == {E3, FLOW_FREE, F3} == held(control.user("adele"))
    assert ways(control.user("adele"), F3) == {None}
    assert taken(act, F3) == before + 1
    assert assign(act, ids["adele"], remove=[F3]).status_code == 200
    assert held(control.user("adele")) == {E3, FLOW_FREE}
    assert taken(act, F3) == before


def test_assigning_again_overwrites_the_plans_that_are_off(act, control, ids):
    assert assign(act, ids["adele"], {"skuId": E3.upper(), "disabledPlans": [TEAMS]}).status_code == 200
    assert {"skuId": E3, "disabledPlans": [TEAMS]} in control.user("adele")["assignedLicenses"]
    details = act.get(f"/users/{ids['adele']}/licenseDetails?$select=skuId,servicePlans").json()["value"]
    e3 = next(entry for entry in details if entry["skuId"] == E3)
    states = {plan["servicePlanName"]: plan["provisioningStatus"] for plan in e3["servicePlans"]}
    assert states["TEAMS1"] == "Disabled"
    assert states["AAD_PREMIUM"] == "PendingProvisioning"
    assert set(e3) == {"skuId", "servicePlans"}
    assert assign(act, ids["adele"], E3).status_code == 200
    assert {"skuId": E3, "disabledPlans": []} in control.user("adele")["assignedLicenses"]


def test_a_swap_is_all_or_nothing(act, control, ids):
    assert assign(act, ids["adele"], F3, remove=[E3]).status_code == 200
    assert held(control.user("adele")) == {F3, FLOW_FREE}
    before = control.user("adele")
    assert error(assign(act, ids["adele"], POWER_BI_PRO, remove=[F3])) == BAD
    assert control.user("adele") == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"addLicenses": []},
        {"removeLicenses": [E3]},
        {"addLicenses": [], "removeLicenses": []},
        {"addLicenses": None, "removeLicenses": [E3]},
        {"addLicenses": [{"skuId": UNKNOWN}], "removeLicenses": []},
        {"addLicenses": [{"skuId": WINDOWS_STORE}], "removeLicenses": []},
        {"addLicenses": [{"skuId": "SPE_E3"}], "removeLicenses": []},
        {"addLicenses": [{}], "removeLicenses": []},
        {"addLicenses": [E5], "removeLicenses": []},
        {"addLicenses": [{"skuId": E5, "disabledPlans": [UNKNOWN]}], "removeLicenses": []},
        {"addLicenses": [{"skuId": E5}, {"skuId": E5}], "removeLicenses": []},
        {"addLicenses": [{"skuId": E3}], "removeLicenses": [E3]},
        {"addLicenses": [], "removeLicenses": [7]},
        {"addLicenses": [], "removeLicenses": [E3], "usageLocation": "DE"},
    ],
)
def test_a_wrong_body_is_400_and_changes_nothing(act, control, ids, body):
    before = control.user("adele")
    answer = act.post(f"/users/{ids['adele']}/assignLicense", json=body)
    assert answer.status_code == 400
    assert control.user("adele") == before


def test_somebody_without_a_usage_location(act, control, ids):
    answer = assign(act, ids["bare"], E3)
    assert error(answer) == BAD
    assert message(answer) == "License assignment cannot be done for user with invalid usage location."
    act.patch(f"/users/{ids['bare']}", {"usageLocation": "DE"})
    assert assign(act, ids["bare"], E3).status_code == 200


def test_licensing_may_hear_of_a_usage_location_late(act, control, ids):
    control.settings(usage_location_lag=600)
    act.patch(f"/users/{ids['bare']}", {"usageLocation": "DE"})
    assert "usage location" in message(assign(act, ids["bare"], E3))
    assert assign(act, ids["adele"], F3).status_code == 200
    control.settings(usage_location_lag=0)
    assert assign(act, ids["bare"], E3).status_code == 200


@pytest.mark.parametrize("sku", [POWER_BI_PRO, VISIO])
def test_no_seat_is_left(act, ids, sku):
    answer = assign(act, ids["adele"], sku)
    assert error(answer) == BAD
    assert message(answer) == f"Subscription with SKU {sku} does not have any available licenses."


def test_the_last_seat_goes_once(act, ids):
    for key in ("adele", "namesake_1"):
        assign(act, ids[key], E5)
    answers = [assign(act, ids[key], E5).status_code for key in ("namesake_2", "cleared", "apostrophe", "mononym")]
    assert 400 in answers


def test_a_licence_that_is_not_held(act, ids):
    answer = assign(act, ids["adele"], remove=[E5])
    assert message(answer) == "User does not have a corresponding license."


def test_an_inherited_licence_cannot_be_removed_from_the_user(act, control, ids):
    driver = control.user("namesake_2")
    assert held(driver) == {F3}
    assert ways(driver, F3) <= set(driver["groups"])
    answer = assign(act, ids["namesake_2"], remove=[F3])
    assert message(answer) == (
        "User license is inherited from a group membership and it cannot be removed directly from the user."
    )


def test_a_licence_held_by_two_ways_stays_when_one_ends(act, control, ids):
    megan = control.user("megan")
    group = licences.department_group(1, "Marketing")
    assert ways(megan, POWER_BI_PRO) == {None, group}
    before = taken(act, POWER_BI_PRO)
    assert assign(act, ids["megan"], remove=[POWER_BI_PRO]).status_code == 200
    assert ways(control.user("megan"), POWER_BI_PRO) == {group}
    assert POWER_BI_PRO in held(control.user("megan"))
    assert taken(act, POWER_BI_PRO) == before
    assert "inherited" in message(assign(act, ids["megan"], remove=[POWER_BI_PRO]))
    assert assign(act, ids["megan"], POWER_BI_PRO).status_code == 200
    assert ways(control.user("megan"), POWER_BI_PRO) == {None, group}


def test_an_inherited_licence_for_which_no_seat_was_left(control):
    miriam = control.user("cleared")
    states = [entry for entry in miriam["licenseAssignmentStates"] if entry["skuId"] == POWER_BI_PRO]
    assert [(entry["state"], entry["error"]) for entry in states] == [("Error", "CountViolation")]
    assert POWER_BI_PRO not in held(miriam)


def test_the_groups_that_hand_licences_down_are_groups_of_theirs(act, ids):
    direct = act.get(f"/users/{ids['megan']}/memberOf/microsoft.graph.group?$select=id,displayName").json()["value"]
    names = {entry["id"]: entry["displayName"] for entry in direct}
    group = licences.department_group(1, "Marketing")
    assert names[group] == "SG Marketing"
    shown = act.get(f"/groups/{group}?$select=id,assignedLicenses").json()
    assert shown["assignedLicenses"] == [{"disabledPlans": [], "skuId": POWER_BI_PRO}]


def test_the_cloud_licenses_a_synced_user(act, ids):
    assert assign(act, ids["synced"], FLOW_FREE).status_code == 200


def test_the_licences_bought_come_all_at_once(act):
    assert act.get("/subscribedSkus?$select=skuId").json()["value"][0].keys() == {"skuId"}
    assert error(act.get(f"/subscribedSkus?$filter=skuId eq '{E3}'"))[0] == 400


def test_what_may_be_done_needs_one_of_three_permissions(client, control, ids):
    for permission, status in (("LicenseAssignment.ReadWrite.All", 200), ("Directory.ReadWrite.All", 200),
                               ("User.ReadWrite.All", 200), ("LicenseAssignment.Read.All", 403)):  # fmt: skip
        control.post("/apps/weak", json={"permissions": [permission]})
        assert assign(client("weak"), ids["adele"], F3).status_code == status, permission
    assert client("weak").get(f"/users/{ids['adele']}/licenseDetails").status_code == 200


def test_somebody_restricted_or_gone(act, ids):
    assert error(assign(act, ids["restricted"], F3)) == (403, "Authorization_RequestDenied")
    assert error(assign(act, UNKNOWN, F3)) == (404, "Request_ResourceNotFound")


def test_a_change_of_states_alone_is_not_told_in_delta(act, ids):
    url = act.get("/users/delta?$select=id,licenseAssignmentStates&$deltatoken=latest").json()["@odata.deltaLink"]
    assign(act, ids["megan"], remove=[POWER_BI_PRO])
    assert act.get(url).json()["value"] == []
    url = act.get("/users/delta?$select=id,assignedLicenses&$deltatoken=latest").json()["@odata.deltaLink"]
    assign(act, ids["megan"], remove=[E3])
    assert [entry["id"] for entry in act.get(url).json()["value"]] == [ids["megan"]]
