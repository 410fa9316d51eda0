"""Carries a run out, once. Knows neither Celery nor HTTP.

claim → re-authorise → read before → fence → one call → settle → look for the effect. Each step is committed before the
next begins, so that whoever finds the run after a crash knows what has certainly not happened and what may have.
docs/reliability.md tells the whole story.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError
from django.db.models import Q
from django.db.models.functions import Now

from connectors import gates
from connectors.actions import Action, Target
from connectors.graph import CredentialRefused, Graph, GraphError, NotThere, OutcomeUnknown, Refused, TryLater
from neurons_admin.encryption import SecretUnreadable
from neurons_admin.pace import paced
from people import imports, policy, restores
from people.looking import look
from people.models import ActionCall, ActionRun
from people.models.run import bump
from people.settling import (
    fail,
    hold,
    leave_unknown,
    may_be_old,
    put_back,
    read_state,
    recorder,
    require_standing,
    settle,
)

State = ActionRun.State
Purpose = ActionCall.Purpose

# Longer than one call can take (see connectors.graph.wire); the fence begins it anew.
LEASE_SECONDS = 60.0
TAKEN_UP = "Taken up by a worker."
SENDING = "About to send: from here on it may have happened."
SENDING_AGAIN = "About to send once more (resend): an earlier attempt was never answered, so it may happen twice."
SENDING_ANEW = "About to send once more (resend): Microsoft said that the earlier attempt was not carried out."
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
    # An earlier attempt got an answer, and that said no or not now.
    answered: bool


def carry_out(run_id: uuid.UUID | str, taken_up: str = TAKEN_UP) -> None:
    """Do what the run asks, unless somebody else does it or has done it. Leaves it in a state that is true.

    `taken_up` is what the trail says of who does it, and why.
    """
    if restores.hold_if_restored():
        return
    run = _claim(run_id, taken_up)
    if run is None:
        return
    try:
        order = _prepare(run)
        if order is not None:
            _send(run, order)
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


def _prepare(run: ActionRun) -> _Order | None:
    """Everything that can be found out without changing anything; None when the run has thereby ended."""
    try:
        action = run.bound_action()
    except TypeError:
        raise Refused("This version of the product does not understand this order.", code="unknown_action") from None
    _require_right(run)
    require_standing(run)
    graph = run.account.connector.graph_for_acting(recorder(run, Purpose.BEFORE))
    graph.grant()
    state = read_state(graph, run.account.as_target())
    imports.refresh(run.account, state)
    run.account.refresh_from_db(fields=run.account.KEPT_FROM_DIRECTORY)
    # All that took time, in which rights and switches may have been taken away.
    now = ActionRun.objects.for_work().get(pk=run.pk)
    _require_right(now)
    _require_readiness(now, graph)
    # The fence has kept what was before; without that there was no earlier attempt.
    answered = bool(run.before) and run.calls.filter(purpose=Purpose.ACT, status__isnull=False).exists()
    if action.is_so(state) and not may_be_old(run):
        _succeed_without_sending(run, action, state, sent=run.in_doubt or answered)
        return None
    # After an earlier attempt the directory may show our own change: what was before, was before that.
    before = run.before if run.in_doubt or answered else action.snapshot(state)
    return _Order(action, run.account.as_target(), graph, state, before, _secret_of(run, action), answered)


def _require_right(run: ActionRun) -> None:
    if not policy.may_act(run.asked_by):
        raise Refused(f"{run.asked_by.label} may no longer ask for actions.", code="refused_here")


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
    credential = run.account.connector.action_credential
    fenced = ActionRun.objects.move(
        run,
        State.RUNNING,
        SENDING_AGAIN if run.in_doubt else SENDING_ANEW if order.answered else SENDING,
        expecting=Q(state=State.RUNNING, lease=run.lease, sent_at=None, lease_until__gt=Now()),
        sent_at=Now(),
        lease_until=Now() + paced(LEASE_SECONDS),
        before=order.before,
        after=order.action.after(),
        credential_name=str(credential)[:120],
        client_id=credential.client_id if credential else None,
    )
    if not fenced:
        run.tell("The lease was lost before anything was sent; nothing was sent.")
        return
    write = order.action.write(order.target, order.secret)
    order.graph.on_call = recorder(run, Purpose.ACT)
    order.graph.write(write.method, write.path, write.body)
    if credential is not None:
        gates.note_answered(credential)
    counted = settle(
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
    if counted:
        imports.refresh(run.account, {**order.state, **order.action.after()})
        look(run)


def _succeed_without_sending(run: ActionRun, action: Action, state: dict[str, Any], *, sent: bool) -> None:
    """It is as it should be: by an earlier attempt of ours, if one was `sent`, else by somebody else."""
    columns: dict[str, Any] = {"message": "It was already so; nothing was sent.", "before": action.snapshot(state)}
    if sent:
        columns = {"message": action.done(run.account.as_target())}
    settle(
        run,
        State.SUCCEEDED,
        CONFIRMED if sent else columns["message"],
        observed_at=Now(),
        ended_at=Now(),
        in_doubt=False,
        error_code="",
        error_detail="",
        **columns,
    )
