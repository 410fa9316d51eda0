"""Writes down how far a run has come: the calls it made, and the state in which its attempt has left it."""

import logging
from collections.abc import Callable
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from connectors.actions import Target
from connectors.graph import Call, Graph, GraphError
from connectors.sync import read_one
from people.models import ActionCall, ActionRun

logger = logging.getLogger(__name__)

State = ActionRun.State
IN_DOUBT = "An earlier attempt was never answered, so it may have happened all the same."


def recorder(run: ActionRun, purpose: str) -> Callable[[Call], None]:
    """What keeps each exchange of a client with the run."""

    def record(call: Call) -> None:
        ActionCall.objects.create(run=run, purpose=purpose, **ActionCall.columns_of(call))
        if purpose == ActionCall.Purpose.ACT:
            run.request_id = call.request_id

    return record


def read_state(graph: Graph, target: Target) -> dict[str, Any]:
    """The account as the directory has it now. Raises GraphError."""
    return read_one(graph, target.object_id)


def settle(run: ActionRun, to: str, reason: str, **columns: Any) -> bool:
    """Leave `running`, with what this attempt has come to.

    Whoever held the lease may still say so when it has run out meanwhile and the run was left as unknown, as long as
    nobody has taken it up since. Later than that the result only goes into the trail.
    """
    mine = Q(state__in=[State.RUNNING, State.UNKNOWN], lease=run.lease)
    columns = {"lease_until": None, "next_read_at": None, "in_doubt": run.in_doubt, **columns}
    moved = ActionRun.objects.move(run, to, reason, expecting=mine, **columns)
    if not moved:
        logger.warning("Run %s: a late result was not stored: %s", run.pk, to)
        run.refresh_from_db(fields=["state"])
        run.events.create(state=run.state, reason=f"Late result, not counted ({to}): {reason}"[:500])
    return moved


def fail(run: ActionRun, exc: GraphError) -> bool:
    """It was not done, for certain; unless an earlier attempt is in doubt: then a person has to decide."""
    columns = error_columns(exc)
    if run.in_doubt:
        columns["message"] = f"{exc} {IN_DOUBT}"[:700]
        return settle(run, State.NEEDS_OPERATOR, f"Refused: {exc} {IN_DOUBT}", ended_at=Now(), **columns)
    return settle(run, State.FAILED, f"Refused: {exc}", ended_at=Now(), **columns)


def error_columns(exc: GraphError) -> dict[str, Any]:
    """What is kept of an error."""
    return {
        "message": str(exc)[:700],
        "error_code": exc.code[:100],
        "error_detail": exc.detail[:500],
        "request_id": exc.request_id[:64],
    }
