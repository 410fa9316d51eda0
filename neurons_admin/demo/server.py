"""The wire: HTTP/1.1 over TLS on loopback, one thread a connection, and the starter that others use.

with running(folder) as tenant:
    requests.get(tenant["graph_url"] + "/users", verify=tenant["ca_bundle"], ...)
"""

import contextlib
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from neurons_admin.demo import certificates
from neurons_admin.demo.application import CONTROL_PATH, Application, Observer
from neurons_admin.demo.faults.delivery import deliver
from neurons_admin.demo.tenant import Settings, Tenant
from neurons_admin.demo.wire import Json, Request, Response

_LARGEST_BODY = 4 * 1024 * 1024
_PUBLIC_APPS = ("sign_in", "read", "act", "full", "weak", "expired", "noconsent", "disabled", "absent", "blocked")


class Handler(BaseHTTPRequestHandler):
    """Reads one request, asks the application, writes one answer; stays for the next."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 600
    server: "Server"

    def handle(self) -> None:
        """Serve until the peer goes away; how it goes is no concern of ours."""
        with contextlib.suppress(OSError):
            super().handle()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdigit() or int(length) > _LARGEST_BODY:
            self.close_connection = True
            self._write(Response.json({"error": "The request body is too large."}, 413))
            return
        if "Transfer-Encoding" in self.headers:
            self.close_connection = True
            self._write(Response.json({"error": "A request body needs a Content-Length."}, 411))
            return
        body = self.rfile.read(int(length))
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._write(self.server.application.answer(Request(self.command, path, query, headers, body)))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - names that http.server looks for

    def _write(self, response: Response) -> None:
        """One buffer, one send: head and body together. Unless the answer is to be handed over wrongly."""
        if response.delivery is not None:
            self.close_connection = True
        body = b"" if self.command == "HEAD" else response.body
        if response.delivery is None:
            self.wfile.write(self._head(response) + body)
        else:
            deliver(self.connection, response.delivery, self._head(response), body)

    def _head(self, response: Response) -> bytes:
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('', ''))[0]}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items()]
        lines.append(f"Date: {self.date_time_string()}")
        if response.body:
            lines.append(f"Content-Type: {response.content_type}")
        if response.status != 204:
            lines.append(f"Content-Length: {len(response.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing; the journal knows."""


class Server(ThreadingHTTPServer):
    """The listening socket. TLS handshakes happen in the connection's own thread, so a slow peer holds up nobody."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    application: Application

    def __init__(self, port: int, server_pem: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(server_pem)
        self._open: set[socket.socket] = set()

    @property
    def origin(self) -> str:
        """The address that clients use."""
        return f"https://localhost:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection and put TLS on it, without a handshake yet."""
        plain, address = self.socket.accept()
        plain.settimeout(Handler.timeout)
        return self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands and serve, in the connection's thread."""
        self._open.add(request)
        try:
            request.do_handshake()
            super().finish_request(request, client_address)
        except OSError:
            return
        finally:
            self._open.discard(request)

    def close_connections(self) -> None:
        """Hang up on everybody."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def running(
    folder: Path | str,
    *,
    port: int = 0,
    users: int = 200,
    seed: int = 1,
    settings: Settings | None = None,
    control: bool = True,
    faults: bool = False,
    observers: tuple[Observer, ...] = (),
) -> Iterator[Json]:
    """A tenant that serves on a thread of this process while the block runs; gives what `tenant.json` says.

    `faults` opens the fault kit, and the control endpoints with it. `observers` are called with each request and the
    tenant's own answer to it, before it is sent, or when a late effect happens; not with what a fault answers instead.
    """
    control = control or faults
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tenant.json").unlink(missing_ok=True)
    ca_file, server_file = certificates.ensure(folder)
    with Server(port, server_file) as server:
        tenant = Tenant(folder, server.origin, users=users, seed=seed, settings=settings or Settings())
        server.application = Application(tenant, control=control, faults=faults, observers=observers)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="demo-tenant", daemon=True)
        thread.start()
        try:
            description = describe(tenant, ca_file, control=control)
            write_description(folder, description)
            yield description
        finally:
            server.shutdown()
            thread.join()
            server.application.close()
            server.close_connections()
            tenant.close()


def describe(tenant: Tenant, ca_file: Path, *, control: bool) -> Json:
    """What others need to know in order to use this tenant: the content of `tenant.json`."""
    return {
        "authority_url": tenant.authority,
        "graph_url": tenant.graph_url,
        "ca_bundle": str(ca_file.resolve()),
        "control_url": f"{tenant.authority}{CONTROL_PATH}" if control else None,
        "tenant_id": tenant.id,
        "tenant_domain": tenant.domains[0],
        "pid": os.getpid(),
        "apps": {key: tenant.apps[key].public for key in _PUBLIC_APPS},
        "people": tenant.people(),
    }


def write_description(folder: Path, description: Json) -> None:
    """Write `tenant.json` at once and whole, readable by its owner alone."""
    temporary = folder / f"tenant.json.{os.getpid()}"
    temporary.touch(mode=0o600)
    temporary.write_text(json.dumps(description, indent=1))
    temporary.replace(folder / "tenant.json")
