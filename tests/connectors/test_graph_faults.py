"""What each way of not answering means for a read and for a write."""

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from connectors.graph import (
    Busy,
    Call,
    CredentialRefused,
    Endpoints,
    GraphError,
    NotThere,
    OutcomeUnknown,
    Refused,
    StartOver,
    TryLater,
    open_graph,
    tokens,
)
from connectors.graph.answers import Answer, raise_for
from tests.microsoft import Behaviour, FakeMicrosoft, close, drip, garbage, graph_error, hang, reply, reset, truncated

USER = "/users/0f0e0d0c-1111-2222-3333-444455556666"
HTML = b"<html><body>Sign in to the hotel's network</body></html>"
BUSY = {"Retry_After": "7"}


def outcome(fake: FakeMicrosoft, method: str) -> tuple[type | None, GraphError | None, Call]:
    """The class and error of one call, and its record."""
    calls: list[Call] = []
    graph = open_graph(fake.registration(), calls.append)
    try:
        graph.exchange(method, USER, None if method == "GET" else {"accountEnabled": False})
    except GraphError as exc:
        return type(exc), exc, calls[-1]
    return None, None, calls[-1]


ANSWERS: list[tuple[Behaviour, type, type, str]] = [
    (graph_error(400, "Request_BadRequest"), Refused, Refused, "Request_BadRequest"),
    (graph_error(403, "Authorization_RequestDenied"), Refused, Refused, "Authorization_RequestDenied"),
    (graph_error(404, "Request_ResourceNotFound"), NotThere, NotThere, "Request_ResourceNotFound"),
    (reply(404), NotThere, NotThere, "http_404"),
    (graph_error(409, "Request_MultipleObjectsWithSameKeyValue"), Refused, Refused, "Request_Mult"),
    (graph_error(409, "Directory_ConcurrencyViolation"), TryLater, TryLater, "Directory_Conc"),
    (graph_error(408, ""), TryLater, OutcomeUnknown, "http_408"),
    (graph_error(410, "syncStateNotFound", Location="x"), StartOver, StartOver, "syncStateNotFound"),
    (reply(410), StartOver, StartOver, "http_410"),
    (graph_error(400, "Directory_ExpiredPageToken"), StartOver, StartOver, "Directory_Exp"),
    (graph_error(429, "TooManyRequests", **BUSY), Busy, Busy, "TooManyRequests"),
    (reply(429), Busy, Busy, "http_429"),
    (reply(429, HTML), Busy, Busy, "http_429"),
    (graph_error(503, "x", **BUSY), TryLater, TryLater, "x"),
    (graph_error(503, "Directory_ReplicaUnavailable"), TryLater, TryLater, "Directory_Repl"),
    (graph_error(503, "serviceNotAvailable"), TryLater, TryLater, "serviceNot"),
    (graph_error(503, "UnknownError"), TryLater, OutcomeUnknown, "UnknownError"),
    (reply(503, HTML), TryLater, OutcomeUnknown, "http_503"),
    (graph_error(504, "serviceNotAvailable"), TryLater, OutcomeUnknown, "serviceNot"),
    (graph_error(500, "UnknownError"), TryLater, OutcomeUnknown, "UnknownError"),
    (graph_error(502, "", **BUSY), TryLater, OutcomeUnknown, "http_502"),
    (graph_error(504, "UnknownError"), TryLater, OutcomeUnknown, "UnknownError"),
    (reply(302, b"", Location="/elsewhere"), TryLater, OutcomeUnknown, "http_302"),
    (reply(403, HTML), TryLater, OutcomeUnknown, "not_graph"),
    (reply(200, HTML), TryLater, OutcomeUnknown, "not_graph"),
    (reply(200, b'{"id": "1"'), TryLater, OutcomeUnknown, "not_graph"),
    (reply(200, b"[" * 100_000), TryLater, OutcomeUnknown, "not_graph"),
    (reply(200, [1, 2]), TryLater, OutcomeUnknown, "not_graph"),
    (reply(200, {"error": {"code": "x"}}), TryLater, OutcomeUnknown, "not_graph"),
    (reply(200, b"not gzip", Content_Encoding="gzip"), TryLater, OutcomeUnknown, "no_answer"),
    (reset, TryLater, OutcomeUnknown, "no_answer"),
    (close, TryLater, OutcomeUnknown, "no_answer"),
    (garbage, TryLater, OutcomeUnknown, "no_answer"),
    (truncated, TryLater, OutcomeUnknown, "no_answer"),
]


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize(("behaviour", "for_read", "for_write", "code"), ANSWERS)
def test_answers(
    microsoft: FakeMicrosoft, behaviour: Behaviour, for_read: type, for_write: type, code: str, method: str
) -> None:
    microsoft.graph = [behaviour]
    kind, error, _ = outcome(microsoft, method)
    assert kind is (for_read if method == "GET" else for_write)
    assert error is not None
    assert error.code.startswith(code)
    assert str(error).endswith(".")
    assert len(microsoft.to_graph) == 1


@pytest.mark.parametrize(("method", "certain"), [("GET", True), ("PATCH", False)])
def test_only_a_change_can_be_in_doubt(microsoft: FakeMicrosoft, method: str, certain: bool) -> None:
    microsoft.graph = [graph_error(503, "UnknownError", **BUSY)]
    _, error, _ = outcome(microsoft, method)
    assert isinstance(error, TryLater)
    assert error.certain is certain


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize(
    "behaviour",
    [
        hang,
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nContent-Le", every=1),
    ],
)
@pytest.mark.usefixtures("impatient")
def test_slow_answers_are_given_up(microsoft: FakeMicrosoft, behaviour: Behaviour, method: str) -> None:
    tokens.token_for(microsoft.registration())
    microsoft.graph = [behaviour]
    begun = time.monotonic()
    kind, _, call = outcome(microsoft, method)
    assert kind is (TryLater if method == "GET" else OutcomeUnknown)
    assert time.monotonic() - begun < 5
    assert (call.status, call.error_code) == (None, "no_answer")


def test_an_answer_without_end_is_given_up(microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.graph.wire.LARGEST_ANSWER", 1000)
    microsoft.graph = [reply(200, b"x" * 5000)]
    assert outcome(microsoft, "GET")[0] is TryLater


def closed_port(_: FakeMicrosoft) -> Endpoints:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return elsewhere(f"https://localhost:{port}")


def elsewhere(origin: str) -> Endpoints:
    return Endpoints("https://unused", f"{origin}/v1.0", "https://graph.microsoft.com", known=False)


NEVER_LEFT: list[tuple[str, Callable[[FakeMicrosoft], dict[str, Any]]]] = [
    ("name unknown", lambda fake: {"endpoints": elsewhere("https://nobody.invalid")}),
    ("connection refused", lambda fake: {"endpoints": closed_port(fake)}),
    ("certificate not trusted", lambda fake: {"ca_bundle": ""}),
    ("CA file gone", lambda fake: {"ca_bundle": "/nowhere/ca.pem"}),
    ("proxy refused", lambda fake: {"proxy": "http://127.0.0.1:1"}),
    ("bad address", lambda fake: {"endpoints": elsewhere("https://[::bad")}),
]


@pytest.mark.parametrize(("_name", "changes"), NEVER_LEFT, ids=[name for name, _ in NEVER_LEFT])
def test_what_never_left_may_be_repeated(
    microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch, _name: str, changes: Callable[..., dict[str, Any]]
) -> None:
    monkeypatch.setattr(tokens, "token_for", lambda registration: "token")
    graph = open_graph(microsoft.registration(**changes(microsoft)))
    with pytest.raises(TryLater) as caught:
        graph.write("PATCH", USER, {"accountEnabled": False})
    assert caught.value.code == "graph_unreachable"
    assert microsoft.to_graph == []


def test_a_cut_handshake_never_left(microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "token_for", lambda registration: "token")
    microsoft.refuse_connections = True
    with pytest.raises(TryLater) as caught:
        open_graph(microsoft.registration()).write("PATCH", USER, {"accountEnabled": False})
    assert caught.value.code == "graph_unreachable"


@pytest.mark.usefixtures("impatient")
def test_a_handshake_that_hangs_never_left(monkeypatch: pytest.MonkeyPatch, microsoft: FakeMicrosoft) -> None:
    monkeypatch.setattr(tokens, "token_for", lambda registration: "token")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoints = elsewhere(f"https://localhost:{silent.getsockname()[1]}")
        with pytest.raises(TryLater) as caught:
            open_graph(microsoft.registration(endpoints=endpoints)).write("PATCH", USER, {})
    assert caught.value.code == "graph_unreachable"


def test_a_kept_connection_that_died_is_replaced_before_anything_is_sent(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [reply(200, {}, Connection="keep-alive"), reply(204)]
    graph = open_graph(microsoft.registration())
    graph.get(USER)
    microsoft.hang_up()
    graph.write("PATCH", USER, {"accountEnabled": False})
    assert len({asked.connection for asked in microsoft.to_graph}) == 2


def test_a_failed_read_on_a_kept_connection_does_not_taint_the_next_exchange(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [reply(200, {}), reset, reply(204)]
    graph = open_graph(microsoft.registration())
    graph.get(USER)
    with pytest.raises(TryLater):
        graph.get(USER)
    assert graph.write("PATCH", USER, {}) == {}


def test_a_refused_credential(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [graph_error(401, "InvalidAuthenticationToken")] * 2
    kind, _, call = outcome(microsoft, "PATCH")
    assert kind is CredentialRefused
    assert call.status == 401


def answer(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    return Answer("GET", status, headers or {}, body)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 120 ", 120),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("9" * 400, float("inf")),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert answer(429, {"Retry-After": text}).retry_after == seconds


def test_an_absurd_date_does_no_harm() -> None:
    assert answer(429, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -1200"}).retry_after


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_retry_after_as_a_date(zone: str) -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90)).replace("+0000", zone)
    seconds = answer(429, {"Retry-After": moment}).retry_after
    assert seconds is not None
    assert 85 <= seconds <= 90


@pytest.mark.parametrize("hours", [-24, -1, 0, 1, 24])
def test_a_date_is_counted_from_the_answers_own(hours: float) -> None:
    theirs = datetime.now(UTC) + timedelta(hours=hours)
    headers = {"Date": format_datetime(theirs), "Retry-After": format_datetime(theirs + timedelta(seconds=90))}
    assert answer(429, headers).retry_after == 90


def test_retry_after_reaches_the_caller(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [graph_error(429, "TooManyRequests", Retry_After="17")]
    _, error, _ = outcome(microsoft, "PATCH")
    assert isinstance(error, TryLater)
    assert error.retry_after == 17


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b'"x"', b'{"error": null}', b'{"error": "x"}', b'{"error": {"code": null}}', b"\xff\xfe"],
)
def test_odd_error_bodies_do_not_break_anything(body: bytes) -> None:
    with pytest.raises(GraphError) as caught:
        raise_for(answer(400, body=body))
    assert caught.value.code in ("http_400", "not_graph")


def test_nothing_that_a_column_cannot_keep_gets_out() -> None:
    odd = answer(400, {"request-id": "r" * 500}, b'{"error": {"code": "a\\u0000b", "message": "c\\u0000d"}}')
    with pytest.raises(Refused) as caught:
        raise_for(odd)
    assert (caught.value.code, caught.value.detail) == ("ab", "cd")
    assert len(caught.value.request_id) == 64


@pytest.mark.parametrize(
    ("status", "code", "message", "words"),
    [
        (400, "Request_BadRequest", "The specified password does not comply with password complexity requirements.",
         "too weak"),
        (400, "Request_BadRequest", "Unable to update ... for on-premises mastered Directory Sync objects.",
         "Active Directory"),
        (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", "protected"),
        (403, "", "", "protected"),
        (404, "Request_ResourceNotFound", "Resource 'x' does not exist", "no longer in the directory"),
        (400, "Request_BadRequest", "Whatever", "as it stands"),
    ],
)  # fmt: skip
def test_refusals_in_plain_words(microsoft: FakeMicrosoft, status: int, code: str, message: str, words: str) -> None:
    microsoft.graph = [graph_error(status, code, message)]
    _, error, _ = outcome(microsoft, "PATCH")
    assert words in str(error)
    assert error is not None
    assert error.detail == message
