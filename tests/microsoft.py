"""A Microsoft on loopback, sign-in and Graph, that misbehaves on the wire as it is told."""

import base64
import contextlib
import itertools
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.graph import Endpoints, Registration
from neurons_admin.demo import certificates

TENANT = "11111111-2222-3333-4444-555555555555"


@dataclass
class Asked:
    """A request as the server saw it; `connection` counts TCP connections."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Wire:
    """What a behaviour plays on: the TLS socket, the bare one below it, and when to stop waiting."""

    tls: ssl.SSLSocket
    closing: threading.Event
    over: bool = False

    def send(self, data: bytes) -> None:
        self.tls.sendall(data)

    def reset(self) -> None:
        """Hang up without a word (RST)."""
        bare = self.bare()
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        bare.close()

    def bare(self) -> socket.socket:
        """The TCP socket below. The TLS one must not be touched again: its number may soon be another's."""
        self.over = True
        return socket.socket(fileno=self.tls.detach())


Behaviour = Callable[[Wire, Asked], None]


def reply(status: int = 200, body: object = None, **headers: str) -> Behaviour:
    """A whole answer; `body` is bytes as they are, or a value for JSON. Underscores in header names mean hyphens."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Fake", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    return lambda wire, asked: wire.send(head + data)


def graph_error(status: int, code: str = "", message: str = "", **headers: str) -> Behaviour:
    """An error in Graph's form."""
    return reply(status, {"error": {"code": code, "message": message}}, **headers)


def reset(wire: Wire, asked: Asked) -> None:
    """The connection is cut after the request was read."""
    wire.reset()


def close(wire: Wire, asked: Asked) -> None:
    """The connection ends, without an answer."""
    wire.bare().close()


def garbage(wire: Wire, asked: Asked) -> None:
    """Bytes that are no TLS, on a connection that was: what a broken middlebox does after the request was sent."""
    bare = wire.bare()
    bare.sendall(b"\x17\x03\x03\x00\x20" + b"\0" * 32)
    time.sleep(0.05)
    bare.close()


def hang(wire: Wire, asked: Asked) -> None:
    """No answer at all."""
    wire.closing.wait(30)


def drip(head: bytes, *, every: float = 0.05, byte: bytes = b" ") -> Behaviour:
    """An answer that begins and then comes byte by byte, for ever."""

    def play(wire: Wire, asked: Asked) -> None:
        wire.send(head)
        while not wire.closing.wait(every):
            wire.send(byte)

    return play


def truncated(wire: Wire, asked: Asked) -> None:
    """Half an answer, then the end of the connection."""
    wire.send(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"id":')
    wire.bare().close()


class FakeMicrosoft:
    """Sign-in and Graph on one TLS port of loopback. What comes next is scripted: `graph` and `sign_in` are queues of
    behaviours; with nothing queued sign-in lets everybody in and Graph answers `{}`.
    """

    def __init__(self, folder: Path) -> None:
        self.graph: list[Behaviour] = []
        self.discovery: list[Behaviour] = []
        self.sign_in: list[Behaviour] = []
        self.asked: list[Asked] = []
        self.claims: dict[str, Any] = {"roles": ["User.Read.All"], "wids": [], "app_displayname": "Fake app"}
        self.refuse_connections = False
        self._open: list[ssl.SSLSocket] = []
        self._tokens = itertools.count(1)
        self._connections = itertools.count(1)
        ca_file, server_file = certificates.ensure(folder)
        self.ca_bundle = str(ca_file)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(server_file)
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def origin(self) -> str:
        return f"https://localhost:{self._listener.getsockname()[1]}"

    @property
    def to_graph(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.startswith("/v1.0")]

    @property
    def to_sign_in(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == "POST" and "/oauth2/" in asked.path]

    def registration(self, **changes: Any) -> Registration:
        """An app registration of this tenant; `secret` may be given as text."""
        secret = changes.pop("secret", "the-secret-value")
        endpoints = Endpoints(self.origin, f"{self.origin}/v1.0", "https://graph.microsoft.com", known=False)
        values: dict[str, Any] = {"ca_bundle": self.ca_bundle, "endpoints": endpoints, "tenant_id": TENANT, **changes}
        return Registration(client_id="99999999-8888-7777-6666-555555555555", secret=lambda: secret, **values)

    def hang_up(self) -> None:
        """End every connection that is open, and wait until the peers can know."""
        for tls in self._open:
            with contextlib.suppress(OSError):
                tls.shutdown(socket.SHUT_RDWR)
        time.sleep(0.05)

    def close(self) -> None:
        self._closing.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                bare, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(bare, next(self._connections)), daemon=True).start()

    def _serve(self, bare: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self.refuse_connections:
                bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                bare.close()
                return
            bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            tls = self._context.wrap_socket(bare, server_side=True)
            self._open.append(tls)
            with tls.makefile("rb") as stream:
                for asked in _requests(stream, number):
                    self.asked.append(asked)
                    wire = Wire(tls, self._closing)
                    self._behaviour(asked)(wire, asked)
                    if wire.over:
                        return

    def _behaviour(self, asked: Asked) -> Behaviour:
        if asked.path.startswith("/v1.0"):
            return self.graph.pop(0) if self.graph else reply(200, {})
        if asked.method == "GET":
            return self.discovery.pop(0) if self.discovery else self._discover()
        return self.sign_in.pop(0) if self.sign_in else reply(200, self._token())

    def _discover(self) -> Behaviour:
        base = f"{self.origin}/{TENANT}/oauth2/v2.0"
        return reply(200, {"authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token"})

    def _token(self) -> dict[str, Any]:
        claims = {**self.claims, "jti": next(self._tokens)}
        payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
        return {"token_type": "Bearer", "expires_in": 3599, "access_token": f"head.{payload}.signature"}


def _requests(stream: Any, number: int) -> Iterator[Asked]:
    while line := stream.readline():
        method, path, _ = line.decode().split(" ", 2)
        headers = {}
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        yield Asked(method, path, headers, stream.read(int(headers.get("content-length", 0))), number)
