"""Microsoft Graph's manners: the error object, `$select`, `$top`, the header `Prefer`, and response headers."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from neurons_admin.demo.wire import GRAPH_JSON, Json, Request, Response, to_json

MAX_PAGE = 999
_PREFER_PAGE_SIZE = re.compile(r"odata\.maxpagesize\s*=\s*\"?(\d{1,6})\"?", re.IGNORECASE)


_COMMON_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store, no-cache",
}
_GRAPH_HEADERS = {
    **_COMMON_HEADERS,
    "OData-Version": "4.0",
    "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Demo","Slice":"E","Ring":"5","RoleInstance":"DEMO0001"}}',
}


class GraphError(Exception):
    """An answer that is no success: HTTP status, Graph's code and message, and extra response headers."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.inner: Json = {}


def bad_request(message: str, code: str = "Request_BadRequest") -> GraphError:
    """400: the request itself is wrong."""
    return GraphError(400, code, message)


def invalid_property(name: str) -> GraphError:
    """400: a property that does not exist or that nobody may write."""
    return bad_request(f"Invalid property '{name}'.")


def denied() -> GraphError:
    """403. Graph never says whether a permission, a role or the target's own rank is to blame."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def not_found(key: str) -> GraphError:
    """404: the object, or a reference of it, is not there (or not yet)."""
    text = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)


def mastered_on_premises() -> GraphError:
    """400: an on-premises directory is the object's master."""
    return bad_request(
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
        "currently undergoing migration."
    )


def unauthorized(message: str, code: str = "InvalidAuthenticationToken", *, authority: str = "") -> GraphError:
    """401, with the challenge header that Graph sends along."""
    host = authority or "https://login.microsoftonline.com"
    challenge = (
        f'Bearer realm="", authorization_uri="{host}/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
    return GraphError(401, code, message, {"WWW-Authenticate": challenge})


def too_many_requests(retry_after: int | None, *, app_id: str, tenant_id: str, writes: bool = False) -> GraphError:
    """429 with Graph's two layers of codes; without `retry_after` the header is left out, as risk detection does."""
    error = GraphError(429, "TooManyRequests", "Please retry again later.")
    error.headers = {
        "x-ms-throttle-scope": f"Tenant_Application/ReadWrite/{app_id}/{tenant_id}",
        "x-ms-throttle-information": "WriteLimitExceeded" if writes else "ResourceUnitLimitExceeded",
    }
    if retry_after is not None:
        error.headers["Retry-After"] = str(retry_after)
    error.inner = {"code": "429", "message": "Please retry after", "status": "429"}
    return error


def error_response(error: GraphError, request: Request) -> Response:
    """The Graph error object for `error`; `innerError.date` is UTC without a zone, as the real one writes it."""
    inner = {
        **error.inner,
        "date": datetime.fromtimestamp(request.received, UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request.id,
        "client-request-id": request.client_request_id,
    }
    body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
    return Response(error.status, to_json(body), error.headers, "application/json")


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A successful JSON answer in Graph's content type."""
    return Response(status, to_json(value), headers or {}, GRAPH_JSON)


def no_content() -> Response:
    """204, as PATCH and DELETE give it."""
    return Response(204)


def with_service_headers(response: Response, request: Request) -> Response:
    """The response with the headers that Graph, or the sign-in service, puts on each of its answers."""
    headers = _COMMON_HEADERS
    if request.endpoint == "graph":
        headers = _GRAPH_HEADERS | {"request-id": request.id, "client-request-id": request.client_request_id}
    return replace(response, headers={**headers, **response.headers})


def json_body(request: Request) -> Json:
    """The request's JSON object; 400 for anything else."""
    try:
        value: Any = json.loads(request.body)
    except ValueError:
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
            "JSON format.",
            "BadRequest",
        ) from None
    if not isinstance(value, dict):
        raise bad_request("Empty Payload. JSON content expected.", "BadRequest")
    return value


def selected(query: Mapping[str, str], known: Iterable[str], entity: str) -> tuple[str, ...] | None:
    """The names in `$select`, each once and in order; None without `$select`; 400 for a name the type lacks."""
    text = query.get("$select", "").strip()
    if not text:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in known:
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' "
                f"on type 'microsoft.graph.{entity}'.",
                "BadRequest",
            )
    return names


def top(query: Mapping[str, str], default: int = 100, most: int = MAX_PAGE) -> int:
    """The page size asked for by `$top`, 400 outside 1 to `most`."""
    text = query.get("$top")
    if text is None:
        return default
    if not text.isdigit() or not 1 <= int(text) <= most:
        raise bad_request(f"Invalid page size specified: '{text[:20]}'. Must be between 1 and {most} inclusive.")
    return int(text)


def preferred_page_size(request: Request) -> int | None:
    """The size in `Prefer: odata.maxpagesize=n`, at most 999; None where it is not sent or not a size."""
    match = _PREFER_PAGE_SIZE.search(request.headers.get("prefer", ""))
    if match is None or int(match[1]) < 1:
        return None
    return min(int(match[1]), MAX_PAGE)


def prefers_minimal(request: Request) -> bool:
    """Whether the caller wants only changed properties of changed objects."""
    return "return=minimal" in request.headers.get("prefer", "").replace(" ", "").lower()
