"""What the tests of synchronisation share: pages as Graph gives them, and letting a worker have a round."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from connectors import sync
from connectors.models import Connector, SyncRun
from connectors.sync.sink import Stored
from people import imports

NAMES = ["Adele", "Bianca", "Cornelius", "Delia", "Emily", "Fanny"]


State = SyncRun.State


def object_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


def user(number: int, **properties: Any) -> dict[str, Any]:
    name = NAMES[number % len(NAMES)]
    mail = f"{number}@contoso.example"
    return {
        "id": object_id(number),
        "displayName": f"{name} {number}",
        "mail": mail,
        "accountEnabled": True,
        **properties,
    }


def removed(number: int, reason: str = "changed") -> dict[str, Any]:
    return {"id": object_id(number), "@removed": {"reason": reason}}


def page(*value: dict[str, Any], following: str = "", delta: str = "") -> dict[str, Any]:
    links = {"@odata.nextLink": following} if following else {"@odata.deltaLink": delta or "delta-1"}
    return {"value": list(value), **links}


THREE_PAGES = {
    "first": page(user(1), user(2), following="page-2"),
    "page-2": page(user(3), user(4), following="page-3"),
    "page-3": page(user(5), delta="delta-1"),
}


def begin(connector: Connector) -> SyncRun:
    return SyncRun.objects.create(connector=connector, trigger=SyncRun.Trigger.MANUAL)


def carry_out(connector: Connector, sink: Any = imports) -> SyncRun:
    run = begin(connector)
    sync.carry_out(run.pk, sink)
    run.refresh_from_db()
    return run


def go_on(run: SyncRun, sink: Any = imports) -> SyncRun:
    """As after the death of its worker, when the lease has run out."""
    SyncRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1), not_before=None)
    sync.carry_out(run.pk, sink)
    run.refresh_from_db()
    return run


def delta_of(connector: Connector) -> str:
    return Connector.objects.get(pk=connector.pk).delta_link.reveal()


def told(run: SyncRun, stream: str) -> dict[str, Any]:
    """What came of a stream."""
    names = ("read", "added", "changed", "removed", "full", "note")
    return {name: run.counts[stream][name] for name in names}


class Sink:
    """The real sink, with something happening before or after a store of people or groups."""

    def __init__(self, before: Callable[[int], None] = lambda _: None, after: Callable[[int], None] = lambda _: None):
        self.before, self.after, self.stores = before, after, 0

    def store(self, *args: Any, **options: Any) -> Stored:
        return self._around(lambda: imports.store(*args, **options))

    def store_groups(self, *args: Any) -> Stored:
        return self._around(lambda: imports.store_groups(*args)) if args[-1] else Stored()

    def __getattr__(self, name: str) -> Any:
        return getattr(imports, name)

    def _around(self, store: Callable[[], Stored]) -> Stored:
        self.stores += 1
        self.before(self.stores)
        stored = store()
        self.after(self.stores)
        return stored
