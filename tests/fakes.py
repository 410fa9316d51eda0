"""Stand-ins at our own seams: a directory behind a Graph client, pages behind a reader, a doorbell, a death."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from connectors.graph import Call, Grant, NotThere
from people.tasks import TASK
from tests.microsoft import TENANT


def user_in(path: str) -> str:
    """The object id in `/users/{id}...`."""
    return urlsplit(path).path.split("/")[2]


class Bell:
    """A doorbell that notes who was rung for; `broken` as when the broker is away."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, Any]] = []
        self.broken = False

    def ring(self, task: str, row_id: Any) -> bool:
        if not self.broken:
            self.rung.append((task, row_id))
        return not self.broken

    @property
    def runs(self) -> list[Any]:
        """The runs that were rung for."""
        return [row_id for task, row_id in self.rung if task == TASK]


class Crash(BaseException):
    """Stands for the death of the process: nothing may catch it."""


@dataclass
class FakeDirectory:
    """One directory as a worker sees it through `FakeGraph`. Scripts are used up from the front.

    `reads`: an exception to raise, or a state to answer with (a lagging one). `writes`: an exception raised instead of
    the change, or `after(exception)`, raised once the change was made.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    grant: Grant = field(default_factory=lambda: Grant("Contoso act", TENANT, (), ()))
    fresh_grant: Grant | None = None
    sign_ins: list[BaseException] = field(default_factory=list)
    reads: list[Any] = field(default_factory=list)
    writes: list[Any] = field(default_factory=list)
    written: list[tuple[str, str, Any]] = field(default_factory=list)
    applied: list[tuple[str, str, Any]] = field(default_factory=list)
    password: str = ""
    # What `transitiveMemberOf` tells of somebody, by object id.
    standing: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def apply(self, method: str, path: str, body: dict[str, Any] | None) -> None:
        self.applied.append((method, path, body))
        user = self.users[user_in(path)]
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        changes = dict(body or {})
        if profile := changes.pop("passwordProfile", None):
            self.password = profile["password"]
            user["lastPasswordChangeDateTime"] = now
        if path.endswith("/revokeSignInSessions"):
            user["signInSessionsValidFromDateTime"] = now
        user.update(changes)


@dataclass(frozen=True)
class after:  # noqa: N801 - reads as a word in a script
    """The change is made, then this is raised."""

    error: BaseException


class FakeGraph:
    """What `Connector.graph_for_acting` gives, on a FakeDirectory. `on_call` is called as by the real one."""

    def __init__(self, directory: FakeDirectory, on_call: Callable[[Call], None] | None = None) -> None:
        self.directory = directory
        self.on_call = on_call

    def grant(self, *, fresh: bool = False) -> Grant:
        if self.directory.sign_ins:
            raise self.directory.sign_ins.pop(0)
        return (self.directory.fresh_grant if fresh else None) or self.directory.grant

    def get(self, path: str, **_: Any) -> dict[str, Any]:
        outcome = self.directory.reads.pop(0) if self.directory.reads else None
        self._note("GET", path, outcome)
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome is not None:
            return dict(outcome)
        user = self.directory.users.get(user_in(path))
        if user is None:
            raise NotThere("This person is no longer in the directory.", code="Request_ResourceNotFound", status=404)
        return deepcopy(user)

    def pages(self, link: str, **_: Any) -> Iterator[dict[str, Any]]:
        self._note("GET", link, None)
        yield {"value": deepcopy(self.directory.standing.get(user_in(link), []))}

    def write(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, refers_to: str = ""
    ) -> dict[str, Any]:
        body = {"@odata.id": f"https://graph.example/v1.0{refers_to}"} if refers_to else body
        outcome = self.directory.writes.pop(0) if self.directory.writes else None
        self.directory.written.append((method, path, body))
        if outcome is None or isinstance(outcome, after):
            self.directory.apply(method, path, body)
            outcome = outcome.error if outcome else None
        if isinstance(outcome, Crash):
            raise outcome
        self._note(method, path, outcome)
        if outcome is not None:
            raise outcome
        return {}

    def _note(self, method: str, path: str, outcome: Any) -> None:
        if self.on_call is None or isinstance(outcome, Crash):
            return
        failed = isinstance(outcome, BaseException)
        self.on_call(
            Call(
                method=method,
                path=path,
                status=getattr(outcome, "status", None) if failed else 200,
                request_id="graph-request-id",
                client_request_id="ours",
                started_at=datetime.now(UTC),
                milliseconds=1,
                error_code=getattr(outcome, "code", "") if failed else "",
            )
        )


FIRST_LINKS = {
    "/users/delta": "first",
    "/groups/delta": "groups",
    "/subscribedSkus": "licences",
    "/directoryRoles": "roles",
    "/devices": "devices",
}
_NO_CHANGES: dict[str, Any] = {"value": [], "@odata.deltaLink": "groups-nothing"}
NOTHING: dict[str, Any] = {
    "groups": _NO_CHANGES,
    "groups-nothing": _NO_CHANGES,
    **{key: {"value": []} for key in ("licences", "roles", "devices")},
}


class FakeReader:
    """What `Connector.graph_for_sync` gives, on scripted pages by link; an exception in place of a page is raised.

    The first page of people is called `first`, that of another stream as the stream is; of one without a script there
    is nothing. `pages` may be changed while it is read. `asked` are the links that were followed.
    """

    def __init__(self, pages: dict[str, Any], first: str = "") -> None:
        self.scripted = pages
        self.first = first
        self.asked: list[str] = []
        self.on_call: Callable[[Call], None] | None = None

    def pages(self, link: str, **_: Any) -> Iterator[dict[str, Any]]:
        while link:
            path = link.split("?", maxsplit=1)[0]
            key = FIRST_LINKS.get(path, path)
            if key in NOTHING and key not in self.scripted:
                yield NOTHING[key]
                return
            self.asked.append(key)
            page = self.scripted[key]
            if self.on_call:
                failed = isinstance(page, BaseException)
                self.on_call(
                    Call(
                        "GET", f"/v1.0{path}", 500 if failed else 200, "r", "c", datetime.now(UTC), 1,
                        getattr(page, "code", ""),
                    )
                )  # fmt: skip
            if isinstance(page, BaseException):
                raise page
            yield page
            link = page.get("@odata.nextLink", "")
