"""The second person's word, and the rules that say when it is needed."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from connectors import actions
from neurons_admin import doorbell
from neurons_admin.access.models import User
from neurons_admin.audit.models import record
from people.approvals import followers, may_decide
from people.models import ActionRun, Approval, ApprovalRule
from people.models.run import ORDER_EXPIRES, WAITS_FOR_APPROVAL
from people.tasks import TASK

State = ActionRun.State


def agree(run: ActionRun, *, by: User) -> bool:
    """Let a run go on. False if it does not wait (any more). Raises PermissionDenied for who cannot be the second."""
    if not may_decide(by, run):
        raise PermissionDenied
    columns: dict[str, Any] = {"held_because": "", "message": "", "rung_at": Now()}
    columns["expires_at"] = Now() + ORDER_EXPIRES
    with transaction.atomic():
        reason = f"{by.label} has agreed."
        open_ = WAITS_FOR_APPROVAL & Q(expires_at__gt=Now())
        moved = ActionRun.objects.move(run, State.QUEUED, reason, expecting=open_, **columns)
        if moved:
            ActionRun.objects.filter(pk__in=[each.pk for each in followers(run)], state=State.QUEUED).update(
                expires_at=Now() + ORDER_EXPIRES
            )
            _decide(run, by, agreed=True)
            transaction.on_commit(lambda: _ring(run), robust=True)
    return moved


def disagree(run: ActionRun, reason: str, *, by: User) -> bool:
    """End a run that waits. False if it does not (any more). Raises PermissionDenied for who cannot be the second."""
    if not may_decide(by, run):
        raise PermissionDenied
    words = f"{by.label} did not agree: {reason.strip()}"
    with transaction.atomic():
        columns: dict[str, Any] = {"message": words, "ended_at": Now()}
        moved = ActionRun.objects.move(run, State.CANCELLED, words, expecting=WAITS_FOR_APPROVAL, **columns)
        if moved:
            _decide(run, by, agreed=False, reason=reason.strip())
    return moved


def _decide(run: ActionRun, by: User, *, agreed: bool, reason: str = "") -> None:
    values: Mapping[str, Any] = {"decided_by": by, "decided_at": Now(), "agreed": agreed, "reason": reason}
    Approval.objects.filter(run=run, agreed=None).update(**values)
    detail: dict[str, object] = {"action": run.action, "asked_by": run.asked_by.label}
    if agreed:
        record("run.agreed", run, actor=by, detail=detail, about=run.concerns)
    else:
        record("run.not_agreed", run, actor=by, detail={**detail, "reason": reason}, about=run.concerns)


def set_rules(wanted: Mapping[str, int | None], *, by: User) -> bool:
    """Keep from how many people on each action needs a second person, None for never; False if nothing changes."""
    with transaction.atomic():
        before = dict(ApprovalRule.objects.select_for_update().values_list("action", "from_number"))
        after = {key: number for key, number in wanted.items() if number}
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        for key in sorted(changed):
            if key in after:
                rule, _ = ApprovalRule.objects.update_or_create(action=key, defaults={"from_number": after[key]})
            else:
                rule = ApprovalRule.objects.get(action=key)
                ApprovalRule.objects.filter(pk=rule.pk).delete()
            label = actions.BY_KEY[key].label if key in actions.BY_KEY else key
            detail: dict[str, object] = {label: {"before": before.get(key), "after": after.get(key)}}
            record("approval.rule_changed", rule, actor=by, detail=detail)
    return bool(changed)


def _ring(run: ActionRun) -> None:
    if not doorbell.ring(TASK, run.pk):
        ActionRun.objects.filter(pk=run.pk).update(rung_at=None)
