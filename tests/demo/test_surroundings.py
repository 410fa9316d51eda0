"""What stands around people: memberships, the organization, licences, app registrations."""

from neurons_admin.demo import licences, roles

from .clients import error

GROUP, ROLE = "microsoft.graph.group", "microsoft.graph.directoryRole"


def test_direct_and_transitive_memberships(act, ids):
    direct = {entry["displayName"] for entry in act.get(f"/users/{ids['adele']}/memberOf").json()["value"]}
    transitive = {
        entry["displayName"] for entry in act.get(f"/users/{ids['adele']}/transitiveMemberOf").json()["value"]
    }
    assert "SG Retail" in direct
    assert "SG Commercial" not in direct
    assert transitive >= direct | {"SG Commercial"}


def test_a_role_assignable_group_is_seen_through_the_cast(act, ids):
    path = f"/users/{ids['role_group_member']}/transitiveMemberOf/{GROUP}?$select=id,isAssignableToRole"
    groups = act.get(path).json()["value"]
    assert [group["isAssignableToRole"] for group in groups].count(True) == 1
    assert set(groups[0]) == {"id", "isAssignableToRole"}


def test_roles_are_told_with_their_template(act, ids):
    found = act.get(
        f"/users/{ids['global_admin']}/transitiveMemberOf/{ROLE}?$select=id,displayName,roleTemplateId"
    ).json()
    assert [entry["roleTemplateId"] for entry in found["value"]] == [roles.GLOBAL_ADMIN]
    mixed = act.get(f"/users/{ids['global_admin']}/transitiveMemberOf").json()["value"]
    assert {entry["@odata.type"] for entry in mixed} == {f"#{GROUP}", f"#{ROLE}"}
    assert act.get(f"/users/{ids['adele']}/transitiveMemberOf/{ROLE}").json()["value"] == []


def test_what_an_app_may_not_read_comes_with_type_and_id_only(client, control, ids):
    control.post("/apps/read", json={"permissions": ["User.Read.All"]})
    read = client("read")
    for entry in read.get(f"/users/{ids['global_admin']}/transitiveMemberOf").json()["value"]:
        assert {name for name, value in entry.items() if value is not None} == {"@odata.type", "id"}
    assert error(read.get(f"/users/{ids['adele']}/memberOf"))[0] == 403


def test_memberships_in_pages(act, ids):
    seen, url = [], f"/users/{ids['adele']}/transitiveMemberOf?$select=id&$top=2"
    while url:
        page = act.get(url).json()
        seen += page["value"]
        url = page.get("@odata.nextLink")
    everything = act.get(f"/users/{ids['adele']}/transitiveMemberOf?$select=id").json()["value"]
    assert seen == everything
    assert len(seen) > 2


def test_an_unknown_cast(act, ids):
    assert error(act.get(f"/users/{ids['adele']}/memberOf/microsoft.graph.wizard"))[0] == 400


def test_the_organization(read, tenant):
    organization = read.get("/organization?$select=id,displayName,verifiedDomains,assignedPlans").json()["value"][0]
    assert organization["id"] == tenant["tenant_id"]
    assert tenant["tenant_domain"] in {domain["name"] for domain in organization["verifiedDomains"]}
    assert set(organization) == {"id", "displayName", "verifiedDomains", "assignedPlans"}


def test_licences_bought_and_used(read, act, control, client):
    skus = {sku["skuPartNumber"]: sku for sku in read.get("/subscribedSkus").json()["value"]}
    assert skus["SPE_E3"]["skuId"] == licences.E3
    assert skus["SPE_E3"]["consumedUnits"] > 0
    assert skus["POWER_BI_PRO"]["prepaidUnits"]["enabled"] == skus["POWER_BI_PRO"]["consumedUnits"]
    assert skus["WINDOWS_STORE"]["appliesTo"] == "Company"
    control.post("/apps/weak", json={"permissions": ["User.ReadWrite.All"]})
    assert error(client("weak").get("/subscribedSkus"))[0] == 403


def test_the_end_of_an_apps_secret(act, read, tenant, control, client):
    app = tenant["apps"]["act"]
    path = f"/applications(appId='{app['client_id']}')?$select=id,appId,displayName,passwordCredentials"
    found = act.get(path).json()
    ours = next(entry for entry in found["passwordCredentials"] if entry["hint"] == app["client_secret"][:3])
    assert ours["endDateTime"] == "2029-11-30T00:00:00Z"
    assert ours["secretText"] is None
    assert error(act.get("/applications(appId='11111111-2222-4333-8444-555555555555')"))[0] == 404
    assert error(read.get(path))[0] == 403
    control.post("/apps/read", json={"permissions": ["Application.ReadWrite.OwnedBy"]})
    owner = client("read")
    assert owner.get(f"/applications(appId='{tenant['apps']['read']['client_id']}')").status_code == 200
    assert error(owner.get(path))[0] == 403
