"""How the product is, for people: what is wrong on top, the facts below."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from neurons_admin.http import Request
from neurons_admin.ui.times import lasting
from people import health, policy
from people.health import Health
from people.models import ActionRun
from people.problems import Severity, problems_of, worst_of

State = ActionRun.State
WORDS: Final = {Severity.GREEN: "All is well", Severity.YELLOW: "Worth a look", Severity.RED: "Out of order"}


@dataclass(frozen=True)
class Fact:
    """A line of the page: what, how it stands (as a badge where it has a tone), a remark, and where to look."""

    label: str
    value: str
    tone: str = ""
    note: str = ""
    url: str = ""


@require_safe
@permission_required("people.view_actionrun", raise_exception=True)
def status(request: Request) -> HttpResponse:
    """Problems, and the facts that they were found in."""
    now = health.take(policy.runs_of_numbers(request.user))
    problems = problems_of(now)
    worst = worst_of(problems)
    context = {
        "problems": problems,
        "state": WORDS[worst],
        "tone": worst.tone,
        "cards": [
            ("Who carries runs out", _parts(now, {problem.code for problem in problems})),
            ("Runs that have not ended", _runs(now)),
            ("The way to Microsoft", _microsoft(now)),
        ],
    }
    return render(request, "people/status.html", context)


def _parts(now: Health, codes: Collection[str]) -> list[Fact]:
    silent = "workers" in codes
    return [
        Fact(
            "Sweeper",
            "Silent" if "sweeper" in codes else "Going",
            "bad" if "sweeper" in codes else "good",
            _ago("last pass", now.sweeper_heard),
        ),
        Fact(
            "Broker and workers",
            "Silent" if silent else "Answer" if _knows_of_workers(codes) else "Not known",
            "warning" if silent else "good" if _knows_of_workers(codes) else "unknown",
            _ago("last heard", now.workers_heard),
        ),
        Fact("Database", "Answers", "good"),
    ]


def _knows_of_workers(codes: Collection[str]) -> bool:
    """It is the sweeper that rings for the workers."""
    return "sweeper" not in codes


def _runs(now: Health) -> list[Fact]:
    notes = {
        State.QUEUED: _since("the oldest has been due for", now.oldest_due),
        State.RUNNING: f"{now.past_lease:,} past the worker’s time" if now.past_lease else "",
        State.UNKNOWN: _since("the oldest for", now.oldest_unknown),
        State.HELD: " · ".join(
            f"{_lower(ActionRun.Held(reason).label)} ({number:,})" for reason, number in now.held.items() if number
        ),
    }
    shown = (State.QUEUED, State.RUNNING, State.UNKNOWN, State.HELD, State.NEEDS_OPERATOR)
    return [
        Fact(state.label, f"{now.runs[state]:,}", "", notes.get(state, ""), _activity(state) if now.runs[state] else "")
        for state in shown
    ]


def _microsoft(now: Health) -> list[Fact]:
    paused = ", ".join(f"“{pause.name}” waits {lasting(pause.lasting or timedelta())} more" for pause in now.paused)
    broken = ", ".join(f"{broken.label} holds {broken.runs:,}" for broken in now.broken)
    lost = ", ".join(f"“{sync.name}” has lost its worker" for sync in now.lost_syncs)
    return [
        Fact("App registrations", paused or "none has to wait"),
        Fact("Credentials", broken or "none holds runs"),
        Fact("Synchronisations", lost or "none has lost its worker"),
    ]


def _activity(state: str) -> str:
    return f"{reverse('people:activity')}?state={state}"


def _ago(what: str, length: timedelta | None) -> str:
    return f"{what} {lasting(length)} ago" if length is not None else "never heard of"


def _since(what: str, length: timedelta | None) -> str:
    return f"{what} {lasting(length)}" if length is not None else ""


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
