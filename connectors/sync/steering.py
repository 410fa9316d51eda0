"""What a person may do with a synchronisation that is not over: pause it, let it go on, stop it, and decide."""

from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.db.models.functions import Now

from connectors.models import Connector, SyncRun
from neurons_admin.access.models import User
from neurons_admin.audit.models import record

from . import schedule
from .engine import BY_KEY

State = SyncRun.State


@dataclass(frozen=True)
class Decision:
    """From which states to which, how it stands in the trail, and what is said of it on the page."""

    origins: tuple[str, ...]
    target: str
    verb: str
    words: str
    columns: dict[str, Any] = field(default_factory=dict)


_ENDS: Final = {"ended_at": Now()}
_GOES_ON: Final = {"not_before": None, "rung_at": None, "attempts": 0}
DECISIONS: Final = {
    "pause": Decision(SyncRun.MOVING, State.PAUSED, "connector.sync_paused", "Paused by {who}."),
    "resume": Decision((State.PAUSED,), State.QUEUED, "connector.sync_resumed", "", _GOES_ON),
    "stop": Decision(
        (*SyncRun.MOVING, State.PAUSED), State.STOPPED, "connector.sync_stopped",
        "Stopped by {who}. What was read until then stays.", _ENDS,
    ),
    "remove": Decision((State.HELD,), State.QUEUED, "connector.removal_accepted", "", _GOES_ON),
    "keep": Decision(
        (State.HELD,), State.STOPPED, "connector.removal_refused",
        "Stopped by {who}: everything was kept. The next synchronisation reads everything again.", _ENDS,
    ),
}  # fmt: skip


def decide(run: SyncRun, name: str, *, actor: User) -> bool:
    """Carry out one of DECISIONS. False, with nothing done, where the synchronisation is not in a state for it.

    A worker that is at it notices before it stores its next batch; what it has stored stays.
    """
    decision = DECISIONS[name]
    with transaction.atomic():
        row = SyncRun.objects.select_for_update(of=("self",)).select_related("connector").get(pk=run.pk)
        if row.state not in decision.origins:
            return False
        question = row.question
        if name == "remove":
            # Who chose to read less has chosen that for everybody it leaves out, however many pages they are on.
            row.accepted[question["stream"]] = question["of" if question.get("changed") else "removes"]
        if name == "keep":
            _forget_link(row, question["stream"])
        SyncRun.objects.filter(pk=row.pk).update(
            state=decision.target,
            message=decision.words.format(who=actor.label)[:500],
            error_code="",
            accepted=row.accepted,
            question={},
            lease=None,
            lease_until=None,
            **decision.columns,
        )
        record(decision.verb, row.connector, actor=actor, detail=question)
        if decision.target == State.QUEUED:
            transaction.on_commit(lambda: schedule.ring(row), robust=True)
    return True


def _forget_link(run: SyncRun, stream: str) -> None:
    """Have the next round of a stream read everything: the changes that were not stored are told only once."""
    if name := BY_KEY[stream].delta_field:
        connector = Connector.objects.select_for_update().get(pk=run.connector_id)
        setattr(connector, name, "")
        connector.save(update_fields=[name])
