"""Reads that lag behind, and what can be done to an app: its secret, its grants, its tokens."""

import time
from urllib.parse import urlsplit

import pytest

from .clients import Client, error
from .faulty import JOB, wait_for


def job(faulty, path=None):
    return faulty.read.get(f"{path or faulty.path}?$select=jobTitle").json()["jobTitle"]


def test_reads_are_stale_for_so_long_and_then_tell_the_truth(faulty):
    old = job(faulty)
    faulty.fault("stale", seconds=0.8)
    started = time.monotonic()
    assert faulty.patch().status_code == 204
    assert faulty.has_job()
    assert job(faulty) == job(faulty, f"/users/{faulty.tenant['people']['adele']['upn']}") == old
    listed = faulty.read.get("/users?$select=id,jobTitle&$top=999").json()["value"]
    assert next(user["jobTitle"] for user in listed if user["id"] == faulty.adele) == old
    assert faulty.last()["fault"] == "stale"
    wait_for(lambda: job(faulty) == JOB["jobTitle"])
    assert time.monotonic() - started >= 0.7
    assert faulty.faults()["faults"][0]["hits"] == sum(entry["fault"] == "stale" for entry in faulty.journal())


def test_a_stale_read_does_not_know_of_a_deletion(faulty):
    faulty.fault("stale", seconds=60)
    assert faulty.act.delete(faulty.path).status_code == 204
    assert faulty.read.get(faulty.path).status_code == 200
    assert faulty.read.get("/directory/deletedItems/microsoft.graph.user").json()["value"] == []
    faulty.control.delete("/faults")
    assert error(faulty.read.get(faulty.path))[0] == 404


def test_only_reads_of_one_app_are_stale(faulty):
    old = job(faulty)
    faulty.fault("stale", seconds=60, where={"app": "read", "path": "/users/*"})
    faulty.patch()
    assert job(faulty) == old
    assert faulty.act.get(f"{faulty.path}?$select=jobTitle").json()["jobTitle"] == JOB["jobTitle"]


def test_stale_rounds_of_changes_lose_nothing(faulty):
    link = faulty.read.get("/users/delta?$select=jobTitle&$deltatoken=latest").json()["@odata.deltaLink"]
    fault = faulty.fault("stale", seconds=60)
    faulty.patch()
    answer = faulty.read.get(link).json()
    assert answer["value"] == []
    faulty.control.delete(f"/faults/{fault['id']}")
    assert faulty.read.get(answer["@odata.deltaLink"]).json()["value"] == [{**JOB, "id": faulty.adele}]


def test_a_replica_that_lags_behind_a_link_hands_out_nothing_and_later_repeats(faulty):
    faulty.fault("stale", seconds=60, where={"app": "act"})
    faulty.patch()
    link = faulty.read.get("/users/delta?$select=jobTitle&$deltatoken=latest").json()["@odata.deltaLink"]
    answer = faulty.act.get(link)
    assert (answer.status_code, answer.json()["value"]) == (200, [])
    repeated = faulty.read.get(answer.json()["@odata.deltaLink"]).json()["value"]
    assert repeated == [{**JOB, "id": faulty.adele}]


def test_a_first_round_from_a_replica_is_as_it_was(faulty):
    old = job(faulty)
    faulty.fault("stale", seconds=60, where={"path": "/users/delta"})
    faulty.patch()
    page = faulty.read.get("/users/delta?$select=jobTitle", headers={"Prefer": "odata.maxpagesize=999"}).json()
    assert next(user["jobTitle"] for user in page["value"] if user["id"] == faulty.adele) == old
    assert urlsplit(page["@odata.deltaLink"]).path == "/v1.0/users/delta"


def test_a_secret_that_expires_now_and_is_good_again(faulty):
    answer = faulty.control.post("/apps/act", json={"secret_expired": True})
    assert answer.json()["secret_expires"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    assert faulty.sign_in().json()["error_codes"] == [7000222]
    assert faulty.act.get(faulty.path).status_code == 200
    faulty.control.post("/apps/act", json={"secret_expired": False})
    assert faulty.sign_in().status_code == 200


def test_a_permission_withdrawn_leaves_the_tokens_of_before_as_they_are(faulty):
    faulty.control.post("/apps/act", json={"permissions": ["User.Read.All"]})
    assert faulty.patch().status_code == 204
    assert error(Client(faulty.tenant, "act").patch(faulty.path, JOB)) == (403, "Authorization_RequestDenied")


def test_a_permission_withdrawn_with_the_tokens_of_before(faulty):
    faulty.control.post("/apps/act", json={"permissions": ["User.Read.All"], "revoke_tokens": True})
    assert error(faulty.patch()) == (401, "InvalidAuthenticationToken")
    assert faulty.last()["effect"] is False
    assert error(Client(faulty.tenant, "act").patch(faulty.path, JOB)) == (403, "Authorization_RequestDenied")


def test_tokens_revoked_stay_so_when_the_tenant_begins_anew(faulty):
    faulty.control.post("/apps/act", json={"revoke_tokens": True})
    faulty.control.post("/reset")
    assert faulty.patch().status_code == 401
    assert Client(faulty.tenant, "act").patch(faulty.path, JOB).status_code == 204


@pytest.mark.parametrize("body", [{"secret_expired": "yes"}, {"revoke_tokens": 1}, {"permissions": "User.Read.All"}])
def test_nonsense_about_an_app(faulty, body):
    assert faulty.control.post("/apps/act", json=body).status_code == 400
