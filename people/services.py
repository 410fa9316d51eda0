"""What can be done with runs that were asked for: see a password once, cancel, decide, let go on."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from connectors.actions import Action
from neurons_admin.access.models import User
from neurons_admin.audit.models import record
from neurons_admin.encryption import SecretUnreadable
from people import imports, policy, restores
from people.models import Account, ActionRun, SealedPassword

logger = logging.getLogger(__name__)


class PasswordLost(Exception):
    """A password is kept for the run, and does not open any more; the message says what to do. It stays as it is."""


def reveal_password(run: ActionRun, *, asked_by: User) -> str | None:
    """The password or other secret that was made, once, to the one who asked; it is destroyed in the same step.

    None when there is nothing (any more) to show. Raises PasswordLost, and PermissionDenied for anybody else.
    """
    if run.asked_by_id != asked_by.pk or not policy.may(asked_by, run.kind, run.account):
        raise PermissionDenied
    with transaction.atomic():
        sealed = SealedPassword.objects.select_for_update(of=("self",)).showable().filter(run=run).first()
        if sealed is None:
            return None
        password = _opened(sealed)
        sealed.delete()
        run.tell(f"The {secret_name_of(run)} was shown once and destroyed.")
        record("run.password_shown", run, actor=asked_by, about=run.concerns)
    return password


def _opened(sealed: SealedPassword) -> str:
    try:
        return sealed.value.reveal()
    except SecretUnreadable as exc:
        logger.warning("A password that was to be shown does not open: %s", exc)
        raise PasswordLost(
            f"This server can no longer open what it kept of the new {secret_name_of(sealed.run)}."
            f" Ask for “{sealed.run.label}” again."
        ) from exc


def secret_name_of(run: ActionRun) -> str:
    """What people call the secret that is sealed for a run."""
    return (run.kind or Action).secret_name


def cancel(run: ActionRun, *, asked_by: User) -> bool:
    """Take back what has not begun; False when it is too late."""
    if not policy.may(asked_by, run.kind, run.account):
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
            record("run.cancelled", run, actor=asked_by, about=run.concerns)
    return moved


def _not_done(run: ActionRun) -> str:
    """What may be said of a run that was taken back while it waited."""
    return restores.HELD if run.held_because == ActionRun.Held.RESTORE else "Nothing was changed."


def decide(run: ActionRun, *, happened: bool, asked_by: User) -> bool:
    """Settle by somebody's word what nobody could find out; False when it needs no deciding (any more).

    "It happened" makes it done, on that person's word. "It did not" makes it failed: nothing is sent again, whoever
    still wants it asks anew. Raises PermissionDenied.
    """
    if not policy.may(asked_by, run.kind, run.account):
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
            record("run.decided", run, actor=asked_by, detail={"happened": happened}, about=run.concerns)
    return moved


def confirm(run: ActionRun, *, asked_by: User) -> bool:
    """Let a run go on that is held because the database was restored; False when it is not (any more).

    What may have been sent before the backup was made is looked for first. Raises PermissionDenied.
    """
    if not policy.may(asked_by, run.kind, run.account):
        raise PermissionDenied
    with transaction.atomic():
        let_go = restores.let_go(run, f"Confirmed by {asked_by.label} after the restore.")
        if let_go:
            record("run.confirmed", run, actor=asked_by, about=run.concerns)
    return let_go


def look_up(account: Account, action: type[Action]) -> Any:
    """What the form of an action has to know of the directory, read with the credential that acts. Raises GraphError.

    None for the many that make do with the local copy.
    """
    return action.look_up(account.connector.graph_for_acting(), account.as_target()) if action.looks_up else None


def protect(account: Account, because: str, *, asked_by: User) -> bool:
    """Put an account under protection, or with an empty reason take it out; False when it is so already.

    Raises PermissionDenied.
    """
    if not policy.may_override(asked_by, account):
        raise PermissionDenied
    if account.protected_because == because:
        return False
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(protected_because=because)
        if because:
            record("person.protected", account.person, actor=asked_by, detail={"because": because})
        else:
            record("person.unprotected", account.person, actor=asked_by)
    return True


def refresh(account: Account) -> None:
    """Read one account again from its directory, with the credential for synchronising. Raises GraphError."""
    imports.read_again(account)
