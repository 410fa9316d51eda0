"""Carries a run out, once. Knows neither Celery nor HTTP.

claim → re-authorise → read before → fence → one call → settle → look for the effect. Each step is committed before the
next begins, so that whoever finds the run after a crash knows what has certainly not happened and what may have.
docs/reliability.md tells the whole story.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from connectors.actions import Action, Target
from connectors.graph import Call, CredentialRefused, Graph, GraphError, NotThere, OutcomeUnknown, TryLater
from connectors.sync import PROPERTIES
from people import imports
from people.models import ActionCall, ActionRun
from people.models.run import bump
from people.policy import refusal_at_run_time

logger = logging.getLogger(__name__)

State = ActionRun.State
Purpose = ActionCall.Purpose

LEASE = timedelta(seconds=60)
# The fence wants this much of the lease left: longer than the client ever waits for an answer.
TIME_TO_SEND = timedelta(seconds=30)
ATTEMPTS = 8
FIRST_WAIT = 5.0
LONGEST_WAIT = 900.0
HELD_FOR = timedelta(minutes=5)
# When to look for the effect after the call: Graph's reads lag behind its writes.
LOOK_AFTER = (2, 5, 15, 40, 120)


def carry_out(run_id: uuid.UUID | str) -> None:
    """Do what the run asks, unless somebody else does it or has done it. Leaves it in a state that is true."""
    run = _claim(run_id)
    if run is None:
        return
    try:
        order = _prepare(run)
        if order is not None:
            _send(run, order)
    except CredentialRefused as exc:
        _hold(run, exc)
    except TryLater as exc:
        _put_back(run, exc)
    except OutcomeUnknown as exc:
        _leave_unknown(run, exc)
    except NotThere as exc:
        imports.note_missing(run.account)
        _fail(run, exc)
    except GraphError as exc:
        _fail(run, exc)


def look(run: ActionRun) -> None:
    """Read the directory for the effect of a call that was accepted, or of which we do not know whether it was.

    Seen: an unknown run has succeeded. Not seen after the whole schedule: it is sent once more if that can do no harm,
    else a person has to decide. A lagging read never proves that something did not happen.
    """
    if not _claim_look(run):
        return
    action = run.bound_action()
    try:
        graph = run.connector.graph_for_acting(_recorder(run, Purpose.LOOK))
        state = _read(graph, run.account.as_target())
    except GraphError as exc:
        logger.info("Run %s: the look for its effect failed: %s", run.pk, exc.code)
    else:
        if run.sent_at and action.observed(state, run.before, run.sent_at):
            imports.refresh(run.account, state)
            _note_observed(run)
            return
    if run.next_read_at is None:
        _give_up_looking(run, action)


@dataclass(frozen=True)
class _Order:
    """All that is needed to send, gathered before the fence."""

    action: Action
    target: Target
    graph: Graph
    state: dict[str, Any]
    secret: str


def _claim(run_id: uuid.UUID | str) -> ActionRun | None:
    run = ActionRun.objects.due().filter(pk=run_id).first()
    if run is None:
        return None
    claimed = ActionRun.objects.move(
        run,
        State.RUNNING,
        "Taken up by a worker.",
        expecting=Q(state=State.QUEUED) & ~Q(not_before__gt=Now()) & Q(expires_at__gt=Now()),
        lease=uuid.uuid4(),
        lease_until=Now() + LEASE,
        attempts=bump("attempts"),
        not_before=None,
        sent_at=None,
    )
    return ActionRun.objects.for_work().get(pk=run_id) if claimed else None


def _prepare(run: ActionRun) -> _Order | None:
    """Everything that can be found out without changing anything. None when the run has thereby ended."""
    if run.kind is None:
        _fail(run, GraphError("This version does not know the action.", code="unknown_action"))
        return None
    action = run.bound_action()
    graph = run.connector.graph_for_acting(_recorder(run, Purpose.BEFORE))
    grant = graph.grant()
    state = _read(graph, run.account.as_target())
    imports.refresh(run.account, state)
    run.account.refresh_from_db()
    target = run.account.as_target()
    run.before, run.after = action.before(state), action.after()
    run.save(update_fields=["before", "after"])
    refusal = refusal_at_run_time(run, grant.permissions, grant.directory_roles)
    if refusal:
        _fail(run, GraphError(refusal, code="refused_here"))
        return None
    if action.is_so(state):
        _succeed(run, "It was already so; nothing was sent.", accepted=False, observed=True)
        return None
    sealed = getattr(run, "sealed_password", None)
    return _Order(action, target, graph, state, sealed.value.reveal() if sealed else "")


def _send(run: ActionRun, order: _Order) -> None:
    """The fence, the one call, and what came of it."""
    fenced = ActionRun.objects.move(
        run,
        State.RUNNING,
        "About to send: from here on it may have happened.",
        expecting=_mine(run) & Q(lease_until__gt=Now() + TIME_TO_SEND),
        sent_at=Now(),
    )
    if not fenced:
        return
    write = order.action.write(order.target, order.secret)
    order.graph.on_call = _recorder(run, Purpose.ACT)
    order.graph.write(write.method, write.path, write.body)
    _succeed(run, order.action.done(order.target), accepted=True)
    imports.refresh(run.account, {**order.state, **order.action.after()})
    look(run)


def _read(graph: Graph, target: Target) -> dict[str, Any]:
    return graph.get(f"/users/{target.object_id}?$select={','.join(PROPERTIES)}")


def _recorder(run: ActionRun, purpose: str) -> Callable[[Call], None]:
    def record(call: Call) -> None:
        ActionCall.objects.create(run=run, purpose=purpose, **ActionCall.columns_of(call))
        if purpose == Purpose.ACT:
            run.request_id = call.request_id

    return record


def _mine(run: ActionRun) -> Q:
    return Q(state=State.RUNNING, lease=run.lease)


def _succeed(run: ActionRun, message: str, *, accepted: bool, observed: bool = False) -> None:
    now = Now()
    _settle(
        run,
        State.SUCCEEDED,
        "Accepted by Microsoft Graph." if accepted else message,
        message=message,
        accepted_at=now if accepted else None,
        observed_at=now if observed else None,
        next_read_at=now if accepted else None,
        ended_at=now,
        error_code="",
        error_detail="",
        request_id=run.request_id,
    )


def _fail(run: ActionRun, exc: GraphError) -> None:
    _settle(run, State.FAILED, f"Refused: {exc}", ended_at=Now(), **_error_columns(exc))


def _leave_unknown(run: ActionRun, exc: OutcomeUnknown) -> None:
    wait = timedelta(seconds=LOOK_AFTER[0])
    _settle(run, State.UNKNOWN, str(exc), reads=0, next_read_at=Now() + wait, **_error_columns(exc))


def _hold(run: ActionRun, exc: CredentialRefused) -> None:
    reason = f"The action credential does not work: {exc}"
    _settle(run, State.HELD, reason, not_before=Now() + HELD_FOR, rung_at=None, **_error_columns(exc))


def _put_back(run: ActionRun, exc: TryLater) -> None:
    """Certainly not carried out: back into the queue, as late as Microsoft wishes."""
    if run.attempts >= ATTEMPTS:
        _fail(run, GraphError(f"{exc} Given up after {ATTEMPTS} attempts.", code=exc.code, detail=exc.detail))
        return
    seconds = min(exc.retry_after or FIRST_WAIT * 2 ** (run.attempts - 1), LONGEST_WAIT)
    reason = f"Not sent, or not carried out: {exc} Next attempt in {seconds:.0f} s."
    not_before = Now() + timedelta(seconds=seconds)
    _settle(run, State.QUEUED, reason, not_before=not_before, rung_at=None, sent_at=None, **_error_columns(exc))


def _settle(run: ActionRun, to: str, reason: str, **columns: Any) -> None:
    """Leave `running`. If the lease was lost meanwhile, the late result still goes into the trail."""
    moved = ActionRun.objects.move(run, to, reason, expecting=_mine(run), lease_until=None, **columns)
    if not moved:
        logger.warning("Run %s: a late result was not stored: %s", run.pk, to)
        run.events.create(state=run.state, reason=f"Late result, not counted ({to}): {reason}"[:500])


def _error_columns(exc: GraphError) -> dict[str, Any]:
    return {
        "message": str(exc)[:700],
        "error_code": exc.code[:100],
        "error_detail": exc.detail[:500],
        "request_id": exc.request_id[:64],
    }


def _claim_look(run: ActionRun) -> bool:
    """Of two that look at the same time one goes; the next look is set before this one begins."""
    following = LOOK_AFTER[run.reads] if run.reads < len(LOOK_AFTER) else None
    claimed = ActionRun.objects.filter(pk=run.pk, reads=run.reads, next_read_at__isnull=False).update(
        reads=bump("reads"), next_read_at=Now() + timedelta(seconds=following) if following else None
    )
    if claimed:
        run.refresh_from_db()
    return bool(claimed)


def _note_observed(run: ActionRun) -> None:
    if run.state == State.SUCCEEDED:
        expecting, reason, columns = Q(state=State.SUCCEEDED), "Observed in the directory.", {}
    else:
        reason = "Confirmed by reading the directory: it has happened."
        expecting = Q(state=State.UNKNOWN)
        columns = {"ended_at": Now(), "message": run.bound_action().done(run.account.as_target())}
    ActionRun.objects.move(
        run, State.SUCCEEDED, reason, expecting=expecting, observed_at=Now(), next_read_at=None, **columns
    )


def _give_up_looking(run: ActionRun, action: Action) -> None:
    if run.state == State.SUCCEEDED:
        run.events.create(state=run.state, reason="Accepted, but not visible in the directory yet. Reads lag at times.")
        return
    unknown = Q(state=State.UNKNOWN)
    if action.repeatable and run.attempts < ATTEMPTS:
        reason = "Not seen in the directory; sent once more, which can do no harm (resend)."
        ActionRun.objects.move(run, State.QUEUED, reason, expecting=unknown, sent_at=None, rung_at=None)
        return
    ActionRun.objects.move(
        run,
        State.NEEDS_OPERATOR,
        "Not seen in the directory, and sending it again could do harm: a person has to decide.",
        expecting=unknown,
        ended_at=Now(),
        message="Microsoft did not answer, and the directory does not show the change. It may have happened, or not.",
    )
