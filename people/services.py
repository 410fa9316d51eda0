"""What people can do with runs: ask for one, see its password once, cancel it. The rules, and the transactions."""

import logging
import uuid
from typing import Any, Final, NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from connectors.actions import Action
from connectors.readiness import Verdict
from neurons_admin import doorbell
from neurons_admin.access.models import User
from neurons_admin.audit.models import record
from neurons_admin.encryption import SecretUnreadable
from people import imports, policy, restores
from people.models import Account, ActionRun, SealedPassword
from people.models.run import ORDER_EXPIRES, ActionRunQuerySet
from people.tasks import TASK

logger = logging.getLogger(__name__)


class NotReady(Exception):
    """The action cannot work for this account; `verdict` says why and what would cure it."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


# What the database refuses when two requests ask for the same, or for what contradicts it.
ONE_ONLY: Final = ("one_open_run_per_account_and_class", "people_actionrun_click")
# For callers who were shown nothing beforehand.
NOT_LOOKED: Final = uuid.UUID(int=0)


class AlreadyAsked(Exception):
    """Something that would contradict or repeat this is under way for the account, or was done while the dialog was
    open; `run` is it.
    """

    def __init__(self, run: ActionRun) -> None:
        super().__init__(str(run))
        self.run = run


class PasswordLost(Exception):
    """A password is kept for the run, and does not open any more; the message says what to do. It stays as it is."""


class Asked(NamedTuple):
    """The run, and whether this click made it (a click that was sent twice finds the first one's run)."""

    run: ActionRun
    is_new: bool


def latest_like(action: type[Action], account: Account) -> uuid.UUID | None:
    """The latest run that did, or undid, the same to the account: a dialog shows what was so when it was opened."""
    return _like(action, account).order_by("-created_at").values_list("pk", flat=True).first()


def ask(
    action: type[Action],
    *,
    account: Account,
    asked_by: User,
    params: dict[str, Any],
    secret: str,
    click: uuid.UUID,
    seen: uuid.UUID | None = NOT_LOOKED,
) -> Asked:
    """Write down that an action is wanted, and ring for a worker once that is safe.

    `params` are the action's parameters, `secret` the value of its secret field (empty to have one made), `seen` is
    what `latest_like` said when the dialog was opened. Raises NotReady, AlreadyAsked, and PermissionDenied for a click
    that is somebody else's.
    """
    earlier = ActionRun.objects.filter(click=click).first()
    if earlier is not None:
        return Asked(_same_click(earlier, action, account, asked_by), False)
    verdict = policy.readiness(asked_by, account, action)
    if not verdict.ready:
        raise NotReady(verdict)
    try:
        with transaction.atomic():
            run = _write_down(action, account, asked_by, params, click)
            _require_unchanged(run, action, seen)
            if action.secret_field:
                SealedPassword.objects.create(run=run, value=secret or action.make_secret(), generated=not secret)
            record("run.asked", run, actor=asked_by, detail={"action": action.key, "person": account.person_id})
            transaction.on_commit(lambda: _ring(run), robust=True)
    except IntegrityError as exc:
        if not any(name in str(exc) for name in ONE_ONLY):
            raise
        return _who_was_first(action, account, asked_by, click)
    return Asked(run, True)


def reveal_password(run: ActionRun, *, asked_by: User) -> str | None:
    """The generated password, once, to the one who asked for the run; it is destroyed in the same step.

    None when there is nothing (any more) to show. Raises PasswordLost, and PermissionDenied for anybody else.
    """
    if run.asked_by_id != asked_by.pk or not policy.may_act(asked_by):
        raise PermissionDenied
    with transaction.atomic():
        sealed = SealedPassword.objects.select_for_update(of=("self",)).showable().filter(run=run).first()
        if sealed is None:
            return None
        password = _opened(sealed)
        sealed.delete()
        run.tell("The password was shown once and destroyed.")
        record("run.password_shown", run, actor=asked_by)
    return password


def _opened(sealed: SealedPassword) -> str:
    try:
        return sealed.value.reveal()
    except SecretUnreadable as exc:
        logger.warning("A password that was to be shown does not open: %s", exc)
        raise PasswordLost(
            "This server can no longer open what it kept of the new password. Reset the password again."
        ) from exc


def cancel(run: ActionRun, *, asked_by: User) -> bool:
    """Take back what has not begun; False when it is too late."""
    if not policy.may_act(asked_by):
        raise PermissionDenied
    waiting = Q(state__in=[ActionRun.State.QUEUED, ActionRun.State.HELD], sent_at=None, in_doubt=False)
    with transaction.atomic():
        moved = ActionRun.objects.move(
            run,
            ActionRun.State.CANCELLED,
            f"Cancelled by {asked_by.label}.",
            expecting=waiting,
            ended_at=Now(),
            message=f"Cancelled by {asked_by.label}. {_not_done(run)}",
        )
        if moved:
            record("run.cancelled", run, actor=asked_by)
    return moved


def _not_done(run: ActionRun) -> str:
    """What may be said of a run that was taken back while it waited."""
    return restores.HELD if run.held_because == ActionRun.Held.RESTORE else "Nothing was changed."


def decide(run: ActionRun, *, happened: bool, asked_by: User) -> bool:
    """Settle by somebody's word what nobody could find out; False when it needs no deciding (any more).

    "It happened" makes it done, on that person's word. "It did not" makes it failed: nothing is sent again, whoever
    still wants it asks anew. Raises PermissionDenied.
    """
    if not policy.may_act(asked_by):
        raise PermissionDenied
    open_question = Q(state=ActionRun.State.NEEDS_OPERATOR)
    in_doubt = Q(state=ActionRun.State.HELD, held_because=ActionRun.Held.RESTORE, in_doubt=True)
    verdict = "it happened" if happened else "it did not happen"
    columns: dict[str, Any] = {"in_doubt": False, "held_because": "", "next_read_at": None}
    columns["message"] = f"{asked_by.label} looked and says: {verdict}."
    with transaction.atomic():
        moved = ActionRun.objects.move(
            run,
            ActionRun.State.SUCCEEDED if happened else ActionRun.State.FAILED,
            f"Decided by {asked_by.label}: {verdict}.",
            expecting=open_question | in_doubt,
            ended_at=Coalesce("ended_at", Now()),
            **columns,
        )
        if moved:
            record("run.decided", run, actor=asked_by, detail={"happened": happened})
    return moved


def confirm(run: ActionRun, *, asked_by: User) -> bool:
    """Let a run go on that is held because the database was restored; False when it is not (any more).

    What may have been sent before the backup was made is looked for first. Raises PermissionDenied.
    """
    if not policy.may_act(asked_by):
        raise PermissionDenied
    with transaction.atomic():
        let_go = restores.let_go(run, f"Confirmed by {asked_by.label} after the restore.")
        if let_go:
            record("run.confirmed", run, actor=asked_by)
    return let_go


def refresh(account: Account) -> None:
    """Read one account again from its directory, with the credential for synchronising. Raises GraphError."""
    imports.read_again(account)


def _write_down(
    action: type[Action], account: Account, asked_by: User, params: dict[str, Any], click: uuid.UUID
) -> ActionRun:
    credential = account.connector.action_credential
    run = ActionRun.objects.create(
        person=account.person,
        account=account,
        connector=account.connector,
        action=action.key,
        conflict_class=action.conflict_class,
        params=params,
        asked_by=asked_by,
        click=click,
        expires_at=Now() + ORDER_EXPIRES,
        rung_at=Now(),
        credential_name=str(credential)[:120],
        client_id=credential.client_id if credential else None,
    )
    run.refresh_from_db(fields=["expires_at", "rung_at"])
    run.tell(f"Asked for by {asked_by.label}.")
    return run


def _like(action: type[Action], account: Account) -> ActionRunQuerySet:
    return ActionRun.objects.filter(account=account, conflict_class=action.conflict_class)


def _require_unchanged(run: ActionRun, action: type[Action], seen: uuid.UUID | None) -> None:
    """Nobody has asked since the dialog was opened. Asked after our own row is in, so that nobody can slip between."""
    if seen == NOT_LOOKED:
        return
    latest = _like(action, run.account).exclude(pk=run.pk).for_list().order_by("-created_at").first()
    if latest is not None and latest.pk != seen:
        raise AlreadyAsked(latest)


def _ring(run: ActionRun) -> None:
    """A ring that was not heard is noted, so that the sweeper need not wait before it takes the run up."""
    if not doorbell.ring(TASK, run.pk):
        with transaction.atomic():
            ActionRun.objects.filter(pk=run.pk).update(rung_at=None)
            run.tell("Nobody could be rung for: the broker did not answer. The sweeper sees to it.")


def _same_click(run: ActionRun, action: type[Action], account: Account, asked_by: User) -> ActionRun:
    if (run.asked_by_id, run.action, run.account_id) != (asked_by.pk, action.key, account.pk):
        raise PermissionDenied
    return run


def _who_was_first(action: type[Action], account: Account, asked_by: User, click: uuid.UUID) -> Asked:
    """Another request was faster: the same click (its run is the answer) or another's (say whose)."""
    same = ActionRun.objects.filter(click=click).first()
    if same is not None:
        return Asked(_same_click(same, action, account, asked_by), False)
    other = _like(action, account).open().for_list().first()
    if other is None:
        raise NotReady(Verdict(False, "Something changed at the same moment.", "Try again."))
    raise AlreadyAsked(other)
