"""The control endpoints: the true state, changes behind the product's back, and nothing at all when they are closed."""

import pytest

from neurons_admin.demo.server import running

from .clients import Client, Control

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def test_the_true_state_of_a_user(control, tenant):
    for key in (tenant["people"]["adele"]["id"], tenant["people"]["adele"]["upn"]):
        truth = control.get(f"/users/{key}").json()
        assert truth["displayName"] == "Adele Vance"
        assert truth["accountEnabled"] is True
        assert truth["password"]
        assert truth["deleted"] is False
        assert truth["signInSessionsValidFromDateTime"].endswith("Z")


def test_protection_is_told(control):
    assert control.user("global_admin")["roles"]
    assert control.user("adele")["roles"] == []


def test_a_change_behind_the_products_back(control, read, ids):
    control.change("adele", department="Sales", password="Gr4nit-Kolibri", manager=ids["megan"])
    assert read.get(f"/users/{ids['adele']}?$select=department").json()["department"] == "Sales"
    assert control.user("adele")["password"] == "Gr4nit-Kolibri"
    assert read.get(f"/users/{ids['adele']}/manager").json()["id"] == ids["megan"]


def test_delete_restore_and_purge(control, ids):
    path = f"/users/{ids['adele']}"
    assert control.delete(path).status_code == 204
    assert control.user("adele")["deleted"] is True
    assert control.post(f"{path}/restore").json()["deleted"] is False
    assert control.delete(f"{path}?purge=1").status_code == 204
    assert control.get(path).status_code == 404


def test_the_journal_says_what_was_asked(control, read, act, ids):
    control.delete("/journal")
    read.get(f"/users/{ids['adele']}?$select=id", headers={"client-request-id": UNKNOWN})
    act.patch(f"/users/{ids['adele']}", {"accountEnabled": False})
    first, second = control.get("/journal").json()
    assert (first["method"], first["path"], first["query"]) == ("GET", f"/v1.0/users/{ids['adele']}", "$select=id")
    assert (first["app"], first["status"], first["client_request_id"]) == ("read", 200, UNKNOWN)
    assert (second["method"], second["app"], second["status"]) == ("PATCH", "act", 204)


def test_reset_brings_back_people_grants_and_settings(control, client, ids):
    control.change("adele", department="Sales")
    control.post("/apps/act", json={"disabled": True})
    control.settings(page_size=7)
    assert control.post("/reset").status_code == 204
    assert control.user("adele")["department"] == "Retail"
    assert client("act").get(f"/users/{ids['adele']}").status_code == 200
    assert control.get("").json()["settings"]["page_size"] == 200


def test_other_people_on_demand(control, read):
    assert control.post("/generate", json={"users": 3000}).json() == {"users": 3000}
    assert read.get("/users/$count", headers={"ConsistencyLevel": "eventual"}).text == "3000"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/generate", {"users": "many"}),
        ("/generate", {"users": 0}),
        ("/settings", {"page_size": "big"}),
        ("/settings", {"page_size": 0}),
        ("/settings", {"speed": 1}),
        ("/settings", []),
        ("/apps/nobody", {"disabled": True}),
        ("/apps/act", {"colour": "red"}),
    ],
)
def test_nonsense_is_400(control, path, body):
    assert control.post(path, json=body).status_code == 400


def test_unknown_people_properties_and_paths(control, ids):
    assert control.get(f"/users/{UNKNOWN}").status_code == 404
    assert control.post(f"/users/{ids['adele']}", json={"shoeSize": 44}).status_code == 400
    assert control.post("/wizard").status_code == 404


def test_latency_is_waited(control, read, ids):
    control.settings(latency_ms=80)
    assert read.get(f"/users/{ids['adele']}").elapsed.total_seconds() >= 0.08


def test_without_control_there_is_no_control(tmp_path):
    with running(tmp_path, control=False) as tenant:
        assert tenant["control_url"] is None
        client = Client(tenant, "act")
        assert client.session.get(f"{tenant['authority_url']}/_demo/journal").status_code == 404
        assert client.get("/organization").status_code == 200


def test_control_url_is_where_it_says(tenant):
    assert Control(tenant).get("").json()["users"] == 200
