"""App registrations with which the product reaches a Microsoft Entra tenant."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from neurons_admin.encryption import EncryptedField, Secret

HINT_LENGTH = 3
EXPIRES_SOON = timedelta(days=30)


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


class Credential(models.Model):
    """An app registration in one tenant: type Azure AD (Cloud), tenant ID, client ID, client secret.

    A shared credential has a name and may serve many connectors. One that was filled in on a connector has none, belongs
    to that connector and is offered to nobody else.
    """

    class ExpirySource(models.TextChoices):
        TYPED = "typed", "as entered"
        DIRECTORY = "directory", "read from the app registration"
        SIGN_IN = "sign_in", "Microsoft refused it as expired"

    TYPE_LABEL = "Azure AD (Cloud)"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, blank=True)
    description = models.CharField(max_length=300, blank=True)
    cloud = models.CharField(max_length=10, choices=Cloud, default=Cloud.GLOBAL)
    tenant_id = models.UUIDField("directory (tenant) ID")
    client_id = models.UUIDField("application (client) ID")
    client_secret = EncryptedField()
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
        ]
        permissions = [("use_credential", "Can attach a shared credential to a connector")]

    def __str__(self) -> str:
        return self.name or f"filled in ({self.client_id})"

    def get_absolute_url(self) -> str:
        return reverse("credentials:detail", args=[self.pk])

    @property
    def is_shared(self) -> bool:
        return bool(self.name)

    @property
    def same_app_key(self) -> tuple[uuid.UUID, uuid.UUID]:
        """What makes two credentials the same app registration: tenant and client."""
        return self.tenant_id, self.client_id

    def set_secret(self, value: str, *, expires_on: Any = None) -> None:
        """Take a new secret value; it is encrypted when the row is saved.

        The first three characters are kept in clear: Entra shows the same three, so an administrator can tell which of an
        app's secrets this is.
        """
        self.client_secret = Secret(value)
        self.secret_hint = value[:HINT_LENGTH]
        self.secret_set_at = timezone.now()
        self.secret_expires_on = expires_on
        self.secret_expiry_source = self.ExpirySource.TYPED if expires_on else ""

    def note_check(
        self, *, code: str, message: str, app_name: str = "", permissions: list[str], roles: list[str]
    ) -> None:
        """Keep what a check found. `code` is empty when the credential works. Saves only these columns."""
        self.checked_at = timezone.now()
        self.check_code, self.check_message, self.app_name = code, message[:500], app_name
        self.granted_permissions, self.directory_roles = permissions, roles
        self.save(
            update_fields=[
                "checked_at", "check_code", "check_message", "app_name", "granted_permissions", "directory_roles"
            ]
        )  # fmt: skip

    @property
    def check_passed(self) -> bool:
        return self.checked_at is not None and not self.check_code

    @property
    def expires_soon(self) -> bool:
        """True from 30 days before the secret's last day on."""
        if self.secret_expires_on is None:
            return False
        return datetime.combine(self.secret_expires_on, datetime.min.time()) - EXPIRES_SOON <= datetime.now()  # noqa: DTZ005


class KeyCanary(models.Model):
    """One row with a known secret: if it does not open at start-up, CREDENTIAL_KEYS is wrong and nothing may start."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    value = EncryptedField()

    def __str__(self) -> str:
        return "key canary"
