"""Directory roles: which there are, who holds them, and who may know."""

import pytest

from neurons_admin.demo import roles

from .clients import error

ASSIGNMENTS = "/roleManagement/directory/roleAssignments"
PATHS = ("/directoryRoles", ASSIGNMENTS)


def test_it_lists_the_roles_of_the_tenant(read):
    found = read.get("/directoryRoles").json()["value"]
    assert {role["roleTemplateId"] for role in found} == set(roles.NAMES)
    assert all(role["id"] != role["roleTemplateId"] for role in found)
    wanted = f"roleTemplateId eq '{roles.GLOBAL_ADMIN}'"
    assert read.get("/directoryRoles", params={"$filter": wanted, "$select": "displayName"}).json()["value"] == [
        {"displayName": "Global Administrator"}
    ]


def test_it_lists_who_holds_a_role(read, ids):
    found = {role["roleTemplateId"]: role["id"] for role in read.get("/directoryRoles").json()["value"]}
    members = read.get(f"/directoryRoles/{found[roles.GLOBAL_ADMIN]}/members?$select=id").json()["value"]
    assert {member["id"] for member in members} == {ids["global_admin"], ids["break_glass"]}
    assert {member["@odata.type"] for member in members} == {"#microsoft.graph.user"}
    assert read.get(f"/directoryRoles/{found[roles.GUEST_INVITER]}/members").json()["value"] == []
    assert error(read.get("/directoryRoles/nothing/members"))[0] == 404


def test_it_brings_the_members_along_where_asked(read, ids):
    found = {role["roleTemplateId"]: role for role in read.get("/directoryRoles?$expand=members").json()["value"]}
    assert [member["id"] for member in found[roles.USER_ADMIN]["members"]] == [ids["user_admin"]]
    assert error(read.get("/directoryRoles?$expand=scopedMembers")) == (400, "BadRequest")


def test_it_lists_assignments_of_all_and_of_one(read, ids):
    every = read.get(ASSIGNMENTS).json()["value"]
    pairs = {(entry["principalId"], entry["roleDefinitionId"]) for entry in every}
    assert (ids["helpdesk_admin"], roles.HELPDESK_ADMIN) in pairs
    assert {entry["directoryScopeId"] for entry in every} == {"/"}
    assert len({entry["id"] for entry in every}) == len(every) == len(pairs)
    for wanted, count in (
        (f"principalId eq '{ids['user_admin']}'", 1),
        (f"principalId eq '{ids['adele']}'", 0),
        (f"roleDefinitionId eq '{roles.GLOBAL_ADMIN}'", 2),
    ):
        assert len(read.get(ASSIGNMENTS, params={"$filter": wanted}).json()["value"]) == count


def test_who_was_deleted_is_not_listed(act, ids):
    assert act.delete(f"/users/{ids['user_admin']}").status_code == 204
    assert ids["user_admin"] not in {entry["principalId"] for entry in act.get(ASSIGNMENTS).json()["value"]}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("permission", "status"),
    [
        ("RoleManagement.Read.Directory", 200),
        ("RoleManagement.ReadWrite.Directory", 200),
        ("Directory.Read.All", 200),
        ("Directory.ReadWrite.All", 200),
        ("User.Read.All", 403),
        ("Group.Read.All", 403),
    ],
)
def test_it_tells_those_who_may_read_roles(client, control, path, permission, status):
    control.post("/apps/read", json={"permissions": [permission]})
    assert client("read").get(path).status_code == status


def test_it_hides_members_whom_the_app_may_not_read(client, control):
    control.post("/apps/read", json={"permissions": ["RoleManagement.Read.Directory"]})
    found = client("read").get(f"/directoryRoles?$expand=members&$filter=roleTemplateId eq '{roles.USER_ADMIN}'")
    member = found.json()["value"][0]["members"][0]
    assert member["id"] is not None
    assert member["displayName"] is None


def test_the_app_that_reads_may_read_roles_in_memberships(read, ids):
    found = read.get(f"/users/{ids['global_admin']}/transitiveMemberOf/microsoft.graph.directoryRole").json()["value"]
    assert [role["displayName"] for role in found] == ["Global Administrator"]
