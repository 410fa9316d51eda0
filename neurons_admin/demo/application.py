"""One request in, one answer out: sorts requests between sign-in, Graph and control, waits, and keeps the journal."""

import time
import traceback
from collections.abc import Callable

from neurons_admin.demo.apps import App
from neurons_admin.demo.control import Control
from neurons_admin.demo.faults.answers import Case
from neurons_admin.demo.faults.answers import answer as answer_struck
from neurons_admin.demo.faults.store import Faults
from neurons_admin.demo.graph import routes
from neurons_admin.demo.journal import Entry
from neurons_admin.demo.odata import GraphError, error_response, with_service_headers
from neurons_admin.demo.signin import SignIn
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Request, Response

CONTROL_PATH = "/_demo"
Observer = Callable[[Request, Response], None]


class Application:
    """The tenant as a function from requests to responses; the wire (`server`) calls it from many threads."""

    def __init__(
        self, tenant: Tenant, *, control: bool, faults: bool = False, observers: tuple[Observer, ...] = ()
    ) -> None:
        self.tenant = tenant
        self._sign_in = SignIn(tenant)
        self._faults = Faults(tenant) if faults else None
        self._control = Control(tenant, self._faults) if control else None
        self._observers = observers

    def answer(self, request: Request) -> Response:
        """The answer to any request. Never raises: what is wrong in here is a 500, with a traceback on stderr."""
        if request.path == CONTROL_PATH or request.path.startswith(CONTROL_PATH + "/"):
            return self._guarded(request, lambda: self._observed(request, self._controlled(request)))
        entry = self.tenant.journal.begin(request)
        if self._faults is None:
            response = self._guarded(request, lambda: self._usual(request, entry, self.tenant))
        else:
            faults = self._faults
            response = self._guarded(request, lambda: self._perhaps_struck(request, entry, faults))
        is_silent = response.delivery is not None and response.delivery.way in {"reset", "hang"}
        entry.status = None if is_silent else response.status
        if response.delivery is None:
            entry.milliseconds = _since(request)
        return response

    def close(self) -> None:
        """End everything that still waits because of a fault."""
        if self._faults is not None:
            self._faults.clear()

    def _guarded(self, request: Request, answer: Callable[[], Response]) -> Response:
        try:
            return answer()
        except Exception:  # noqa: BLE001 - the wire must give an answer, whatever broke
            traceback.print_exc()
            error = GraphError(500, "InternalServerError", "The demo tenant has a fault; see its output.")
            return self._observed(request, error_response(error, request))

    def _observed(self, request: Request, response: Response) -> Response:
        for observe in self._observers:
            observe(request, response)
        return response

    def _controlled(self, request: Request) -> Response:
        if self._control is None:
            return Response.json({"error": "not_found"}, 404)
        return self._control.answer(request, request.path[len(CONTROL_PATH) :])

    def _usual(self, request: Request, entry: Entry, tenant: Tenant) -> Response:
        """The answer as it should be, and the effect with it. `tenant` is ours, or how it once was."""
        if tenant.settings.latency_ms:
            time.sleep(tenant.settings.latency_ms / 1000)
        if request.endpoint == "graph":
            with self.tenant.journal.serving(entry):
                exchange = routes.answer(tenant, request)
            if exchange.caller is not None:
                entry.app, entry.client_id = exchange.caller.app, exchange.caller.client_id
            response = exchange.response
        else:
            self._note_app(entry, request)
            response = self._sign_in.answer(request)
        return self._observed(request, with_service_headers(response, request))

    def _perhaps_struck(self, request: Request, entry: Entry, faults: Faults) -> Response:
        self._note_app(entry, request)
        fault = faults.strike(request, entry.app)
        if fault is None:
            return self._usual(request, entry, self.tenant)
        entry.fault = fault.kind

        def usual(tenant: Tenant) -> Response:
            return self._usual(request, entry, tenant)

        def ended() -> None:
            entry.milliseconds = _since(request)

        return answer_struck(Case(fault, request, self.tenant, usual, faults.scheduler(), ended))

    def _note_app(self, entry: Entry, request: Request) -> None:
        app = self._app(request)
        if app is not None:
            entry.app, entry.client_id = app.key, app.client_id

    def _app(self, request: Request) -> App | None:
        """The app that asks, as far as it says so: by its token, or by the form of the token endpoint."""
        client_id = ""
        if request.endpoint == "token":
            client_id = request.form.get("client_id", "")
        elif request.endpoint == "graph":
            try:
                client_id = self.tenant.signer.check(request.headers.get("authorization", ""), request.received)[
                    "appid"
                ]
            except GraphError:
                return None
        return self.tenant.apps.by_client_id(client_id)


def _since(request: Request) -> float:
    return round((time.time() - request.received) * 1000, 1)
