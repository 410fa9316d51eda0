"""One request in, one answer out: sorts requests between sign-in, Graph and control, waits, and keeps the journal."""

import time
import traceback
from collections.abc import Callable

from neurons_admin.demo.control import Control
from neurons_admin.demo.graph import routes
from neurons_admin.demo.journal import Entry
from neurons_admin.demo.odata import GraphError, error_response
from neurons_admin.demo.signin import SignIn
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Request, Response, iso

CONTROL_PATH = "/_demo"
Observer = Callable[[Request, Response], None]

_COMMON_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store, no-cache",
}
_GRAPH_HEADERS = {
    **_COMMON_HEADERS,
    "OData-Version": "4.0",
    "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Demo","Slice":"E","Ring":"5","RoleInstance":"DEMO0001"}}',
}


class Application:
    """The tenant as a function from requests to responses; the wire (`server`) calls it from many threads."""

    def __init__(self, tenant: Tenant, *, control: bool, observers: tuple[Observer, ...] = ()) -> None:
        self.tenant = tenant
        self._sign_in = SignIn(tenant)
        self._control = Control(tenant) if control else None
        self._observers = observers

    def answer(self, request: Request) -> Response:
        """The answer to any request. Never raises: what is wrong in here is a 500, with a traceback on stderr."""
        try:
            response = self._answer(request)
        except Exception:  # noqa: BLE001 - the wire must give an answer, whatever broke
            traceback.print_exc()
            error = GraphError(500, "InternalServerError", "The demo tenant has a fault; see its output.")
            response = error_response(error, request)
        for observe in self._observers:
            observe(request, response)
        return response

    def _answer(self, request: Request) -> Response:
        if request.path == CONTROL_PATH or request.path.startswith(CONTROL_PATH + "/"):
            if self._control is None:
                return Response.json({"error": "not_found"}, 404)
            return self._control.answer(request, request.path[len(CONTROL_PATH) :])
        if self.tenant.settings.latency_ms:
            time.sleep(self.tenant.settings.latency_ms / 1000)
        if request.path.startswith("/v1.0/"):
            return self._graph(request)
        return _with_headers(self._sign_in.answer(request), _COMMON_HEADERS)

    def _graph(self, request: Request) -> Response:
        exchange = routes.answer(self.tenant, request)
        caller = exchange.caller
        self.tenant.journal.add(
            Entry(
                time=iso(request.received),
                method=request.method,
                path=request.path,
                query=request.query_string,
                app=caller.app if caller else None,
                client_id=caller.client_id if caller else None,
                status=exchange.response.status,
                milliseconds=round((time.time() - request.received) * 1000, 1),
                request_id=request.id,
                client_request_id=request.client_request_id,
            )
        )
        ids = {"request-id": request.id, "client-request-id": request.client_request_id}
        return _with_headers(exchange.response, _GRAPH_HEADERS | ids)


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    return Response(response.status, response.body, {**headers, **response.headers}, response.content_type)
