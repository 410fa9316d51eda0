"""Delete, the recycle bin, restore and purge."""

from neurons_admin.demo.licences import E3, POWER_BI_PRO

from .clients import error

GONE = (404, "Request_ResourceNotFound")
BIN = "/directory/deletedItems"


def test_a_deleted_user_lies_in_the_bin_and_comes_back(act, control, ids):
    assert act.delete(f"/users/{ids['adele']}").status_code == 204
    assert error(act.delete(f"/users/{ids['adele']}")) == GONE
    assert error(act.get(f"/users/{ids['adele']}")) == GONE
    listed = act.get(f"{BIN}/microsoft.graph.user?$select=id,displayName,userPrincipalName,deletedDateTime").json()[
        "value"
    ]
    assert [user["id"] for user in listed] == [ids["adele"]]
    assert listed[0]["userPrincipalName"] == ids["adele"].replace("-", "") + "AdeleV@contoso.example"
    assert act.get(f"{BIN}/{ids['adele']}").json()["deletedDateTime"] == listed[0]["deletedDateTime"]
    restored = act.post(f"{BIN}/{ids['adele']}/restore").json()
    assert (restored["@odata.type"], restored["userPrincipalName"]) == (
        "#microsoft.graph.user",
        "AdeleV@contoso.example",
    )
    assert error(act.post(f"{BIN}/{ids['adele']}/restore")) == GONE
    assert control.user("adele")["deleted"] is False


def test_a_purged_user_is_gone_for_good(act, control, ids):
    act.delete(f"/users/{ids['adele']}")
    assert act.delete(f"{BIN}/{ids['adele']}").status_code == 204
    assert error(act.delete(f"{BIN}/{ids['adele']}")) == GONE
    assert error(act.get(f"{BIN}/{ids['adele']}")) == GONE
    assert control.get(f"/users/{ids['adele']}").status_code == 404


def test_a_principal_name_taken_meanwhile_stands_in_the_way(act, ids):
    act.delete(f"/users/{ids['adele']}")
    act.patch(f"/users/{ids['megan']}", {"userPrincipalName": "AdeleV@contoso.example"})
    answer = act.post(f"{BIN}/{ids['adele']}/restore")
    assert "userPrincipalName already exists" in answer.json()["error"]["message"]
    again = act.post(f"{BIN}/{ids['adele']}/restore", json={"newUserPrincipalName": "adele2@contoso.example"})
    assert again.json()["userPrincipalName"] == "adele2@contoso.example"


def test_a_new_principal_name_is_an_identity_too_and_must_be_possible(act, control, ids):
    act.delete(f"/users/{ids['adele']}")
    for body in (
        {"newUserPrincipalName": "adele@elsewhere.example"},
        {"newUserPrincipalName": "MeganB@contoso.example"},
        {"newUserPrincipalName": 7},
        {"autoReconcileProxyConflict": "yes"},
        {"upn": "x"},
    ):
        assert error(act.post(f"{BIN}/{ids['adele']}/restore", json=body))[0] == 400, body
    body = {"newUserPrincipalName": "adele2@contoso.example", "autoReconcileProxyConflict": True}
    assert act.post(f"{BIN}/{ids['adele']}/restore", json=body).status_code == 200
    assert control.user("adele")["identities"][0]["issuerAssignedId"] == "adele2@contoso.example"
    assert act.get("/users/adele2@contoso.example").status_code == 200


def test_an_address_taken_meanwhile_is_left_behind_where_that_is_asked_for(act, control, ids):
    act.delete(f"/users/{ids['adele']}")
    act.patch(f"/users/{ids['megan']}", {"mail": "adelev@contoso.example"})
    answer = act.post(f"{BIN}/{ids['adele']}/restore")
    assert "proxyAddresses already exists" in answer.json()["error"]["message"]
    assert act.post(f"{BIN}/{ids['adele']}/restore", json={"autoReconcileProxyConflict": True}).status_code == 200
    assert (control.user("adele")["proxyAddresses"], control.user("adele")["mail"]) == ([], None)


def test_the_bin_as_it_was_asked_for(act, read, ids):
    act.delete(f"/users/{ids['adele']}")
    assert read.get(f"{BIN}/microsoft.graph.user?$select=id,deletedDateTime").json()["value"][0].keys() == {
        "id",
        "deletedDateTime",
    }
    assert read.get(f"{BIN}/microsoft.graph.user").json()["value"][0]["deletedDateTime"]
    assert error(read.get(f"{BIN}/microsoft.graph.user?$orderby=deletedDateTime"))[0] == 400
    assert error(read.get(f"{BIN}/microsoft.graph.user?$select=shoeSize"))[0] == 400


def test_a_deleted_user_takes_no_seat_and_comes_back_without_those_that_are_gone(act, control, ids):
    def seats():
        listed = act.get("/subscribedSkus").json()["value"]
        return {sku["skuId"]: sku["consumedUnits"] for sku in listed}

    before = seats()
    act.delete(f"/users/{ids['megan']}")
    assert seats()[POWER_BI_PRO] == before[POWER_BI_PRO] - 1
    body = {"addLicenses": [{"skuId": POWER_BI_PRO, "disabledPlans": []}], "removeLicenses": []}
    assert act.post(f"/users/{ids['adele']}/assignLicense", json=body).status_code == 200
    assert act.post(f"{BIN}/{ids['megan']}/restore").status_code == 200
    megan = control.user("megan")
    assert [entry["skuId"] for entry in megan["assignedLicenses"]] == [E3]
    assert [entry["error"] for entry in megan["licenseAssignmentStates"]] == ["None", "CountViolation"]
    assert seats() == before


def test_the_type_must_be_named(act):
    assert error(act.get(BIN))[0] == 400


def test_directory_permission_alone_deletes_nobody(client, control, ids):
    control.post("/apps/weak", json={"permissions": ["Directory.ReadWrite.All"]})
    assert error(client("weak").delete(f"/users/{ids['adele']}")) == (403, "Authorization_RequestDenied")
    control.post("/apps/weak", json={"permissions": ["User.DeleteRestore.All"]})
    assert client("weak").delete(f"/users/{ids['adele']}").status_code == 204
    assert client("weak").post(f"{BIN}/{ids['adele']}/restore").status_code == 200
