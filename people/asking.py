"""Asking for actions: the rules, and the transaction that writes the runs down."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from connectors.actions import Order
from connectors.readiness import Verdict
from neurons_admin import doorbell
from neurons_admin.access.models import User
from neurons_admin.access.rights import held_fast
from neurons_admin.audit.models import record
from people import approvals, policy
from people.models import Account, ActionRun, SealedPassword
from people.models.run import ORDER_EXPIRES, ActionRunQuerySet
from people.tasks import TASK


class NotReady(Exception):
    """The action cannot work for this account; `verdict` says why and what would cure it."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


class AlreadyAsked(Exception):
    """Something that would contradict or repeat this is under way for the account, or was done while the dialog was
    open; `run` is it.
    """

    def __init__(self, run: ActionRun) -> None:
        super().__init__(str(run))
        self.run = run


class Asked(NamedTuple):
    """The runs, and whether this click made them (a click that was sent twice finds the first one's runs)."""

    runs: list[ActionRun]
    is_new: bool

    @property
    def run(self) -> ActionRun:
        """The first of them, which the others may follow."""
        return self.runs[0]


# What the database refuses when two requests ask for the same, or for what contradicts it.
ONE_ONLY: Final = ("one_open_run_per_account_and_class", "people_actionrun_click")
# For callers who were shown nothing beforehand.
NOT_LOOKED: Final = uuid.UUID(int=0)


@dataclass(frozen=True)
class Asking:
    """Who asks for what, for whom, by which click.

    `seen` is what `latest_run` said when the dialog was opened; `override_reason` why it is to be done although the
    person is protected; `undoes` the run that is undone, and `expects` what has to be found in the directory for that.
    """

    account: Account
    asked_by: User
    click: uuid.UUID
    seen: uuid.UUID | None = NOT_LOOKED
    override_reason: str = ""
    undoes: ActionRun | None = None
    expects: Mapping[str, Any] = field(default_factory=dict)

    def click_of(self, number: int) -> uuid.UUID:
        """The key of one of the runs that a click makes."""
        return uuid.uuid5(self.click, str(number)) if number else self.click

    def to_undo(self, run: ActionRun) -> "Asking":
        """The same asking, for what undoes a run."""
        return replace(self, undoes=run, expects=run.after)


def latest_run(account: Account) -> uuid.UUID | None:
    """The latest run for the account, whatever it did: a dialog shows what was so when it was opened."""
    return account.runs.order_by("-created_at").values_list("pk", flat=True).first()


def ask(orders: Sequence[Order], asking: Asking) -> Asked:
    """Write down what is wanted, all of it or nothing, and ring for a worker once that is safe.

    An order's secret is the value of its secret field, empty to have one made. Raises NotReady, AlreadyAsked, and
    PermissionDenied for a click that is somebody else's.
    """
    if earlier := _same_click(orders, asking):
        return Asked(earlier, False)
    for order in orders:
        verdict = policy.readiness_of(
            asking.asked_by, asking.account, order.action, override_reason=asking.override_reason
        )
        if verdict.guard:
            raise NotReady(Verdict(False, f"This person is protected. {verdict.guard}", "Say why it is needed."))
        if not verdict.ready:
            raise NotReady(verdict)
    try:
        with transaction.atomic():
            runs = _write_down(orders, asking)
            transaction.on_commit(lambda: _ring(runs), robust=True)
    except IntegrityError as exc:
        if not any(name in str(exc) for name in ONE_ONLY):
            raise
        return _who_was_first(orders, asking)
    return Asked(runs, True)


def _write_down(orders: Sequence[Order], asking: Asking) -> list[ActionRun]:
    runs: list[ActionRun] = []
    _require_right(orders, asking)
    asking.account.stay_with_person()
    needs_another = approvals.is_needed(orders, asking.account, asking.asked_by)
    for number, order in enumerate(orders):
        run = _row(order, asking, asking.click_of(number), runs[-1] if order.follows else None)
        _require_unchanged(run, asking.seen)
        if order.action.secret_field:
            value = order.secret or order.action.make_secret()
            SealedPassword.objects.create(run=run, value=value, generated=not order.secret)
        detail: dict[str, Any] = {"action": run.action, "person": run.person_id}
        if asking.override_reason:
            detail["override"] = asking.override_reason
        if needs_another and run.follows is None:
            approvals.hold(run)
        record("run.asked", run, actor=asking.asked_by, detail=detail, about=run.concerns)
        runs.append(run)
    return runs


def _require_right(orders: Sequence[Order], asking: Asking) -> None:
    """Once more, with the rights held fast: what was taken away until here counts; what is later, the runner sees."""
    asked_by = held_fast(asking.asked_by)
    for action in (each for order in orders for each in order.action.comprises):
        if refusal := policy.refusal(asked_by, action, asking.account):
            raise NotReady(Verdict(False, refusal))


def _row(order: Order, asking: Asking, click: uuid.UUID, follows: ActionRun | None) -> ActionRun:
    account, action = asking.account, order.action
    credential = account.connector.action_credential
    run = ActionRun.objects.create(
        person=account.person,
        account=account,
        connector=account.connector,
        action=action.key,
        conflict_class=action.conflicts,
        params=action.params,
        asked_by=asking.asked_by,
        click=click,
        follows=follows,
        undoes=asking.undoes,
        expects=dict(asking.expects),
        override_reason=asking.override_reason,
        expires_at=Now() + ORDER_EXPIRES,
        # What follows another run is rung for when that is done.
        rung_at=None if follows else Now(),
        credential_name=str(credential)[:120],
        client_id=credential.client_id if credential else None,
    )
    run.refresh_from_db(fields=["created_at", "expires_at", "rung_at"])
    run.tell(_asked_words(run))
    return run


def _asked_words(run: ActionRun) -> str:
    words = f"Asked for by {run.asked_by.label}."
    if run.undoes is not None:
        words += f" It undoes what was done on {run.undoes.created_at:%d %B %Y at %H:%M} UTC."
    if run.follows is not None:
        words += f" It waits until “{run.follows.label}” is done."
    if run.override_reason:
        words += f" The person is protected; the reason given: {run.override_reason}"
    return words


def _like(run: ActionRun) -> ActionRunQuerySet:
    return ActionRun.objects.filter(account=run.account_id, conflict_class=run.conflict_class).exclude(pk=run.pk)


def _require_unchanged(run: ActionRun, seen: uuid.UUID | None) -> None:
    """Nobody has asked since the dialog was opened. Asked after our own row is in, so that nobody can slip between."""
    if seen == NOT_LOOKED:
        return
    since = _like(run).for_list().order_by("-created_at")
    if seen is not None:
        since = since.filter(created_at__gt=ActionRun.objects.filter(pk=seen).values("created_at"))
    latest = since.first()
    if latest is not None:
        raise AlreadyAsked(latest)


def _ring(runs: Sequence[ActionRun]) -> None:
    """A ring that was not heard is noted, so that the sweeper need not wait before it takes the run up."""
    for run in runs:
        if run.follows_id is None and run.state == ActionRun.State.QUEUED and not doorbell.ring(TASK, run.pk):
            with transaction.atomic():
                ActionRun.objects.filter(pk=run.pk).update(rung_at=None)
                run.tell("Nobody could be rung for: the broker did not answer. The sweeper sees to it.")


def _same_click(orders: Sequence[Order], asking: Asking) -> list[ActionRun]:
    """The runs that this click has made already; none for a click that is new.

    Raises AlreadyAsked where it made other ones: somebody went back to a dialog, and wants something else by it.
    """
    clicks = [asking.click_of(number) for number in range(len(orders))]
    by_click = {run.click: run for run in ActionRun.objects.filter(click__in=clicks)}
    first = by_click.get(asking.click)
    if first is None:
        return []
    if (first.asked_by_id, first.action, first.account_id) != (
        asking.asked_by.pk,
        orders[0].action.key,
        asking.account.pk,
    ):
        raise PermissionDenied
    made = [by_click[click] for click in clicks if click in by_click]
    if [(run.action, run.params) for run in made] != [(order.action.key, _as_kept(order)) for order in orders]:
        raise AlreadyAsked(first)
    return made


def _as_kept(order: Order) -> Any:
    """The parameters as they come back from the database."""
    return json.loads(json.dumps(order.action.params, cls=DjangoJSONEncoder))


def _who_was_first(orders: Sequence[Order], asking: Asking) -> Asked:
    """Another request was faster: the same click (its run is the answer) or another's (say whose)."""
    if same := _same_click(orders, asking):
        return Asked(same, False)
    classes = [order.action.conflicts for order in orders]
    alike = ActionRun.objects.filter(account=asking.account, conflict_class__in=classes)
    other = alike.open().for_list().first()
    if other is None:
        raise NotReady(Verdict(False, "Something changed at the same moment.", "Try again."))
    raise AlreadyAsked(other)
