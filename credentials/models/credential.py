"""App registrations with which the product reaches a Microsoft Entra tenant."""

import uuid
from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast, Lower
from django.db.models.lookups import Exact
from django.urls import reverse
from django.utils import timezone

from credentials.certificates import Facts, KeyPair, facts_of
from credentials.directory_roles import names_of
from credentials.finding import EXPIRED_SECRET, Finding
from credentials.guids import as_guid
from neurons_admin.encryption import EncryptedField, Secret

HINT_LENGTH = 3
# Of anything shorter three characters would say too much.
SHORTEST_HINTED = 16
EXPIRES_SOON = timedelta(days=30)
CHECK_COLUMNS = (
    "checked_at", "check_code", "check_message", "app_name", "granted_permissions", "directory_roles",
)  # fmt: skip


def _both_or_neither(one: str, other: str) -> Q:
    """Two columns are filled or empty together. Cast, as in an encrypted column nothing can be searched."""
    empty = [Q(Exact(Cast(column, models.TextField()), models.Value(""))) for column in (one, other)]
    return (empty[0] & empty[1]) | (~empty[0] & ~empty[1])


class Cloud(models.TextChoices):
    """Microsoft's clouds. A form offers these; hosts are never typed in."""

    GLOBAL = "global", "Global"
    US_GOV = "us_gov", "US Government (GCC High)"
    US_DOD = "us_dod", "US Government (DoD)"
    CHINA = "china", "China (21Vianet)"


class CredentialQuerySet(models.QuerySet["Credential"]):
    def shared(self) -> Self:
        """Those kept on the Credentials page, which any connector may use."""
        return self.exclude(name="")

    def matching(self, words: str) -> Self:
        """Those whose name, description, application or one of whose ids matches what was typed."""
        found = Q(name__icontains=words) | Q(description__icontains=words) | Q(app_name__icontains=words)
        guid = as_guid(words)
        return self.filter(found | Q(tenant_id=guid) | Q(client_id=guid) if guid else found)

    def failing(self) -> Self:
        """Those that the last check found not to work."""
        return self.exclude(check_code="")

    def expiring(self) -> Self:
        """Those whose secret expires within 30 days, or has expired."""
        return self.filter(secret_expires_on__lte=timezone.localdate() + EXPIRES_SOON)


class Credential(models.Model):
    """An app registration in one tenant: type Azure AD (Cloud), tenant ID, client ID, and a secret or a certificate.

    A shared credential has a name and may serve many connectors. One that was filled in on a connector has none,
    belongs to that connector and is offered to nobody else. `certificate` and `staged_certificate` are PEM and public;
    the staged one waits, beside what signs in today, until it has been tried.
    """

    class ExpirySource(models.TextChoices):
        TYPED = "typed", "as entered"
        DIRECTORY = "directory", "read from the app registration"
        SIGN_IN = "sign_in", "Microsoft refused it as expired"
        CERTIFICATE = "cert", "end of the certificate"

    TYPE_LABEL = "Azure AD (Cloud)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, blank=True)
    description = models.CharField(max_length=300, blank=True)
    cloud = models.CharField(max_length=10, choices=Cloud, default=Cloud.GLOBAL)
    tenant_id = models.UUIDField("directory (tenant) ID")
    client_id = models.UUIDField("application (client) ID")
    client_secret = EncryptedField()
    certificate = models.TextField(blank=True, db_default="", default="", editable=False)
    private_key = EncryptedField(db_default="")
    staged_certificate = models.TextField(blank=True, db_default="", default="", editable=False)
    staged_private_key = EncryptedField(db_default="")
    secret_hint = models.CharField(max_length=HINT_LENGTH, blank=True, editable=False)
    secret_set_at = models.DateTimeField(null=True, editable=False)
    secret_expires_on = models.DateField(null=True, blank=True)
    secret_expiry_source = models.CharField(max_length=10, choices=ExpirySource, blank=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    check_code = models.CharField(max_length=40, blank=True, editable=False)
    check_message = models.CharField(max_length=500, blank=True, editable=False)
    app_name = models.CharField(max_length=256, blank=True, editable=False)
    granted_permissions = models.JSONField(default=list, editable=False)
    directory_roles = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        ordering = (Lower("name"),)
        constraints = [
            models.UniqueConstraint(Lower("name"), condition=~Q(name=""), name="credential_shared_name_unique"),
            models.CheckConstraint(
                condition=~_both_or_neither("client_secret", "certificate"), name="credential_secret_or_certificate"
            ),
            models.CheckConstraint(
                condition=_both_or_neither("certificate", "private_key"), name="credential_certificate_has_key"
            ),
            models.CheckConstraint(
                condition=_both_or_neither("staged_certificate", "staged_private_key"),
                name="credential_staged_certificate_has_key",
            ),
        ]
        permissions = [("use_credential", "Can attach a shared credential to a connector")]

    def __str__(self) -> str:
        return self.name or f"filled in ({self.client_id})"

    def get_absolute_url(self) -> str:
        """The page of a shared one; one that was filled in has none."""
        return reverse("credentials:detail", args=[self.pk]) if self.is_shared else ""

    @property
    def is_shared(self) -> bool:
        return bool(self.name)

    @property
    def same_app_key(self) -> tuple[uuid.UUID, uuid.UUID]:
        """What makes two credentials the same app registration: tenant and client."""
        return self.tenant_id, self.client_id

    def set_secret(self, value: str, *, expires_on: date | None = None) -> None:
        """Take a new secret value; it is encrypted when the row is saved.

        The first three characters are kept in clear: Entra shows the same three, so an administrator can tell which of
        an app's secrets this is.
        """
        self.client_secret = Secret(value)
        self.certificate, self.private_key = "", Secret()
        self.secret_hint = value[:HINT_LENGTH] if len(value) >= SHORTEST_HINTED else ""
        self.secret_set_at = timezone.now()
        self.secret_expires_on = expires_on
        self.secret_expiry_source = self.ExpirySource.TYPED if expires_on else ""

    def set_certificate(self, pair: KeyPair) -> None:
        """Take a key pair in the place of a secret; the private key is encrypted when the row is saved."""
        self.client_secret, self.secret_hint = Secret(), ""
        self.certificate, self.private_key = pair.certificate, pair.private_key
        self.secret_set_at = timezone.now()
        self.secret_expires_on = facts_of(pair.certificate).last_day
        self.secret_expiry_source = self.ExpirySource.CERTIFICATE

    def take_staged(self) -> None:
        """Let the certificate that waits take over. Saved with the row."""
        self.set_certificate(KeyPair(self.staged_certificate, self.staged_private_key))
        self.staged_certificate, self.staged_private_key = "", Secret()

    @property
    def certificate_facts(self) -> Facts | None:
        """What the certificate that signs in says of itself; None for a secret."""
        return facts_of(self.certificate) if self.certificate else None

    @property
    def staged_facts(self) -> Facts | None:
        """What the certificate that waits says of itself; None if none does."""
        return facts_of(self.staged_certificate) if self.staged_certificate else None

    def set_expiry(self, day: date | None) -> None:
        """Take the secret's last day as somebody typed it; the day that is known already keeps its origin.

        The directory has the last word: each check that can read the app registration sets the day, whatever was typed;
        until then another day that is typed holds, and an empty field takes nothing away. What a refused sign-in taught
        (it has expired) corrects a typed day that is still to come, never the directory's.
        """
        if day is None and self.secret_expiry_source == self.ExpirySource.DIRECTORY:
            return
        if day != self.secret_expires_on or day is None:
            self.secret_expires_on = day
            self.secret_expiry_source = self.ExpirySource.TYPED if day else ""

    def _learn_expiry(self, finding: Finding) -> None:
        """Keep the last day that signing in has taught, unless the secret has been replaced meanwhile."""
        is_over = self.days_left is not None and self.days_left <= 0
        is_known = is_over or self.secret_expiry_source == self.ExpirySource.DIRECTORY
        if finding.expires_on:
            day, source = finding.expires_on, self.ExpirySource.DIRECTORY
        elif finding.code == EXPIRED_SECRET and not is_known:
            day, source = timezone.localdate(), self.ExpirySource.SIGN_IN
        else:
            return
        same = Credential.objects.filter(pk=self.pk, secret_set_at=self.secret_set_at)
        if same.update(secret_expires_on=day, secret_expiry_source=source):
            self.secret_expires_on, self.secret_expiry_source = day, source

    def note_check(
        self, *, code: str, message: str, app_name: str = "", permissions: list[str], roles: list[str]
    ) -> None:
        """Keep what a check found. `code` is empty when the credential works. Saves only these columns."""
        self.checked_at = timezone.now()
        self.check_code, self.check_message, self.app_name = code[:40], message[:500], app_name[:256]
        self.granted_permissions, self.directory_roles = permissions, roles
        self.save(update_fields=CHECK_COLUMNS)

    def keep(self, finding: Finding) -> None:
        """Keep what signing in has shown; nothing, if Microsoft could not be asked. Saves only these columns."""
        if not finding.asked:
            return
        self._learn_expiry(finding)
        self.note_check(
            code=finding.code,
            message=finding.message,
            app_name=finding.app_name,
            permissions=list(finding.permissions),
            roles=list(finding.roles),
        )

    def forget_check(self) -> None:
        """What was found belongs to another app registration or secret. Saved with the row."""
        if self.secret_expiry_source == self.ExpirySource.DIRECTORY:
            self.secret_expires_on, self.secret_expiry_source = None, ""
        self.checked_at = None
        self.check_code = self.check_message = self.app_name = ""
        self.granted_permissions, self.directory_roles = [], []

    @property
    def finding(self) -> Finding | None:
        """What the last check found; None if there has been none."""
        if self.checked_at is None:
            return None
        return Finding(
            code=self.check_code,
            message=self.check_message,
            app_name=self.app_name,
            permissions=tuple(self.granted_permissions),
            roles=tuple(self.directory_roles),
        )

    @property
    def check_passed(self) -> bool:
        return self.checked_at is not None and not self.check_code

    @property
    def role_names(self) -> list[str]:
        """The directory roles of the application, by name."""
        return names_of(self.directory_roles)

    @property
    def days_left(self) -> int | None:
        """Days until the secret's last day, negative after it; None if nobody knows."""
        return (self.secret_expires_on - timezone.localdate()).days if self.secret_expires_on else None

    @property
    def expires_soon(self) -> bool:
        """True from 30 days before the secret's last day on."""
        return self.days_left is not None and self.days_left <= EXPIRES_SOON.days

    @property
    def has_expired(self) -> bool:
        return self.check_code == EXPIRED_SECRET or (self.days_left is not None and self.days_left < 0)

    @property
    def expiry_words(self) -> str:
        """When the secret expires, as people say it."""
        if self.has_expired:
            return "Expired"
        if self.secret_expires_on is None or self.days_left is None:
            return "Expiry not known"
        if not self.expires_soon:
            return f"Until {self.secret_expires_on:%-d %b %Y}"
        return {0: "Expires today", 1: "Expires tomorrow"}.get(self.days_left, f"Expires in {self.days_left} days")

    @property
    def stored_words(self) -> str:
        """What may be said of the stored secret, beside an empty field: "starts with abc · set 3 Mar 2025"."""
        parts = [f"starts with {self.secret_hint}"] if self.secret_hint else []
        if facts := self.certificate_facts:
            parts = [f"thumbprint {facts.thumbprint[:8]}…"]
        if self.secret_set_at:
            parts.append(f"set on {timezone.localtime(self.secret_set_at):%-d %b %Y}")
        return " · ".join(parts) or "not shown"
