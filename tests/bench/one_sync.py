"""One synchronisation, as the worker does it."""

import re
import time
from pathlib import Path
from typing import Any

from django.db import connection

from connectors import sync
from connectors.models import Connector, SyncRun
from people import imports

AROUND = ("import_groups", "import_licences", "import_devices", "import_roles")


def main(kind: str, what: str = "people") -> dict[str, Any]:
    """Synchronise `full`, into an empty database, or the `changes` since the last time; returns what it took.

    Only people, or `everything`.
    """
    if kind == "full":
        _empty()
    Connector.objects.update(**dict.fromkeys(AROUND, what == "everything"))
    connector = Connector.objects.get()
    connector.graph_for_sync().grant()  # a worker has a token from its last run
    run = SyncRun.objects.create(connector=connector, trigger=SyncRun.Trigger.MANUAL)
    at_start = _peak_megabytes()
    started = time.perf_counter()
    sync.carry_out(run.pk, imports)
    seconds = time.perf_counter() - started
    run.refresh_from_db()
    if run.state != SyncRun.State.SUCCEEDED:
        raise RuntimeError(f"The synchronisation ended as {run.state}: {run.message}")
    counts = {name: getattr(run, name) for name in ("full", "read", "added", "changed", "removed")}
    counts["rows"] = sum(row["read"] for row in run.rows)
    return {**counts, "seconds": seconds, "megabytes": _peak_megabytes(), "megabytes_at_start": at_start}


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_person, people_group, people_device, connectors_syncrun CASCADE")
    connector = Connector.objects.get()
    connector.delta_link = connector.groups_delta_link = ""
    connector.save()


def _peak_megabytes() -> float:
    """The most memory this process has ever had."""
    status = Path("/proc/self/status").read_text()
    kilobytes = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(kilobytes[1]) / 1024 if kilobytes else 0.0
