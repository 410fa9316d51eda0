"""Reading users: default properties and `$select`, absent and null, pages, keys, advanced queries."""

import uuid
from urllib.parse import quote

import pytest

from neurons_admin.demo.properties import DEFAULT

from .clients import error


def test_without_select_only_the_default_properties_come(act, ids):
    user = act.get(f"/users/{ids['adele']}").json()
    assert {name for name in user if not name.startswith("@")} == set(DEFAULT)
    assert user["displayName"] == "Adele Vance"
    assert user["userPrincipalName"] == "AdeleV@contoso.example"


def test_select_gives_exactly_what_is_asked_and_null_for_never_set(act, ids):
    user = act.get(
        f"/users/{ids['bare']}?$select=displayName,department,accountEnabled,onPremisesSyncEnabled,otherMails"
    )
    assert user.json() == {
        "@odata.context": user.json()["@odata.context"],
        "displayName": "Scanner HQ",
        "department": None,
        "accountEnabled": True,
        "onPremisesSyncEnabled": None,
        "otherMails": [],
    }


def test_an_unknown_property_in_select(act):
    answer = act.get("/users?$select=id,shoeSize")
    assert error(answer) == (400, "BadRequest")
    assert "Could not find a property named 'shoeSize' on type 'microsoft.graph.user'" in answer.text


def test_a_password_is_never_read_back(act, ids):
    assert act.get(f"/users/{ids['adele']}?$select=passwordProfile").json()["passwordProfile"] is None
    act.patch(f"/users/{ids['adele']}", {"passwordProfile": {"password": "Gr4nit-Kolibri"}})
    profile = act.get(f"/users/{ids['adele']}?$select=passwordProfile").json()["passwordProfile"]
    assert profile == {
        "password": None,
        "forceChangePasswordNextSignIn": True,
        "forceChangePasswordNextSignInWithMfa": False,
    }


@pytest.mark.parametrize("style", ["{graph}/users/{key}", "{graph}/users('{key}')"])
def test_a_user_by_principal_name(act, tenant, style):
    for person in ("adele", "apostrophe", "guest"):
        upn = tenant["people"][person]["upn"]
        key = quote(upn.replace("'", "''") if "('" in style else upn, safe="@")
        answer = act.get(style.format(graph=tenant["graph_url"], key=key))
        assert answer.json()["id"] == tenant["people"][person]["id"]


@pytest.mark.parametrize("key", [str(uuid.UUID(int=7)), "nobody@contoso.example", "not-a-guid", "%00", "a%2Fb"])
def test_nobody_is_404(act, key):
    assert error(act.get(f"/users/{key}")) == (404, "Request_ResourceNotFound")


def test_a_listing_comes_in_pages_of_a_hundred(act):
    page = act.get("/users").json()
    assert len(page["value"]) == 100
    assert "@microsoft.graph.tips" in page
    assert "@odata.count" not in page


def test_top_is_kept_in_the_next_link_and_everybody_comes_once(act):
    seen, url = [], "/users?$select=id&$top=90"
    while url:
        page = act.get(url).json()
        seen += [user["id"] for user in page["value"]]
        url = page.get("@odata.nextLink")
    assert len(seen) == len(set(seen)) == 200


@pytest.mark.parametrize("top", ["0", "1000", "-1", "many"])
def test_a_page_size_out_of_range(act, top):
    assert error(act.get(f"/users?$top={top}"))[0] == 400


@pytest.mark.parametrize("query", ["$skip=10", '$search="displayName:a"', "$orderby=city", "$filter=city lt 'a'"])
def test_queries_that_users_do_not_have(act, query):
    assert error(act.get(f"/users?{query}")) == (400, "Request_UnsupportedQuery")


def test_simple_filters(act):
    by_name = act.get("/users?$filter=userPrincipalName eq 'adelev@contoso.example'&$select=id,displayName").json()
    assert [user["displayName"] for user in by_name["value"]] == ["Adele Vance"]
    guests = act.get("/users?$filter=userType eq 'Guest' and accountEnabled eq true&$select=userPrincipalName").json()
    assert guests["value"]
    assert all("#EXT#" in user["userPrincipalName"] for user in guests["value"])


def test_counting_needs_the_eventual_header(act):
    eventual = {"ConsistencyLevel": "eventual"}
    assert error(act.get("/users/$count")) == (400, "Request_BadRequest")
    assert act.get("/users/$count", headers=eventual).text == "200"
    assert "@odata.count" not in act.get("/users?$count=true").json()
    first = act.get("/users?$count=true&$top=150", headers=eventual).json()
    assert first["@odata.count"] == 200
    assert "@odata.count" not in act.get(first["@odata.nextLink"], headers=eventual).json()


def test_a_stale_page_token_begins_again(act, control):
    link = act.get("/users?$top=10").json()["@odata.nextLink"]
    control.post("/delta/expire")
    assert error(act.get(link)) == (400, "Directory_ExpiredPageToken")
    assert error(act.get("/users?$skiptoken=rubbish")) == (400, "Request_BadRequest")


def test_most_have_signed_in_some_never_and_it_is_the_same_each_time(read):
    path = "/users?$select=id,signInActivity&$top=500"
    found = {user["id"]: user["signInActivity"] for user in read.get(path).json()["value"]}
    ever = [activity for activity in found.values() if activity]
    assert 0.85 < len(ever) / len(found) < 1
    assert all(each["lastSignInDateTime"] >= (each["lastSuccessfulSignInDateTime"] or "") for each in ever)
    assert any(each["lastSuccessfulSignInDateTime"] is None for each in ever)
    assert {user["id"]: user["signInActivity"] for user in read.get(path).json()["value"]} == found


def test_sign_in_activity_needs_its_own_permission_and_the_object_id(act, control, client, ids, tenant):
    path = f"/users/{ids['adele']}?$select=id,signInActivity"
    assert error(act.get(path)) == (403, "Authorization_RequestDenied")
    control.post("/apps/read", json={"permissions": ["User.Read.All", "AuditLog.Read.All"]})
    reader = client("read")
    assert reader.get(path).json()["signInActivity"] is None
    assert error(reader.get(f"/users/{tenant['people']['adele']['upn']}?$select=signInActivity")) == (400, "BadRequest")


def test_the_manager_and_that_there_is_none(act, ids):
    assert act.get(f"/users/{ids['adele']}/manager?$select=id").json()["id"] == ids["president"]
    assert error(act.get(f"/users/{ids['president']}/manager")) == (404, "Request_ResourceNotFound")


def test_request_ids_are_given_and_echoed(act, ids):
    mine = str(uuid.uuid4())
    answer = act.get(f"/users/{ids['adele']}", headers={"client-request-id": mine})
    assert answer.headers["client-request-id"] == mine
    assert uuid.UUID(answer.headers["request-id"])
    failed = act.get("/users/nobody", headers={"client-request-id": mine})
    inner = failed.json()["error"]["innerError"]
    assert inner["client-request-id"] == mine
    assert inner["request-id"] == failed.headers["request-id"]
    assert len(inner["date"]) == len("2026-01-02T03:04:05")
    assert not inner["date"].endswith("Z")


def test_paths_and_methods_that_do_not_exist(act, ids):
    assert error(act.get("/wizards")) == (400, "BadRequest")
    answer = act.call("PUT", f"/users/{ids['adele']}")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, PATCH, DELETE"
