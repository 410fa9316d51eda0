"""What a Graph handler is given: the request, who makes it, the path's parts, and the tenant it is made to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from neurons_admin.demo.odata import GraphError, bad_request, not_found
from neurons_admin.demo.people import User
from neurons_admin.demo.policy import Caller, require
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Json, Request, iso

_LINK_SAFE = "$,()'"


@dataclass(frozen=True)
class Call:
    """One authenticated Graph request."""

    tenant: Tenant
    request: Request
    caller: Caller
    parts: Mapping[str, str]

    @property
    def query(self) -> Mapping[str, str]:
        """The query parameters."""
        return self.request.query

    @property
    def now(self) -> str:
        """The time of the request, as Graph writes it."""
        return iso(self.request.received)

    def require(self, permissions: Iterable[str]) -> None:
        """403 unless one of `permissions` was granted."""
        require(self.caller, permissions)

    def user(self) -> User:
        """The live user that the path names, 404 otherwise."""
        user = self.tenant.directory.user(self.parts["user"])
        if user is None:
            raise not_found(self.parts["user"])
        return user

    def context(self, what: str) -> str:
        """The value of `@odata.context`."""
        return f"{self.tenant.graph_url}/$metadata#{what}"

    def link(self, path: str, **parameters: str) -> str:
        """An absolute link into this Graph; parameter names are given without their `$`."""
        query = "&".join(f"${name}={quote(value, safe=_LINK_SAFE)}" for name, value in parameters.items())
        return f"{self.tenant.graph_url}/{path}?{query}"

    def place(self) -> int:
        """Where in a listing this page begins: 0, or what `next_link` was given. 400 for a link that is too old."""
        token = self.query.get("$skiptoken")
        if token is None:
            return 0
        kept = self.unseal(token)
        if kept is None or kept.get("generation") != self.tenant.directory.generation:
            raise expired_page()
        return int(kept["from"])

    def next_link(self, path: str, place: int) -> str:
        """The link to the page that begins at `place`, with the parameters of this one."""
        kept = {name[1:]: value for name, value in self.query.items() if name != "$skiptoken" and name.startswith("$")}
        token = self.seal({"generation": self.tenant.directory.generation, "from": place})
        return self.link(path, **kept, skiptoken=token)

    def seal(self, value: Json) -> str:
        """An opaque token for a link."""
        return self.tenant.seal.close(value, self.request.received)

    def unseal(self, token: str) -> Json | None:
        """What an opaque token holds; None when it is too old."""
        return self.tenant.seal.open(token, self.request.received)


def unsupported(parameters: Mapping[str, str], *names: str) -> None:
    """400 for query parameters that this resource does not have."""
    for name in names:
        if name in parameters:
            raise bad_request(f"'{name}' is not supported by the service.", "Request_UnsupportedQuery")


def expired_page() -> GraphError:
    """400: the listing must be begun again."""
    return bad_request("The specified page token value has expired and can no longer be included in your request.",
                       "Directory_ExpiredPageToken")  # fmt: skip
