"""A run's story in steps: asked, checked and read before, sent, accepted, observed."""

from connectors.actions.base import moment_of
from neurons_admin.ui.parts import Call, Change, Step, StepState
from neurons_admin.ui.times import exactly
from people.models import ActionCall, ActionRun

State = ActionRun.State
Purpose = ActionCall.Purpose

PROPERTY_LABELS = {
    "accountEnabled": "Sign-in allowed",
    "lastPasswordChangeDateTime": "Password last changed",
    "signInSessionsValidFromDateTime": "Sessions valid from",
}


def steps_of(run: ActionRun) -> list[Step]:
    """The five steps with their calls, as far as the run has come."""
    calls: dict[str, list[Call]] = {purpose: [] for purpose in Purpose.values}
    for call in run.calls.all():
        calls[call.purpose].append(_shown(call))
    return [
        Step("Asked", "done", run.created_at, f"By {run.asked_by.label}."),
        Step("Checked and read before", _read_state(run), None, _read_text(run), calls[Purpose.BEFORE]),
        Step("Sent to Microsoft Graph", _sent_state(run), run.sent_at, _sent_text(run), calls[Purpose.ACT]),
        Step("Accepted", _accepted_state(run), run.accepted_at, _accepted_text(run)),
        Step(
            "Observed in the directory", _observed_state(run), run.observed_at, _observed_text(run), calls[Purpose.LOOK]
        ),
    ]


def changes_of(run: ActionRun) -> list[Change]:
    """Before and after, as recorded: what was expected, and once it was seen what the directory shows."""
    return [
        Change(PROPERTY_LABELS.get(name, name), _said(run.before.get(name)), _said(value))
        for name, value in run.after.items()
    ]


def _said(value: object) -> object:
    """A time as people write it; anything else as it is."""
    moment = moment_of(value)
    return exactly(moment) if moment else value


def next_step_of(run: ActionRun) -> tuple[str, str, str] | None:
    """What the one who asked should know or do now: tone, title, sentence. None when all is well."""
    if run.state == State.FAILED:
        return "bad", "It was not done", f"{run.message} Nothing was changed in the directory by this run."
    if run.state == State.UNKNOWN:
        return (
            "unknown",
            "We do not know yet whether it happened",
            "Microsoft gave no clear answer. The directory is being read to find out; nothing is repeated blindly.",
        )
    if run.state == State.NEEDS_OPERATOR:
        return "warning", "A person has to decide", f"{run.message} Look at the person in the Entra admin center."
    if run.state == State.HELD:
        return "warning", "Held", f"{run.message} It goes on by itself when the credential works; or cancel it."
    if run.state == State.SUCCEEDED and run.accepted_at and not run.observed_at and run.next_read_at is None:
        return (
            "info",
            "Accepted, not yet visible",
            "Microsoft Graph has accepted the change; the directory does not show it yet. That can take minutes.",
        )
    return None


def _shown(call: ActionCall) -> Call:
    """A call without its long list of properties."""
    path = call.path.partition("?")[0]
    return Call(call.method, path, call.status, call.request_id, call.milliseconds)


def _read_state(run: ActionRun) -> StepState:
    if run.before or run.sent_at:
        return "done"
    if run.state in (State.FAILED, State.HELD):
        return "failed"
    if run.state == State.CANCELLED:
        return "skipped"
    return "running" if run.state == State.RUNNING else "waiting"


def _read_text(run: ActionRun) -> str:
    if run.state in (State.FAILED, State.HELD) and run.sent_at is None:
        return run.message
    return "Permissions and the person's present state were checked." if run.before else ""


def _sent_state(run: ActionRun) -> StepState:
    if run.accepted_at:
        return "done"
    if run.sent_at is None:
        return "skipped" if run.has_ended else "waiting"
    return {State.RUNNING: "running", State.FAILED: "failed", State.SUCCEEDED: "done"}.get(  # type: ignore[return-value]
        State(run.state), "unknown"
    )


def _sent_text(run: ActionRun) -> str:
    if run.state == State.SUCCEEDED and run.sent_at is None:
        return "Not needed."
    if run.sent_at is None:
        return ""
    return run.message if run.state == State.FAILED else f"With {run.credential_name}."


def _accepted_state(run: ActionRun) -> StepState:
    if run.accepted_at:
        return "done"
    if run.state in (State.UNKNOWN, State.NEEDS_OPERATOR):
        return "unknown"
    return "skipped" if run.has_ended else "waiting"


def _accepted_text(run: ActionRun) -> str:
    return run.message if run.accepted_at else ""


def _observed_state(run: ActionRun) -> StepState:
    if run.observed_at:
        return "done"
    if run.next_read_at is not None:
        return "running"
    if run.accepted_at or run.state == State.NEEDS_OPERATOR:
        return "unknown"
    return "skipped" if run.has_ended else "waiting"


def _observed_text(run: ActionRun) -> str:
    if run.observed_at:
        return "The directory shows it."
    if run.next_read_at is not None:
        return "The directory is read again until it shows the change."
    return "Not visible in the directory yet." if run.accepted_at else ""
