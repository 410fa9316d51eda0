"""Authenticator app and passkey as ways to prove once more who one is."""

from typing import Final

from django import forms
from django.http import HttpRequest

from neurons_admin.access import codes, factors, proofs
from neurons_admin.access.models import User

CODE_LENGTH: Final = 20


class AppCodeForm(forms.Form):
    """The code that one's app shows."""

    code = forms.CharField(
        label="Code from your authenticator app",
        max_length=CODE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )


class AppCode:
    """A code of the member's own app, used up by that. Recovery codes are for signing in."""

    name = "app"
    verb = "Confirm"
    label = "Authenticator app"
    begins_at = ""
    template = ""

    def is_available(self, request: HttpRequest, member: User) -> bool:
        return factors.has_app(member)

    def form(self, data: object = None) -> forms.Form | None:
        return AppCodeForm(data)  # type: ignore[arg-type]

    def verify(self, request: HttpRequest, member: User) -> bool:
        """A member who was deactivated meanwhile proves nothing."""
        code = request.POST.get("code", "")
        return member.is_active and not codes.looks_like_recovery_code(code) and bool(factors.accept(member, code))


class PasskeyRoundTrip:
    """A passkey of the member's own, asked for on a page with the script that it needs."""

    name = "passkey"
    verb = "Use a passkey"
    label = "Passkey"
    begins_at = "/confirm/passkey/"
    template = ""

    def is_available(self, request: HttpRequest, member: User) -> bool:
        return member.passkeys.exists()

    def form(self, data: object = None) -> forms.Form | None:
        return None

    def verify(self, request: HttpRequest, member: User) -> bool:
        """It is proved over there."""
        return False


proofs.register(AppCode())
proofs.register(PasskeyRoundTrip())
