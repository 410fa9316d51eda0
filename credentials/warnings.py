"""Tells people by e-mail that a secret or a certificate is about to expire: 30, 14, 7 and 1 days before, and after."""

import logging
from smtplib import SMTPException
from typing import Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from neurons_admin.access.models import User

from .attention import named
from .models import Credential, ExpiryWarning
from .uses import Use, uses_of

logger = logging.getLogger(__name__)

THRESHOLDS: Final = (1, 7, 14, 30)
EXPIRED: Final = 0
_WHAT_TO_DO: Final = (
    "Make a new one in Microsoft Entra under Certificates & secrets, and replace it in Neurons Admin. It is tried"
    " before it takes over, and runs that are under way finish with what they have."
)
_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


def send_due() -> int:
    """Send each warning that is due and was not sent; returns how many. Nothing where no mail server is set.

    A warning and the note that it was sent are one transaction, so that two processes send it once, and one that the
    mail server does not take is tried again at the next call. Of several thresholds that have passed only the last
    counts.
    """
    if not settings.SENDS_MAIL:
        return 0
    due = list(Credential.objects.expiring().order_by("secret_expires_on"))
    uses = uses_of(due, None)
    sent = 0
    for credential in due:
        try:
            sent += _warn(credential, uses.get(credential.pk, []))
        except (OSError, SMTPException) as exc:
            # The others would fail likewise, each after its time-out.
            logger.warning("The warning that %s expires was not sent: %s", credential.pk, exc)
            break
    return sent


def threshold_of(credential: Credential) -> int:
    """Which threshold a credential that is about to expire has passed, in days; EXPIRED for one that has expired."""
    if credential.has_expired:
        return EXPIRED
    return next(days for days in THRESHOLDS if credential.days_left is not None and credential.days_left <= days)


def recipients_of(credential: Credential) -> list[str]:
    """The addresses of the active members who can mend it.

    For a shared credential these are those who may change credentials; for one that was filled in, those who may
    change what it was filled in on.
    """
    members = {member for name in _permissions(credential) for member in User.objects.with_perm(name, backend=_BACKEND)}
    return sorted({member.email for member in members if member.email})


def _permissions(credential: Credential) -> list[str]:
    if credential.is_shared:
        return ["credentials.change_credential"]
    models = {relation.related_model for relation in Credential._meta.related_objects}
    return [f"{model._meta.app_label}.change_{model._meta.model_name}" for model in models]


def _warn(credential: Credential, uses: list[Use]) -> bool:
    last_day, to = credential.secret_expires_on, recipients_of(credential)
    if credential.secret_set_at is None or last_day is None or not to:
        return False
    with transaction.atomic():
        _, is_due = ExpiryWarning.objects.get_or_create(
            credential=credential,
            secret_set_at=credential.secret_set_at,
            expires_on=last_day,
            threshold=threshold_of(credential),
        )
        if is_due:
            send_mail(_subject(credential, uses), _text(credential, uses), None, to)
    return is_due


def _subject(credential: Credential, uses: list[Use]) -> str:
    what = "certificate" if credential.certificate else "client secret"
    words = credential.expiry_words
    # A name is one line, whatever somebody put into it: a header takes no other.
    name = " ".join(named(credential, uses).split())
    return f"{name}: the {what} {'has expired' if credential.has_expired else words[:1].lower() + words[1:]}"


def _text(credential: Credential, uses: list[Use]) -> str:
    used_by = sorted({use.label for use in uses})
    url = credential.get_absolute_url() or next((use.url for use in uses), "")
    lines = [
        f"{_subject(credential, uses)}.",
        "",
        f"Last day: {credential.secret_expires_on:%-d %B %Y}",
        f"Used by: {', '.join(used_by) or 'nothing'}",
        f"Application (client) ID: {credential.client_id}",
        "",
        _WHAT_TO_DO,
    ]
    if settings.PUBLIC_URL:
        lines += ["", f"{settings.PUBLIC_URL}{url}"]
    return "\n".join(lines) + "\n"
