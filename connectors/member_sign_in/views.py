"""The way to Microsoft and back: to sign in, or to confirm who one is."""

import logging
import time
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from connectors.member_sign_in import application
from connectors.member_sign_in.application import SignInFailedError
from connectors.member_sign_in.id_tokens import NO_TIME
from neurons_admin.access import identities, services, sessions, throttle
from neurons_admin.access.addresses import address_of
from neurons_admin.access.models import User

logger = logging.getLogger(__name__)

# What the session holds between going and coming back.
KEPT: Final = "microsoft"
LASTS_SECONDS: Final = 600.0
NOT_LINKED: Final = "no member has this account"
DEACTIVATED: Final = "the member is deactivated"
OFF: Final = "Signing in with Microsoft is not set up here."


@login_not_required
@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Go to Microsoft to sign in."""
    if throttle.is_locked(request, throttle.MICROSOFT):
        return throttle.too_many(request, None, {"username": throttle.MICROSOFT})
    return _go(request, afresh=False)


@require_safe
def confirm(request: HttpRequest) -> HttpResponse:
    """Go to Microsoft to prove once more who one is."""
    return _go(request, afresh=True)


def _go(request: HttpRequest, *, afresh: bool) -> HttpResponse:
    if not application.is_on():
        return _refuse(request, OFF)
    try:
        flow = application.begin(request.build_absolute_uri(reverse("member_sign_in:back")), afresh=afresh)
    except SignInFailedError as exc:
        return _refuse(request, str(exc))
    asked = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    request.session[KEPT] = {"flow": flow, "next": asked if is_ours else "", "at": time.time(), "afresh": afresh}
    return redirect(flow["auth_uri"])


@login_not_required
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Somebody comes back from Microsoft. What was kept of their going counts once.

    Whoever did not go leaves no line in the trail: else anybody could fill it.
    """
    kept: dict[str, Any] = request.session.pop(KEPT, {})
    address = address_of(request)
    try:
        claims = application.finish(_flow_of(kept), request.GET.dict())
    except SignInFailedError as exc:
        if kept:
            throttle.count(request, throttle.MICROSOFT)
            identities.note_refused(str(exc), address)
        return _refuse(request, f"Nobody was signed in. {exc if str(exc) == NO_TIME else 'Try again.'}")
    member = identities.member_of(claims.tenant_id, claims.object_id)
    if member is None:
        identities.note_refused(NOT_LINKED, address)
        return _refuse(request, "", claims.object_id)
    if not member.is_active:
        identities.note_refused(DEACTIVATED, address, member)
        return _refuse(request, "You were deactivated here. Ask a superuser of Neurons Admin.")
    if kept["afresh"]:
        return _prove(request, member, kept["next"], address)
    sessions.begin(request, member, how="microsoft", is_proof=claims.is_proof)
    services.note_sign_in(member, address, by="microsoft")
    return redirect(kept["next"] or "home")


def _flow_of(kept: dict[str, Any]) -> dict[str, Any]:
    """What MSAL wants to see again. Raises SignInFailedError."""
    if not application.is_on() or not kept or not 0 <= time.time() - kept["at"] <= LASTS_SECONDS:
        raise SignInFailedError("Nothing was asked of Microsoft by this browser, or it is too long ago.")
    flow: dict[str, Any] = kept["flow"]
    return flow


def _prove(request: HttpRequest, member: User, way_back: str, address: str) -> HttpResponse:
    """They proved it, if they are who is signed in here."""
    if request.user != member:
        identities.note_refused("another account was used to confirm who somebody is", address, member)
        return _refuse(request, "This is not the account of whoever is signed in here.")
    sessions.prove(request)
    services.note_proof(member, "microsoft")
    return redirect(way_back or "access:confirm")


def _refuse(request: HttpRequest, reason: str, object_id: object = None) -> HttpResponse:
    return render(request, "access/microsoft_refused.html", {"reason": reason, "object_id": object_id}, status=403)
