"""One fault: which requests it lies in wait for, how often it strikes, and what it does to them."""

import re
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import unquote

from neurons_admin.demo.faults.kinds import ENDPOINTS, ONLY_GRAPH, FaultError, options_of
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import GRAPH_PATH, Endpoint, Json, Request

_WHERE = ("method", "path", "app", "endpoint")
_METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE")


@dataclass(frozen=True)
class Where:
    """The requests that a fault is meant for; what is None does not matter.

    `path` is a glob, below /v1.0 for Graph and whole for sign-in: `*` stands for a part between two slashes, `**` for
    anything. `app` is the key of an app registration.
    """

    endpoint: Endpoint = "graph"
    method: str | None = None
    path: str | None = None
    app: str | None = None
    _pattern: re.Pattern[str] | None = field(default=None, compare=False)

    @classmethod
    def parse(cls, given: Any, apps: Iterable[str]) -> "Where":
        """What a description says under `where`; FaultError where it makes no sense."""
        if not isinstance(given, dict):
            raise FaultError('Say where by an object, for example {"method": "PATCH", "path": "/users/*"}.')
        for name, value in given.items():
            if name not in _WHERE:
                raise FaultError(f"There is no {name} in where; it knows {', '.join(_WHERE)}.")
            if not isinstance(value, str | None):
                raise FaultError(f"In where, {name} must be a text.")
        endpoint, method = given.get("endpoint") or "graph", (given.get("method") or "").upper() or None
        path, app = given.get("path"), given.get("app")
        if endpoint not in ENDPOINTS:
            raise FaultError(f"The endpoint must be one of {', '.join(ENDPOINTS)}.")
        if method is not None and method not in _METHODS:
            raise FaultError(f"The method must be one of {', '.join(_METHODS)}.")
        if path is not None and not path.startswith(("/", "**")):
            raise FaultError("The path must begin with a slash or with **.")
        if app is not None and (app not in apps or endpoint == "discovery"):
            raise FaultError(
                "The app must be one of this tenant, by its key; discovery is asked by nobody in particular."
            )
        return cls(endpoint, method, path, app, None if path is None else _compiled(path))

    def fits(self, request: Request, app: str | None) -> bool:
        """Whether this request of this app is meant."""
        if request.endpoint != self.endpoint or self.method not in {None, request.method}:
            return False
        if self.app not in {None, app}:
            return False
        return self._pattern is None or self._pattern.fullmatch(_path(request)) is not None

    def as_json(self) -> Json:
        """The same as it was described, the endpoint always included."""
        return {name: getattr(self, name) for name in _WHERE if getattr(self, name) is not None}


@dataclass
class Fault:
    """One order to misbehave. Used under the lock of the store that keeps it (`store.Faults`)."""

    id: str
    kind: str
    where: Where
    options: Json
    times: int | None
    chance: float
    random: Random
    ends: float | None = None
    """When it is over by itself, on the monotonic clock."""
    replica: Tenant | None = None
    """The tenant as it was when the fault was set, where reads are to be stale."""
    hits: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    """Set when the fault is taken away: everything that waits because of it goes on."""

    @classmethod
    def parse(cls, number: int, given: Json, tenant: Tenant) -> "Fault":
        """The fault that a description asks for; FaultError, with a plain sentence, where it cannot be one."""
        kind = given.get("kind")
        options = options_of(kind, given)
        where = Where.parse(given.get("where") or {}, [app.key for app in tenant.apps])
        if kind in ONLY_GRAPH and where.endpoint != "graph":
            raise FaultError(f"A fault of the kind {kind} is for Graph only.")
        if kind == "stale" and where.method not in {None, "GET"}:
            raise FaultError("Only GET can be stale.")
        times, chance, seed = given.get("times"), given.get("chance", 1), given.get("seed", number)
        if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
            raise FaultError("times must be a whole number from 1 on, or null for as long as the fault stands.")
        if isinstance(chance, bool) or not isinstance(chance, int | float) or not 0 <= chance <= 1:
            raise FaultError("chance must be a number from 0 to 1.")
        if not isinstance(seed, int):
            raise FaultError("seed must be a whole number.")
        fault = cls(f"f{number}", str(kind), where, options, times, chance, Random(seed))
        if kind == "stale":
            fault.ends, fault.replica = time.monotonic() + options["seconds"], tenant.as_of_now()
        return fault

    def strikes(self, request: Request, app: str | None) -> bool:
        """Whether it strikes this request; if so, that is counted."""
        if not self.where.fits(request, app) or (self.replica is not None and request.method != "GET"):
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        if self.ends is not None and time.monotonic() >= self.ends:
            return False
        if self.chance < 1 and self.random.random() >= self.chance:
            return False
        self.hits += 1
        return True

    def as_json(self) -> Json:
        """The description with everything that was left out, and how often it has struck."""
        head = {"id": self.id, "kind": self.kind, "where": self.where.as_json()}
        return head | {"times": self.times, "chance": self.chance, **self.options, "hits": self.hits}


def _path(request: Request) -> str:
    path = unquote(request.path)
    path = path.removeprefix(GRAPH_PATH) if request.endpoint == "graph" else path
    return path.rstrip("/") or "/"


def _compiled(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*|\*)", glob)
    meaning = {"**": ".*", "*": "[^/]*"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.IGNORECASE | re.DOTALL)
