"""A run's story in steps: asked, checked, read before, called, accepted, observed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.actions.base import moment_of
from neurons_admin.ui.parts import Call, Change, Step, StepState
from neurons_admin.ui.times import exactly
from people.models import ActionCall, ActionRun, RunEvent

State = ActionRun.State
Purpose = ActionCall.Purpose
Stage = Literal["checked", "read", "called"]

PROPERTY_LABELS = {
    "accountEnabled": "Sign-in allowed",
    "lastPasswordChangeDateTime": "Password last changed",
    "signInSessionsValidFromDateTime": "Sessions valid from",
}
# What it means that there is no status, by the code that the wire gives.
OUTCOMES = {"no_answer": "no answer", "graph_unreachable": "not reached"}
# Begins the reason of the step after which a run may have been sent.
SENDING = "About to send"


class Story:
    """What a run's calls and trail tell, as the steps of the timeline."""

    def __init__(self, run: ActionRun, calls: Sequence[ActionCall], events: Sequence[RunEvent]) -> None:
        self.run = run
        self.events = events
        self.by_purpose: dict[str, list[ActionCall]] = {purpose: [] for purpose in Purpose.values}
        for call in calls:
            self.by_purpose[call.purpose].append(call)
        self.sent = [event for event in events if event.reason.startswith(SENDING)]

    def steps(self) -> list[Step]:
        """The six steps with their calls, as far as the run has come."""
        run, calls = self.run, {purpose: _shown(calls) for purpose, calls in self.by_purpose.items()}
        acted = calls[Purpose.ACT] + self._unheard(len(calls[Purpose.ACT]))
        sent_at = run.sent_at or (self.sent[-1].at if self.sent else None)
        return [
            Step("Asked", "done", run.created_at, f"By {run.asked_by.label}."),
            Step("Checked", self._checked(), self._begun_at(), self._checked_text()),
            Step("Read before", self._read(), None, self._read_text(), calls[Purpose.BEFORE]),
            Step("Called", self._called(), sent_at, self._called_text(), acted),
            Step("Accepted", self._accepted(), run.accepted_at, self._accepted_text()),
            Step("Observed", self._observed(), run.observed_at, self._observed_text(), calls[Purpose.LOOK]),
        ]

    @property
    def has_begun(self) -> bool:
        return self._begun_at() is not None

    @property
    def was_read(self) -> bool:
        """Whether the person was read as they are before anything was sent."""
        return bool(self.run.before) or self.was_sent

    @property
    def was_sent(self) -> bool:
        """Whether a call may have been made, in any attempt."""
        return bool(self.run.sent_at or self.sent or self.by_purpose[Purpose.ACT])

    @property
    def stopped_at(self) -> Stage | None:
        """Where the last attempt came to an end without success; None where none has."""
        run = self.run
        if run.state not in (State.QUEUED, State.HELD, State.FAILED, State.NEEDS_OPERATOR) or not run.error_code:
            return None
        calls = [call for purpose in (Purpose.BEFORE, Purpose.ACT) for call in self.by_purpose[purpose]]
        if not calls:
            return "checked"
        last = max(calls, key=lambda call: call.pk)
        if last.status is not None and last.status < 400:
            return "checked" if last.purpose == Purpose.BEFORE else None
        return "called" if last.purpose == Purpose.ACT else "read"

    def _begun_at(self) -> datetime | None:
        return next((event.at for event in self.events if event.state == State.RUNNING), None)

    def _not_reached(self) -> StepState:
        return "skipped" if self.run.has_ended else "waiting"

    def _checked(self) -> StepState:
        if self.stopped_at == "checked":
            return "waiting" if self.run.state == State.QUEUED else "failed"
        if self.was_read or self.stopped_at == "read":
            return "done"
        if self.run.state == State.RUNNING:
            return "running"
        return "done" if self.run.has_ended and self.has_begun else self._not_reached()

    def _checked_text(self) -> str:
        if self.stopped_at == "checked":
            return "It came no further than this."
        if self.was_read:
            return "Who asked may do this, and the application has what it needs."
        return ""

    def _read(self) -> StepState:
        if self.stopped_at == "read":
            return "waiting" if self.run.state == State.QUEUED else "failed"
        if self.was_read:
            return "done"
        return "running" if self.run.state == State.RUNNING and self._read_has_begun() else self._not_reached()

    def _read_has_begun(self) -> bool:
        return bool(self.by_purpose[Purpose.BEFORE])

    def _read_text(self) -> str:
        if self.stopped_at == "read":
            return "It came no further than this."
        return "The person as the directory had them is kept with the run." if self.was_read else ""

    def _called(self) -> StepState:
        run = self.run
        if run.accepted_at:
            return "done"
        if not self.was_sent:
            return self._not_reached()
        if run.state == State.RUNNING and run.sent_at:
            return "running"
        if run.in_doubt or run.state in (State.UNKNOWN, State.NEEDS_OPERATOR):
            return "unknown"
        return self._called_at_the_end()

    def _called_at_the_end(self) -> StepState:
        if self.run.state == State.FAILED:
            return "failed" if self._was_answered() else "unknown"
        return "done" if self.run.state == State.SUCCEEDED else "waiting"

    def _was_answered(self) -> bool:
        """Whether the last call that is known of has an answer."""
        acted = self.by_purpose[Purpose.ACT]
        return bool(acted) and acted[-1].status is not None and len(acted) >= len(self.sent)

    def _called_text(self) -> str:
        run = self.run
        if not self.was_sent:
            return "Not needed." if run.state == State.SUCCEEDED else ""
        times = len(self.sent)
        with_what = f"With {run.credential_name}." if run.credential_name else ""
        return f"{with_what} Sent {times} times." if times > 1 else with_what

    def _unheard(self, recorded: int) -> list[Call]:
        """Calls that were about to be made and left no record, because their worker was lost."""
        if self.run.state == State.RUNNING:
            return []
        missing = len(self.sent) - recorded
        return [Call("", "Sent, then the worker was lost", None, outcome="answer not known")] * max(0, missing)

    def _accepted(self) -> StepState:
        run = self.run
        if run.accepted_at:
            return "done"
        if self.was_sent and (run.in_doubt or run.state in (State.UNKNOWN, State.NEEDS_OPERATOR)):
            return "unknown"
        return self._not_reached()

    def _accepted_text(self) -> str:
        run = self.run
        if run.accepted_at:
            return "Microsoft Graph took the change."
        return "No answer said so." if self._accepted() == "unknown" or (run.observed_at and self.was_sent) else ""

    def _observed(self) -> StepState:
        run = self.run
        if run.observed_at:
            return "done"
        if run.next_read_at is not None:
            return "running"
        if run.accepted_at or (self.was_sent and run.state == State.NEEDS_OPERATOR):
            return "unknown"
        return self._not_reached()

    def _observed_text(self) -> str:
        run = self.run
        if run.observed_at:
            return "The directory shows it."
        if run.next_read_at is not None:
            return "The directory is read again until it shows the change."
        return "Not visible in the directory yet." if self._observed() == "unknown" else ""


@dataclass(frozen=True)
class Said:
    """What Microsoft itself said of the error that a run keeps: for its support."""

    code: str
    words: str
    request_id: str
    client_request_id: str
    at: datetime | None


def said_of(run: ActionRun, calls: Sequence[ActionCall], events: Sequence[RunEvent]) -> Said | None:
    """Code, words, ids and time of the error; None without one. A number of the sign-in service's is its code."""
    if not run.error_code:
        return None
    about = next((call for call in reversed(calls) if call.error_code == run.error_code), None)
    heard = next((event.at for event in reversed(events) if event.state == run.state), None)
    is_number = run.error_detail.startswith("AADSTS")
    return Said(
        code=run.error_detail if is_number else run.error_code,
        words="" if is_number else run.error_detail,
        request_id=run.request_id or (about.request_id if about else ""),
        client_request_id=about.client_request_id if about else "",
        at=about.started_at if about else heard,
    )


@dataclass(frozen=True)
class Changes:
    """What was before beside what the run was about, with words that do not say more than is known."""

    title: str
    head: str
    rows: list[Change]


def changes_of(run: ActionRun) -> Changes | None:
    """Before and after, as recorded; None without any. Only what was accepted or seen is called "after"."""
    label, said = readers_of(run)
    rows = [
        Change(label(name), said(name, run.before.get(name)), said(name, value)) for name, value in run.after.items()
    ]
    if not rows:
        return None
    if run.state == State.SUCCEEDED:
        return Changes("Before and after", "After", rows)
    if run.state in (State.FAILED, State.CANCELLED):
        return Changes("What was wanted, and was not done", "Wanted", rows)
    return Changes("Before, and what is wanted", "Wanted", rows)


def readers_of(run: ActionRun) -> tuple[Callable[[str], str], Callable[[str, object], object]]:
    """What people call a thing that a run recorded, and how they read a value of it; times as people write them."""
    try:
        action = run.bound_action()
    except (KeyError, TypeError):
        return lambda name: PROPERTY_LABELS.get(name, name), lambda _, value: _in_time(value)
    labels = {**PROPERTY_LABELS, **action.labels()}
    return lambda name: labels.get(name, name), lambda name, value: _in_time(action.said(name, value))


def _in_time(value: object) -> object:
    moment = moment_of(value)
    return exactly(moment) if moment else value


def _shown(calls: Sequence[ActionCall]) -> list[Call]:
    """Calls without their long lists of properties."""
    return [
        Call(
            call.method,
            call.path.partition("?")[0],
            call.status,
            call.request_id,
            call.milliseconds,
            call.client_request_id,
            call.started_at,
            _outcome(call),
            is_harmless=call.method == "GET" or call.error_code == "graph_unreachable",
        )
        for call in calls
    ]


def _outcome(call: ActionCall) -> str:
    """The status with Graph's code; without a status, why there is none."""
    if call.status is None:
        return OUTCOMES.get(call.error_code, "no answer")
    return f"{call.status} {call.error_code}" if call.error_code else str(call.status)
