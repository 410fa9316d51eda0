"""Every route of the tenant, held against Microsoft's description of Graph, where that is at hand."""

import pytest

from neurons_admin.demo.graph.routes import ROUTES
from neurons_admin.demo.licences import E3, F3
from neurons_admin.demo.odata import error_response, too_many_requests
from neurons_admin.demo.properties import KNOWN
from neurons_admin.demo.wire import Request
from tests.contract import NOT_AT_HAND, ContractError, check_exchange, check_recorded, contract_file

pytestmark = pytest.mark.skipif(contract_file() is None, reason=NOT_AT_HAND)

NOT_DESCRIBED = {("GET", "directory/deletedItems"), ("DELETE", "groups/{group}/members/{user}")}
"""A route that only refuses, and one that nobody should ever call: they are in no description."""
ALL = "id,displayName,accountEnabled,assignedLicenses,licenseAssignmentStates,identities,onPremisesExtensionAttributes"


def ask_about_groups(act, ids, group):
    """One good exchange for each line of the table that has to do with groups, managers and roles."""
    graph, adele = act.tenant["graph_url"], ids["adele"]
    role = act.get("/directoryRoles?$select=id").json()["value"][0]["id"]
    for path in (
        "/groups?$top=5",
        "/groups/delta",
        "/directoryRoles?$expand=members",
        f"/directoryRoles/{role}/members",
        f"/roleManagement/directory/roleAssignments?$filter=principalId eq '{ids['user_admin']}'",
        f"/groups/{group}",
        f"/groups/{group}/owners",
        f"/groups/{group}/members",
        f"/groups/{group}/members/microsoft.graph.user",
        f"/groups/{group}/transitiveMembers?$select=id&$top=999",
        f"/users/{adele}/manager",
        f"/users/{adele}/manager/$ref",
        f"/users/{ids['president']}/directReports",
    ):
        assert act.get(path).status_code == 200, path
    for path, body in (
        (f"/users/{adele}/getMemberGroups", {"securityEnabledOnly": False}),
        (f"/users/{adele}/checkMemberGroups", {"groupIds": [group]}),
    ):
        assert act.post(path, json=body).status_code == 200, path
    for method, path, body in (
        ("POST", f"/groups/{group}/members/$ref", {"@odata.id": f"{graph}/directoryObjects/{adele}"}),
        ("PATCH", f"/groups/{group}", {"members@odata.bind": [f"{graph}/directoryObjects/{ids['cjk']}"]}),
        ("DELETE", f"/groups/{group}/members/{adele}/$ref", None),
        ("PUT", f"/users/{adele}/manager/$ref", {"@odata.id": f"{graph}/users/{ids['cjk']}"}),
        ("DELETE", f"/users/{adele}/manager/$ref", None),
    ):
        assert act.call(method, path, json=body).status_code == 204, path


def ask_about_methods(full, ids):
    """One good exchange for each line of the table that has to do with authentication methods."""
    start = f"/users/{ids['adele']}/authentication"
    made = full.post(f"{start}/temporaryAccessPassMethods", json={"lifetimeInMinutes": 60, "isUsableOnce": True})
    one = f"temporaryAccessPassMethods/{made.json()['id']}"
    device = full.get("/devices?$top=1").json()["value"][0]["id"]
    assert full.get(f"/devices/{device}").status_code == 200
    for path in ("methods", f"methods/{made.json()['id']}", "phoneMethods", one):
        assert full.get(f"{start}/{path}").status_code == 200, path
    assert full.delete(f"{start}/{one}").status_code == 204


def ask_every_route(act, ids, client_id):
    """One good exchange for each line of the table, by method and path of the table."""
    adele, gone = ids["adele"], ids["megan"]
    act.delete(f"/users/{ids['namesake_1']}")
    act.delete(f"/users/{gone}")
    act.get("/users/$count", headers={"ConsistencyLevel": "eventual"})
    for path in (
        f"/users?$select={ALL}&$top=999",
        f"/users/delta?$select={ALL}",
        f"/users/{adele}?$select={ALL}",
        f"/users/{adele}",
        f"/users/{adele}/licenseDetails",
        f"/users/{adele}/registeredDevices",
        f"/users/{adele}/registeredDevices/microsoft.graph.device",
        f"/users/{adele}/ownedDevices?$select=id,displayName",
        f"/users/{adele}/ownedDevices/microsoft.graph.device",
        "/devices?$select=id,displayName&$expand=registeredOwners($select=id)",
        "/devices",
        f"/users/{adele}/manager",
        f"/users/{adele}/memberOf",
        f"/users/{adele}/memberOf/microsoft.graph.group",
        f"/users/{ids['global_admin']}/transitiveMemberOf",
        f"/users/{adele}/transitiveMemberOf/microsoft.graph.group",
        "/directory/deletedItems/microsoft.graph.user",
        f"/directory/deletedItems/{gone}",
        "/organization",
        "/subscribedSkus",
        f"/applications(appId='{client_id}')",
    ):
        assert act.get(path).status_code == 200, path
    assert act.patch(f"/users/{adele}", {"department": "Sales"}).status_code == 204
    swap = {"addLicenses": [{"skuId": F3, "disabledPlans": []}], "removeLicenses": [E3]}
    assert act.post(f"/users/{adele}/assignLicense", json=swap).status_code == 200
    assert act.post(f"/users/{adele}/revokeSignInSessions").status_code == 200
    assert act.post(f"/directory/deletedItems/{gone}/restore").status_code == 200
    assert act.delete(f"/directory/deletedItems/{ids['namesake_1']}").status_code == 204


def test_every_route_keeps_the_contract(act, full, ids, groups, tenant, exchanges):
    ask_about_methods(full, ids)
    ask_every_route(act, ids, tenant["apps"]["act"]["client_id"])
    ask_about_groups(act, ids, groups["SG Finance"])
    unasked = {(route.method, route.path) for route in ROUTES} - NOT_DESCRIBED
    for request, response in exchanges:
        if request.path.startswith("/v1.0/"):
            check_recorded(request, response)
            path = request.path.replace("(appId='", "/").replace("')", "").removeprefix("/v1.0/").split("/")
            unasked -= {(route.method, route.path) for route in ROUTES
                        if route.method == request.method and route.match(path) is not None}  # fmt: skip
    assert unasked == set()


def test_everybody_keeps_the_contract(read, exchanges):
    """All people with all properties: one page is enough, since each has been made by the same rules."""
    page = read.get("/users/delta?$select=" + ",".join(sorted(KNOWN - {"signInActivity"})))
    assert len(page.json()["value"]) == 200


def test_the_throttled_answer_keeps_the_contract():
    request = Request("GET", "/v1.0/users")
    for retry_after in (10, None):
        error = too_many_requests(retry_after, app_id="app", tenant_id="tenant", writes=True)
        response = error_response(error, request)
        check_recorded(request, response)
        assert response.status == 429
        assert ("Retry-After" in response.headers) is (retry_after is not None)
        assert response.headers["x-ms-throttle-scope"] == "Tenant_Application/ReadWrite/app/tenant"
        assert response.headers["x-ms-throttle-information"] == "WriteLimitExceeded"


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/users/x", {"status": 200, "response_body": {"accountEnabled": "yes"}}),
        ("GET", "/users/x", {"status": 404, "response_body": {"error": {"code": "no message"}}}),
        ("PATCH", "/users/x", {"request_body": {"accountEnabled": "no"}}),
        ("PATCH", "/users/x", {"request_body": {"accountEnabled": False}, "status": 200, "response_body": {}}),
        ("DELETE", "/groups/x/members/y", {}),
        ("GET", "/users?$top=1000", {}),
        ("GET", "/users/x", {"request_headers": {"client-request-id": "not a guid"}}),
    ],
)
def test_the_check_finds_what_is_wrong(method, path, options):
    with pytest.raises(ContractError):
        check_exchange(method, f"https://localhost/v1.0{path}", **options)
