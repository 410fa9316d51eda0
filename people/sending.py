"""Sends what a run asks for: the fence, the one call, and what came of it. Each step is committed before the next."""

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from connectors import gates
from connectors.actions import Action, Target
from connectors.graph import Graph, NotThere, OutcomeUnknown, Refused, TryLater
from neurons_admin.audit.models import record
from neurons_admin.pace import paced
from people import imports
from people.looking import look
from people.models import ActionCall, ActionRun, SealedPassword
from people.settling import LEASE_SECONDS, recorder, settle

State = ActionRun.State
Purpose = ActionCall.Purpose

SENDING = "About to send: from here on it may have happened."
SENDING_AGAIN = "About to send once more (resend): an earlier attempt was never answered, so it may happen twice."
SENDING_ANEW = "About to send once more (resend): Microsoft said that the earlier attempt was not carried out."
CONFIRMED = "Confirmed by reading the directory: it has happened."
# What is known to be true only a little later is asked for again so often.
NOT_YET = 6


@dataclass(frozen=True)
class Prepared:
    """All that is needed to send, gathered before the fence."""

    action: Action
    target: Target
    graph: Graph
    state: dict[str, Any]
    before: dict[str, Any]
    secret: str
    # An earlier attempt got an answer, and that said no or not now.
    answered: bool


def send(run: ActionRun, order: Prepared) -> None:
    """The fence, the one call, and what came of it."""
    credential = run.account.connector.action_credential
    if not _fence(run, order):
        run.tell("The lease was lost before anything was sent; nothing was sent.")
        return
    write = order.action.write(order.target, order.state, order.secret)
    order.graph.on_call = recorder(run, Purpose.ACT)
    try:
        answer = order.graph.write(write.method, write.path, write.body, refers_to=write.refers_to)
    except Refused as exc:
        _refused(run, order, exc)
        return
    if credential is not None:
        gates.note_answered(credential)
    if _accepted(run, order, answer):
        imports.refresh(run.account, dict(order.action.then(order.state)))
        look(run)


def _fence(run: ActionRun, order: Prepared) -> bool:
    """From here on it may have happened, and whose credential it was done with is on record; False for a lost lease."""
    credential = run.account.connector.action_credential
    with transaction.atomic():
        fenced = ActionRun.objects.move(
            run,
            State.RUNNING,
            SENDING_AGAIN if run.in_doubt else SENDING_ANEW if order.answered else SENDING,
            expecting=Q(state=State.RUNNING, lease=run.lease, sent_at=None, lease_until__gt=Now()),
            sent_at=Now(),
            lease_until=Now() + paced(LEASE_SECONDS),
            before=order.before,
            after=order.action.after(order.state),
            credential_name=str(credential)[:120],
            client_id=credential.client_id if credential else None,
        )
        if fenced:
            detail: dict[str, object] = {"action": run.action, "credential": str(credential)}
            record("run.sent", run, actor=run.asked_by, detail=detail, about=run.concerns)
    return fenced


def _accepted(run: ActionRun, order: Prepared, answer: Mapping[str, Any]) -> bool:
    """Microsoft has taken it: write that down, together with what only this answer tells."""
    secret = order.action.secret_in(answer)
    with transaction.atomic() if secret else nullcontext():
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
        if secret:
            SealedPassword.objects.create(run=run, value=secret, generated=True)
    return counted


def _refused(run: ActionRun, order: Prepared, exc: Refused) -> None:
    """A refusal that may mean "it is so already" is believed when the directory shows it. Raises GraphError."""
    heard = order.action.heard(exc)
    if heard == "later" and run.deferrals < NOT_YET:
        raise TryLater(str(exc), code=exc.code, detail=exc.detail, status=exc.status, request_id=exc.request_id)
    if heard in ("", "later") and not isinstance(exc, NotThere):
        raise exc
    order.graph.on_call = recorder(run, Purpose.LOOK)
    # Raises NotThere where it is the person that is missing.
    state = order.action.read(order.graph, order.target)
    is_so = order.action.is_so(state)
    objection = "" if is_so else order.action.objection(order.target, state)
    if heard != "already" or objection:
        said = objection or str(exc)
        raise Refused(said, code=exc.code, detail=exc.detail, status=exc.status, request_id=exc.request_id)
    if not is_so:
        raise OutcomeUnknown(
            "Microsoft says that it is so already; the directory does not show it yet.",
            code=exc.code, detail=exc.detail, status=exc.status, request_id=exc.request_id,
        )  # fmt: skip
    imports.refresh(run.account, state)
    succeed_without_sending(run, order.action, state, sent=run.in_doubt or order.answered)


def succeed_without_sending(run: ActionRun, action: Action, state: dict[str, Any], *, sent: bool) -> None:
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
