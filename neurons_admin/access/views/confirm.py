"""The page that asks whoever sits there to prove once more who they are."""

from typing import Final

from django import forms
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from neurons_admin.access import proofs, services, sessions, sudo
from neurons_admin.access.gate import before_second_factor
from neurons_admin.http import Request

# Wrong answers between two good ones; the one after these ends the session.
MOST_TRIES: Final = 5
WRONG: Final = "That is not right."


@before_second_factor
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def confirm(request: Request) -> HttpResponse:
    """Ask in the way that was chosen; then lead on to `next`, or say that the other tab goes on."""
    way_back = _way_back(request)
    if sudo.is_proved(request):
        return _lead_on(request, way_back)
    ways = proofs.ways_for(request, request.user)
    way = next((way for way in ways if way.name == request.GET.get("way")), ways[0] if ways else None)
    form = None
    if way and not way.begins_at:
        form = way.form(request.POST if request.method == "POST" else None)
        if request.method == "POST" and (form is None or form.is_valid()):
            if not sessions.store_of(request).take_try(MOST_TRIES):
                return sign_out(request)
            if way.verify(request, request.user):
                sessions.prove(request)
                services.note_proof(request.user, way.name)
                return _lead_on(request, way_back)
            services.note_wrong_proof(request.user, way.name)
            _say_wrong(form)
    context = {"way": way, "others": [other for other in ways if other is not way], "form": form, "next": way_back}
    return render(request, "access/confirm.html", context)


def _way_back(request: Request) -> str:
    """Where to go on; empty for what is not on this site."""
    asked = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if is_ours else ""


def _lead_on(request: Request, way_back: str) -> HttpResponse:
    return redirect(way_back) if way_back else render(request, "access/confirmed.html")


def _say_wrong(form: forms.Form | None) -> None:
    if form is not None:
        form.add_error(next(iter(form.fields), None), WRONG)


def sign_out(request: Request) -> HttpResponse:
    """Whoever guesses that often is not who signed in."""
    services.note_too_many_proofs(request.user)
    logout(request)
    return redirect("access:sign_in")
