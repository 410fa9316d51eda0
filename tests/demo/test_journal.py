"""The journal: every request of every endpoint, what it changed, and nothing that must not be known."""

import json
from concurrent.futures import ThreadPoolExecutor

from neurons_admin.demo.journal import Journal
from neurons_admin.demo.wire import Request

from .clients import Client
from .faulty import wait_for

FIELDS = {
    "seq", "time", "endpoint", "method", "path", "query", "app", "client_id", "status", "fault", "effect", "effect_at",
    "request_id", "client_request_id", "milliseconds",
}  # fmt: skip


def test_sign_in_is_noted_too(faulty):
    faulty.discover()
    faulty.sign_in("read")
    faulty.patch()
    faulty.act.get(faulty.path)
    entries = faulty.journal()
    assert [entry["endpoint"] for entry in entries] == ["discovery", "token", "graph", "graph"]
    assert [entry["app"] for entry in entries] == [None, "read", "act", "act"]
    assert [entry["effect"] for entry in entries] == [False, False, True, False]
    assert entries[1]["client_id"] == faulty.tenant["apps"]["read"]["client_id"]
    assert [entry["seq"] for entry in entries] == sorted(entry["seq"] for entry in entries)
    assert all(set(entry) == FIELDS for entry in entries)


def test_an_effect_is_one_write_carried_out_and_nothing_else(faulty):
    faulty.patch()
    faulty.patch()
    faulty.act.post(f"{faulty.path}/revokeSignInSessions")
    assert faulty.effects() == 3
    faulty.act.patch(faulty.path, {"jobTitle": 7})
    faulty.read.patch(faulty.path, {"jobTitle": "x"})
    faulty.act.get(faulty.path)
    faulty.control.post(faulty.path, json={"jobTitle": "y"})
    assert faulty.effects() == 3


def test_a_request_is_there_as_soon_as_it_has_arrived(faulty):
    faulty.fault("hang", where={"method": "PATCH"})
    with ThreadPoolExecutor(1) as pool:
        pool.submit(faulty.patch)
        wait_for(lambda: any(entry["method"] == "PATCH" for entry in faulty.journal()))
        faulty.control.delete("/faults")


def test_only_what_is_new(faulty):
    faulty.patch()
    seen = faulty.last()["seq"]
    faulty.act.get(faulty.path)
    assert [entry["method"] for entry in faulty.control.get(f"/journal?after={seen}").json()] == ["GET"]
    assert faulty.control.get("/journal?after=yesterday").status_code == 400


def test_the_numbers_go_on_when_it_is_cleared(faulty):
    faulty.patch()
    seen = faulty.last()["seq"]
    faulty.control.delete("/journal")
    faulty.patch()
    assert faulty.last()["seq"] > seen


def test_no_secret_no_token_and_no_password(faulty):
    secret = faulty.tenant["apps"]["act"]["client_secret"]
    token = faulty.act.session.headers["Authorization"].removeprefix("Bearer ")
    faulty.sign_in()
    faulty.act.patch(faulty.path, {"passwordProfile": {"password": "Gr4nit-Kolibri"}})
    client = Client(faulty.tenant)
    client.sign_in(client_id=secret, client_secret=secret)
    url = f"{faulty.tenant['authority_url']}/{faulty.tenant['tenant_id']}/oauth2/v2.0/token?client_secret={secret}"
    client.session.post(url)
    text = json.dumps(faulty.journal())
    assert len(faulty.journal()) == 4
    for forbidden in (secret, token, "Gr4nit-Kolibri"):
        assert forbidden not in text


def test_it_holds_fifty_thousand_requests_and_no_more():
    journal = Journal()
    for _ in range(50_010):
        journal.begin(Request("GET", "/v1.0/users", headers={"client-request-id": "x"}, id="y", received=0))
    entries = journal.as_json()
    assert (len(entries), entries[0]["seq"], entries[-1]["seq"]) == (50_000, 11, 50_010)
