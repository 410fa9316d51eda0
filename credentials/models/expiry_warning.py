"""What has been said about the end of a secret."""

from django.db import models

from credentials.models.credential import Credential


class ExpiryWarning(models.Model):
    """That somebody has been told by e-mail how soon a secret expires: once for each secret, last day and threshold."""

    # Hidden from what uses a credential.
    credential = models.ForeignKey(Credential, models.CASCADE, related_name="+")
    secret_set_at = models.DateTimeField()
    expires_on = models.DateField()
    # In days before the last one; 0: it has expired.
    threshold = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credential", "secret_set_at", "expires_on", "threshold"], name="credential_warned_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.credential} expires on {self.expires_on}"
