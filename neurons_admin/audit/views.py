"""The audit trail, to be read, searched and taken along."""

from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from neurons_admin.access.models import User
from neurons_admin.access.sudo import sudo_for_button
from neurons_admin.audit import export, heads, words
from neurons_admin.audit.finding import NAMES, NOBODY, SYSTEM, Finding
from neurons_admin.audit.models import Event, record
from neurons_admin.audit.rows import name_of, named, rows_for
from neurons_admin.http import Request
from neurons_admin.ui import keyset

SEE: Final = "audit.view_event"
EXPORT: Final = "audit.export_event"
# Counting stops here: the trail only grows, and a page must not wait for the count of all of it.
COUNTED: Final = 10_000
NOT_UNDERSTOOD: Final = "Nothing was exported: choose CSV or JSON, and filters that can be understood."
TOO_MANY: Final = f"A file holds {export.MOST:,} events at most. Narrow what you are looking at, by time for example."


@require_safe
@permission_required(SEE, raise_exception=True)
def events(request: Request) -> HttpResponse:
    """Every event, the newest first, as far as the filters in the URL let it through."""
    finding = Finding(request.GET)
    found = finding.events
    page = keyset.page_of(request, found, finding.order)
    about = request.GET.get("about", "")
    menus = [("Connector", named("connectors.connector", request.user))]
    menus += [("Credential", named("credentials.credential", request.user))]
    in_menus = {mark for _, options in menus for mark, _ in options}
    context = {
        "page": page,
        "rows": rows_for(page.rows, request.user),
        "total": keyset.counted(found, COUNTED),
        "finding": finding,
        "areas": tuple(words.AREAS.items()),
        "verbs": words.verbs_of(request.GET.get("area", "")),
        "subjects": tuple(words.SUBJECTS.items()),
        "actors": _actors(),
        "menus": [(label, options) for label, options in menus if options],
        "subject": request.GET.get("subject", ""),
        "about": about if about not in in_menus else "",
        "about_name": name_of(about, request.user),
        "heads_problem": heads.problem(),
        "asked": [(name, request.GET[name]) for name in NAMES if request.GET.get(name)],
    }
    return render(request, "audit/list.html", context)


@require_POST
@permission_required([SEE, EXPORT], raise_exception=True)
@sudo_for_button
def export_events(request: Request) -> HttpResponse | StreamingHttpResponse:
    """The events that the filters let through, as a file. That somebody takes them is recorded before the first one."""
    written = export.FORMATS.get(request.POST.get("format", ""))
    finding = Finding(request.POST)
    if written is None or not finding.is_valid():
        messages.error(request, NOT_UNDERSTOOD)
        return _back_to(finding)
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    found = finding.events.filter(id__lte=newest)
    count = keyset.counted(found, export.MOST)
    if count is None:
        messages.error(request, TOO_MANY)
        return _back_to(finding)
    detail: dict[str, object] = {"events": count, "format": request.POST["format"], **_set_in(finding)}
    with transaction.atomic():
        record("audit.exported", request.user, actor=request.user, detail=detail)
    content_type, lines = written
    name = f"audit-trail-{timezone.now():%Y%m%d-%H%M%S}.{request.POST['format']}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines(found), content_type=content_type, headers=headers)


def _set_in(finding: Finding) -> dict[str, str]:
    return {name: value for name, value in finding.data.items() if value}


def _back_to(finding: Finding) -> HttpResponse:
    return redirect(f"{reverse('audit:list')}?{urlencode(_set_in(finding))}")


def _actors() -> list[tuple[object, str]]:
    members = User.objects.order_by("first_name", "last_name", "username")
    names: list[tuple[object, str]] = [(member.pk, member.label) for member in members]
    return [*names, (SYSTEM, "The system"), (NOBODY, "Somebody not signed in")]
