"""What tells at start-up whether the keys are the right ones."""

import uuid

from django.db import models

from neurons_admin.encryption import EncryptedField


class KeyCanary(models.Model):
    """One row with a known secret: if it does not open at start-up, CREDENTIAL_KEYS is wrong and nothing may start."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    value = EncryptedField()

    def __str__(self) -> str:
        return "the encryption keys"
