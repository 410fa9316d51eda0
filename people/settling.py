"""Writes down how far a run has come: the calls it made, and the state in which its attempt has left it."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from connectors import gates, standing
from connectors.graph import Busy, Call, CredentialRefused, GraphError, OutcomeUnknown, TryLater
from neurons_admin.pace import paced
from people.models import ActionCall, ActionRun
from people.models.run import bump, less_one

logger = logging.getLogger(__name__)

State = ActionRun.State
# Longer than one call can take (see connectors.graph.wire); the fence begins it anew.
LEASE_SECONDS = 60.0
FIRST_WAIT = 5.0
LONGEST_WAIT = 900.0
HELD_SECONDS = 300.0
# When to look after the call, in seconds between looks: Graph's reads lag behind its writes.
LOOK_AFTER = (2, 5, 15, 40, 120)
# So long may a read still show what was before a write.
LAG_SECONDS = 120.0
IN_DOUBT = "An earlier attempt was never answered, so it may have happened all the same."


def recorder(run: ActionRun, purpose: str) -> Callable[[Call], None]:
    """What keeps each exchange of a client with the run."""

    def record(call: Call) -> None:
        # By the database's clock, like the trail: this machine's may be wrong.
        columns = {**ActionCall.columns_of(call), "started_at": Now() - timedelta(milliseconds=call.milliseconds)}
        ActionCall.objects.create(run=run, purpose=purpose, **columns)
        if purpose == ActionCall.Purpose.ACT:
            run.request_id = call.request_id

    return record


def sent_lately() -> Q:
    """Runs that have changed something so lately that a read may still show what was before that."""
    return Q(sent_at__gt=Now() - paced(LAG_SECONDS))


def may_be_old(run: ActionRun) -> bool:
    """Whether another run has changed the same lately.

    What the directory shows then proves nothing: after "disable" a lagging read may say that "enable" is done already.
    """
    others = ActionRun.objects.filter(account=run.account_id, conflict_class=run.conflict_class).exclude(pk=run.pk)
    return others.filter(sent_lately()).exists()


def not_visible_yet(undone: ActionRun, found: Mapping[str, Any]) -> bool:
    """Whether what was read may be from before a run that is to be undone: it shows that, and the run is recent."""
    shows_before = all(found.get(name) in (value, undone.before.get(name)) for name, value in undone.after.items())
    return shows_before and ActionRun.objects.filter(sent_lately(), pk=undone.pk).exists()


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
        run.tell(f"Late result, not counted ({to}): {reason}")
    return moved


def fail(run: ActionRun, exc: GraphError) -> bool:
    """It was not done, for certain; unless an earlier attempt is in doubt: then a person has to decide."""
    columns = error_columns(exc)
    if run.in_doubt:
        columns["message"] = f"{exc} {IN_DOUBT}"[:700]
        return settle(run, State.NEEDS_OPERATOR, f"Refused: {exc} {IN_DOUBT}", ended_at=Now(), **columns)
    return settle(run, State.FAILED, f"Refused: {exc}", ended_at=Now(), **columns)


def put_back(run: ActionRun, exc: TryLater) -> bool:
    """Back into the queue, as late as Microsoft wishes; no attempt is lost, an order that gets too old is given up.

    What holds for the whole app registration has all its runs wait. Where Microsoft was not certain that nothing was
    changed, the run stays in doubt.
    """
    credential = run.account.connector.action_credential
    if isinstance(exc, Busy) and credential is not None:
        seconds = gates.shut(credential, exc)
    else:
        wished = exc.retry_after or FIRST_WAIT * 2 ** min(run.deferrals, 8)
        seconds = paced(min(wished, LONGEST_WAIT)).total_seconds()
    reason = f"Not sent, or not carried out: {exc} Next attempt in {seconds:.0f} s."
    if not exc.certain:
        reason = f"Most likely not carried out: {exc} It is looked at, and if need be sent again, in {seconds:.0f} s."
    return settle(
        run,
        State.QUEUED,
        reason,
        not_before=Now() + timedelta(seconds=seconds),
        attempts=less_one("attempts"),
        deferrals=bump("deferrals"),
        rung_at=None,
        sent_at=None,
        **error_columns(exc) | {"in_doubt": run.in_doubt or not exc.certain},
    )


def require_standing(run: ActionRun) -> None:
    """A credential that Microsoft is known to refuse is not tried by each run that waits for it."""
    credential = run.account.connector.action_credential
    if credential is not None and standing.is_refused(credential):
        raise CredentialRefused(credential.check_message, code=credential.check_code)


def note_refusal(run: ActionRun, exc: CredentialRefused) -> None:
    """The first run to notice that a credential does not work raises the alarm."""
    credential = run.account.connector.action_credential
    if credential is not None and not standing.is_refused(credential):
        standing.note_refused(credential, exc)


def hold(run: ActionRun, exc: CredentialRefused) -> bool:
    """Until the credential works."""
    note_refusal(run, exc)
    return settle(
        run,
        State.HELD,
        f"The action credential does not work: {exc}",
        held_because=ActionRun.Held.CREDENTIAL,
        not_before=Now() + paced(HELD_SECONDS),
        attempts=less_one("attempts"),
        rung_at=None,
        sent_at=None,
        **error_columns(exc),
    )


def leave_unknown(run: ActionRun, exc: OutcomeUnknown | TryLater) -> bool:
    """It was sent, and nobody knows what came of it: the directory is looked at."""
    return settle(
        run,
        State.UNKNOWN,
        str(exc),
        reads=0,
        next_read_at=Now() + paced(LOOK_AFTER[0]),
        **error_columns(exc) | {"in_doubt": True},
    )


def error_columns(exc: GraphError) -> dict[str, Any]:
    """What is kept of an error."""
    return {
        "message": str(exc)[:700],
        "error_code": exc.code[:100],
        "error_detail": exc.detail[:500],
        "request_id": exc.request_id[:64],
    }
