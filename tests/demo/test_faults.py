"""Whom a fault strikes and how often, how faults are set and taken away, and that nothing is there unless asked for."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from neurons_admin.demo.server import running

from .clients import Client, Control
from .faulty import Faulty, wait_for

ROOT = Path(__file__).resolve().parents[2]


def statuses(faulty, count, path=None):
    return [faulty.act.get(path or faulty.path).status_code for _ in range(count)]


def test_a_fault_strikes_until_it_is_taken_away(faulty):
    fault = faulty.fault("status", status=503)
    assert statuses(faulty, 3) == [503, 503, 503]
    assert faulty.faults()["faults"] == [{**fault, "hits": 3}]
    assert faulty.control.delete(f"/faults/{fault['id']}").status_code == 204
    assert statuses(faulty, 1) == [200]
    assert faulty.faults() == {"faults": [], "pending": 0}
    assert faulty.control.delete(f"/faults/{fault['id']}").status_code == 404


def test_what_was_left_out_is_told(faulty):
    assert faulty.fault("status", status=429) == {
        "id": faulty.faults()["faults"][0]["id"],
        "kind": "status",
        "where": {"endpoint": "graph"},
        "times": None,
        "chance": 1,
        "status": 429,
        "applied": False,
        "retry_after": None,
        "body": "graph",
        "code": None,
        "message": None,
        "hits": 0,
    }


def test_times_are_counted_and_a_used_up_fault_stays_to_be_seen(faulty):
    faulty.fault("status", status=503, times=2)
    assert statuses(faulty, 4) == [503, 503, 200, 200]
    assert faulty.faults()["faults"][0]["hits"] == 2


def test_times_hold_when_many_ask_at_once(faulty):
    faulty.fault("status", status=503, times=10)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: faulty.act.get(faulty.path).status_code, range(40)))
    assert (found.count(503), found.count(200)) == (10, 30)


def test_chance_is_the_same_for_the_same_seed(faulty):
    rounds = []
    for seed in (7, 7, 8):
        faulty.control.delete("/faults")
        faulty.fault("status", status=503, chance=0.3, seed=seed)
        rounds.append(statuses(faulty, 60))
    assert rounds[0] == rounds[1] != rounds[2]
    assert 8 <= rounds[0].count(503) <= 28


def test_no_chance_at_all(faulty):
    faulty.fault("status", status=503, chance=0)
    assert statuses(faulty, 20) == [200] * 20


def test_the_fault_that_was_set_first_strikes_and_only_one(faulty):
    faulty.fault("status", status=503, times=1)
    faulty.fault("status", status=429, times=1)
    assert statuses(faulty, 3) == [503, 429, 200]


@pytest.mark.parametrize(
    ("where", "is_struck"),
    [
        ({}, True),
        ({"method": "GET"}, True),
        ({"method": "get"}, True),
        ({"method": "PATCH"}, False),
        ({"path": "/users/*"}, True),
        ({"path": "/USERS/*"}, True),
        ({"path": "/users"}, False),
        ({"path": "/users/*/manager"}, False),
        ({"path": "/*"}, False),
        ({"path": "/**"}, True),
        ({"path": "**"}, True),
        ({"path": "/groups/**"}, False),
        ({"app": "act"}, True),
        ({"app": "read"}, False),
        ({"endpoint": "graph", "method": "GET", "path": "/users/*", "app": "act"}, True),
        ({"endpoint": "token"}, False),
        ({"endpoint": "discovery"}, False),
        ({"method": None, "path": None, "app": None}, True),
    ],
)
def test_where_a_fault_lies_in_wait(faulty, where, is_struck):
    faulty.fault("status", status=503, where=where)
    assert statuses(faulty, 1) == [503 if is_struck else 200]


def test_one_path_alone(faulty):
    other = f"/users/{faulty.tenant['people']['megan']['id']}"
    faulty.fault("status", status=503, where={"path": faulty.path})
    assert statuses(faulty, 1) + statuses(faulty, 1, other) == [503, 200]
    assert statuses(faulty, 1, f"{faulty.path}/memberOf") == [200]
    assert statuses(faulty, 1, f"/users('{faulty.adele}')") == [200]


def test_a_part_of_a_path_that_ends_in_an_action(faulty):
    faulty.fault("status", status=503, where={"path": "/users/*/revokeSignInSessions"})
    assert faulty.act.post(f"{faulty.path}/revokeSignInSessions").status_code == 503
    assert statuses(faulty, 1) == [200]


def test_one_app_at_the_token_endpoint(faulty):
    faulty.fault("status", status=503, where={"endpoint": "token", "app": "read", "path": "/*/oauth2/v2.0/token"})
    assert (faulty.sign_in("act").status_code, faulty.sign_in("read").status_code) == (200, 503)


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        ({}, "A fault needs a kind"),
        ({"kind": "gremlin"}, "A fault needs a kind"),
        ({"kind": ["hang"]}, "A fault needs a kind"),
        ({"kind": "latency"}, "needs the option seconds"),
        ({"kind": "latency", "seconds": "1"}, "seconds must be a number"),
        ({"kind": "latency", "seconds": -1}, "seconds must be a number"),
        ({"kind": "latency", "seconds": True}, "seconds must be a number"),
        ({"kind": "status"}, "needs the option status"),
        ({"kind": "status", "status": 200}, "status must be a number from 400"),
        ({"kind": "status", "status": 429, "retry_after": "date:soon"}, "retry_after must be"),
        ({"kind": "status", "status": 429, "retry_after": "1\r\nX: y"}, "retry_after must be"),
        ({"kind": "status", "status": 500, "body": "xml"}, "body must be"),
        ({"kind": "status", "status": 500, "applied": "yes"}, "applied must be true or false"),
        ({"kind": "reset", "seconds": 1}, "reset has no option seconds"),
        ({"kind": "late", "seconds": 1, "answer": "reply"}, 'answer must be "hang" or "reset"'),
        ({"kind": "redirect", "location": "a\nb"}, "location must be an address"),
        ({"kind": "hang", "times": 0}, "times must be"),
        ({"kind": "hang", "times": True}, "times must be"),
        ({"kind": "hang", "chance": 2}, "chance must be"),
        ({"kind": "hang", "chance": "often"}, "chance must be"),
        ({"kind": "hang", "seed": "x"}, "seed must be"),
        ({"kind": "hang", "where": "here"}, "Say where by an object"),
        ({"kind": "hang", "where": {"host": "x"}}, "There is no host in where"),
        ({"kind": "hang", "where": {"method": 1}}, "method must be a text"),
        ({"kind": "hang", "where": {"method": "SEND"}}, "method must be one of"),
        ({"kind": "hang", "where": {"endpoint": "mail"}}, "endpoint must be one of"),
        ({"kind": "hang", "where": {"path": "users/*"}}, "path must begin"),
        ({"kind": "hang", "where": {"app": "nobody"}}, "app must be one of this tenant"),
        ({"kind": "hang", "where": {"app": "act", "endpoint": "discovery"}}, "app must be one of this tenant"),
        ({"kind": "late", "seconds": 1, "where": {"endpoint": "token"}}, "is for Graph only"),
        ({"kind": "stale", "seconds": 1, "where": {"method": "PATCH"}}, "Only GET can be stale"),
    ],
)
def test_a_description_that_makes_no_sense(faulty, description, sentence):
    assert sentence in faulty.refused(**description)
    assert faulty.faults()["faults"] == []


def test_a_description_that_is_no_object(faulty):
    assert faulty.control.post("/faults", data="[]").status_code == 400


def test_a_tenant_that_begins_anew_has_no_faults(faulty):
    faulty.fault("hang")
    faulty.control.post("/reset")
    assert faulty.faults()["faults"] == []


def test_without_the_fault_kit_there_is_none(control):
    for method, path in (("GET", "/faults"), ("POST", "/faults"), ("DELETE", "/faults"), ("DELETE", "/faults/f1")):
        assert control.call(method, path, json={"kind": "hang"}).status_code == 404


def test_the_fault_kit_opens_the_control_endpoints(tmp_path):
    with running(tmp_path, control=False, faults=True) as tenant:
        assert Control(tenant).get("/faults").json() == {"faults": [], "pending": 0}


def test_a_tenant_that_ends_lets_go_of_everything(tmp_path):
    before = set(threading.enumerate())
    with ThreadPoolExecutor(3) as pool:
        with running(tmp_path, faults=True) as tenant:
            faulty = Faulty(tenant)
            faulty.fault("hang", where={"method": "PATCH"}, seconds=600)
            faulty.fault("latency", where={"method": "GET"}, seconds=600)
            faulty.fault("late", where={"method": "POST"}, seconds=600, answer="reset")
            hanging = [pool.submit(faulty.patch, timeout=60), pool.submit(faulty.read.get, faulty.path, timeout=60)]
            with pytest.raises(requests.ConnectionError):
                faulty.act.post(f"{faulty.path}/revokeSignInSessions")
            wait_for(lambda: sum(fault["hits"] for fault in faulty.faults()["faults"]) == 3)
            started = time.monotonic()
        assert time.monotonic() - started < 2
        for call in hanging:
            call.exception(5)
    for thread in set(threading.enumerate()) - before:
        thread.join(2)
    assert set(threading.enumerate()) <= before


def test_the_process_with_faults_ends_while_something_hangs(tmp_path):
    command = [sys.executable, "-m", "neurons_admin.demo", "--dir", str(tmp_path), "--users", "50", "--faults"]
    environment = {**os.environ, "DEMO_TENANT": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        tenant = json.loads((tmp_path / "tenant.json").read_text())
        faulty = Faulty(tenant)
        faulty.fault("hang")
        with ThreadPoolExecutor(1) as pool:
            hanging = pool.submit(Client(tenant, "act").get, faulty.path, timeout=60)
            wait_for(lambda: faulty.faults()["faults"][0]["hits"] == 1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0
            assert isinstance(hanging.exception(5), requests.ConnectionError)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
