"""The faults that stand at the moment, and the effects that are still to come because of them."""

import threading
import traceback
from collections.abc import Callable

from neurons_admin.demo.faults.fault import Fault
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Json, Request


class Faults:
    """All faults of one tenant, safe for many threads. At most one strikes a request: the one that was set first."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._lock = threading.Lock()
        self._faults: dict[str, Fault] = {}
        self._pending: set[threading.Timer] = set()
        self._number = 0
        self._clearings = 0

    def add(self, description: Json) -> Json:
        """Set a fault; returns it as `as_json` shows it. FaultError where the description makes no sense."""
        with self._lock:
            fault = Fault.parse(self._number + 1, description, self._tenant)
            self._number += 1
            self._faults[fault.id] = fault
            return fault.as_json()

    def as_json(self) -> Json:
        """The faults that stand, used-up ones too, and how many late effects are still to come."""
        with self._lock:
            return {"faults": [fault.as_json() for fault in self._faults.values()], "pending": len(self._pending)}

    def strike(self, request: Request, app: str | None) -> Fault | None:
        """The fault that this request runs into."""
        with self._lock:
            return next((fault for fault in self._faults.values() if fault.strikes(request, app)), None)

    def remove(self, fault_id: str) -> bool:
        """Take one fault away and end its waits; False if there is none of this id. Late effects still come."""
        with self._lock:
            fault = self._faults.pop(fault_id, None)
        if fault is not None:
            fault.released.set()
        return fault is not None

    def remove_all(self) -> None:
        """Take all faults away and end their waits. Late effects still come."""
        with self._lock:
            faults, self._faults = self._faults, {}
        for fault in faults.values():
            fault.released.set()

    def clear(self) -> None:
        """Take all faults away and let no late effect happen any more: for a tenant that begins anew or ends."""
        self.remove_all()
        with self._lock:
            pending, self._pending = self._pending, set()
            self._clearings += 1
        for timer in pending:
            timer.cancel()

    def scheduler(self) -> Callable[[float, Callable[[], object]], None]:
        """A function that has something happen so many seconds later, unless everything is cleared from now on."""
        with self._lock:
            clearings = self._clearings

        def later(seconds: float, effect: Callable[[], object]) -> None:
            timer = threading.Timer(seconds, lambda: self._happen(timer, effect))
            timer.daemon = True
            with self._lock:
                if clearings != self._clearings:
                    return
                self._pending.add(timer)
            timer.start()

        return later

    def _happen(self, timer: threading.Timer, effect: Callable[[], object]) -> None:
        with self._lock:
            if timer not in self._pending:
                return
        try:
            effect()
        except Exception:  # noqa: BLE001 - nobody waits for it; say so and live on
            traceback.print_exc()
        with self._lock:
            self._pending.discard(timer)
