"""The manager: set, removed, expanded, told in users/delta; and who reports to whom."""

import pytest

from .clients import error


def put(client, user, manager, kind="users"):
    address = f"{client.tenant['graph_url']}/{kind}/{manager}"
    return client.call("PUT", f"/users/{user}/manager/$ref", json={"@odata.id": address})


def manager_of(client, user):
    answer = client.get(f"/users/{user}/manager?$select=id")
    return answer.json()["id"] if answer.ok else None


@pytest.mark.parametrize("kind", ["users", "directoryObjects"])
def test_it_sets_the_manager_and_again(act, ids, kind):
    for _ in range(2):
        assert put(act, ids["adele"], ids["megan"], kind).status_code == 204
        assert manager_of(act, ids["adele"]) == ids["megan"]
    reference = act.get(f"/users/{ids['adele']}/manager/$ref").json()["@odata.id"]
    assert reference.endswith(f"/directoryObjects/{ids['megan']}")


def test_it_removes_the_manager_once(act, ids):
    path = f"/users/{ids['adele']}/manager/$ref"
    assert act.delete(path).status_code == 204
    assert manager_of(act, ids["adele"]) is None
    assert error(act.delete(path)) == (404, "Request_ResourceNotFound")


def test_somebody_synced_has_their_manager_from_elsewhere(act, ids):
    for answer in (put(act, ids["synced"], ids["megan"]), act.delete(f"/users/{ids['synced']}/manager/$ref")):
        assert error(answer) == (400, "Request_BadRequest")
        assert "on-premises mastered" in answer.json()["error"]["message"]


def test_a_restricted_user_is_out_of_reach(act, ids):
    assert error(put(act, ids["restricted"], ids["megan"])) == (403, "Authorization_RequestDenied")


def test_nobody_can_be_no_manager(act, ids):
    nobody = "00000000-0000-0000-0000-000000000000"
    act.delete(f"/users/{ids['megan']}")
    for user, manager in ((ids["adele"], nobody), (ids["adele"], ids["megan"]), (nobody, ids["adele"])):
        assert error(put(act, user, manager)) == (404, "Request_ResourceNotFound")
    assert put(act, ids["adele"], "PattiF@contoso.example").status_code == 400
    assert act.call("PUT", f"/users/{ids['adele']}/manager/$ref", json={}).status_code == 400


@pytest.mark.parametrize(
    ("permission", "status"),
    [("User.ReadWrite.All", 204), ("Directory.ReadWrite.All", 204), ("User.Read.All", 403), ("Group.Read.All", 403)],
)
def test_it_needs_the_right_to_write_users(client, control, ids, permission, status):
    control.post("/apps/act", json={"permissions": [permission]})
    assert put(client("act"), ids["adele"], ids["cjk"]).status_code == status
    assert client("act").delete(f"/users/{ids['adele']}/manager/$ref").status_code == status


def test_it_lists_who_reports_to_somebody(act, ids):
    path = f"/users/{ids['megan']}/directReports?$select=id"
    before = {entry["id"] for entry in act.get(path).json()["value"]}
    assert ids["namesake_1"] in before
    put(act, ids["adele"], ids["megan"])
    act.delete(f"/users/{ids['namesake_1']}/manager/$ref")
    after = act.get(path).json()["value"]
    assert {entry["id"] for entry in after} == before - {ids["namesake_1"]} | {ids["adele"]}
    assert {entry["@odata.type"] for entry in after} == {"#microsoft.graph.user"}


def test_everybody_with_a_manager_is_among_that_managers_reports(read):
    users = read.get("/users?$select=id&$top=999").json()["value"]
    found = {entry["id"]: manager["id"] for manager in users
             for entry in read.get(f"/users/{manager['id']}/directReports?$select=id").json()["value"]}  # fmt: skip
    entries = read.get("/users/delta?$select=manager").json()["value"]
    assert found == {entry["id"]: entry["manager@delta"][0]["id"] for entry in entries if "manager@delta" in entry}


def test_it_brings_the_manager_along_where_asked(act, ids):
    user = act.get(f"/users/{ids['adele']}?$select=id&$expand=manager($select=id,displayName)").json()
    assert user["manager"]["id"] == ids["president"]
    assert "displayName" in user["manager"]
    assert "manager" not in act.get(f"/users/{ids['president']}?$expand=manager").json()
    assert error(act.get(f"/users/{ids['adele']}?$expand=memberOf"))[0] == 400


def test_a_change_of_manager_is_told_in_users_delta(act, ids):
    link = act.get("/users/delta?$select=manager&$deltatoken=latest").json()["@odata.deltaLink"]
    put(act, ids["adele"], ids["megan"])
    page = act.get(link).json()
    assert [(entry["id"], entry["manager@delta"][0]["id"]) for entry in page["value"]] == [(ids["adele"], ids["megan"])]
    act.delete(f"/users/{ids['adele']}/manager/$ref")
    gone = act.get(page["@odata.deltaLink"]).json()["value"][0]["manager@delta"]
    assert gone == [{"@odata.type": "#microsoft.graph.user", "id": ids["megan"], "@removed": {"reason": "deleted"}}]


def test_it_counts_as_an_effect_and_a_replica_may_lag_behind_it(faulty):
    faulty.fault("stale", seconds=60)
    old = manager_of(faulty.read, faulty.adele)
    assert put(faulty.act, faulty.adele, faulty.tenant["people"]["megan"]["id"]).status_code == 204
    assert faulty.effects() == 1
    assert manager_of(faulty.read, faulty.adele) == old
    assert faulty.control.user("adele")["manager"] != old


def test_whether_somebody_is_restricted_can_be_selected(read, ids):
    path = "/users/{}?$select=id,isManagementRestricted"
    assert read.get(path.format(ids["restricted"])).json()["isManagementRestricted"] is True
    assert read.get(path.format(ids["adele"])).json()["isManagementRestricted"] is None
