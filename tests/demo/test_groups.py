"""Groups: reading them and their members, adding and removing, and what cannot be done to which."""

import pytest

from .clients import error

MASTERED = "on-premises mastered Directory Sync objects"
EXISTS = "One or more added object references already exist for the following modified properties: 'members'."
EXCHANGE = "Cannot Update a mail-enabled security groups and or distribution list."


def reference(client, object_id, kind="directoryObjects"):
    return {"@odata.id": f"{client.tenant['graph_url']}/{kind}/{object_id}"}


def add(client, group, user):
    return client.post(f"/groups/{group}/members/$ref", json=reference(client, user))


def bind(client, group, *users):
    addresses = [reference(client, user)["@odata.id"] for user in users]
    return client.patch(f"/groups/{group}", {"members@odata.bind": addresses})


def remove(client, group, user):
    return client.delete(f"/groups/{group}/members/{user}/$ref")


def everything(client, path):
    """All entries of a listing, and the number of its pages."""
    entries, pages, url = [], 0, path
    while url:
        page = client.get(url).json()
        entries += page["value"]
        pages += 1
        url = page.get("@odata.nextLink")
    return entries, pages


def members(client, group):
    return {entry["id"] for entry in everything(client, f"/groups/{group}/members?$select=id&$top=999")[0]}


def test_it_lists_the_groups_in_pages(read):
    groups, pages = everything(read, "/groups?$select=id,displayName,groupTypes&$top=10")
    assert (len(groups), pages) == (len({group["id"] for group in groups}), len(groups) // 10 + 1)
    assert set(groups[0]) == {"id", "displayName", "groupTypes"}


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ("startswith(displayName,'all ')", {"All employees", "All guests"}),
        ("displayName eq 'Project Northstar'", {"Project Northstar"}),
        ("groupTypes/any(c:c eq 'DynamicMembership')", {"All employees", "All guests"}),
        ("mailEnabled eq true and securityEnabled eq true", {"MESG Finance approvals"}),
        ("displayName eq 'All guests' or displayName eq 'Board papers'", {"All guests", "Board papers"}),
        ("displayName in ('All guests', 'Board papers')", {"All guests", "Board papers"}),
    ],
)
def test_it_finds_groups_by_a_filter(read, wanted, names):
    found = read.get("/groups", params={"$filter": wanted, "$select": "displayName"}).json()["value"]
    assert {group["displayName"] for group in found} == names


def test_it_finds_groups_by_their_ids(read, groups):
    ids = [groups["All guests"], groups["SG Finance"]]
    wanted = f"id in ('{ids[0]}','{ids[1]}')"
    found = read.get("/groups", params={"$filter": wanted, "$select": "id"}).json()["value"]
    assert {group["id"] for group in found} == set(ids)


@pytest.mark.parametrize("query", ["$skip=1", "$expand=members", "$search=x", "$filter=contains(displayName,'x')"])
def test_it_refuses_queries_that_groups_do_not_have(read, query):
    assert error(read.get(f"/groups?{query}")) == (400, "Request_UnsupportedQuery")


def test_it_shows_what_kind_a_group_is(read, groups):
    kind = "groupTypes,mailEnabled,securityEnabled,onPremisesSyncEnabled,isAssignableToRole,isManagementRestricted"
    shown = read.get(f"/groups/{groups['Tier 0 operators']}?$select={kind},membershipRule").json()
    assert (shown["isAssignableToRole"], shown["groupTypes"]) == (True, [])
    assert read.get(f"/groups/{groups['Board papers']}?$select={kind}").json()["isManagementRestricted"] is True
    assert error(read.get("/groups/00000000-0000-0000-0000-000000000000"))[0] == 404


def test_it_lists_nested_groups_and_people_as_members(read, groups):
    nested = read.get(f"/groups/{groups['SG Commercial']}/members?$select=id,displayName").json()["value"]
    assert {entry["@odata.type"] for entry in nested} == {"#microsoft.graph.group"}
    assert "SG Retail" in {entry["displayName"] for entry in nested}
    people = read.get(f"/groups/{groups['SG Retail']}/members").json()["value"]
    assert {entry["@odata.type"] for entry in people} == {"#microsoft.graph.user"}
    cast = read.get(f"/groups/{groups['SG Commercial']}/members/microsoft.graph.user").json()
    assert cast["value"] == []
    assert read.get(f"/groups/{groups['SG Retail']}/owners").json()["value"] == []


def test_it_lists_members_in_pages_and_each_once(read, control, groups):
    found, pages = everything(read, f"/groups/{groups['All employees']}/members?$select=id&$top=50")
    assert len(found) == len({entry["id"] for entry in found}) == 200 - len(members(read, groups["All guests"]))
    assert pages == 4
    nested, pages = everything(read, f"/groups/{groups['SG Technology and Services']}/members?$select=id&$top=3")
    assert (len(nested), pages) == (len({entry["id"] for entry in nested}), -(-len(nested) // 3))
    link = read.get(f"/groups/{groups['All employees']}/members?$top=5").json()["@odata.nextLink"]
    control.post("/generate", json={"users": 200})
    assert error(read.get(link)) == (400, "Directory_ExpiredPageToken")


def test_it_lists_members_through_nested_groups_and_each_once(read, groups):
    found, _ = everything(read, f"/groups/{groups['SG Commercial']}/transitiveMembers?$select=id&$top=7")
    ids = {entry["id"] for entry in found}
    nested = {entry["id"] for entry in found if entry["@odata.type"] == "#microsoft.graph.group"}
    below = {each for group in nested for each in members(read, group)}
    assert nested
    assert below
    assert (len(ids), ids) == (len(found), nested | below)


def test_it_hides_members_whom_the_app_may_not_read(client, control, groups):
    control.post("/apps/read", json={"permissions": ["GroupMember.Read.All"]})
    entry = client("read").get(f"/groups/{groups['SG Finance']}/members?$select=id,displayName").json()["value"][0]
    assert entry["id"] is not None
    assert entry["displayName"] is None


def test_it_adds_and_removes_a_member(act, ids, groups):
    group = groups["SG Finance"]
    assert add(act, group, ids["adele"]).status_code == 204
    assert ids["adele"] in members(act, group)
    of_adele = act.get(f"/users/{ids['adele']}/memberOf?$select=id").json()["value"]
    assert group in {entry["id"] for entry in of_adele}
    assert remove(act, group, ids["adele"]).status_code == 204
    assert ids["adele"] not in members(act, group)
    assert error(remove(act, group, ids["adele"])) == (404, "Request_ResourceNotFound")


def test_it_removes_somebody_who_was_made_a_member_and_takes_them_back(act, ids, groups):
    group = groups["SG Retail"]
    assert remove(act, group, ids["adele"]).status_code == 204
    assert ids["adele"] not in members(act, group)
    assert add(act, group, ids["adele"]).status_code == 204
    assert ids["adele"] in members(act, group)


def test_a_new_department_moves_nobody_out_of_a_group_that_has_no_rule(act, ids, groups):
    act.patch(f"/users/{ids['adele']}", {"department": "Finance"})
    assert ids["adele"] in members(act, groups["SG Retail"])
    assert ids["adele"] not in members(act, groups["SG Finance"])


def test_a_dynamic_group_follows_its_rule(act, ids, groups):
    act.patch(f"/users/{ids['adele']}", {"userType": "Guest"})
    assert ids["adele"] in members(act, groups["All guests"])
    assert ids["adele"] not in members(act, groups["All employees"])


def test_it_says_that_somebody_is_a_member_already(act, ids, groups):
    answer = add(act, groups["SG Retail"], ids["adele"])
    assert error(answer) == (400, "Request_BadRequest")
    assert answer.json()["error"]["message"] == EXISTS


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("All employees", 403, "Insufficient privileges"),
        ("Board papers", 403, "Insufficient privileges"),
        ("Tier 0 operators", 403, "Insufficient privileges"),
        ("CORP File share users", 400, MASTERED),
        ("MESG Finance approvals", 400, EXCHANGE),
        ("DL All hands", 400, EXCHANGE),
    ],
)
def test_it_refuses_groups_that_cannot_be_changed(act, read, ids, groups, name, status, text):
    before = members(read, groups[name])
    member = next(iter(before))
    for answer in (add(act, groups[name], ids["bare"]), bind(act, groups[name], ids["bare"])):
        assert answer.status_code == status
        assert text in answer.json()["error"]["message"]
    assert remove(act, groups[name], member).status_code == status
    assert members(read, groups[name]) == before


def test_a_role_assignable_group_needs_the_right_to_manage_roles(act, client, control, ids, groups):
    control.post("/apps/act", json={"permissions": ["GroupMember.ReadWrite.All", "RoleManagement.ReadWrite.Directory"]})
    assert add(client("act"), groups["Tier 0 operators"], ids["adele"]).status_code == 204
    assert error(act.patch(f"/users/{ids['adele']}", {"accountEnabled": False}))[0] == 403


@pytest.mark.parametrize("permission", ["User.ReadWrite.All", "GroupMember.Read.All", "Directory.Read.All"])
def test_it_needs_the_right_to_write_members(client, control, ids, groups, permission):
    control.post("/apps/act", json={"permissions": [permission]})
    weak = client("act")
    for answer in (
        add(weak, groups["SG Finance"], ids["adele"]),
        bind(weak, groups["SG Finance"], ids["adele"]),
        remove(weak, groups["SG Retail"], ids["adele"]),
    ):
        assert error(answer) == (403, "Authorization_RequestDenied")


def test_it_finds_no_member_and_no_group_that_is_not_there(act, ids, groups):
    nobody = "00000000-0000-0000-0000-000000000000"
    act.delete(f"/users/{ids['megan']}")
    for answer in (
        add(act, groups["SG Finance"], nobody),
        add(act, groups["SG Finance"], ids["megan"]),
        add(act, nobody, ids["adele"]),
        remove(act, groups["SG Marketing"], ids["megan"]),
        remove(act, groups["SG Retail"], nobody),
    ):
        assert error(answer) == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    "address",
    [
        "https://graph.microsoft.com/v1.0/directoryObjects/{adele}",
        "{graph}/directoryObjects/AdeleV@contoso.example",
        "{graph}/groups/{adele}",
        "{graph}x/users/{adele}",
        "users/{adele}",
        None,
        7,
    ],
)
def test_it_takes_references_by_object_id_below_its_own_root_alone(act, tenant, ids, groups, address):
    if isinstance(address, str):
        address = address.format(graph=tenant["graph_url"], adele=ids["adele"])
    answer = act.post(f"/groups/{groups['SG Finance']}/members/$ref", json={"@odata.id": address})
    assert error(answer) == (400, "Request_BadRequest")


def test_it_takes_a_reference_to_a_user_too(act, ids, groups):
    body = reference(act, ids["adele"], "users")
    assert act.post(f"/groups/{groups['SG Finance']}/members/$ref", json=body).status_code == 204


def test_several_members_are_added_all_or_none(act, ids, groups):
    group = groups["SG Finance"]
    before = members(act, group)
    assert bind(act, group, ids["adele"], "00000000-0000-0000-0000-000000000000").status_code == 404
    assert bind(act, group, ids["adele"], next(iter(before))).json()["error"]["message"] == EXISTS
    assert bind(act, group, ids["adele"], ids["adele"]).status_code == 400
    assert bind(act, group, *[ids["adele"]] * 21).status_code == 400
    assert members(act, group) == before
    assert bind(act, group, ids["adele"], ids["cjk"]).status_code == 204
    assert members(act, group) == before | {ids["adele"], ids["cjk"]}


@pytest.mark.parametrize("body", [{}, {"displayName": "x"}, {"members@odata.bind": []}, {"members@odata.bind": "x"}])
def test_a_group_has_nothing_else_that_can_be_changed(act, groups, body):
    assert act.patch(f"/groups/{groups['SG Finance']}", body).status_code == 400


def test_without_ref_it_is_the_user_who_is_deleted(faulty):
    group = faulty.read.get("/groups?$filter=displayName eq 'SG Retail'").json()["value"][0]["id"]
    path = f"/groups/{group}/members/{faulty.adele}"
    assert error(faulty.read.delete(path)) == (403, "Authorization_RequestDenied")
    assert faulty.act.delete(path).status_code == 204
    assert faulty.control.user("adele")["deleted"] is True
    assert faulty.act.delete(path).status_code == 404


def test_it_tells_all_groups_of_somebody_by_their_ids(read, ids, groups):
    path = f"/users/{ids['adele']}"
    found = set(read.post(f"{path}/getMemberGroups", json={"securityEnabledOnly": False}).json()["value"])
    assert {groups["SG Retail"], groups["SG Commercial"], groups["All employees"], groups["DL All hands"]} <= found
    secure = set(read.post(f"{path}/getMemberGroups", json={"securityEnabledOnly": True}).json()["value"])
    assert groups["DL All hands"] in found - secure
    asked = [groups["SG Commercial"], groups["SG Finance"]]
    assert read.post(f"{path}/checkMemberGroups", json={"groupIds": asked}).json()["value"] == asked[:1]
    for body in ({"groupIds": [asked[0]] * 21}, {"groupIds": "x"}, {}):
        assert read.post(f"{path}/checkMemberGroups", json=body).status_code == 400
