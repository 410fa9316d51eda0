"""How a run stands, in plain words: what happened, what was and was not changed, why, and what to do next.

There is an answer for each state and each way into it. Nothing is said that the row does not know.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils import timezone

from connectors.gates import Gate
from connectors.graph.explanation import Explanation
from neurons_admin.access.models import User
from neurons_admin.ui.parts import Advice, Link
from people import approvals
from people.models import ActionCall, ActionRun, RunEvent
from people.views.again import again_link, undo_link
from people.views.explained import explanation_for, links_for, person_in_entra

State = ActionRun.State
NOTHING = "Nothing was changed in the directory."
PERHAPS = "An earlier attempt was sent and never answered: it may have been changed already."
# Begins the reason of the step with which somebody has settled a run by their word.
DECIDED = "Decided by "


def advice_for(run: ActionRun, viewer: User, calls: list[ActionCall], events: Sequence[RunEvent]) -> Advice:
    """What to tell whoever looks at the run now."""
    explanation = explanation_for(run, calls)
    if run.state == State.SUCCEEDED:
        return _succeeded(run, viewer, events)
    if run.state == State.FAILED:
        return _failed(run, viewer, explanation, events)
    if run.state == State.HELD and run.held_because == ActionRun.Held.RESTORE:
        return _held_after_restore(run)
    if run.state == State.HELD and run.held_because == ActionRun.Held.APPROVAL:
        return _held_for_approval(run, viewer)
    tell: dict[str, Callable[[ActionRun, User, Explanation | None], Advice]] = {
        State.QUEUED: _queued,
        State.RUNNING: _running,
        State.UNKNOWN: _unknown,
        State.HELD: _held,
        State.NEEDS_OPERATOR: _needs_operator,
        State.CANCELLED: _cancelled,
    }
    return tell[State(run.state)](run, viewer, explanation)


def _changed(run: ActionRun) -> str:
    return PERHAPS if run.in_doubt else NOTHING


def _explained(advice: Advice, run: ActionRun, viewer: User, explanation: Explanation | None) -> Advice:
    """With the probable causes, and the links of the cure before the others."""
    if explanation is None:
        return advice
    links = [*links_for(explanation, run, viewer), *advice.links]
    return replace(advice, causes=explanation.causes, links=links)


def _queued(run: ActionRun, viewer: User, explanation: Explanation | None) -> Advice:
    due_at = _next_attempt(run)
    if due_at is None:
        return _about_to_begin(run)
    advice = Advice(
        "waiting",
        "Waiting for the next attempt",
        happened=run.message or "Microsoft has asked this application to wait.",
        changed=_changed(run),
        todo="Nothing needs to be done: it goes on by itself.",
        times=[("Next attempt", due_at), ("Expires", run.expires_at)],
    )
    return _explained(advice, run, viewer, explanation)


def _next_attempt(run: ActionRun) -> datetime | None:
    """When it can go on: its own time, or when the application may ask Microsoft again; None when it is due."""
    credential = run.account.connector.action_credential
    gate = Gate.objects.shut().of(credential).first() if credential else None
    times = [moment for moment in (run.not_before, gate and gate.paused_until) if moment]
    due_at = max(times, default=None)
    return due_at if due_at and due_at > timezone.now() else None


def _about_to_begin(run: ActionRun) -> Advice:
    """Due: a worker takes it up as soon as one has a hand free and nobody else writes to the account."""
    beside = ActionRun.objects.filter(account=run.account_id, state=State.RUNNING).exclude(pk=run.pk)
    happened = "A worker takes it up within seconds."
    if beside.exists():
        happened = "Another run writes to this account just now. This one is next."
    elif run.in_doubt:
        happened = "The directory does not show the change. It is sent once more, which can do no harm."
    return Advice("waiting", "Waiting", happened, _changed(run), times=[("Expires", run.expires_at)])


def _running(run: ActionRun, viewer: User, explanation: Explanation | None) -> Advice:
    if run.sent_at is None:
        return Advice("running", "Being checked", "Rights, permissions and the person's present state.", _changed(run))
    return Advice(
        "running", "Sent to Microsoft", "Waiting for the answer.", "From here on it may have been changed already."
    )


def _unknown(run: ActionRun, viewer: User, explanation: Explanation | None) -> Advice:
    last = "it is sent once more, which can do no harm." if _repeatable(run) else "a person is asked to decide."
    advice = Advice(
        "unknown",
        "We do not know yet whether it happened",
        happened=run.message,
        changed="Nothing is repeated blindly.",
        todo="Nothing needs to be done: the directory is read again and again, for some minutes, until it shows the"
        f" change. If it never does, {last}",
        times=[("Next look", run.next_read_at)] if run.next_read_at and run.next_read_at > timezone.now() else [],
        links=person_in_entra(run),
    )
    return _explained(advice, run, viewer, explanation)


def _repeatable(run: ActionRun) -> bool:
    return run.kind is not None and run.kind.repeatable


def _held(run: ActionRun, viewer: User, explanation: Explanation | None) -> Advice:
    cure = explanation.cure if explanation else "Check the connector's action credential."
    advice = Advice(
        "warning",
        "Held: the action credential does not work",
        happened=explanation.sentence if explanation else run.message,
        changed=_changed(run),
        todo=f"{cure} The run then goes on by itself, within minutes.",
        times=[("Expires", run.expires_at)],
    )
    return _explained(advice, run, viewer, explanation)


def _held_for_approval(run: ActionRun, viewer: User) -> Advice:
    todo = "Nothing needs to be done here: whoever may agree finds it on their home page."
    if viewer.pk == run.asked_by_id:
        todo = "It has to be somebody other than you. If it is not wanted any more, cancel it."
    elif approvals.may_decide(viewer, run):
        todo = f"Look at what {run.asked_by.label} asked for, then say whether you agree."
    return Advice(
        "waiting",
        "Waiting until somebody else agrees",
        happened="A rule of this organisation asks for a second person.",
        changed=NOTHING,
        todo=todo,
        times=[("Expires", run.expires_at)],
    )


def _held_after_restore(run: ActionRun) -> Advice:
    sent = "It had been sent before the backup was made, and what came of it is not known."
    return Advice(
        "warning",
        "Held: the database was restored",
        happened="The database was restored from a backup, which knows this run as still open.",
        changed=sent if run.in_doubt else "It may have been carried out since the backup was made, or not.",
        todo="Look at the person in Entra. Then decide whether this is still wanted.",
        links=person_in_entra(run),
        times=[("Expires", run.expires_at)],
    )


def _needs_operator(run: ActionRun, viewer: User, explanation: Explanation | None) -> Advice:
    advice = Advice(
        "warning",
        "A person has to decide",
        happened=run.message,
        changed="It is not sent again by itself.",
        todo="Look at the person in Entra first. Then say below what you found.",
        links=person_in_entra(run),
    )
    advice = _explained(advice, run, viewer, explanation)
    return replace(advice, links=person_in_entra(run))


def _cancelled(run: ActionRun, viewer: User, explanation: Explanation | None) -> Advice:
    return Advice(
        "neutral",
        "Cancelled",
        happened=run.message,
        changed="" if run.held_because == ActionRun.Held.RESTORE else NOTHING,
        todo="If it is wanted after all, ask for it again.",
        links=again_link(run, viewer),
    )


def _failed(run: ActionRun, viewer: User, explanation: Explanation | None, events: Sequence[RunEvent]) -> Advice:
    if _was_decided(events):
        return Advice(
            "neutral",
            "Ended as not done, on somebody's word",
            happened=run.message,
            changed="This product has not seen it for itself. Nothing is sent again.",
            todo="If it is still wanted, ask for it again.",
            links=again_link(run, viewer),
        )
    makes_sense = explanation is None or explanation.again
    advice = Advice(
        "bad",
        "It was not done",
        happened=run.message,
        changed=f"{NOTHING[:-1]} by this run.",
        todo=explanation.cure if explanation else "Read the trail below, then ask for it again.",
        links=again_link(run, viewer) if makes_sense else [],
    )
    return _explained(advice, run, viewer, explanation)


def _was_decided(events: Sequence[RunEvent]) -> bool:
    return any(event.reason.startswith(DECIDED) for event in events)


def _succeeded(run: ActionRun, viewer: User, events: Sequence[RunEvent]) -> Advice:
    undo: list[Link] = undo_link(run, viewer)
    if _was_decided(events):
        seen = "This product has not seen it for itself."
        return Advice("good", "Ended as done, on somebody's word", run.message, seen, links=undo)
    if run.observed_at and not run.after:
        return Advice("neutral", "It was already so", run.message, "This run has changed nothing.")
    if run.observed_at and not run.accepted_at:
        told = "No answer said that it was done; the directory shows that it has happened."
        return Advice("good", "Done, and seen in the directory", f"{run.message} {told}", links=undo)
    if run.observed_at:
        return Advice("good", "Done, and seen in the directory", run.message, links=undo)
    if run.next_read_at:
        return Advice(
            "good",
            "Accepted; the directory is being read",
            happened=run.message,
            todo="Nothing needs to be done: it is read until it shows the change, which can take minutes.",
        )
    return Advice(
        "info",
        "Accepted, not yet visible",
        happened=f"{run.message} Microsoft Graph has accepted the change; the directory does not show it yet.",
        todo="Nothing needs to be done. If it matters, look at the person in Entra in a while.",
        links=[*person_in_entra(run), *undo],
    )
