"""Change the sign-in name (userPrincipalName): https://learn.microsoft.com/graph/api/user-update.

What it may hold: https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy (userPrincipalName).
"""

import re
from dataclasses import dataclass
from typing import Any

from django import forms

from .base import Action, Need, Order
from .directory import Directory
from .forms import ActionForm
from .permissions import DIRECTORY_READ_WRITE, READING, USER_READ, USER_READ_WRITE
from .property_change import PropertyChange
from .target import State, Target

NAME_LENGTH = 64
DOMAIN_LENGTH = 48
_NAME = re.compile(r"[A-Za-z0-9'._!#^~-]+")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def check_sign_in_name(text: str) -> str:
    """The sign-in name as it is sent. Raises ValidationError for what the directory is certain to refuse."""
    name, at, domain = text.rpartition("@")
    if not at:
        raise forms.ValidationError("A sign-in name has a name, an @ and a domain.")
    return f"{check_name(name)}@{check_domain(domain)}"


def check_name(name: str) -> str:
    """The part before the @. Raises ValidationError."""
    if not _NAME.fullmatch(name) or len(name) > NAME_LENGTH:
        raise forms.ValidationError("Use at most 64 of: letters from A to Z, digits, and ' . - _ ! # ^ ~")
    if name.endswith("."):
        raise forms.ValidationError("A dot cannot be the last sign before the @.")
    return name


def check_domain(text: str) -> str:
    """The part after the @, in small letters. Raises ValidationError."""
    domain = text.removeprefix("@").lower()
    if not _DOMAIN.fullmatch(domain):
        raise forms.ValidationError("This is not the name of a domain, such as contoso.com.")
    return domain


class SuggestingInput(forms.TextInput):
    """A line of text with suggestions, which anything else may be typed in place of."""

    template_name = "django/forms/widgets/suggesting.html"

    def __init__(self, suggestions: list[str] | None = None, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions = suggestions or []

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}-suggestions"
        context["widget"]["attrs"]["list"] = list_id
        return {**context, "list_id": list_id, "suggestions": self.suggestions}


class ChangeSignInNameForm(ActionForm):
    """The part before the @ and the one after it, each as it is today."""

    name = forms.CharField(
        label="Name, before the @",
        max_length=NAME_LENGTH,
        help_text="Letters A to Z, digits, and ' . - _ ! # ^ ~",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    domain = forms.CharField(
        label="Domain, after the @",
        max_length=DOMAIN_LENGTH,
        help_text="A domain that is verified for the tenant. Those of other accounts are suggested.",
        widget=SuggestingInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def __init__(self, data: Any = None, *, target: Target, directory: Directory, **kwargs: Any) -> None:
        super().__init__(data, target=target, directory=directory, **kwargs)
        self.fields["name"].initial, _, self.fields["domain"].initial = target.sign_in_name.rpartition("@")
        widget = self.fields["domain"].widget
        if isinstance(widget, SuggestingInput):
            widget.suggestions = directory.domains()

    def clean_name(self) -> str:
        return check_name(self.cleaned_data["name"])

    def clean_domain(self) -> str:
        return check_domain(self.cleaned_data["domain"])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if {"name", "domain"} <= given.keys() and sign_in_name_of(given) == self.target.sign_in_name:
            raise forms.ValidationError("This is the sign-in name they have.")
        return given


def sign_in_name_of(given: dict[str, Any]) -> str:
    """The sign-in name that a form's two parts make."""
    return f"{given['name']}@{given['domain']}"


@dataclass(frozen=True)
class ChangeSignInName(PropertyChange):
    """Sets the userPrincipalName; Graph changes the identity of that type with it."""

    sign_in_name: str

    key = "change_sign_in_name"
    label = "Change sign-in name"
    verb = "Change sign-in name"
    group = "Sign-in"
    sentence = (
        "{name} signs in with the new name at once, and no longer with the old one; the password stays. Tell them"
        " first. E-mail addresses are not changed."
    )
    needs = (Need(USER_READ_WRITE, also=(DIRECTORY_READ_WRITE,)), Need(USER_READ, also=READING))
    rank = "sensitive"
    mastered_on_premises = True
    reads = ("userPrincipalName",)
    conflict_class = "sign_in_name"
    undo = "The old name is set again, as long as nobody else has taken it."
    form = ChangeSignInNameForm
    icon = "at-symbol"

    @classmethod
    def refusal(cls, target: Target) -> str:
        if target.synced:
            return (
                "This account is synchronised from on-premises Active Directory, which is the master of its sign-in"
                " name. Change it there."
            )
        if target.guest:
            return "A guest signs in with the name they have in their home organisation."
        return ""

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        return [Order(cls(sign_in_name_of(form.cleaned_data)))]

    def wanted(self) -> dict[str, Any]:
        return {"userPrincipalName": self.sign_in_name}

    def inverse(self, before: State) -> Action | None:
        old = before.get("userPrincipalName")
        return ChangeSignInName(str(old)) if old else None

    def done(self, target: Target) -> str:
        return f"{target.name} signs in as {self.sign_in_name}."
