"""What can be done with a certificate that waits beside what a credential signs in with today.

Whoever has not seen the latest that was done to the credential is told: ChangedMeanwhileError. One that was deleted
raises Credential.DoesNotExist.
"""

from django.db import transaction

from neurons_admin.access.models import User
from neurons_admin.audit.meanwhile import refuse_if_changed
from neurons_admin.audit.models import record

from .certificates import KeyPair, facts_of
from .finding import Finding
from .models import CHECK_COLUMNS, Credential
from .services import MEANS_CHANGES, SECRET_COLUMNS

STAGED_COLUMNS = ("staged_certificate", "staged_private_key")


class StagedGoneError(Exception):
    """The certificate that was tried does not wait any more: it was taken into use, discarded or made anew."""


@transaction.atomic
def stage(credential: Credential, pair: KeyPair, *, actor: User, drawn_from: int | None = None) -> None:
    """Keep a key pair until it has been tried. One that waited already is forgotten."""
    row = _locked(credential, drawn_from)
    row.staged_certificate, row.staged_private_key = pair.certificate, pair.private_key
    row.save(update_fields=STAGED_COLUMNS)
    detail: dict[str, object] = {"thumbprint": facts_of(pair.certificate).thumbprint}
    record("credential.certificate_made", row, actor=actor, detail=detail)


@transaction.atomic
def discard(credential: Credential, *, actor: User, drawn_from: int | None = None) -> None:
    """Forget the certificate that waits, if one does."""
    row = _locked(credential, drawn_from)
    if row.staged_certificate:
        row.staged_certificate, row.staged_private_key = "", ""
        row.save(update_fields=STAGED_COLUMNS)
        record("credential.certificate_discarded", row, actor=actor)


@transaction.atomic
def use_staged(tried: Credential, finding: Finding, *, actor: User, drawn_from: int | None = None) -> None:
    """Let the certificate that was tried take over. `tried` signs in with it already, and is not saved.

    What signed in before is forgotten. Raises StagedGoneError if another certificate waits, or none.
    """
    row = _locked(tried, drawn_from)
    if not row.staged_certificate or row.staged_certificate != tried.certificate:
        raise StagedGoneError
    row.take_staged()
    row.forget_check()
    row.save(update_fields=[*SECRET_COLUMNS, *STAGED_COLUMNS, *CHECK_COLUMNS])
    record("credential.secret_replaced", row, actor=actor, detail={"with": "certificate"})
    row.keep(finding)


def _locked(credential: Credential, drawn_from: int | None) -> Credential:
    row = Credential.objects.shared().select_for_update().get(pk=credential.pk)
    refuse_if_changed(row, MEANS_CHANGES, drawn_from)
    return row
