"""The two clients: one that can only read, and one that may also write.

Both make exactly one HTTP request for one call (two when Graph does not know the token), never follow a redirect, and
never send the token anywhere but to the configured Graph.
"""

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from . import tokens, wire
from .answers import Answer, json_of, raise_for
from .calls import Call
from .errors import Busy, GraphError, OutcomeUnknown, Refused, TryLater, WriteForbidden
from .registration import Registration

USER_AGENT = "NeuronsAdmin"
# After a 401 the second try begins only this soon: whoever asked us holds a lease that runs out.
PATIENCE = 20.0
# Rounds of changes have empty pages at times; nobody has seen this many in a row.
MOST_EMPTY_PAGES = 1000
_MEMBER = re.compile(r"/members/[^/]+/?$")

OnCall = Callable[[Call], None]


@dataclass(frozen=True)
class _Ask:
    """One request, without its token."""

    method: str
    url: str
    body: dict[str, Any] | None
    headers: Mapping[str, str]
    client_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))


class Reader:
    """Reads from Microsoft Graph. `on_call` is given the record of every exchange, the failed ones too."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET"})

    def __init__(self, registration: Registration, on_call: OnCall | None = None) -> None:
        self.registration = registration
        self.on_call = on_call

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """GET a path below the Graph root, or a whole link that Graph gave. Raises GraphError."""
        return self.exchange("GET", path, headers=headers)

    def pages(self, link: str, *, headers: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """The page at `link` and those that follow it, by Graph's own links. Raises GraphError at any page.

        Refused is raised of a list that has no end: links that come again, or MOST_EMPTY_PAGES in a row.
        """
        followed, empty = set(), 0
        while link:
            if link in followed:
                raise Refused("Microsoft Graph's pages lead round in a circle: this list has no end.", code="circle")
            followed.add(link)
            page = self.get(link, headers=headers)
            empty = 0 if page.get("value") else empty + 1
            yield page
            if empty >= MOST_EMPTY_PAGES:
                raise Refused(
                    f"Microsoft Graph gave {empty:,} empty pages in a row: this list seems to have no end.",
                    code="no_end",
                )
            link = str(page.get("@odata.nextLink", ""))

    def grant(self, *, fresh: bool = False) -> tokens.Grant:
        """What the token in use grants, or a new one. Raises CredentialRefused or Busy; sends nothing to Graph."""
        if fresh:
            tokens.renew(self.registration)
        return tokens.grant_for(self.registration)

    def exchange(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One call. A 401 gets one new token and one more try; anything else is the caller's to repeat."""
        if method not in self.methods:
            raise WriteForbidden(f"This credential is for reading: {method} was not sent.", code="write_forbidden")
        url, started = self._url(path), time.monotonic()
        answer = self._send(_Ask(method, url, body, headers or {}))
        if answer.status == 401:
            tokens.renew(self.registration)
            tokens.token_for(self.registration)
            if time.monotonic() - started > PATIENCE * self.registration.pace:
                raise Busy("A new token took too long to get.", code="slow_sign_in")
            answer = self._send(_Ask(method, url, body, headers or {}))
        raise_for(answer)
        return json_of(answer)

    def _url(self, path: str) -> str:
        root = self.registration.endpoints.graph
        if path.startswith("/"):
            return root + path
        if urlsplit(path)[:2] != urlsplit(root)[:2]:
            raise Refused("Microsoft's answer pointed to another host. It was not followed.", code="foreign_link")
        return path

    def _send(self, ask: _Ask) -> Answer:
        token = tokens.token_for(self.registration)
        started, clock = datetime.now(UTC), time.monotonic()
        outcome = self._try(ask, token)
        if self.on_call:
            self.on_call(self._record(ask, outcome, started, time.monotonic() - clock))
        if isinstance(outcome, GraphError):
            raise outcome
        return outcome

    def _try(self, ask: _Ask, token: str) -> Answer | GraphError:
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
            "client-request-id": ask.client_request_id,
            **ask.headers,
        }
        try:
            return wire.exchange(_session(self.registration), ask.method, ask.url, headers=headers, json=ask.body)
        except wire.NoAnswer as exc:
            return _without_answer(ask.method, exc)

    def _record(self, ask: _Ask, outcome: Answer | GraphError, started: datetime, seconds: float) -> Call:
        url = urlsplit(ask.url)
        # Links to pages carry tokens in their query; what was asked for first does not.
        query = f"?{url.query}" if url.query and "token" not in url.query.lower() else ""
        return Call(
            method=ask.method,
            path=url.path + query,
            status=outcome.status,
            request_id=outcome.request_id,
            client_request_id=ask.client_request_id,
            started_at=started,
            milliseconds=round(seconds * 1000),
            error_code=outcome.code,
            client_id=self.registration.client_id,
        )


class Graph(Reader):
    """Reads and writes. Made only for acting, with the Action Credentials."""

    methods: ClassVar[frozenset[str]] = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})

    def write(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, refers_to: str = ""
    ) -> dict[str, Any]:
        """One change. Raises Refused or TryLater (nothing was changed) or OutcomeUnknown (perhaps it was).

        `refers_to` is a path below the Graph root, for a body that names another object of the same cloud.
        """
        if method == "DELETE" and _MEMBER.search(path):
            # Without `/$ref` Graph deletes the member itself: https://learn.microsoft.com/graph/api/group-delete-members
            raise WriteForbidden("This would delete the person, not the membership.", code="write_forbidden")
        if refers_to:
            body = {"@odata.id": self.registration.endpoints.graph + refers_to}
        return self.exchange(method, path, body)


def open_reader(registration: Registration, on_call: OnCall | None = None) -> Reader:
    """A client that cannot write."""
    return Reader(registration, on_call)


def open_graph(registration: Registration, on_call: OnCall | None = None) -> Graph:
    """A client that may write."""
    return Graph(registration, on_call)


def _without_answer(method: str, exc: wire.NoAnswer) -> GraphError:
    """What it means that no whole answer came."""
    if not exc.left:
        return Busy("Microsoft Graph could not be reached from this server.", code="graph_unreachable")
    if method == "GET":
        return TryLater("Microsoft Graph did not answer.", code="no_answer")
    return OutcomeUnknown(
        "Microsoft Graph was asked and did not answer: the change may or may not have been made.", code="no_answer"
    )


_sessions = threading.local()


def _session(registration: Registration) -> wire.Session:
    """This thread's keep-alive session for a Graph host; `requests` does not promise that threads may share one."""
    kept: dict[tuple[str, str, str], wire.Session] = _sessions.__dict__.setdefault("kept", {})
    key = (registration.endpoints.graph, registration.ca_bundle, registration.proxy)
    if key not in kept:
        kept[key] = wire.Session(ca_bundle=registration.ca_bundle, proxy=registration.proxy, pace=registration.pace)
    return kept[key]
