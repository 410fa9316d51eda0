"""Signing in and out."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from neurons_admin.access import factors, half_signed, services, sessions, throttle
from neurons_admin.access.addresses import address_of
from neurons_admin.access.models import User

CODE_LENGTH: Final = 60


class SignIn(LoginView):
    """Django's own, with a second step for who has a second factor, and a line in the trail for each attempt."""

    template_name = "access/sign_in.html"
    redirect_authenticated_user = True
    http_method_names = ["get", "head", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the way to Microsoft, where it is set up."""
        return super().get_context_data(has_microsoft=bool(settings.MICROSOFT_SIGN_IN_TENANT), **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Right name and password: signed in, or led on to the second step with nobody signed in yet."""
        member = form.get_user()
        if not isinstance(member, User):
            return self.form_invalid(form)
        if factors.has_any(member):
            half_signed.begin(self.request, member, self.get_redirect_url())
            return redirect("access:second_step")
        sessions.begin(self.request, member, how="password")
        services.note_sign_in(member, address_of(self.request))
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Wrong ones. A form that was left half empty is no attempt, nor is one that was not looked at.

        That one has been recorded once, when the waiting began: whoever sends it again and again fills no trail.
        """
        name, is_full = form.cleaned_data.get("username"), form.cleaned_data.get("password")
        if name and is_full and throttle.was_looked_at(self.request):
            has_begun = throttle.has_begun(self.request)
            services.note_failed_sign_in(name, address_of(self.request), throttled=has_begun)
        return super().form_invalid(form)


class NeverEchoed(forms.TextInput):
    """A text that the page does not show again: a recovery code that was mistyped is nearly one."""

    def format_value(self, value: object) -> None:
        """Nothing, whatever was typed."""


class CodeForm(forms.Form):
    """The code of an authenticator app, or a recovery code."""

    code = forms.CharField(
        label="Code from your authenticator app",
        max_length=CODE_LENGTH,
        help_text="Or one of your recovery codes, if you have lost the app.",
        widget=NeverEchoed(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask who has given the right password for a code."""
    member = half_signed.member_of(request)
    if member is None:
        half_signed.end(request)
        return redirect("access:sign_in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        name = throttle.second_step_of(member)
        if throttle.is_locked(request, name):
            return throttle.too_many(request, None, {"username": name})
        if not half_signed.take_try(request):
            return _begin_anew(request)
        if how := factors.accept(member, form.cleaned_data["code"]):
            return _signed_in(request, member, how)
        throttle.count(request, name)
        factors.note_wrong_code(member, address_of(request), throttled=throttle.has_begun(request))
        form.add_error("code", "This code is wrong, or was used before. Wait for the next one that the app shows.")
    context = {"form": form, "has_passkeys": member.passkeys.exists(), "next": half_signed.way_back(request)}
    return render(request, "access/second_step.html", context)


def _signed_in(request: HttpRequest, member: User, how: str) -> HttpResponse:
    way_back = half_signed.way_back(request)
    half_signed.end(request)
    sessions.begin(request, member, how=f"password+{how}")
    services.note_sign_in(member, address_of(request), by=how)
    if how == "recovery":
        left = member.recovery_codes.filter(used_at=None).count()
        messages.warning(request, f"You have {left} recovery codes left. Make new ones under “Ways to sign in”.")
    return redirect(way_back or resolve_url("home"))


def _begin_anew(request: HttpRequest) -> HttpResponse:
    half_signed.end(request)
    return redirect("access:sign_in")


@method_decorator(login_not_required, name="dispatch")
class SignOut(LogoutView):
    """Django's own, POST only. Who is not signed in any more ends at the same place."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Leave."""
        if isinstance(request.user, User):
            services.note_sign_out(request.user, address_of(request))
        return super().post(request, *args, **kwargs)
