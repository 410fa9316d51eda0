"""What people feel of a synchronisation: how long pages take while one runs, beside how long they take otherwise."""

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tests.desk import Desk

from .report import Figure, percentile
from .stage import Stage

# About what Microsoft Graph takes at least; without it the synchronisation would have a core to itself all the time.
LATENCY_MS = 50
PAUSE_SECONDS = 0.05
WARM_UP = 30
PEOPLE = 50


def measure(stage: Stage, repeats: int) -> list[Figure]:
    """The list and the pages of people, again and again: as long as everybody is read again, and as long without."""
    with stage.product():
        desk = Desk(stage.address, "admin", stage.settings["DEMO_PASSWORD"])
        paths = itertools.cycle(_paths(stage))
        for path in itertools.islice(paths, WARM_UP):
            desk.get(path)
        stage.control("POST", "settings", {"latency_ms": LATENCY_MS})
        try:
            rounds = [_round(stage, desk, paths) for _ in range(repeats)]
        finally:
            stage.control("POST", "settings", {"latency_ms": 0})
    alone, beside = ([percentile(each[place], 0.95) for each in rounds] for place in (0, 1))
    ratios = [during / otherwise for during, otherwise in zip(beside, alone, strict=True)]
    return [
        Figure("pages of people: p95", "ms", alone),
        Figure("the same during a synchronisation: p95", "ms", beside),
        Figure("ratio of the two", "", ratios, "≤1.5"),
    ]


def _paths(stage: Stage) -> list[str]:
    """The list, and in turn with it somebody's page."""
    query = "SELECT person_id FROM people_account WHERE removal = '' ORDER BY md5(object_id::text) LIMIT %s"
    with stage.database() as connection:
        found = [row[0] for row in connection.execute(query, [PEOPLE])]
    return [path for person in found for path in ("/people/", f"/people/{person}/")]


def _round(stage: Stage, desk: Desk, paths: Iterator[str]) -> tuple[list[float], list[float]]:
    """Milliseconds without a synchronisation, and during one."""
    stage.control("POST", "delta/expire")
    with ThreadPoolExecutor(1) as other:
        synchronisation = other.submit(stage.measured, "one_sync", "changes")
        during = list(_answers(desk, paths, synchronisation))
        result = synchronisation.result()
    if not result["full"] or result["read"] != stage.people:
        raise RuntimeError(f"The synchronisation did something else than expected: {result}.")
    return list(itertools.islice(_answers(desk, paths), len(during))), during


def _answers(desk: Desk, paths: Iterator[str], until: "Future[Any] | None" = None) -> Iterator[float]:
    while until is None or not until.done():
        started = time.perf_counter()
        answer = desk.get(next(paths))
        yield 1000 * (time.perf_counter() - started)
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.url} answered {answer.status_code}.")
        time.sleep(PAUSE_SECONDS)
