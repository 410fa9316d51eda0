"""Undoing what a run has done: from what it recorded before and after, unless somebody has changed it since."""

from dataclasses import dataclass
from typing import Any, Final

from connectors.actions import Action, Order
from connectors.graph import GraphError
from people import asking, imports
from people.asking import Asked, Asking
from people.models import ActionRun
from people.settling import not_visible_yet

State = ActionRun.State

NO_WAY_BACK: Final = "This cannot be undone."
NOT_DONE: Final = "Only what was done can be undone, and what is known to have changed something."

NOT_VISIBLE_YET: Final = (
    "The directory does not show the change yet: what it answers may be up to two minutes old. Undoing waits for it."
)


class NotUndoable(Exception):
    """It cannot be undone (any more); the message says why."""


@dataclass(frozen=True)
class Difference:
    """One thing that was changed: what it was before the run, after it, and what it is now."""

    key: str
    before: object
    after: object
    now: object

    @property
    def has_drifted(self) -> bool:
        """Whether somebody has changed it since."""
        return bool(self.after != self.now)


@dataclass(frozen=True)
class Comparison:
    """What the directory says now, beside what was recorded. `problem` says why that is not to be relied upon."""

    differences: list[Difference]
    problem: str = ""

    @property
    def has_drifted(self) -> bool:
        """Whether anything differs from what the run has left behind."""
        return not self.problem and any(difference.has_drifted for difference in self.differences)

    @property
    def is_back(self) -> bool:
        """Whether everything is as it was before the run already."""
        return not self.problem and all(difference.now == difference.before for difference in self.differences)


def inverse_of(run: ActionRun) -> Action | None:
    """What would undo a run, whether or not that is still possible; None for what has no way back."""
    try:
        return run.bound_action().inverse(run.before)
    except (KeyError, TypeError):
        return None


def require_undoable(run: ActionRun) -> Action:
    """What undoes a run. Raises NotUndoable with the reason why nothing does."""
    inverse = inverse_of(run)
    if inverse is None:
        raise NotUndoable(NO_WAY_BACK)
    if run.state != State.SUCCEEDED or run.sent_at is None or not run.after:
        raise NotUndoable(NOT_DONE)
    other = run.undone_by.exclude(state__in=[State.FAILED, State.CANCELLED]).first()
    if other is not None:
        done = "has been undone already" if other.state == State.SUCCEEDED else "is being undone"
        raise NotUndoable(f"This {done}, by a run of {other.asked_by.label}.")
    return inverse


def compare(run: ActionRun) -> Comparison:
    """Read the directory, as the run that undoes it will, and set it beside what the run has recorded."""
    target = run.account.as_target()
    try:
        state = run.bound_action().read(run.account.connector.graph_for_acting(), target)
    except GraphError as exc:
        problem = f"The directory could not be read: {exc} It is compared again just before anything is sent."
        return Comparison(_differences(run, {}), problem)
    compared = Comparison(_differences(run, run.bound_action().snapshot(state)))
    if compared.has_drifted and not_visible_yet(run, {each.key: each.now for each in compared.differences}):
        return Comparison(compared.differences, NOT_VISIBLE_YET)
    imports.refresh(run.account, state)
    return compared


def _differences(run: ActionRun, now: dict[str, Any]) -> list[Difference]:
    return [Difference(key, run.before.get(key), after, now.get(key)) for key, after in run.after.items()]


def undo(run: ActionRun, wanted: Asking) -> Asked:
    """Ask for what undoes a run, as a run of its own that is refused where something has changed since.

    Raises NotUndoable, and what `asking.ask` raises.
    """
    return asking.ask([Order(require_undoable(run))], wanted.to_undo(run))
