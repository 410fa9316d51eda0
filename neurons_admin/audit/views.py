"""The audit trail, to be read."""

import re
from typing import Final

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from neurons_admin.access.models import User
from neurons_admin.audit import words
from neurons_admin.audit.models import THE_SYSTEM, Event
from neurons_admin.audit.rows import rows_for
from neurons_admin.http import Request
from neurons_admin.ui import keyset

SYSTEM: Final = "system"
NOBODY: Final = "nobody"
# Counting stops here: the trail only grows, and a page must not wait for the count of all of it.
COUNTED: Final = 10_000
_WORD: Final = re.compile(r"[a-z_]{1,40}")
_LABEL: Final = re.compile(r"[a-z_]{1,40}\.[a-z_]{1,40}")
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


@require_safe
@permission_required("audit.view_event", raise_exception=True)
def events(request: Request) -> HttpResponse:
    """Every event, the newest first, as far as the filters in the URL let it through."""
    found = _filtered(request)
    page = keyset.page_of(request, found, ("-id",))
    context = {
        "page": page,
        "rows": rows_for(page.rows, request.user),
        "total": keyset.counted(found, COUNTED),
        "areas": tuple(words.AREAS.items()),
        "subjects": tuple(words.SUBJECTS.items()),
        "actors": _actors(),
        "subject": request.GET.get("subject", ""),
        "is_filtered": any(request.GET.get(name) for name in ("area", "type", "actor", "subject")),
    }
    return render(request, "audit/list.html", context)


def _filtered(request: Request) -> QuerySet[Event]:
    """The events that the URL asks for. What cannot be a value of a filter finds nothing, rather than everything."""
    found = Event.objects.all()
    if area := request.GET.get("area"):
        found = found.filter(verb__startswith=f"{area}.") if _WORD.fullmatch(area) else found.none()
    if kind := request.GET.get("type"):
        found = found.filter(subject_type=kind) if _LABEL.fullmatch(kind) else found.none()
    if subject := request.GET.get("subject"):
        found = found.filter(subject_id=subject) if kind else found.none()
    if actor := request.GET.get("actor"):
        found = _by(found, actor)
    return found


def _by(found: QuerySet[Event], actor: str) -> QuerySet[Event]:
    if actor == SYSTEM:
        return found.filter(actor_id=None, actor_name=THE_SYSTEM)
    if actor == NOBODY:
        return found.filter(actor_id=None).exclude(actor_name=THE_SYSTEM)
    return found.filter(actor_id=int(actor)) if _NUMBER.fullmatch(actor) else found.none()


def _actors() -> list[tuple[object, str]]:
    members = User.objects.order_by("first_name", "last_name", "username")
    names: list[tuple[object, str]] = [(member.pk, member.label) for member in members]
    return [*names, (SYSTEM, "The system"), (NOBODY, "Somebody not signed in")]
