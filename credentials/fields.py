"""Form fields for the parts of an app registration, each with an answer to what is usually pasted by mistake."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from neurons_admin.encryption import Secret
from neurons_admin.ui.widgets import SecretInput

from .guids import as_guid

_DOMAIN = re.compile(r"([^\s@]+@)?[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_MASKED = re.compile(r"\*{3,}|•{3,}|\u25cf{3,}")
# Characters that reorder what stands around them: a name with them can pass for another.
_REORDERING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


class NameField(forms.CharField):
    """A name that others will read: one line, without characters that cannot be seen."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if any(unicodedata.category(character) == "Cc" or character in _REORDERING for character in text):
            raise ValidationError("Use visible characters only.", code="invisible")
        return " ".join(text.split())


class GuidField(forms.CharField):
    """One of Entra's ids. Gives a UUID, or None when it is empty and need not be filled in."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"})

    def __init__(self, *, domain_error: str = "", **kwargs: Any) -> None:
        self.domain_error = domain_error
        super().__init__(max_length=100, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        guid = as_guid(text)
        if guid is None and self.domain_error and _DOMAIN.fullmatch(text):
            raise ValidationError(self.domain_error, code="domain")
        if guid is None:
            raise ValidationError(
                "This is not an ID: it has the form 8d3f2c1a-0b4e-4c7d-9f21-5a6b7c8d9e0f.", code="not_a_guid"
            )
        return guid


class TenantField(GuidField):
    """A directory (tenant) ID; a domain name is refused with a word on what is wanted instead."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Directory (tenant) ID",
            help_text="On the Overview page of the app registration in Entra.",
            error_messages={"required": "Enter the directory (tenant) ID."},
            domain_error="This is a domain name. Enter the directory (tenant) ID: it stands on the app registration's"
            " Overview page in Entra.",
            **kwargs,
        )


class ClientField(GuidField):
    """An application (client) ID."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Application (client) ID",
            help_text="On the same page. The Object ID beside it is something else.",
            error_messages={"required": "Enter the application (client) ID."},
            **kwargs,
        )


class SecretField(forms.CharField):
    """A client secret: write-only, and a `Secret` as soon as it has been looked at."""

    widget = SecretInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Client secret")
        kwargs.setdefault(
            "help_text",
            "The Value, which Entra shows once when the secret is made under Certificates & secrets.",
        )
        super().__init__(
            max_length=400,
            error_messages={
                "required": "Enter the client secret.",
                "max_length": "This is too long for a client secret: paste the Value alone.",
            },
            **kwargs,
        )

    def clean(self, value: Any) -> Secret:
        text: str = super().clean(value)
        if as_guid(text):
            raise ValidationError(
                "This is the Secret ID; paste the Value. Entra shows the Value once, when the secret is made: if it is"
                " gone, make a new secret.",
                code="secret_id",
            )
        if _MASKED.search(text):
            raise ValidationError(
                "This is how Entra masks a secret later on; the Value itself cannot be looked up again. Make a new"
                " secret and paste its Value.",
                code="masked",
            )
        if any(character.isspace() or not character.isprintable() for character in text):
            raise ValidationError("There is a space or a line break in it: paste the Value alone.", code="spaces")
        return Secret(text)


class ExpiryField(forms.DateField):
    """The last day of a secret, as Entra shows it."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Secret expires on",
            help_text="Entra shows the date beside the secret. You are warned 30 days before.",
            required=False,
            **kwargs,
        )
