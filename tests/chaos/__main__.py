"""`python -m tests.chaos`: a storm, a calm, and the count. Exit code 1 when something is not as it must be."""

import argparse
import contextlib
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random

from tests.chaos import report
from tests.chaos.asking import Asker, Order, by_pages, by_services
from tests.chaos.havoc import Havoc
from tests.chaos.storm import Storm
from tests.chaos.verdict import FINAL, Run, Verdict, ascribe, not_as_told
from tests.faults.records import Row
from tests.faults.stage import Stage
from tests.faults.waiting import wait_until

RUNS_A_SECOND = 4.5
SHORTEST_STORM = 20.0
# When all is asked for the storm goes on until most are at their end; but so much longer than planned at most.
MOST = 0.75
LONGER = 0.2
BY_PAGES = 5  # one of so many
DEED_EVERY = 1.3  # seconds, on average
CALM_SECONDS = 240.0
OPEN = "SELECT count(*) AS number FROM people_actionrun WHERE NOT state = ANY(%s)"


class Chaos:
    """One chaos run on a stage that stands."""

    def __init__(self, stage: Stage, seed: int, runs: int, people: int, pace: float) -> None:
        self.stage = stage
        self.runs = runs
        self.happened: dict[str, Counter[str]] = {}
        self.orders: list[Order] = []
        random = Random(seed)
        self._storm = Storm(stage, Random(random.random()), pace)
        self._havoc = Havoc(stage, Random(random.random()), pause=DEED_EVERY, pace=pace)
        chosen = stage.people(people)
        few = max(1, people // BY_PAGES)
        stage.desk.get("/")  # signed in before it begins
        self._askers = [
            Asker(by_services(stage), chosen[few:], Random(random.random())),
            Asker(by_pages(stage), chosen[:few], Random(random.random())),
        ]

    def rage(self) -> None:
        """The storm, as long as runs are being asked for; where that takes too long the last come in the calm."""
        over = threading.Event()
        by_pages, seconds = self.runs // BY_PAGES, max(self.runs / RUNS_A_SECOND, SHORTEST_STORM)
        self._storm.begin()
        with ThreadPoolExecutor(3) as threads:
            havoc = threads.submit(self._havoc.run, lambda: not over.is_set())
            asking = [
                threads.submit(asker.run, count, seconds)
                for asker, count in zip(self._askers, (self.runs - by_pages, by_pages), strict=True)
            ]
            enough = lambda: all(one.done() for one in asking) and self._open() <= (1 - MOST) * self.runs  # noqa: E731
            try:
                with contextlib.suppress(AssertionError):
                    self.stage.wait_until(lambda: havoc.done() or enough(), (1 + LONGER) * seconds)
            finally:
                over.set()
            havoc.result()
            self.happened["Faults"] = self._storm.end()
            for each in asking:
                each.result()
        self.orders = [order for asker in self._askers for order in asker.orders]
        self.happened["Deeds"] = self._havoc.done
        self.happened["Refused at the desk"] = sum((asker.refused for asker in self._askers), Counter())

    def settle(self) -> int:
        """The calm: until all are final, or it takes too long; returns how many still were open when it began."""
        left = self.stage.wait_until(lambda: [self._open()])[0]
        try:
            self.stage.wait_until(lambda: not self._open(), CALM_SECONDS)
        except AssertionError as exc:
            print(exc)
        wait_until(self._storm.is_over, 60.0)
        return left

    def _open(self) -> int:
        """How many runs are not at their end."""
        return int(self.stage.rows(OPEN, [list(FINAL)])[0]["number"])

    def count(self, journal: Sequence[Row]) -> Verdict:
        """What has come of it."""
        runs = self._read()
        asked = {order.run for order in self.orders}
        unexplained = ascribe(journal, runs)
        enabled = {run.object_id: self._is_enabled(run.object_id) for run in runs}
        return Verdict(
            runs=runs,
            lost=[run for run in asked if run not in {run.row["id"] for run in runs}],
            unexplained=unexplained,
            otherwise=not_as_told(runs, enabled),
        )

    def _is_enabled(self, object_id: str) -> bool:
        return bool(self.stage.control("GET", f"users/{object_id}")["accountEnabled"])

    def _read(self) -> list[Run]:
        trails: dict[object, list[Row]] = {}
        calls: dict[object, list[Row]] = {}
        for step in self.stage.rows("SELECT * FROM people_runevent ORDER BY id"):
            trails.setdefault(step["run_id"], []).append(step)
        for call in self.stage.rows("SELECT * FROM people_actioncall ORDER BY id"):
            calls.setdefault(call["run_id"], []).append(call)
        query = "SELECT r.*, a.object_id::text FROM people_actionrun r JOIN people_account a ON a.id = r.account_id"
        return [
            Run(row, row["object_id"], trails.get(row["id"], []), calls.get(row["id"], []))
            for row in self.stage.rows(query)
        ]


def main() -> int:
    """Let it happen, and print what has come of it."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    began = time.monotonic()
    stage = Stage()
    stage.settings["PACE"] = str(options.pace)
    with stage:
        chaos = Chaos(
            stage, options.seed, options.runs, options.people or max(10, options.runs * 7 // 10), options.pace
        )
        print(f"Seed {options.seed}; {options.runs} runs; PACE {options.pace}. The storm begins.", flush=True)
        chaos.rage()
        raged = time.monotonic()
        print(f"It is calm after {raged - began:.0f} s; {chaos.settle()} runs were open.", flush=True)
        print(f"All are at their end after {time.monotonic() - raged:.0f} s more.\n", flush=True)
        journal = stage.journal()
        verdict = chaos.count(journal)
        print(report.summary(verdict, chaos.happened, time.monotonic() - began), flush=True)
        if not verdict.is_clean:
            print(f"\n{report.stories(verdict, journal)}", flush=True)
    return 0 if verdict.is_clean else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos ARGS=", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="decides what is planned")
    parser.add_argument("--runs", type=int, default=500, help="how many runs are asked for")
    parser.add_argument("--people", type=int, help="for how many people; the fewer, the more runs does each have")
    parser.add_argument("--pace", type=float, default=0.05, help="the engine's PACE; 1 is earnest")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
