"""What is wrong, in plain sentences: the limits beyond which somebody has to be told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Final

from neurons_admin.pace import paced
from neurons_admin.ui.times import lasting
from people.health import Health, Sign

# In seconds of an unhurried product; see neurons_admin/pace.py.
SILENT: Final = 120.0
PAST_LEASE: Final = 60.0
DUE: Final = 300.0
SYNC_LOST: Final = 300.0


class Severity(IntEnum):
    """Yellow: slower than it should be, or waiting for somebody. Red: runs are not carried out, or not settled."""

    GREEN = 0
    YELLOW = 1
    RED = 2

    @property
    def word(self) -> str:
        """As programs read it."""
        return self.name.lower()

    @property
    def tone(self) -> str:
        """The tone it is shown in."""
        return {Severity.GREEN: "good", Severity.YELLOW: "warning", Severity.RED: "bad"}[self]


@dataclass(frozen=True)
class Problem:
    """Something that somebody has to know: a word for programs, what is the case, and what it means or what to do."""

    code: str
    severity: Severity
    title: str
    text: str


def problems_of(health: Health) -> list[Problem]:
    """Everything that is wrong, the worst first."""
    found = [*_engine(health), *_workers(health), *_microsoft(health)]
    return sorted(found, key=lambda problem: -problem.severity)


def worst_of(problems: list[Problem]) -> Severity:
    """How bad it is altogether."""
    return max((problem.severity for problem in problems), default=Severity.GREEN)


def _engine(health: Health) -> Iterator[Problem]:
    if _silent(health.sweeper_heard):
        yield Problem(
            "sweeper",
            Severity.RED,
            f"The sweeper has not been heard of {_for(health.sweeper_heard)}",
            "Until it is back, nobody settles the runs of lost workers or looks for effects, and no synchronisation"
            " begins by schedule. Start “manage.py sweep”, or look into its log.",
        )
    if _longer(health.longest_past_lease, PAST_LEASE):
        yield Problem(
            "past_lease",
            Severity.RED,
            f"{_runs(health.past_lease)} past the time the worker had, the longest by"
            f" {_words(health.longest_past_lease)}",
            "The worker is lost or stuck, and the sweeper has not settled it, which it does within seconds. Look into"
            " the sweeper’s log.",
        )
    if _longer(health.oldest_due, DUE):
        yield Problem(
            "queue",
            Severity.RED,
            f"A run has been due for {_words(health.oldest_due)}, and nobody has taken it up",
            "Workers and sweeper are stuck, or far too few for what is asked of them. Nothing is lost: a run that is"
            " not carried out within four hours expires and says so.",
        )


def _workers(health: Health) -> Iterator[Problem]:
    # It is the sweeper that rings for them: without it, their silence says nothing.
    if _silent(health.workers_heard) and not _silent(health.sweeper_heard):
        yield Problem(
            "workers",
            Severity.YELLOW,
            "The broker or the workers do not answer",
            f"No worker has been heard of {_for(health.workers_heard)}. Runs are carried out by the sweeper, more"
            " slowly; synchronisations wait.",
        )


def _microsoft(health: Health) -> Iterator[Problem]:
    for broken in health.broken:
        yield Problem(
            "credential",
            Severity.YELLOW,
            f"{_runs(broken.runs)} held: the action credential {broken.label} does not work",
            "Replace its secret, or mend the app registration in Entra. What is held goes on by itself once it works.",
        )
    for pause in health.paused:
        yield Problem(
            "paused",
            Severity.YELLOW,
            f"“{pause.name}” has to wait: {_words(pause.lasting)} more",
            _sentences(pause.text, "Runs that act with this app registration go on by themselves then."),
        )
    for sync in health.lost_syncs:
        if _longer(sync.lasting, SYNC_LOST):
            yield _lost(sync)


def _lost(sync: Sign) -> Problem:
    return Problem(
        "sync",
        Severity.YELLOW,
        f"The synchronisation of “{sync.name}” has been without a worker for {_words(sync.lasting)}",
        "It goes on from its last page as soon as a worker for synchronisation has time.",
    )


def _silent(heard: timedelta | None) -> bool:
    return heard is None or _longer(heard, SILENT)


def _longer(length: timedelta | None, seconds: float) -> bool:
    return length is not None and length > paced(seconds)


def _for(heard: timedelta | None) -> str:
    return "at all" if heard is None else f"for {lasting(heard)}"


def _words(length: timedelta | None) -> str:
    return lasting(length or timedelta())


def _runs(number: int) -> str:
    return "1 run is" if number == 1 else f"{number:,} runs are"


def _sentences(*texts: str) -> str:
    return " ".join(text for text in texts if text)
