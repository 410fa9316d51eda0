"""Adding a passkey, and signing in with one. The only pages here that need a script: browsers offer no other way."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from neurons_admin.access import factors, half_signed, passkeys, services, sessions, throttle
from neurons_admin.access.addresses import address_of
from neurons_admin.access.gate import before_second_factor
from neurons_admin.access.services import Refused
from neurons_admin.access.sudo import sudo_required
from neurons_admin.access.views.confirm import MOST_TRIES, sign_out
from neurons_admin.access.views.factors import NameForm, added, frame_of, is_elsewhere
from neurons_admin.http import Request

UNBELIEVED = "The browser's answer did not fit. Try again."
LONGEST_ANSWER = 16 * 1024


class AnswerForm(forms.Form):
    """What the browser answers; the script fills it in."""

    credential = forms.CharField(max_length=LONGEST_ANSWER, widget=forms.HiddenInput)


class NewPasskeyForm(NameForm, AnswerForm):
    """The same, with a name for the passkey."""


@before_second_factor
@require_http_methods(["GET", "POST"])
@sudo_required
def add(request: Request) -> HttpResponse:
    """Add a passkey of one's own."""
    if is_elsewhere(request):
        return redirect("access:ways")
    form = NewPasskeyForm(request.POST if request.method == "POST" else None, initial={"name": "Passkey"})
    if form.is_valid():
        columns = passkeys.added(request, form.cleaned_data["credential"])
        try:
            if columns is not None:
                made = factors.add_passkey(request.user, form.cleaned_data["name"], **columns)
                return added(request, made, "passkey")
            form.add_error(None, UNBELIEVED)
        except Refused as exc:
            form.add_error(None, str(exc))
    context = {"form": form, "options": passkeys.ask_to_add(request, request.user)}
    return render(request, "access/add_passkey.html", context | frame_of(request))


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey: it is something one has, and unlocked by something one knows or is."""
    if request.user.is_authenticated:
        return redirect("home")
    way_back = _way_back(request)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if throttle.is_locked(request, throttle.PASSKEY):
            return throttle.too_many(request, None, {"username": throttle.PASSKEY})
        member = passkeys.used(request, form.cleaned_data["credential"])
        if member is not None:
            half_signed.end(request)
            sessions.begin(request, member, how="passkey")
            services.note_sign_in(member, address_of(request), by="passkey")
            return redirect(way_back or resolve_url("home"))
        throttle.count(request, throttle.PASSKEY)
        services.note_failed_sign_in(throttle.PASSKEY, address_of(request), throttled=throttle.has_begun(request))
        form.add_error(None, UNBELIEVED)
    context = {"form": form, "options": passkeys.ask_to_use(request), "next": way_back}
    return render(request, "access/passkey_sign_in.html", context)


@before_second_factor
@require_http_methods(["GET", "POST"])
def confirm(request: Request) -> HttpResponse:
    """Prove once more who one is, with a passkey of one's own."""
    way_back = _way_back(request)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not sessions.store_of(request).take_try(MOST_TRIES):
            return sign_out(request)
        if passkeys.used(request, form.cleaned_data["credential"]) == request.user:
            sessions.prove(request)
            services.note_proof(request.user, "passkey")
            return redirect(way_back) if way_back else render(request, "access/confirmed.html")
        services.note_wrong_proof(request.user, "passkey")
        form.add_error(None, UNBELIEVED)
    context = {"form": form, "options": passkeys.ask_to_use(request), "next": way_back, "confirms": True}
    return render(request, "access/passkey_sign_in.html", context)


def _way_back(request: HttpRequest) -> str:
    asked = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else ""
