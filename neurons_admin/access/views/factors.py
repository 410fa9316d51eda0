"""One's own ways to sign in: authenticator apps and recovery codes."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from neurons_admin.access import codes, factors, services, sessions
from neurons_admin.access.gate import before_second_factor, is_closed
from neurons_admin.access.models import AuthenticatorApp, Passkey
from neurons_admin.access.models.factor import NAME_LENGTH
from neurons_admin.access.services import Refused
from neurons_admin.access.sudo import sudo_for_button, sudo_required
from neurons_admin.access.views.dialog import in_dialog
from neurons_admin.http import Request

WRONG_CODE = "This code is wrong. Look at the app again, and at the clock of your phone: it should set itself."


class NameForm(forms.Form):
    """What a member calls a way to sign in."""

    name = forms.CharField(
        max_length=NAME_LENGTH,
        help_text="So that you recognise it later.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AppForm(NameForm):
    """The first code of an app."""

    code = forms.CharField(
        label="Code that the app shows",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


@before_second_factor
@require_safe
def ways(request: Request) -> HttpResponse:
    """All of one's own ways to sign in."""
    member = request.user
    context = {
        "apps": AuthenticatorApp.objects.in_use().filter(member=member),
        "passkeys": member.passkeys.all(),
        "codes_left": member.recovery_codes.filter(used_at=None).count(),
        "has_any": factors.has_any(member),
    }
    return render(request, "access/ways.html", context | frame_of(request))


@before_second_factor
@require_POST
@sudo_for_button
def add_app(request: Request) -> HttpResponse:
    """Begin to add an authenticator app."""
    if is_elsewhere(request):
        return redirect("access:ways")
    try:
        app = factors.begin_app(request.user)
    except Refused as exc:
        messages.warning(request, str(exc))
        return redirect("access:ways")
    return redirect("access:way_app", app.pk)


@before_second_factor
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@sudo_required
def app(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Show the secret of an app that is being added, and ask for its first code."""
    begun = get_object_or_404(AuthenticatorApp.objects.being_added(), pk=pk, member=request.user)
    if is_elsewhere(request):
        return redirect("access:ways")
    form = AppForm(request.POST if request.method == "POST" else None, initial={"name": begun.name})
    if form.is_valid():
        made = factors.confirm_app(request.user, begun, form.cleaned_data["code"], form.cleaned_data["name"])
        if made is not None:
            return added(request, made, "password+totp")
        form.add_error("code", WRONG_CODE)
    secret = begun.secret.reveal()
    size, path = codes.picture_of(codes.address_for_app(secret, request.user.username))
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    context = {"form": form, "size": size, "path": path, "secret": groups}
    return render(request, "access/add_app.html", context | frame_of(request))


@require_POST
@sudo_for_button
def recovery_codes(request: Request) -> HttpResponse:
    """Make recovery codes anew, and show them this once."""
    if not factors.has_any(request.user):
        return redirect("access:ways")
    return _show_codes(request, factors.make_recovery_codes(request.user))


@require_http_methods(["GET", "POST"])
@sudo_required
def remove(request: Request, kind: str, pk: uuid.UUID) -> HttpResponse:
    """Take a way to sign in away."""
    rows: Any = Passkey.objects if kind == "passkey" else AuthenticatorApp.objects.in_use()
    factor = get_object_or_404(rows, pk=pk, member=request.user)
    context = {
        "title": f"Remove {factor.name}",
        "sentence": "Nobody can sign in with it any more. In the app or the device itself it has to be deleted, too.",
        "verb": "Remove",
        "danger": True,
        "can_undo": False,
        "form": forms.Form(request.POST if request.method == "POST" else None),
        "cancel_url": reverse("access:ways"),
        "trail": [("Your profile", reverse("access:profile")), ("Ways to sign in", reverse("access:ways"))],
    }
    needed = settings.SECOND_FACTOR == "required"
    return in_dialog(
        request,
        context,
        lambda: factors.remove(request.user, factor, is_needed=needed),
        f"{factor.name} was removed.",
        reverse("access:ways"),
    )


def is_elsewhere(request: Request) -> bool:
    """Whether a member who has a second factor is signed in here with a password alone.

    That was before they had it. Who knows the password only must not get in by adding a factor of their own.
    """
    return is_closed(request) and factors.has_any(request.user)


def added(request: Request, made: list[str], how: str) -> HttpResponse:
    """A way was added, and shown to work: this session counts as begun with it, and every other one ends."""
    if not sessions.has_second_factor(request):
        services.end_sessions(request.user, by=request.user, but=sessions.own(request))
        sessions.note_second_factor(request, how)
    if made:
        return _show_codes(request, made)
    messages.success(request, "It was added. You can sign in with it from now on.")
    return redirect("access:ways")


def frame_of(request: Request) -> dict[str, object]:
    """The frame of a page: without the navigation, as long as nothing there can be reached."""
    closed = is_closed(request)
    return {"frame": "bare.html" if closed else "base.html", "closed": closed}


def _show_codes(request: Request, made: list[str]) -> HttpResponse:
    return render(request, "access/recovery_codes.html", {"codes": made} | frame_of(request))
