"""What becomes of a request that a fault strikes: the answer that is given instead, and when the effect happens."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

from neurons_admin.demo.faults.fault import Fault
from neurons_admin.demo.odata import GraphError, error_response, too_many_requests, with_service_headers
from neurons_admin.demo.signin import SignInError, refusal
from neurons_admin.demo.tenant import TENANT_ID, Tenant
from neurons_admin.demo.wire import Delivery, Request, Response, to_json

_HTML = "text/html; charset=utf-8"
_PAGE = b"""<!DOCTYPE html>
<html><head><title>%(title)s</title></head>
<body><h1>%(title)s</h1><p>The gateway of your network has something to say.</p></body></html>
"""
_GARBAGE = b'\x1f\x8b{"value": [}\x00\xff not JSON'
_PATIENCE = 3600.0
"""How long a hang lasts whose end nobody named: until the peer leaves, as a rule."""

_GRAPH_SAYS = {
    401: ("InvalidAuthenticationToken", "Access token validation failure."),
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    404: ("Request_ResourceNotFound", "Resource does not exist."),
    409: ("Directory_ConcurrencyViolation", "The operation conflicts with another one on the same object."),
    410: ("syncStateNotFound", "The sync state generation is not found"),
    429: ("TooManyRequests", "Please retry again later."),
    500: ("InternalServerError", "An internal server error occurred. The operation failed."),
    502: ("UnknownError", "Bad gateway."),
    503: ("serviceNotAvailable", "The service is temporarily unavailable. Please retry later."),
    504: ("UnknownError", "The gateway did not receive an answer in time."),
}  # fmt: skip
_SIGN_IN_SAYS = {
    401: (7000215, "invalid_client", "Invalid client secret provided."),
    429: (90055, "temporarily_unavailable", "The server is terminating the request because of excessive request rate."),
    500: (50000, "server_error", "There was an error issuing a token or an issue with our sign-in service."),
    504: (90012, "temporarily_unavailable", "The request has timed out."),
}
_TRANSIENT = (90033, "temporarily_unavailable", "A transient error has occurred. Please try again.")


@dataclass(frozen=True)
class Case:
    """One request that was struck. `usual` answers it as a tenant would, effect included."""

    fault: Fault
    request: Request
    tenant: Tenant
    usual: Callable[[Tenant], Response]
    later: Callable[[float, Callable[[], object]], None]
    ended: Callable[[], None]

    def option(self, name: str) -> Any:
        """An option of the fault."""
        return self.fault.options[name]

    def carry_out(self) -> Response | None:
        """The usual answer where the effect is to happen, or where there is none to be had; else None."""
        changes_nothing = self.request.endpoint != "graph" or self.request.method in {"GET", "HEAD"}
        return self.usual(self.tenant) if changes_nothing or self.option("applied") else None

    def delivery(self, way: Any, **details: Any) -> Delivery:
        """Orders for the wire."""
        return Delivery(way, self.fault.released, self.ended, **details)


def answer(case: Case) -> Response:
    """The answer to a request that was struck."""
    return _ANSWERS[case.fault.kind](case)


def _latency(case: Case) -> Response:
    response = case.usual(case.tenant)
    case.fault.released.wait(case.option("seconds"))
    return response


def _status(case: Case) -> Response:
    case.carry_out()
    status, body = case.option("status"), case.option("body")
    if body == "graph":
        response = _service_error(case, status)
    elif body == "html":
        response = _page(status, "Service unavailable")
    else:
        text = b"upstream connect error or disconnect/reset before headers" if body == "text" else b""
        response = Response(status, text, {}, "text/plain")
    after = case.option("retry_after")
    return response if after is None else _with_headers(response, {"Retry-After": _retry_after(str(after))})


def _reset(case: Case) -> Response:
    case.carry_out()
    return Response(500, delivery=case.delivery("reset"))


def _hang(case: Case) -> Response:
    case.carry_out()
    return Response(500, delivery=case.delivery("hang", seconds=case.option("seconds")))


def _late(case: Case) -> Response:
    def ended() -> None:
        case.ended()
        case.later(case.option("seconds"), lambda: case.usual(case.tenant))

    return Response(500, delivery=Delivery(case.option("answer"), case.fault.released, ended, _PATIENCE))


def _drip(case: Case) -> Response:
    response = case.usual(case.tenant)
    part = case.option("part") if response.body else "head"
    return replace(response, delivery=case.delivery("drip", seconds=case.option("seconds"), part=part))


def _truncated(case: Case) -> Response:
    response = case.carry_out()
    if response is None or not response.body:
        body = to_json({"@odata.context": f"{case.tenant.graph_url}/$metadata#users/$entity", "id": TENANT_ID})
        response = with_service_headers(Response(200, body), case.request)
    if case.option("cut") == "json":
        return replace(response, body=response.body[: len(response.body) // 2])
    return replace(response, delivery=case.delivery("cut"))


def _html(case: Case) -> Response:
    case.carry_out()
    return _page(200, "Welcome")


def _redirect(case: Case) -> Response:
    case.carry_out()
    return Response(302, headers={"Location": case.option("location")})


def _error200(case: Case) -> Response:
    case.carry_out()
    return replace(_service_error(case, 500), status=200)


def _garbage(case: Case) -> Response:
    case.carry_out()
    return with_service_headers(Response(200, _GARBAGE), case.request)


def _stale(case: Case) -> Response:
    return case.usual(case.fault.replica or case.tenant)


_ANSWERS: dict[str, Callable[[Case], Response]] = {
    "latency": _latency,
    "status": _status,
    "reset": _reset,
    "hang": _hang,
    "late": _late,
    "drip": _drip,
    "truncated": _truncated,
    "html": _html,
    "redirect": _redirect,
    "error200": _error200,
    "garbage": _garbage,
    "stale": _stale,
}


def _service_error(case: Case, status: int) -> Response:
    """An error in the words of the service that was asked."""
    build = _graph_error if case.request.endpoint == "graph" else _sign_in_error
    return with_service_headers(build(case, status), case.request)


def _graph_error(case: Case, status: int) -> Response:
    code, message = _GRAPH_SAYS.get(status, ("UnknownError", "An error occurred."))
    error = GraphError(status, str(case.option("code") or code), str(case.option("message") or message))
    if status == 429:
        writes = case.request.method not in {"GET", "HEAD"}
        throttled = too_many_requests(None, app_id="", tenant_id=case.tenant.id, writes=writes)
        error.headers, error.inner = throttled.headers, throttled.inner
    return error_response(error, case.request)


def _sign_in_error(case: Case, status: int) -> Response:
    number, name, text = _SIGN_IN_SAYS.get(status, _TRANSIENT)
    code = str(case.option("code") or number).upper().removeprefix("AADSTS")
    number = int(code) if code.isdigit() else number
    error = SignInError(number, name, str(case.option("message") or text), status)
    return refusal(error, case.request, case.tenant.authority)


def _page(status: int, title: str) -> Response:
    return Response(status, _PAGE % {b"title": title.encode()}, {}, _HTML)


def _retry_after(text: str) -> str:
    """The header's value; `date:+30` is the moment thirty seconds after the request's answer, as HTTP writes it."""
    if not text.startswith("date:"):
        return text
    return formatdate(time.time() + int(text.removeprefix("date:")), usegmt=True)


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    return replace(response, headers={**response.headers, **headers})
