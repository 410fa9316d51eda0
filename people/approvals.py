"""A second person who has to agree: when one is needed, who it can be, and whether their word still counts.

A run that waits is held in its row; nothing of it is in the queue. docs/decisions/0016-approvals.md says why it is so.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from connectors.actions import Action, Order
from neurons_admin.access.models import User
from people import policy
from people.models import Account, ActionRun, Approval, ApprovalRule
from people.models.run import FORMAT, WAITS_FOR_APPROVAL, ActionRunQuerySet
from people.permissions import APPROVE

State = ActionRun.State

# For so long somebody can agree.
APPROVAL_EXPIRES: Final = timedelta(hours=24)
# What counts as asked for by one member in one go.
COUNTED: Final = timedelta(days=1)
WAITING: Final = "Waiting until somebody else agrees. Nothing is sent before."
NEEDED: Final = "Somebody else has to agree before this is sent. It waits for 24 hours."
# The first half of an advisory lock's key ("neua"); the member is the other one.
_LOCK: Final = 0x6E657561


def is_needed(orders: Sequence[Order], account: Account, asked_by: User) -> bool:
    """Whether somebody else has to agree to these orders. In a transaction nobody else counts at the same time."""
    return is_needed_for([action for order in orders for action in order.action.comprises], account, asked_by)


def is_needed_for(wanted: Sequence[type[Action]], account: Account, asked_by: User) -> bool:
    """The same, of actions. Outside of a transaction it is what would be so at this moment."""
    keys = {action.key for action in wanted}
    rules = dict(ApprovalRule.objects.filter(action__in=keys).values_list("action", "from_number"))
    if any(number > 1 for number in rules.values()) and connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, asked_by.pk])
    return any(_people_asked_for(key, account, asked_by) >= number for key, number in rules.items())


def _people_asked_for(key: str, account: Account, asked_by: User) -> int:
    """For how many people a member has asked for an action within a day, this one included."""
    since = ActionRun.objects.filter(asked_by=asked_by, action=key, created_at__gt=Now() - COUNTED)
    others = since.exclude(state__in=[State.FAILED, State.CANCELLED]).exclude(person=account.person_id)
    return others.values("person").distinct().count() + 1


def hold(run: ActionRun) -> None:
    """Have a run that was just written down wait. In the caller's transaction; nobody was rung for it."""
    Approval.objects.create(run=run, asked_by=run.asked_by)
    columns: dict[str, Any] = {"held_because": ActionRun.Held.APPROVAL, "message": WAITING, "rung_at": None}
    columns |= {"expires_at": Now() + APPROVAL_EXPIRES, "format": FORMAT}
    ActionRun.objects.move(run, State.HELD, WAITING, expecting=Q(state=State.QUEUED), **columns)


def waiting_for(user: User) -> ActionRunQuerySet:
    """The runs that wait for somebody like this member: within reach, and not their own."""
    among = ActionRun.objects.filter(WAITS_FOR_APPROVAL, expires_at__gt=Now()).exclude(asked_by=user)
    return policy.visible_runs(user, APPROVE, among=among)


def may_decide(user: User, run: ActionRun) -> bool:
    """Whether this member can be the second person: another one, who may agree to, and do, just this themselves."""
    if user.pk == run.asked_by_id or not policy.may(user, APPROVE, run.account):
        return False
    chain = [run, *followers(run)]
    if not all(each.kind and policy.may_order(user, each.bound_action(), run.account) for each in chain):
        return False
    return not run.override_reason or policy.may_override(user, run.account)


def objection(run: ActionRun) -> str:
    """Why a run may not be sent although it is in the queue; empty if it may. The runner asks right before it sends."""
    first = run
    while first.follows is not None:
        first = first.follows
    approval = Approval.objects.filter(run=first).select_related("decided_by").first()
    if approval is None:
        return ""
    second = approval.decided_by
    if not approval.agreed or second is None:
        return "Nobody else has agreed to this."
    if not second.is_active or not may_decide(second, first):
        return f"{second.label}, who agreed to this, may no longer do so."
    return ""


def followers(run: ActionRun) -> list[ActionRun]:
    """All that waits for a run, directly or not."""
    found: list[ActionRun] = []
    new = list(run.followers.all())
    while new:
        found += new
        new = list(ActionRun.objects.filter(follows__in=new))
    return found
