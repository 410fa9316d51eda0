"""What a member proves who they are with, beside a password: authenticator apps, passkeys, recovery codes."""

import uuid
from datetime import timedelta
from typing import Final, Self

from django.db import models
from django.utils import timezone

from neurons_admin.access.models.user import User
from neurons_admin.encryption import EncryptedField

NAME_LENGTH: Final = 60
# How long somebody may take to scan the picture and to type the first code.
ENROLMENT_LASTS: Final = timedelta(minutes=15)


class AuthenticatorAppQuerySet(models.QuerySet["AuthenticatorApp"]):
    def in_use(self) -> Self:
        """Those that have shown once that they have the secret."""
        return self.filter(confirmed_at__isnull=False)

    def being_added(self) -> Self:
        """Those that have not yet, and still may."""
        return self.filter(confirmed_at=None, added_at__gt=timezone.now() - ENROLMENT_LASTS)


class AuthenticatorApp(models.Model):
    """An app that shows a code of six digits (TOTP), another one every thirty seconds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="authenticator_apps")
    name = models.CharField(max_length=NAME_LENGTH)
    secret = EncryptedField()
    # The thirty seconds whose code was used last: that one and older ones are used up.
    last_step = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    objects = AuthenticatorAppQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ("added_at",)

    def __str__(self) -> str:
        return self.name


class Passkey(models.Model):
    """A key pair of which the member's device or key ring keeps the private half."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=NAME_LENGTH)
    credential_id = models.BinaryField(max_length=1023, unique=True)
    # What fido2 calls attested credential data: the public key, and what made it.
    public_key = models.BinaryField()
    # What the device knows the member by: says nothing about them, and is the same for all their passkeys.
    user_handle = models.BinaryField(max_length=64)
    sign_count = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ("added_at",)

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """One of the codes for the day when everything else is lost. A plain hash of 99 random bits says nothing."""

    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["member", "code_hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code of {self.member_id}"
