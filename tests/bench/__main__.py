"""`python -m tests.bench`: runs the measurements and prints their figures."""

import argparse
import os
import platform
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import redis

from . import beside, clicks, syncs
from .report import Figure, percentile, table
from .stage import ROOT, Stage

PARTS = ("sync", "beside", "pages", "click")
REPEATS = 5
QUICK_CLICKS = 20


def main() -> None:
    """Measure, part by part, and print each part's table when it is there."""
    options = _options()
    repeats = 1 if options.quick else REPEATS
    parts = [options.only] if options.only else PARTS
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with Stage(options.people) as stage:
        print(_machine(stage), flush=True)
        print(f"{options.people:,} people; medians of {repeats}, with the least and the most.", flush=True)
        if "sync" not in parts:
            syncs.fill(stage)
        for part in parts:
            _print_part(stage, part, repeats, quick=options.quick, alone=options.alone)


def _print_part(stage: Stage, part: str, repeats: int, *, quick: bool, alone: bool) -> None:
    started = time.monotonic()
    if part == "sync":
        text = table("Synchronisation", syncs.measure(stage, repeats, alone=alone))
    elif part == "beside":
        text = table("Pages while everybody is read again", beside.measure(stage, repeats))
    elif part == "pages":
        text = table("Pages: server time", _pages(stage, repeats))
    else:
        count = QUICK_CLICKS if quick else clicks.CLICKS
        text = table(f"{count} clicks", clicks.measure(stage, repeats, count))
    print(f"\n{text}\n({time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f})", flush=True)


def _pages(stage: Stage, repeats: int) -> list[Figure]:
    figures = []
    for name, measured in stage.measured("pages", repeats).items():
        rounds = measured["milliseconds"]
        figures += [
            Figure(f"{name}: p50", "ms", [percentile(each, 0.5) for each in rounds]),
            Figure(f"{name}: p95", "ms", [percentile(each, 0.95) for each in rounds], "≤60"),
            Figure(f"{name}: queries", "", [measured["queries"]], "≤8"),
        ]
    return figures


def _machine(stage: Stage) -> str:
    """What the figures were measured on."""
    with stage.database() as connection:
        row = connection.execute("SHOW server_version").fetchone()
    commit = _git("rev-parse", "--short", "HEAD") + (" with changes" if _git("status", "--porcelain") else "")
    facts = [
        f"{len(os.sched_getaffinity(0))} cores",
        _processor(),
        f"Python {platform.python_version()}",
        f"PostgreSQL {row[0].split()[0] if row else '?'}",
        _broker(stage.settings.get("REDIS_URL") or stage.given["REDIS_URL"]),
        f"commit {commit}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"load {os.getloadavg()[0]:.1f}",
    ]
    return ", ".join(facts)


def _processor() -> str:
    with open("/proc/cpuinfo") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _broker(url: str) -> str:
    url = url.replace("redis+socket://", "unix://").partition("?")[0]
    about = redis.Redis.from_url(url).info("server")
    return f"Valkey {about['valkey_version']}" if "valkey_version" in about else f"Redis {about['redis_version']}"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure one part")
    parser.add_argument("--quick", action="store_true", help="once instead of five times, and fewer clicks")
    parser.add_argument("--people", type=int, default=100_000, help="how many people the tenant has")
    parser.add_argument("--alone", action="store_true", help="synchronise people, and nothing around them")
    return parser.parse_args()


if __name__ == "__main__":
    main()
