"""What passes between the wire and the tenant: one request in, one response out. No sockets, no rules."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl

Json = dict[str, Any]
Endpoint = Literal["graph", "token", "discovery"]
GRAPH_PATH = "/v1.0"

GRAPH_JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(value: object) -> bytes:
    """The compact UTF-8 form of a JSON value."""
    return _encode(value).encode()


def iso(moment: datetime | float) -> str:
    """A point in time as Graph writes it: `2026-01-02T03:04:05Z`."""
    when = moment if isinstance(moment, datetime) else datetime.fromtimestamp(moment, UTC)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Request:
    """One HTTP request as it arrived. `path` is still percent-encoded; header names are lower case."""

    method: str
    path: str
    query_string: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    received: float = field(default_factory=time.time)

    @property
    def endpoint(self) -> Endpoint:
        """Which part of Microsoft is asked; all of sign-in that gives no tokens counts as discovery."""
        if self.path.startswith(f"{GRAPH_PATH}/"):
            return "graph"
        return "token" if self.path.endswith("/oauth2/v2.0/token") else "discovery"

    @property
    def query(self) -> dict[str, str]:
        """The query parameters, decoded; of a repeated one the last."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """The fields of an `application/x-www-form-urlencoded` body."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def client_request_id(self) -> str:
        """The caller's own id for this request, or ours where the caller sent none."""
        return self.headers.get("client-request-id") or self.id


@dataclass(frozen=True)
class Delivery:
    """How the wire is to hand over an answer wrongly; the connection is over afterwards.

    `reset` and `hang` send nothing, `drip` sends byte by byte, `cut` leaves the body's second half away. `seconds` is
    the length of the hang, or the pause before each byte. `released` ends every wait early; `ended` is called at last.
    """

    way: Literal["reset", "hang", "drip", "cut"]
    released: threading.Event
    ended: Callable[[], None]
    seconds: float = 0
    part: Literal["head", "body"] = "body"


@dataclass(frozen=True)
class Response:
    """One HTTP answer; `Content-Length` and `Date` are added by the wire. `delivery` is for faults alone."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json; charset=utf-8"
    delivery: Delivery | None = None

    @classmethod
    def json(cls, value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> "Response":
        """A plain JSON answer, as the sign-in service and the control endpoints give it."""
        return cls(status, to_json(value), headers or {})
