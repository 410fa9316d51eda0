"""Synchronisations: rows a second, beside a bare loop over the same pages; what only brings changes; memory."""

from collections import defaultdict
from typing import Any

from .report import Figure
from .stage import Stage

LATENCY_MS = 50
CHANGES = 1000


def fill(stage: Stage) -> None:
    """Have everybody in the database, without measuring; the tenant makes its people meanwhile."""
    stage.measured("one_sync", "full")


def measure(stage: Stage, repeats: int, *, alone: bool = False) -> list[Figure]:
    """Each repetition does everything once, so that what is compared was measured side by side.

    With `alone` only people are read, and not what is around them.
    """
    stage.measured("bare_loop")  # the tenant makes its people when they are first asked for
    values: dict[str, list[float]] = defaultdict(list)
    try:
        for number in range(repeats):
            for name, value in (_once(stage, number) | ({} if alone else _everything(stage))).items():
                values[name].append(value)
    finally:
        stage.control("POST", "settings", {"latency_ms": 0})
    late = f"{LATENCY_MS} ms a page"
    figures = [
        Figure("people alone: stored without latency", "rows/s", values["stored"], "≥15,000"),
        Figure("people alone: bare loop without latency", "rows/s", values["bare"]),
        Figure("people alone: ratio without latency", "", values["ratio"]),
        Figure(f"people alone: stored at {late}", "rows/s", values["late stored"]),
        Figure(f"people alone: bare loop at {late}", "rows/s", values["late bare"]),
        Figure(f"people alone: ratio at {late}", "", values["late ratio"], "≥0.95"),
        Figure("people alone: changes: none", "ms", values["no changes"]),
        Figure(f"people alone: changes: {CHANGES:,}", "ms", values["some changes"]),
        Figure("people alone: everybody again, nothing new", "rows/s", values["again"]),
        Figure("people alone: peak memory of the process", "MB", values["memory"], "≤250"),
        Figure("people alone: of that before the first page", "MB", values["memory before"]),
    ]
    if alone:
        return figures
    return [
        *figures,
        Figure("all streams: stored", "rows/s", values["everything"]),
        Figure("all streams: the same again, nothing new", "ms", values["everything again"]),
    ]


def _once(stage: Stage, number: int) -> dict[str, float]:
    values: dict[str, float] = {}
    for latency, prefix in ((0, ""), (LATENCY_MS, "late ")):
        stage.control("POST", "settings", {"latency_ms": latency})
        bare = stage.measured("bare_loop")
        stored = _expecting(stage.measured("one_sync", "full"), added=stage.people)
        values[f"{prefix}bare"] = bare["rows"] / bare["seconds"]
        values[f"{prefix}stored"] = stored["read"] / stored["seconds"]
        values[f"{prefix}ratio"] = values[f"{prefix}stored"] / values[f"{prefix}bare"]
        values |= {"memory": stored["megabytes"], "memory before": stored["megabytes_at_start"]}
    stage.control("POST", "settings", {"latency_ms": 0})
    values["no changes"] = 1000 * _expecting(stage.measured("one_sync", "changes"), read=0)["seconds"]
    _change_some(stage, number)
    values["some changes"] = 1000 * _expecting(stage.measured("one_sync", "changes"), changed=CHANGES)["seconds"]
    stage.control("POST", "delta/expire")
    again = _expecting(stage.measured("one_sync", "changes"), full=True, read=stage.people, added=0, changed=0)
    values["again"] = again["read"] / again["seconds"]
    return values


def _everything(stage: Stage) -> dict[str, float]:
    stage.measured("one_sync", "full", "everything")  # the tenant makes its devices when they are first asked for
    everything = _expecting(stage.measured("one_sync", "full", "everything"), added=stage.people)
    again = _expecting(stage.measured("one_sync", "changes", "everything"), read=0)
    return {"everything": everything["rows"] / everything["seconds"], "everything again": 1000 * again["seconds"]}


def _change_some(stage: Stage, number: int) -> None:
    """Give people from all over the directory another office."""
    with stage.database() as connection:
        found = connection.execute(
            "SELECT object_id FROM people_account WHERE removal = '' ORDER BY object_id LIMIT %s", [CHANGES]
        ).fetchall()
    for (object_id,) in found:
        stage.control("POST", f"users/{object_id}", {"officeLocation": f"Room {number}"})


def _expecting(result: dict[str, Any], **counts: int) -> dict[str, Any]:
    """The result, if it did what it was to do; a measurement of something else would be worthless."""
    wrong = {name: result[name] for name, count in counts.items() if result[name] != count}
    if wrong:
        raise RuntimeError(f"The synchronisation did something else than expected: {wrong}, not {counts}.")
    return result
