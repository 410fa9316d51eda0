"""What is learnt of an action credential while it works: that Microsoft refuses it, and that it lets it in again.

A credential that is known to be refused is not tried for every run that waits: one probe in five minutes, for all.
"""

import logging

from django.db import transaction
from django.db.models.functions import Now

from connectors import gates
from connectors.checks import UNREADABLE, sign_in_with
from connectors.graph import CredentialRefused
from credentials.finding import NO_CONSENT
from credentials.models import Credential, CredentialQuerySet
from neurons_admin.audit.models import record

logger = logging.getLogger(__name__)

# Says nothing about what Microsoft thinks of the credential: this server cannot open it, or there is none.
NOT_MICROSOFTS = {UNREADABLE, "no_credential"}


def is_refused(credential: Credential | None) -> bool:
    """Whether Microsoft is known to refuse it. One that merely was granted nothing is let in."""
    return credential is not None and credential.check_code not in {"", NO_CONSENT}


def note_refused(credential: Credential, exc: CredentialRefused) -> bool:
    """Keep that Microsoft has refused a credential; True for the first to notice, who has thereby raised the alarm.

    Nothing is kept when the credential was changed meanwhile: the refusal speaks of the old one.
    """
    if exc.code in NOT_MICROSOFTS:
        return False
    gates.put_off_probe(credential)
    with transaction.atomic():
        first = (
            _as_it_was(credential)
            .exclude(check_code=exc.code[:40])
            .update(check_code=exc.code[:40], check_message=str(exc)[:500], checked_at=Now())
        )
        if first:
            detail: dict[str, object] = {"result": exc.code, "reference": exc.detail}
            record("credential.refused", credential, actor=None, detail=detail)
    if first:
        logger.error("Microsoft refuses the credential %s (%s); what needs it is held.", credential, exc.code)
    return bool(first)


def probe(credential: Credential) -> bool:
    """Try a refused credential again, if it is time to; True when it works again. Asks the network.

    Nothing is kept when the credential was changed meanwhile: what was found is true of the old one.
    """
    if not gates.take_probe(credential):
        return False
    finding = sign_in_with(credential)
    if not (finding.asked or finding.signed_in):
        return False
    with transaction.atomic():
        if not _as_it_was(credential).select_for_update().exists():
            return False
        if finding.asked:
            credential.keep(finding)
        else:
            # Let in, with a token that does not say what it grants: what was known of that stays as it is.
            _as_it_was(credential).update(check_code="", check_message="")
        if finding.signed_in:
            record("credential.works_again", credential, actor=None)
    return finding.signed_in


def _as_it_was(credential: Credential) -> CredentialQuerySet:
    """The row of a credential, as long as it is the same app registration with the same secret."""
    same = ("pk", "cloud", "tenant_id", "client_id", "secret_set_at")
    return Credential.objects.filter(**{name: getattr(credential, name) for name in same})
