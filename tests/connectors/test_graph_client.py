"""The client's manners: what it sends, where, how often, and what it notes."""

import gzip
import socket
import ssl
import threading
from pathlib import Path

import pytest
import requests

from connectors.graph import (
    Call,
    CredentialRefused,
    Endpoints,
    GraphError,
    Refused,
    TryLater,
    WriteForbidden,
    client,
    open_graph,
    open_reader,
)
from tests.contract import check_exchange
from tests.microsoft import FakeMicrosoft, graph_error, reply

USER = "/users/0f0e0d0c-1111-2222-3333-444455556666"


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "patch", "HEAD"])
def test_a_reader_sends_nothing_but_get(microsoft: FakeMicrosoft, method: str) -> None:
    calls: list[Call] = []
    reader = open_reader(microsoft.registration(), calls.append)
    with pytest.raises(WriteForbidden):
        reader.exchange(method, USER, {"accountEnabled": False})
    assert microsoft.asked == []
    assert calls == []


def test_a_reader_has_no_way_to_write() -> None:
    assert not hasattr(client.Reader, "write")
    assert client.Reader.methods == {"GET"}


def test_reading(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [reply(200, {"id": "1", "displayName": "Adele"}, request_id="abc")]
    calls: list[Call] = []
    reader = open_reader(microsoft.registration(), calls.append)
    assert reader.get(f"{USER}?$select=id,displayName") == {"id": "1", "displayName": "Adele"}
    [asked], [call] = microsoft.to_graph, calls
    assert asked.path == f"/v1.0{USER}?$select=id,displayName"
    assert asked.headers["authorization"].startswith("Bearer head.")
    assert asked.headers["user-agent"] == "NeuronsAdmin"
    assert asked.headers["client-request-id"] == call.client_request_id
    assert (call.method, call.status, call.request_id, call.error_code) == ("GET", 200, "abc", "")
    assert call.path == f"/v1.0{USER}?$select=id,displayName"
    assert call.milliseconds >= 0


def test_writing(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [reply(204)]
    assert open_graph(microsoft.registration()).write("PATCH", USER, {"accountEnabled": False}) == {}
    [asked] = microsoft.to_graph
    assert (asked.method, asked.json) == ("PATCH", {"accountEnabled": False})
    assert asked.headers["content-type"] == "application/json"


def test_a_write_without_a_body_sends_none(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [reply(200, {"value": True})]
    open_graph(microsoft.registration()).write("POST", f"{USER}/revokeSignInSessions")
    [asked] = microsoft.to_graph
    assert asked.body == b""
    assert asked.headers["content-length"] == "0"


def test_what_is_sent_is_in_the_contract(microsoft: FakeMicrosoft) -> None:
    graph = open_graph(microsoft.registration())
    graph.get(f"{USER}?$select=id,accountEnabled")
    graph.write("PATCH", USER, {"passwordProfile": {"password": "x", "forceChangePasswordNextSignIn": True}})
    graph.write("POST", f"{USER}/revokeSignInSessions")
    for asked in microsoft.to_graph:
        check_exchange(asked.method, asked.path, request_body=asked.body, request_headers=asked.headers)


def test_read_and_write_share_a_connection(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [reply(200, {"id": "1"}), reply(204), reply(200, {"value": []})]
    graph = open_graph(microsoft.registration())
    graph.get(USER)
    graph.write("PATCH", USER, {"accountEnabled": True})
    open_reader(microsoft.registration()).get("/users")
    assert len({asked.connection for asked in microsoft.to_graph}) == 1


def test_compressed_answers_are_read(microsoft: FakeMicrosoft) -> None:
    body = gzip.compress(b'{"value": [' + b"1," * 200_000 + b"2]}")
    microsoft.graph = [reply(200, body, Content_Encoding="gzip"), reply(200, {})]
    reader = open_reader(microsoft.registration())
    assert len(reader.get("/users")["value"]) == 200_001
    reader.get("/users")
    assert len({asked.connection for asked in microsoft.to_graph}) == 1


def test_a_redirect_is_not_followed(microsoft: FakeMicrosoft, other: "Listener") -> None:
    microsoft.graph = [reply(302, b"", Location=f"https://localhost:{other.port}/v1.0/users")]
    with pytest.raises(TryLater) as caught:
        open_reader(microsoft.registration()).get("/users")
    assert caught.value.code == "http_302"
    assert len(microsoft.to_graph) == 1
    assert not other.connected


@pytest.mark.parametrize(
    "link",
    [
        "https://localhost:{port}/v1.0/users?$skiptoken=1",
        "http://localhost:{own}/v1.0/users?$skiptoken=1",
        "https://localhost:{own}@localhost:{port}/v1.0/users",
        "https://127.0.0.1:{own}/v1.0/users",
        "//localhost:{port}/v1.0/users"[2:],
        "ftp://localhost:{own}/users",
        "\\\\localhost:{port}\\users",
    ],
)
def test_a_link_to_elsewhere_gets_no_token(microsoft: FakeMicrosoft, other: "Listener", link: str) -> None:
    own = microsoft.origin.rsplit(":", 1)[1]
    microsoft.graph = [reply(200, {"value": [1], "@odata.nextLink": link.format(port=other.port, own=own)})]
    pages = open_reader(microsoft.registration()).pages("/users")
    assert next(pages)["value"] == [1]
    with pytest.raises(Refused) as caught:
        next(pages)
    assert caught.value.code == "foreign_link"
    assert len(microsoft.to_graph) == 1
    assert not other.connected


def test_a_path_that_looks_like_a_host_stays_below_the_root(microsoft: FakeMicrosoft, other: "Listener") -> None:
    open_reader(microsoft.registration()).get(f"//localhost:{other.port}/users")
    [asked] = microsoft.to_graph
    assert asked.path.startswith("/v1.0//localhost")
    assert not other.connected


def test_pages_follow_links_verbatim_until_there_is_none(microsoft: FakeMicrosoft) -> None:
    link = f"{microsoft.origin}/v1.0/users/delta?$skiptoken=a%2Fb%20c"
    microsoft.graph = [
        reply(200, {"value": [1], "@odata.nextLink": link}),
        reply(200, {"value": [], "@odata.nextLink": link + "2"}),
        reply(200, {"value": [3], "@odata.deltaLink": link}),
    ]
    calls: list[Call] = []
    pages = open_reader(microsoft.registration(), calls.append).pages(
        "/users/delta?$select=id", headers={"Prefer": "x"}
    )
    assert [page["value"] for page in pages] == [[1], [], [3]]
    assert [asked.path for asked in microsoft.to_graph[1:]] == [
        "/v1.0/users/delta?$skiptoken=a%2Fb%20c",
        "/v1.0/users/delta?$skiptoken=a%2Fb%20c2",
    ]
    assert {asked.headers["prefer"] for asked in microsoft.to_graph} == {"x"}
    assert [call.path for call in calls] == ["/v1.0/users/delta?$select=id", "/v1.0/users/delta", "/v1.0/users/delta"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 409, 400])
def test_nothing_is_sent_twice(microsoft: FakeMicrosoft, status: int) -> None:
    microsoft.graph = [graph_error(status, "SomeCode", Retry_After="0")]
    with pytest.raises(GraphError):
        open_graph(microsoft.registration()).write("PATCH", USER, {})
    assert len(microsoft.to_graph) == 1


def test_401_gets_one_new_token_and_one_more_try(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [graph_error(401, "InvalidAuthenticationToken"), reply(204)]
    calls: list[Call] = []
    open_graph(microsoft.registration(), calls.append).write("PATCH", USER, {"accountEnabled": True})
    first, second = microsoft.to_graph
    assert first.headers["authorization"] != second.headers["authorization"]
    assert first.body == second.body
    assert len(microsoft.to_sign_in) == 2
    assert [(call.status, call.error_code) for call in calls] == [(401, "InvalidAuthenticationToken"), (204, "")]
    assert calls[0].client_request_id != calls[1].client_request_id


def test_a_second_401_is_a_credential_that_is_refused(microsoft: FakeMicrosoft) -> None:
    microsoft.graph = [graph_error(401, "InvalidAuthenticationToken")] * 5
    with pytest.raises(CredentialRefused):
        open_reader(microsoft.registration()).get("/users")
    assert len(microsoft.to_graph) == 2


def test_after_a_slow_401_there_is_no_second_try(microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.0)
    microsoft.graph = [graph_error(401, "InvalidAuthenticationToken")]
    with pytest.raises(TryLater):
        open_graph(microsoft.registration()).write("PATCH", USER, {})
    assert len(microsoft.to_graph) == 1


def test_no_token_nothing_sent(microsoft: FakeMicrosoft) -> None:
    microsoft.sign_in = [reply(401, {"error": "invalid_client", "error_codes": [7000222]})]
    calls: list[Call] = []
    with pytest.raises(CredentialRefused):
        open_graph(microsoft.registration(), calls.append).write("PATCH", USER, {})
    assert microsoft.to_graph == []
    assert calls == []


def test_the_given_ca_file_wins_over_the_environment(
    microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, requests.certs.where())
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert open_reader(microsoft.registration()).get("/users") == {}


def test_without_the_ca_file_the_server_is_not_trusted(
    microsoft: FakeMicrosoft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", microsoft.ca_bundle)
    with pytest.raises(TryLater) as caught:
        open_reader(microsoft.registration(ca_bundle="")).get("/users")
    assert caught.value.code == "sign_in_unreachable"
    assert microsoft.asked == []


def test_plain_http_is_not_spoken(microsoft: FakeMicrosoft, other: "Listener") -> None:
    endpoints = Endpoints(microsoft.origin, f"http://localhost:{other.port}/v1.0", "https://graph", known=False)
    with pytest.raises(TryLater):
        open_reader(microsoft.registration(endpoints=endpoints)).get("/users")
    assert not other.connected


class Listener:
    """A port that only notes whether anybody came."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connected = False
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        try:
            self._socket.accept()
        except OSError:
            return
        self.connected = True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def other():
    listener = Listener()
    yield listener
    listener.close()


def test_the_certificate_must_name_the_host(microsoft: FakeMicrosoft) -> None:
    """The fake's certificate names localhost and 127.0.0.1 only."""
    port = microsoft.origin.rsplit(":", 1)[1]
    context = ssl.create_default_context(cafile=microsoft.ca_bundle)
    with socket.create_connection(("127.0.0.1", int(port))) as bare, pytest.raises(ssl.SSLCertVerificationError):
        context.wrap_socket(bare, server_hostname="graph.microsoft.com")
