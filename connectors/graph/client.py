"""The two clients: one that can only read, and one that may also write.

Both make exactly one HTTP request for one call (two when Graph does not know the token), never follow a redirect, and
never send the token anywhere but to the configured Graph.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests

from . import tokens
from .answers import Answer, json_of, raise_for
from .calls import Call
from .errors import GraphError, OutcomeUnknown, Refused, TryLater, WriteForbidden
from .registration import Registration
from .wire import Session, never_left, read_whole

USER_AGENT = "NeuronsAdmin"

OnCall = Callable[[Call], None]


class Reader:
    """Reads from Microsoft Graph. `on_call` is given the record of every exchange, the failed ones too."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET"})

    def __init__(self, registration: Registration, on_call: OnCall | None = None) -> None:
        self.registration = registration
        self.on_call = on_call

    def get(self, path: str, *, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """GET a path below the Graph root, or a whole link that Graph gave. Raises GraphError."""
        return self.exchange("GET", path, headers=headers)

    def pages(self, link: str, *, headers: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """The page at `link` and those that follow it, by Graph's own links. Raises GraphError at any page."""
        while link:
            page = self.get(link, headers=headers)
            yield page
            link = str(page.get("@odata.nextLink", ""))

    def grant(self) -> tokens.Grant:
        """What the token in use grants. Raises CredentialRefused or TryLater; never sends anything to Graph."""
        return tokens.grant_for(self.registration)

    def exchange(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """One call. A 401 gets one new token and one more try; anything else is the caller's to repeat."""
        if method not in self.methods:
            raise WriteForbidden(f"This credential is for reading: {method} was not sent.", code="write_forbidden")
        url = self._url(path)
        answer = self._send(method, url, body, headers)
        if answer.status == 401:
            tokens.forget(self.registration)
            answer = self._send(method, url, body, headers)
        raise_for(answer)
        return json_of(answer)

    def _url(self, path: str) -> str:
        root = self.registration.endpoints.graph
        if path.startswith("/"):
            return root + path
        if urlsplit(path)[:2] != urlsplit(root)[:2]:
            raise Refused("Microsoft's answer pointed to another host. It was not followed.", code="foreign_link")
        return path

    def _send(self, method: str, url: str, body: dict[str, Any] | None, headers: dict[str, str] | None) -> Answer:
        client_request_id = str(uuid.uuid4())
        all_headers = {
            "Authorization": f"Bearer {tokens.token_for(self.registration)}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
            "client-request-id": client_request_id,
            **(headers or {}),
        }
        started, clock = datetime.now(UTC), time.monotonic()
        answer: Answer | None = None
        failure: GraphError | None = None
        try:
            with _session(self.registration).request(
                method, url, json=body, headers=all_headers, stream=True
            ) as response:
                answer = Answer(method, response.status_code, response.headers, read_whole(response))
        except requests.RequestException as exc:
            failure = _failure(method, exc)
        if self.on_call:
            path = urlsplit(url)
            self.on_call(
                Call(
                    method=method,
                    path=path.path + (f"?{path.query}" if path.query and "token" not in path.query else ""),
                    status=answer.status if answer else None,
                    request_id=answer.request_id if answer else "",
                    client_request_id=client_request_id,
                    started_at=started,
                    milliseconds=round((time.monotonic() - clock) * 1000),
                    error_code=answer.code if answer else failure.code if failure else "",
                )
            )
        if answer is None:
            raise failure or TryLater("No answer.")
        return answer


class Graph(Reader):
    """Reads and writes. Made only for acting, with the Action Credentials."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})

    def write(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One change. Raises Refused (nothing changed), TryLater (nothing changed) or OutcomeUnknown (perhaps changed)."""
        return self.exchange(method, path, body)


def open_reader(registration: Registration, on_call: OnCall | None = None) -> Reader:
    """A client that cannot write."""
    return Reader(registration, on_call)


def open_graph(registration: Registration, on_call: OnCall | None = None) -> Graph:
    """A client that may write."""
    return Graph(registration, on_call)


def _failure(method: str, exc: requests.RequestException) -> GraphError:
    if never_left(exc):
        return TryLater("Microsoft Graph could not be reached from this server.", code="graph_unreachable")
    if method == "GET":
        return TryLater("Microsoft Graph did not answer.", code="no_answer")
    return OutcomeUnknown(
        "Microsoft Graph was asked and did not answer: the change may or may not have been made.", code="no_answer"
    )


_sessions = threading.local()


def _session(registration: Registration) -> Session:
    """This thread's keep-alive session for a Graph host; `requests` does not promise that threads may share one."""
    kept: dict[tuple[str, str, str], Session] = _sessions.__dict__.setdefault("kept", {})
    key = (registration.endpoints.graph, registration.ca_bundle, registration.proxy)
    if key not in kept:
        kept[key] = Session(ca_bundle=registration.ca_bundle, proxy=registration.proxy)
    return kept[key]
