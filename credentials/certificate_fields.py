"""The choice between a secret and a certificate, and the file that a certificate is uploaded in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from .certificates import LARGEST_FILE, CertificateError, KeyPair, read_pair


class Means(models.TextChoices):
    """What an app registration signs in with."""

    SECRET = "secret", "Client secret"
    MADE = "made", "Certificate, made here"
    UPLOADED = "uploaded", "Certificate, uploaded"


class MeansField(forms.ChoiceField):
    """The choice; a secret, if nothing was chosen."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Signs in with",
            choices=Means.choices,
            initial=Means.SECRET,
            help_text="A certificate is the better alternative: its private key never leaves this server, while a"
            " secret is sent along with each sign-in and was copied by hand at least once.",
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        return str(super().clean(value or Means.SECRET))


class YearsField(forms.TypedChoiceField):
    """For how long a certificate that is made here is good."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Good for",
            choices=[(1, "One year"), (2, "Two years")],
            coerce=int,
            initial=1,
            help_text="You are warned 30 days before it ends.",
            **kwargs,
        )

    def clean(self, value: Any) -> Any:
        return super().clean(value or "1")


class PairField(forms.FileField):
    """A PEM file with a certificate and its private key. Gives a KeyPair, or None when no file was chosen."""

    widget = forms.FileInput(attrs={"accept": ".pem,.key,.crt,.txt"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Certificate and private key",
            help_text="One PEM file with both: RSA of 2048 bits or more, without a password. Its public part must be"
            " among the app registration's certificates in Entra.",
            error_messages={"required": "Choose the file: PEM, at most 32 KB.", "empty": "The file is empty."},
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> KeyPair | None:
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > LARGEST_FILE:
            raise ValidationError("This file is too large for a certificate with its key.", code="too_large")
        try:
            return read_pair(file.read())
        except CertificateError as exc:
            raise ValidationError(str(exc), code="no_pair") from None
