"""Looks into the directory for the effect of a call that was accepted, or of which nobody knows whether it was.

Seen: an unknown run has succeeded. Not seen after the whole schedule: it is sent once more if that can do no harm,
else a person has to decide. A lagging read never proves that something did not happen.
"""

import logging
from typing import Any

from django.db import DatabaseError
from django.db.models import Q
from django.db.models.functions import Now

from connectors import gates
from connectors.graph import Busy, CredentialRefused, GraphError, NotThere, read_user
from neurons_admin.pace import paced
from people import imports
from people.models import ActionCall, ActionRun
from people.models.run import ATTEMPTS, bump
from people.settling import LOOK_AFTER, may_be_old, note_refusal, recorder, require_standing

logger = logging.getLogger(__name__)

State = ActionRun.State

# The last look has failed if nothing is heard of it by then; and when to try again what could not be read.
LOOK_AGAIN_SECONDS = 60.0


def look(run: ActionRun) -> None:
    """One look, if it is due and nobody else takes it."""
    if not _claim(run):
        return
    state = _tried(run)
    if state is None and run.state == State.UNKNOWN and _put_off(run):
        return
    if state and _shows(run, state):
        imports.refresh(run.account, state)
        _note_observed(run, state)
        return
    if run.reads > len(LOOK_AFTER) or run.kind is None:
        _give_up(run)


def _claim(run: ActionRun) -> bool:
    """Of two that look at the same time one goes; when the next look is due is set before this one begins."""
    following = paced(LOOK_AFTER[run.reads] if run.reads < len(LOOK_AFTER) else LOOK_AGAIN_SECONDS)
    claimed = ActionRun.objects.filter(pk=run.pk, reads=run.reads, next_read_at__lte=Now()).update(
        reads=bump("reads"), next_read_at=Now() + following
    )
    if claimed:
        run.refresh_from_db(fields=["state", "reads", "next_read_at", "sent_at", "before", "attempts"])
    return bool(claimed)


def _tried(run: ActionRun) -> dict[str, Any] | None:
    """What the directory shows; None when it could not be read, whatever the reason."""
    try:
        return _read(run)
    except Busy as exc:
        if credential := run.account.connector.action_credential:
            gates.shut(credential, exc)
        logger.info("Run %s: the look for its effect has to wait: %s", run.pk, exc.code)
    except GraphError as exc:
        if isinstance(exc, CredentialRefused):
            note_refusal(run, exc)
        logger.info("Run %s: the look for its effect failed: %s", run.pk, exc.code)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("Run %s: the look for its effect failed.", run.pk)
    return None


def _read(run: ActionRun) -> dict[str, Any]:
    """The account as the directory has it; empty when the directory does not know it. Raises GraphError."""
    require_standing(run)
    graph = run.account.connector.graph_for_acting(recorder(run, ActionCall.Purpose.LOOK))
    target = run.account.as_target()
    try:
        action = run.bound_action()
    except (KeyError, TypeError):
        # Of another version: nobody here can tell what to look for, but the account's own state is of use.
        return read_user(graph, target.object_id)
    try:
        return action.read(graph, target)
    except NotThere:
        imports.note_missing(run.account)
        return {}


def _shows(run: ActionRun, state: dict[str, Any]) -> bool:
    if run.sent_at is None:
        return False
    try:
        action = run.bound_action()
    except (KeyError, TypeError):
        return False
    if not action.observed(state, run.before, run.sent_at):
        return False
    return run.state != State.UNKNOWN or not may_be_old(run)


def _put_off(run: ActionRun) -> bool:
    """A look that saw nothing proves nothing and does not count; False when the order is too old to go on with it."""
    unread = ActionRun.objects.filter(pk=run.pk, reads=run.reads, state=State.UNKNOWN, expires_at__gt=Now())
    return bool(unread.update(reads=run.reads - 1, next_read_at=Now() + paced(LOOK_AGAIN_SECONDS)))


def _note_observed(run: ActionRun, state: dict[str, Any]) -> None:
    after = run.bound_action().snapshot(state)
    columns: dict[str, Any] = {"observed_at": Now(), "next_read_at": None, "after": after}
    reason = "Observed in the directory."
    if run.state == State.UNKNOWN:
        reason = "Confirmed by reading the directory: it has happened."
        message = run.bound_action().done_unheard(run.account.as_target())
        columns |= {"ended_at": Now(), "message": message, "in_doubt": False, "error_code": "", "error_detail": ""}
    ActionRun.objects.move(run, State.SUCCEEDED, reason, expecting=Q(state=run.state), **columns)


def _give_up(run: ActionRun) -> None:
    if run.state == State.SUCCEEDED:
        reason = "Accepted, but not visible in the directory yet. Reads lag at times."
        ActionRun.objects.move(run, State.SUCCEEDED, reason, expecting=Q(state=State.SUCCEEDED), next_read_at=None)
        return
    unknown = Q(state=State.UNKNOWN)
    if run.kind is not None and run.kind.repeatable and run.attempts < ATTEMPTS:
        reason = "Not seen in the directory; sent once more, which can do no harm (resend)."
        columns: dict[str, Any] = {"sent_at": None, "rung_at": None, "next_read_at": None}
        if ActionRun.objects.move(run, State.QUEUED, reason, expecting=unknown & Q(expires_at__gt=Now()), **columns):
            return
    given_up = ActionRun.objects.move(
        run,
        State.NEEDS_OPERATOR,
        "Not seen in the directory, and it is not sent again: a person has to decide.",
        expecting=unknown,
        ended_at=Now(),
        next_read_at=None,
        message="Microsoft did not answer, and the directory does not show the change. It may have happened or not.",
    )
    if given_up:
        logger.error("Run %s (%s) needs an operator: nobody knows whether it happened.", run.pk, run.action)
