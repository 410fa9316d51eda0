"""Checks of credentials: a fresh sign-in, with what it shows in plain words."""

from dataclasses import replace

from django.utils import timezone

from connectors.expiry import day_in_directory
from connectors.graph import CredentialRefused, Grant, GraphError, sign_in_afresh, token_problems
from connectors.graph.own_problems import EXPIRED_CERTIFICATE
from connectors.registration import registration_of
from credentials import services
from credentials.finding import NO_CONSENT, Finding
from credentials.models import Credential
from neurons_admin.access.models import User

NOTHING_GRANTED = (
    "No permission has been granted to this application. In Entra add the application permissions under API"
    " permissions, and have an administrator grant admin consent; then check again."
)
BUSY = token_problems.BUSY.code
IN_A_WHILE = "Try again in a few minutes."
UNREADABLE = "secret_unreadable"
NOT_KNOWN = "What it was granted cannot be read from Microsoft's token. What was known before stays as it is."
UNREACHABLE = "Microsoft could not be asked: this server's CA file or proxy is not right."


def sign_in_with(credential: Credential) -> Finding:
    """Sign in with a credential, saved or not, with a fresh application and an empty cache. Raises nothing.

    Asks the network: never call it inside a transaction.
    """
    try:
        grant = sign_in_afresh(registration_of(credential))
    except GraphError as exc:
        return _refused(credential, exc)
    except OSError:
        return Finding("no_network", UNREACHABLE, signed_in=False, asked=False)
    return replace(_found(grant), expires_on=day_in_directory(credential, grant))


def check(credential: Credential, *, actor: User) -> Finding:
    """Sign in with a saved credential and keep what was found, unless Microsoft could not be asked."""
    finding = sign_in_with(credential)
    services.note_check(credential, finding, actor=actor)
    return finding


def _refused(credential: Credential, exc: GraphError) -> Finding:
    reference = " · ".join(part for part in (exc.detail, exc.request_id) if part)
    # A secret that this server cannot open says nothing about the credential.
    asked = isinstance(exc, CredentialRefused) and exc.code != UNREADABLE
    code, message = exc.code, f"{exc} {IN_A_WHILE}" if exc.code == BUSY else str(exc)
    # Microsoft's number is the same for one that it does not know and for one that is over; its end is known here.
    facts = credential.certificate_facts
    if code == "wrong_certificate" and facts and facts.valid_until < timezone.now():
        code, message = EXPIRED_CERTIFICATE.kind, f"{EXPIRED_CERTIFICATE.sentence} {EXPIRED_CERTIFICATE.cure}"
    return Finding(code, message, signed_in=False, asked=asked, reference=reference)


def _found(grant: Grant) -> Finding:
    if not grant.readable:
        return Finding("unreadable_token", NOT_KNOWN, asked=False)
    return Finding(
        code="" if grant.permissions else NO_CONSENT,
        message="" if grant.permissions else NOTHING_GRANTED,
        app_name=_plain(grant.app_name),
        tenant_id=_plain(grant.tenant_id),
        permissions=tuple(_plain(name) for name in grant.permissions),
        roles=tuple(_plain(role) for role in grant.directory_roles),
    )


def _plain(text: object) -> str:
    """What a tenant's administrator once typed, fit for a database column."""
    return str(text).replace("\0", "")[:256]
