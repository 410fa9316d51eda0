"""Delete, the recycle bin, restore and purge."""

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


def test_the_type_must_be_named(act):
    assert error(act.get(BIN))[0] == 400


def test_directory_permission_alone_deletes_nobody(client, control, ids):
    control.post("/apps/weak", json={"permissions": ["Directory.ReadWrite.All"]})
    assert error(client("weak").delete(f"/users/{ids['adele']}")) == (403, "Authorization_RequestDenied")
    control.post("/apps/weak", json={"permissions": ["User.DeleteRestore.All"]})
    assert client("weak").delete(f"/users/{ids['adele']}").status_code == 204
    assert client("weak").post(f"{BIN}/{ids['adele']}/restore").status_code == 200
