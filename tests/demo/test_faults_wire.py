"""Each kind of fault as a client over TLS sees it, and what it leaves in the directory."""

import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
import requests
from requests.exceptions import ChunkedEncodingError, JSONDecodeError, ReadTimeout

from neurons_admin.demo.faults.store import Faults

from .clients import error
from .faulty import wait_for

APPLIED = pytest.mark.parametrize("applied", [False, True])
PATCH = {"method": "PATCH", "path": "/users/*"}


def check_effect(faulty, kind, *, applied, status):
    """The truth and the journal say the same about whether it happened."""
    entry = faulty.last()
    assert faulty.has_job() is applied
    assert (entry["fault"], entry["effect"], entry["status"]) == (kind, applied, status)
    assert (entry["effect_at"] is not None) is applied
    assert (entry["method"], entry["app"], entry["endpoint"]) == ("PATCH", "act", "graph")


def read_to_the_end(connection):
    while connection.recv(65536):
        pass


@APPLIED
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_an_error_before_or_after_the_effect(faulty, status, applied):
    faulty.fault("status", where=PATCH, status=status, applied=applied)
    answer = faulty.patch()
    assert answer.status_code == status
    assert answer.json()["error"]["innerError"]["request-id"] == answer.headers["request-id"]
    assert "Retry-After" not in answer.headers
    check_effect(faulty, "status", applied=applied, status=status)


def test_retry_after_as_seconds_as_a_date_and_absurd(faulty):
    for given, sent in (("7", "7"), (7, "7"), ("999999", "999999"), ("soon", "soon")):
        faulty.control.delete("/faults")
        faulty.fault("status", status=429, retry_after=given)
        answer = faulty.patch()
        assert (answer.headers["Retry-After"], error(answer)) == (sent, (429, "TooManyRequests"))
    faulty.control.delete("/faults")
    faulty.fault("status", status=503, retry_after="date:+30", body="empty")
    answer = faulty.patch()
    ahead = parsedate_to_datetime(answer.headers["Retry-After"]).timestamp() - time.time()
    assert 27 < ahead < 32
    assert answer.content == b""


def test_an_error_in_other_words(faulty):
    faulty.fault("status", status=503, code="Directory_ReplicaUnavailable", times=1)
    assert error(faulty.patch()) == (503, "Directory_ReplicaUnavailable")
    faulty.fault("status", status=502, body="html", times=1)
    answer = faulty.patch()
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "request-id" not in answer.headers
    faulty.fault("status", status=502, body="text", times=1)
    assert faulty.patch().text.startswith("upstream")


@APPLIED
def test_a_reset_instead_of_an_answer(faulty, applied):
    faulty.fault("reset", where=PATCH, applied=applied)
    with pytest.raises(requests.ConnectionError):
        faulty.patch()
    check_effect(faulty, "reset", applied=applied, status=None)


def test_a_reset_is_one_on_the_wire_and_no_orderly_end(faulty):
    """Python's own TLS sockets hide the difference, so TLS is spoken here by hand."""
    faulty.fault("reset")
    address = urlsplit(faulty.tenant["authority_url"])
    coming, going = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cafile=faulty.tenant["ca_bundle"])
    tls = context.wrap_bio(coming, going, server_hostname=address.hostname)
    with socket.create_connection((address.hostname, address.port), timeout=5) as plain:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                plain.sendall(going.read())
                coming.write(plain.recv(65536))
        tls.write(b"GET /v1.0/organization HTTP/1.1\r\nHost: localhost\r\n\r\n")
        plain.sendall(going.read())
        with pytest.raises(ConnectionResetError):
            read_to_the_end(plain)


@APPLIED
def test_a_hang_until_the_client_has_enough(faulty, applied):
    faulty.fault("hang", where=PATCH, applied=applied)
    with pytest.raises(ReadTimeout):
        faulty.patch(timeout=0.3)
    check_effect(faulty, "hang", applied=applied, status=None)


def test_a_hang_ends_by_itself(faulty):
    faulty.fault("hang", seconds=0.2)
    started = time.monotonic()
    with pytest.raises(requests.ConnectionError):
        faulty.patch()
    assert 0.2 <= time.monotonic() - started < 2
    wait_for(lambda: faulty.last()["milliseconds"] is not None)
    assert faulty.last()["milliseconds"] >= 200


def test_taking_the_fault_away_ends_its_hangs(faulty):
    fault = faulty.fault("hang", seconds=60)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(faulty.patch, timeout=30)
        wait_for(lambda: faulty.faults()["faults"][0]["hits"] == 1)
        assert faulty.control.delete(f"/faults/{fault['id']}").status_code == 204
        assert isinstance(hanging.exception(5), requests.ConnectionError)


def test_a_late_effect_after_a_reset(faulty):
    faulty.fault("late", where=PATCH, seconds=0.4, answer="reset")
    with pytest.raises(requests.ConnectionError):
        faulty.patch()
    check_effect(faulty, "late", applied=False, status=None)
    assert faulty.faults()["pending"] == 1
    wait_for(faulty.has_job)
    wait_for(lambda: faulty.faults()["pending"] == 0)
    check_effect(faulty, "late", applied=True, status=None)
    assert faulty.last()["effect_at"] > faulty.last()["time"]


def test_a_late_effect_counts_from_the_end_of_the_connection(faulty):
    faulty.fault("late", where=PATCH, seconds=0.3, answer="hang")
    with pytest.raises(ReadTimeout):
        faulty.patch(timeout=0.5)
    assert not faulty.has_job()
    wait_for(faulty.has_job)


def test_an_effect_ordered_before_a_reset_never_comes_though_its_connection_ended_after():
    faults, happened = Faults(None), []
    before = faults.scheduler()
    faults.clear()
    before(0, lambda: happened.append("before"))
    faults.scheduler()(0, lambda: happened.append("after"))
    wait_for(lambda: happened == ["after"] and faults.as_json()["pending"] == 0)


def test_an_order_that_was_late_still_comes_when_the_fault_is_gone_but_not_after_a_reset(faulty):
    faulty.fault("late", where=PATCH, seconds=0.3, answer="reset")
    for is_begun_anew in (False, True):
        with pytest.raises(requests.ConnectionError):
            faulty.patch()
        if is_begun_anew:
            faulty.control.post("/reset")
            time.sleep(2)
            assert not faulty.has_job()
        else:
            faulty.control.delete("/faults")
            wait_for(faulty.has_job)
            faulty.fault("late", where=PATCH, seconds=1.5, answer="reset")


def test_latency_is_before_the_answer_and_after_the_effect(faulty):
    faulty.fault("latency", seconds=0.3)
    with pytest.raises(ReadTimeout):
        faulty.patch(timeout=0.1)
    assert faulty.has_job()
    answer = faulty.patch()
    assert (answer.status_code, answer.elapsed.total_seconds() >= 0.3) == (204, True)
    check_effect(faulty, "latency", applied=True, status=204)


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_drip_is_a_correct_answer_byte_by_byte(faulty, part):
    faulty.fault("drip", seconds=0.002, part=part)
    answer = faulty.act.get(f"{faulty.path}?$select=id", timeout=5)
    assert answer.json()["id"] == faulty.adele
    whole = len(answer.content) if part == "body" else 300
    wait_for(lambda: faulty.last()["milliseconds"] is not None)
    assert faulty.last()["milliseconds"] >= 2 * whole
    faulty.control.delete("/faults")
    faulty.fault("drip", seconds=0.002)
    assert faulty.patch().status_code == 204
    check_effect(faulty, "drip", applied=True, status=204)


def test_a_drip_outlasts_a_timeout_between_bytes(faulty):
    faulty.fault("drip", seconds=0.006, part="body")
    started = time.monotonic()
    assert faulty.act.get(f"{faulty.path}?$select=id", timeout=0.6).status_code == 200
    assert time.monotonic() - started > 0.6


@APPLIED
def test_an_answer_cut_off_by_the_end_of_the_connection(faulty, applied):
    faulty.fault("truncated", where=PATCH, applied=applied)
    with pytest.raises((ChunkedEncodingError, requests.ConnectionError)):
        faulty.patch()
    check_effect(faulty, "truncated", applied=applied, status=200)


@APPLIED
def test_json_cut_in_the_middle(faulty, applied):
    faulty.fault("truncated", where=PATCH, applied=applied, cut="json")
    answer = faulty.patch()
    assert (answer.status_code, int(answer.headers["Content-Length"])) == (200, len(answer.content))
    with pytest.raises(JSONDecodeError):
        answer.json()
    check_effect(faulty, "truncated", applied=applied, status=200)


def test_a_read_cut_in_the_middle_begins_as_it_should(faulty):
    whole = faulty.read.get(f"{faulty.path}?$select=id").content
    faulty.fault("truncated", where={"method": "GET"}, cut="json")
    assert faulty.read.get(f"{faulty.path}?$select=id").content == whole[: len(whole) // 2]


@APPLIED
def test_a_page_of_html(faulty, applied):
    faulty.fault("html", where=PATCH, applied=applied)
    answer = faulty.patch()
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "</html>" in answer.text
    check_effect(faulty, "html", applied=applied, status=200)


@APPLIED
def test_a_redirect_and_whoever_follows_it_is_noted(faulty, applied):
    faulty.fault("redirect", where=PATCH, applied=applied)
    answer = faulty.patch(allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/_moved")
    check_effect(faulty, "redirect", applied=applied, status=302)
    faulty.patch()
    assert (faulty.last()["path"], faulty.last()["endpoint"]) == ("/_moved", "discovery")


def test_a_redirect_to_somewhere_else(faulty):
    faulty.fault("redirect", location="https://login.example.com/")
    assert faulty.patch(allow_redirects=False).headers["Location"] == "https://login.example.com/"


@APPLIED
def test_an_error_that_says_200(faulty, applied):
    faulty.fault("error200", where=PATCH, applied=applied, code="UnknownError")
    assert error(faulty.patch()) == (200, "UnknownError")
    check_effect(faulty, "error200", applied=applied, status=200)


@APPLIED
def test_garbage_that_says_json(faulty, applied):
    faulty.fault("garbage", where=PATCH, applied=applied)
    answer = faulty.patch()
    assert answer.headers["Content-Type"].startswith("application/json")
    with pytest.raises(JSONDecodeError):
        answer.json()
    check_effect(faulty, "garbage", applied=applied, status=200)


def test_a_drip_lets_go_when_the_fault_is_taken_away(faulty):
    faulty.fault("drip", seconds=5, part="head")
    with ThreadPoolExecutor(1) as pool:
        dripping = pool.submit(faulty.act.get, faulty.path, timeout=30)
        wait_for(lambda: faulty.faults()["faults"][0]["hits"] == 1)
        faulty.control.delete("/faults")
        assert dripping.result(5).json()["id"] == faulty.adele
