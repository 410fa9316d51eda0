"""Carries a run out, once. Knows neither Celery nor HTTP.

claim → re-authorise → read before → fence → one call → settle → look for the effect. Each step is committed before the
next begins, so that whoever finds the run after a crash knows what has certainly not happened and what may have.
docs/reliability.md tells the whole story.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from connectors.actions import Action, Target
from connectors.graph import CredentialRefused, Graph, GraphError, NotThere, OutcomeUnknown, Refused, TryLater
from neurons_admin.encryption import SecretUnreadable
from people import imports, policy
from people.looking import LOOK_AFTER, look
from people.models import ActionCall, ActionRun
from people.models.run import ATTEMPTS, bump
from people.settling import error_columns, fail, read_state, recorder, settle

State = ActionRun.State
Purpose = ActionCall.Purpose

# Longer than one call can take (see connectors.graph.wire); the fence begins it anew.
LEASE = timedelta(seconds=60)
FIRST_WAIT = 5.0
LONGEST_WAIT = 900.0
HELD_FOR = timedelta(minutes=5)
CONFIRMED = "Confirmed by reading the directory: it has happened."


@dataclass(frozen=True)
class _Order:
    """All that is needed to send, gathered before the fence."""

    action: Action
    target: Target
    graph: Graph
    state: dict[str, Any]
    before: dict[str, Any]
    secret: str


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
        fail(run, exc)
    except GraphError as exc:
        fail(run, exc)


def _claim(run_id: uuid.UUID | str) -> ActionRun | None:
    run = ActionRun.objects.for_work().due().filter(pk=run_id).first()
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
    return run if claimed else None


def _prepare(run: ActionRun) -> _Order | None:
    """Everything that can be found out without changing anything; None when the run has thereby ended."""
    action = _action_of(run)
    if not policy.may_act(run.asked_by):
        raise Refused(f"{run.asked_by.label} may no longer ask for actions.", code="refused_here")
    graph = run.account.connector.graph_for_acting(recorder(run, Purpose.BEFORE))
    graph.grant()
    state = read_state(graph, run.account.as_target())
    imports.refresh(run.account, state)
    run.account.refresh_from_db(fields=run.account.KEPT_FROM_DIRECTORY)
    _require_readiness(run, graph)
    if action.is_so(state):
        _succeed_without_sending(run, action, state)
        return None
    # After an attempt in doubt the directory may show our own change: what was before, was before that.
    before = run.before if run.in_doubt else action.snapshot(state)
    return _Order(action, run.account.as_target(), graph, state, before, _secret_of(run, action))


def _action_of(run: ActionRun) -> Action:
    try:
        return run.bound_action()
    except (KeyError, TypeError):
        raise Refused("This version of the product does not know this action.", code="unknown_action") from None


def _require_readiness(run: ActionRun, graph: Graph) -> None:
    """Ask once more, by what the token grants. What has been granted since it was issued, only a new one shows."""
    refusal = ""
    for fresh in (False, True):
        grant = graph.grant(fresh=fresh)
        refusal = policy.refusal_at_run_time(run, grant.permissions if grant.readable else None, grant.directory_roles)
        if not refusal:
            return
    raise Refused(refusal, code="refused_here")


def _secret_of(run: ActionRun, action: Action) -> str:
    """What was sealed for the run. Never an empty one: that would be sent as a password."""
    if not action.secret_field:
        return ""
    sealed = getattr(run, "sealed_password", None)
    try:
        secret = sealed.value.reveal() if sealed else ""
    except SecretUnreadable:
        secret = ""
    if not secret:
        raise Refused("The password that was kept for this is no longer there. Ask for it again.", code="no_secret")
    return secret


def _send(run: ActionRun, order: _Order) -> None:
    """The fence, the one call, and what came of it."""
    fenced = ActionRun.objects.move(
        run,
        State.RUNNING,
        "About to send: from here on it may have happened.",
        expecting=Q(state=State.RUNNING, lease=run.lease, lease_until__gt=Now()),
        sent_at=Now(),
        lease_until=Now() + LEASE,
        before=order.before,
        after=order.action.after(),
    )
    if not fenced:
        return
    write = order.action.write(order.target, order.secret)
    order.graph.on_call = recorder(run, Purpose.ACT)
    order.graph.write(write.method, write.path, write.body)
    settle(
        run,
        State.SUCCEEDED,
        "Accepted by Microsoft Graph.",
        message=order.action.done(order.target),
        accepted_at=Now(),
        ended_at=Now(),
        next_read_at=Now(),
        reads=0,
        in_doubt=False,
        error_code="",
        error_detail="",
        request_id=run.request_id,
    )
    imports.refresh(run.account, {**order.state, **order.action.after()})
    look(run)


def _succeed_without_sending(run: ActionRun, action: Action, state: dict[str, Any]) -> None:
    columns: dict[str, Any] = {"message": "It was already so; nothing was sent.", "before": action.snapshot(state)}
    if run.in_doubt:
        columns = {"message": action.done(run.account.as_target())}
    settle(
        run,
        State.SUCCEEDED,
        CONFIRMED if run.in_doubt else columns["message"],
        observed_at=Now(),
        ended_at=Now(),
        in_doubt=False,
        error_code="",
        error_detail="",
        **columns,
    )


def _leave_unknown(run: ActionRun, exc: OutcomeUnknown) -> None:
    next_read_at = Now() + timedelta(seconds=LOOK_AFTER[0])
    settle(
        run, State.UNKNOWN, str(exc), reads=0, next_read_at=next_read_at, in_doubt=True, **error_columns(exc)
    )  # fmt: skip


def _hold(run: ActionRun, exc: CredentialRefused) -> None:
    reason = f"The action credential does not work: {exc}"
    not_before = Now() + HELD_FOR
    settle(run, State.HELD, reason, not_before=not_before, rung_at=None, sent_at=None, **error_columns(exc))


def _put_back(run: ActionRun, exc: TryLater) -> None:
    """Certainly not carried out: back into the queue, as late as Microsoft wishes."""
    if run.attempts >= ATTEMPTS:
        fail(run, GraphError(f"{exc} Given up after {ATTEMPTS} attempts.", code=exc.code, detail=exc.detail))
        return
    seconds = min(exc.retry_after or FIRST_WAIT * 2 ** (run.attempts - 1), LONGEST_WAIT)
    reason = f"Not sent, or not carried out: {exc} Next attempt in {seconds:.0f} s."
    not_before = Now() + timedelta(seconds=seconds)
    settle(run, State.QUEUED, reason, not_before=not_before, rung_at=None, sent_at=None, **error_columns(exc))
