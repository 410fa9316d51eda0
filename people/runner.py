"""Carries a run out, once. Knows neither Celery nor HTTP.

claim → re-authorise → read before → fence → one call → settle → look for the effect. Each step is committed before the
next begins, so that whoever finds the run after a crash knows what has certainly not happened and what may have.
docs/reliability.md tells the whole story.
"""

import uuid
from contextlib import suppress
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.db.models.functions import Now

from connectors.actions import Action, Target
from connectors.graph import (
    CredentialRefused,
    Graph,
    GraphError,
    NotThere,
    OutcomeUnknown,
    Refused,
    TryLater,
    read_standing,
    removal_in,
)
from neurons_admin import tracing
from neurons_admin.audit.models import record
from neurons_admin.encryption import SecretUnreadable
from neurons_admin.pace import paced
from people import approvals, imports, policy, restores
from people.models import ActionCall, ActionRun
from people.models.person import OWN_COLUMNS
from people.models.run import bump
from people.sending import Prepared, send, succeed_without_sending
from people.settling import (
    LEASE_SECONDS,
    fail,
    hold,
    leave_unknown,
    may_be_old,
    not_visible_yet,
    put_back,
    recorder,
    require_standing,
)

State = ActionRun.State
Purpose = ActionCall.Purpose

TAKEN_UP = "Taken up by a worker."


def carry_out(run_id: uuid.UUID | str, taken_up: str = TAKEN_UP) -> None:
    """Do what the run asks, unless somebody else does it or has done it. Leaves it in a state that is true.

    `taken_up` is what the trail says of who does it, and why. What the log says meanwhile names the run.
    """
    with tracing.at(f"run {run_id}"):
        _carry_out(run_id, taken_up)


def _carry_out(run_id: uuid.UUID | str, taken_up: str) -> None:
    if restores.hold_if_restored():
        return
    run = _claim(run_id, taken_up)
    if run is None:
        return
    try:
        order = _prepare(run)
        if order is not None:
            send(run, order)
    except CredentialRefused as exc:
        hold(run, exc)
    except TryLater as exc:
        if exc.certain or (run.kind and run.kind.repeatable):
            put_back(run, exc)
        else:
            leave_unknown(run, exc)
    except OutcomeUnknown as exc:
        leave_unknown(run, exc)
    except NotThere as exc:
        imports.note_missing(run.account)
        fail(run, exc)
    except GraphError as exc:
        fail(run, exc)


def _claim(run_id: uuid.UUID | str, taken_up: str) -> ActionRun | None:
    run = ActionRun.objects.for_work().due().filter(pk=run_id).first()
    if run is None:
        # What has to wait, for its hour, its gate or another run, is rung for again when it is due.
        waits = ActionRun.objects.understood().filter(pk=run_id, state=State.QUEUED)
        waits.exclude(rung_at=None).update(rung_at=None)
        return None
    try:
        claimed = ActionRun.objects.move(
            run,
            State.RUNNING,
            taken_up,
            expecting=Q(state=State.QUEUED) & ~Q(not_before__gt=Now()) & Q(expires_at__gt=Now()),
            lease=uuid.uuid4(),
            lease_until=Now() + paced(LEASE_SECONDS),
            attempts=bump("attempts"),
            not_before=None,
            sent_at=None,
        )
    except IntegrityError:
        # Another run has begun to write to this account: this one is next, when the sweeper rings again.
        ActionRun.objects.filter(pk=run.pk, state=State.QUEUED).update(rung_at=None)
        return None
    return run if claimed else None


def _prepare(run: ActionRun) -> Prepared | None:
    """Everything that can be found out without changing anything; None when the run has thereby ended."""
    try:
        action = run.bound_action()
    except (KeyError, TypeError):
        raise Refused("This version of the product does not understand this order.", code="unknown_action") from None
    _require_right(run)
    require_standing(run)
    graph = run.account.connector.graph_for_acting(recorder(run, Purpose.BEFORE))
    graph.grant()
    state = _read(run, action, graph)
    # All that took time, in which rights and switches may have been taken away.
    now = ActionRun.objects.for_work().get(pk=run.pk)
    _require_right(now)
    _require_readiness(now, state, graph)
    # The fence has kept what was before; without that there was no earlier attempt.
    answered = bool(run.before) and run.calls.filter(purpose=Purpose.ACT, status__isnull=False).exists()
    if action.is_so(state) and not may_be_old(run):
        succeed_without_sending(run, action, state, sent=run.in_doubt or answered)
        return None
    target = run.account.as_target()
    _require_no_objection(run, action, target, state)
    # After an earlier attempt the directory may show our own change: what was before, was before that.
    before = run.before if run.in_doubt or answered else action.snapshot(state)
    return Prepared(action, target, graph, state, before, _secret_of(run, action), answered)


def _read(run: ActionRun, action: Action, graph: Graph) -> dict[str, Any]:
    """The state as the action wants to know it; the local copy is brought up to date with it.

    What protects the person is read as well, where it matters and the application may. Raises GraphError.
    """
    target = run.account.as_target()
    state = action.read(graph, target)
    if (action.guarded or action.rank) and not removal_in(state):
        # Without the permission to read memberships the local copy has to do, which says what it knows.
        with suppress(Refused):
            state["standing"] = read_standing(graph, target.object_id)
    imports.refresh(run.account, state)
    run.account.refresh_from_db(fields=OWN_COLUMNS)
    return state


def _require_no_objection(run: ActionRun, action: Action, target: Target, state: dict[str, Any]) -> None:
    """What was just read may forbid it; an undo wants to find what the run that it undoes has left behind."""
    if objection := action.objection(target, state):
        raise Refused(objection, code="refused_here")
    found = action.snapshot(state)
    if run.in_doubt or all(found.get(name) == value for name, value in run.expects.items()):
        return
    if run.undoes is not None and not_visible_yet(run.undoes, found):
        raise TryLater("What is to be undone does not show in the directory yet.", code="not_visible_yet")
    raise Refused("Somebody has changed it since. It was left as it is.", code="drifted")


def _require_right(run: ActionRun) -> None:
    """Whoever asked may still ask, and whoever agreed may still agree. Raises Refused, which is on record."""
    if policy.may_order(run.asked_by, run.bound_action(), run.account):
        refusal = approvals.objection(run)
    else:
        may_elsewhere = all(policy.may_act(run.asked_by, action) for action in run.bound_action().comprises)
        refusal = (
            f"{run.asked_by.label} may no longer ask for this action{' for this person' if may_elsewhere else ''}."
        )
    if refusal:
        record("run.refused", run, actor=run.asked_by, detail={"action": run.action}, about=run.concerns)
        raise Refused(refusal, code="refused_here")


def _require_readiness(run: ActionRun, state: dict[str, Any], graph: Graph) -> None:
    """Ask once more, by what the token grants. What has been granted since it was issued, only a new one shows."""
    refusal = ""
    for fresh in (False, True):
        grant = graph.grant(fresh=fresh)
        permissions = grant.permissions if grant.readable else None
        refusal = policy.refusal_at_run_time(run, state, permissions, grant.directory_roles)
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
