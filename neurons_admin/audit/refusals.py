"""Whoever is signed in and refused: the page that says so, and a line in the trail."""

from datetime import timedelta
from typing import Final

from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from neurons_admin.access.models import User
from neurons_admin.audit.models import Event, record

# Of one member in a minute: somebody who tries every address must not fill the trail.
MOST_A_MINUTE: Final = 10
PATH_LENGTH: Final = 200


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The roof's `handler403`: record who asked for what, and answer that their role does not include it."""
    if isinstance(request.user, User) and not _has_filled_its_minute(request.user):
        detail: dict[str, object] = {"method": request.method, "address": request.path[:PATH_LENGTH]}
        record("access.refused", request.user, actor=request.user, detail=detail)
    return defaults.permission_denied(request, exception)


def _has_filled_its_minute(member: User) -> bool:
    lately = Event.objects.filter(actor_id=member.pk, verb="access.refused", at__gt=Now() - timedelta(minutes=1))
    return lately.count() >= MOST_A_MINUTE
