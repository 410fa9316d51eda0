"""What can be done with a shared credential. The rules, the transactions, and the audit of each change."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q

from neurons_admin.access.models import User
from neurons_admin.audit.meanwhile import refuse_if_changed
from neurons_admin.audit.models import record

from .finding import Finding
from .models import CHECK_COLUMNS, Credential
from .uses import is_used

IDENTITY = ("cloud", "tenant_id", "client_id")
SECRET_COLUMNS = (
    "client_secret", "certificate", "private_key", "secret_hint", "secret_set_at", "secret_expires_on",
    "secret_expiry_source",
)  # fmt: skip
# The events that change what its form shows.
CHANGES = Q(verb__in=("credential.changed", "credential.secret_replaced"))
# Those that change what it signs in with, what waits to take over, or whose it is.
MEANS_CHANGES = CHANGES | Q(verb__in=("credential.certificate_made", "credential.certificate_discarded"))


class NameTakenError(Exception):
    """Another credential has this name."""


class InUseError(Exception):
    """Something still uses the credential. Nothing was deleted."""


class SharedAlreadyError(Exception):
    """The credential has a name, or is gone. Nothing was changed."""


class TenantSettledError(Exception):
    """The credential works and is in use: its tenant cannot be changed under its users."""


def tenant_is_settled(credential: Credential) -> bool:
    """Whether tenant and cloud are known to be right and others rely on them."""
    return credential.check_passed and is_used(credential)


def add(draft: Credential, *, actor: User, finding: Finding) -> Credential:
    """Keep a new shared credential with what trying it out has found. Raises NameTakenError."""
    with _names_guarded(), transaction.atomic():
        draft.save(force_insert=True)
        record("credential.added", draft, actor=actor)
        draft.keep(finding)
    return draft


def share(credential: Credential, *, name: str, description: str, actor: User) -> Credential:
    """Give a credential that was filled in on a connector a name, which makes it a shared one; returns the row.

    The row stays what it is: its secret or certificate is neither opened nor copied. Raises NameTakenError and
    SharedAlreadyError.
    """
    with _names_guarded(), transaction.atomic():
        row = Credential.objects.select_for_update().filter(pk=credential.pk, name="").first()
        if row is None:
            raise SharedAlreadyError
        row.name, row.description = name, description
        row.save(update_fields=["name", "description", "changed_at"])
        record("credential.shared", row, actor=actor)
    return row


def change(
    credential: Credential, values: Mapping[str, Any], *, actor: User, drawn_from: int | None = None
) -> list[str]:
    """Set columns of a shared credential; returns the names of those that changed.

    A changed tenant, client or cloud makes it another app registration: what its last check found is forgotten. Raises
    NameTakenError, TenantSettledError, and ChangedMeanwhileError if it was changed after the version `drawn_from`.
    """
    with _names_guarded(), transaction.atomic():
        row = Credential.objects.shared().select_for_update().get(pk=credential.pk)
        refuse_if_changed(row, CHANGES, drawn_from)
        before = {name: getattr(row, name) for name in values}
        for name, value in values.items():
            if name == "secret_expires_on":
                row.set_expiry(value)
            else:
                setattr(row, name, value)
        changed = [name for name in values if getattr(row, name) != before[name]]
        if {"tenant_id", "cloud"} & set(changed) and tenant_is_settled(row):
            raise TenantSettledError
        if not changed:
            return []
        if set(IDENTITY) & set(changed):
            row.forget_check()
        row.save()
        record("credential.changed", row, actor=actor, detail={"fields": changed})
    return changed


def replace_secret(draft: Credential, *, actor: User, finding: Finding, drawn_from: int | None = None) -> None:
    """Let a new secret or certificate, already set on `draft`, take the old one's place, which is forgotten.

    Raises Credential.DoesNotExist if it was deleted, ChangedMeanwhileError if it was changed after `drawn_from`.
    """
    with transaction.atomic():
        row = Credential.objects.shared().select_for_update().get(pk=draft.pk)
        refuse_if_changed(row, MEANS_CHANGES, drawn_from)
        draft.forget_check()
        draft.save(update_fields=[*SECRET_COLUMNS, *CHECK_COLUMNS])
        detail: dict[str, object] = {"with": "certificate" if draft.certificate else "secret"}
        record("credential.secret_replaced", draft, actor=actor, detail=detail)
        draft.keep(finding)


def note_check(credential: Credential, finding: Finding, *, actor: User) -> None:
    """Keep what a check found. If Microsoft could not be asked, what is known stays as it is."""
    with transaction.atomic():
        detail: dict[str, object] = {"result": finding.code or "works"}
        if finding.reference:
            detail["reference"] = finding.reference
        record("credential.checked", credential, actor=actor, detail=detail)
        credential.keep(finding)


def delete(credential: Credential, *, actor: User) -> None:
    """Delete a credential that nobody uses; nothing to do if somebody was faster. Raises InUseError."""
    try:
        with transaction.atomic():
            row = Credential.objects.select_for_update().filter(pk=credential.pk).first()
            if row:
                record("credential.deleted", row, actor=actor)
                row.delete()
    except ProtectedError as exc:
        raise InUseError from exc


@contextmanager
def _names_guarded() -> Iterator[None]:
    try:
        yield
    except IntegrityError as exc:
        if "credential_shared_name_unique" in str(exc):
            raise NameTakenError from exc
        raise
