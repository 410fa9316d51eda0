"""The process and the wire: TLS, keep-alive, restart, the address file, bad input, and the guard on import."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from neurons_admin.demo.server import running

from .clients import Client, Control, error

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "neurons_admin.demo"]
ENVIRONMENT = {**os.environ, "DEMO_TENANT": "1"}


def host(tenant):
    return urlsplit(tenant["authority_url"]).netloc


def trusting(tenant):
    return ssl.create_default_context(cafile=tenant["ca_bundle"])


def test_only_its_own_authority_vouches_for_it(tenant):
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(requests.exceptions.SSLError):
            session.get(tenant["authority_url"])


def test_one_connection_serves_many_requests(tenant):
    connection = http.client.HTTPSConnection(host(tenant), context=trusting(tenant))
    headers = {"Authorization": f"Bearer {Client(tenant).token('act')}"}
    sockets = set()
    for method, path, status in (
        ("GET", "/v1.0/organization", 200),
        ("PATCH", f"/v1.0/users/{tenant['people']['adele']['id']}", 204),
        ("GET", "/v1.0/nothing", 400),
        ("HEAD", "/v1.0/organization", 405),
        ("GET", "/v1.0/organization", 200),
    ):
        connection.request(method, path, b'{"city":"Bellevue"}' if method == "PATCH" else None, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
        sockets.add(connection.sock)
    assert len(sockets) == 1


def test_many_at_once(act, ids, control):
    def one(number):
        return act.patch(f"/users/{ids['adele']}", {"jobTitle": f"Job {number}"}).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(one, range(60))) == {204}
    assert control.user("adele")["jobTitle"].startswith("Job ")


def test_a_peer_that_never_shakes_hands_holds_up_nobody(tenant, act):
    name, port = host(tenant).split(":")
    with socket.create_connection((name, int(port))):
        assert act.get("/organization", timeout=5).status_code == 200


@pytest.mark.parametrize("length", ["99999999", "-1", "abc", "1e3"])
def test_a_body_of_an_impossible_length(tenant, length):
    connection = http.client.HTTPSConnection(host(tenant), context=trusting(tenant), timeout=5)
    connection.putrequest("POST", f"/{tenant['tenant_id']}/oauth2/v2.0/token")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status == 413


def test_nul_bytes_and_foreign_letters_do_no_harm(tenant, act):
    answer = Client(tenant).sign_in(client_id="\x00é", client_secret="\x00漢")
    assert answer.json()["error_codes"] == [700016]
    assert error(act.get("/users/%00%FF%C3%A9")) == (404, "Request_ResourceNotFound")


def test_what_a_newcomer_did_survives_a_restart(tmp_path):
    with running(tmp_path) as tenant:
        act = Client(tenant, "act")
        adele = tenant["people"]["adele"]["id"]
        act.patch(f"/users/{adele}", {"passwordProfile": {"password": "Gr4nit-Kolibri"}})
        act.delete(f"/users/{tenant['people']['megan']['id']}")
        link = act.get("/users/delta?$select=department&$deltatoken=latest").json()["@odata.deltaLink"]
        act.patch(f"/users/{adele}", {"department": "Sales"})
    with (tmp_path / "changes.jsonl").open("a") as ledger:
        ledger.write('{"kind": "update", "id": "cut o')
    with running(tmp_path) as again:
        assert again["apps"] == tenant["apps"]
        assert again["ca_bundle"] == tenant["ca_bundle"]
        act, control = Client(again, "act"), Control(again)
        assert control.user("adele")["password"] == "Gr4nit-Kolibri"
        assert control.user("megan")["deleted"] is True
        changed = act.get("/users/delta?" + urlsplit(link).query).json()["value"]
        assert changed == [{"department": "Sales", "id": adele}]
        act.patch(f"/users/{adele}", {"department": "Legal"})
    with running(tmp_path, users=300) as other:
        assert Control(other).user("adele")["department"] == "Retail"
        assert error(Client(other, "act").get("/users/delta?" + urlsplit(link).query))[0] == 410


def test_secrets_are_the_owners_alone(tmp_path):
    with running(tmp_path):
        readable = {file.name for file in tmp_path.iterdir() if file.stat().st_mode & 0o077}
    assert readable == {"ca.pem"}


def test_the_process_from_start_to_end(tmp_path):
    command = [*COMMAND, "--dir", str(tmp_path), "--users", "50", "--seed", "7", "--page-size", "20", "--control"]
    process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        tenant = json.loads((tmp_path / "tenant.json").read_text())
        assert line == f"Demo tenant ready at {tenant['authority_url']}\n"
        assert tenant["pid"] == process.pid
        page = Client(tenant, "read").get("/users/delta").json()
        assert len(page["value"]) == 20
        for number in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


@pytest.mark.parametrize("value", [None, "0", "true"])
def test_it_cannot_be_imported_by_accident(value):
    environment = {name: text for name, text in os.environ.items() if name != "DEMO_TENANT"}
    environment |= {} if value is None else {"DEMO_TENANT": value}
    done = subprocess.run(
        [sys.executable, "-c", "import neurons_admin.demo"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "ImportError: The demo tenant is for demonstrations and tests only" in done.stderr


def test_it_leaves_no_thread_behind(tmp_path):
    before = set(threading.enumerate())
    with running(tmp_path) as tenant:
        client = Client(tenant, "act")
        assert client.get("/organization").status_code == 200
    for thread in set(threading.enumerate()) - before:
        thread.join(2)
    assert set(threading.enumerate()) <= before
    with pytest.raises(requests.ConnectionError):
        client.get("/organization")
