"""The list of connectors, one connector, and its end."""

import uuid
from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from connectors import services
from connectors.models import Connector, SyncRun
from connectors.over_time import people_over_time
from connectors.readiness_table import matrix_of, reading_with
from credentials.guids import as_guid
from neurons_admin.access.sudo import sudo_required
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from neurons_admin.ui.parts import Entry

SEE: Final = "connectors.view_connector"
CHANGE: Final = "connectors.change_connector"
DELETE: Final = "connectors.delete_connector"

ORDERS: Final = {"name": ("name", "id"), "-name": ("-name", "-id")}
STATES: Final = (("on", "On"), ("off", "Off"))
RUNS_SHOWN: Final = 20


@require_safe
@permission_required(SEE, raise_exception=True)
def listing(request: Request) -> HttpResponse:
    """All connectors, or those that match."""
    found = _filtered(request)
    page = keyset.page_of(request, found, ORDERS.get(request.GET.get("sort", ""), ORDERS["name"]))
    latest = {run.connector_id: run for run in SyncRun.objects.latest_of(page.rows)}
    context = {
        "page": page,
        "rows": [(row, latest.get(row.pk), entries_for(request, row)) for row in page.rows],
        "states": STATES,
        "is_filtered": bool(request.GET.get("q") or request.GET.get("state")),
    }
    return render(request, "connectors/list.html", context)


def _filtered(request: Request) -> QuerySet[Connector]:
    found = Connector.objects.with_credentials()
    if words := request.GET.get("q", "").strip()[:100]:
        guid = as_guid(words)
        tenant = Q(sync_credential__tenant_id=guid) | Q(action_credential__tenant_id=guid) if guid else Q()
        found = found.filter(Q(name__icontains=words) | tenant)
    if request.GET.get("state") in dict(STATES):
        found = found.filter(active=request.GET["state"] == "on")
    return found


def entries_for(request: Request, connector: Connector) -> list[Entry]:
    """What can be done with a connector, for the menus."""
    entries = []
    if request.user.has_perm(CHANGE):
        for label, name, icon in (
            ("Connection…", "edit_connection", "link"),
            ("What to import…", "edit_import", "arrow-down-tray"),
            ("Schedule…", "edit_schedule", "clock"),
            ("Action details…", "edit_actions", "bolt"),
        ):
            url = reverse(f"connectors:{name}", args=[connector.pk])
            entries.append(Entry(label, url=url, icon=icon, in_dialog=False))
    if request.user.has_perm(DELETE):
        url = reverse("connectors:delete", args=[connector.pk])
        entries.append(Entry("Delete…", url=url, icon="trash", is_dangerous=True))
    return entries


@require_safe
@permission_required(SEE, raise_exception=True)
def detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One connector: its sections, and its synchronisations."""
    connector = get_object_or_404(Connector.objects.with_credentials(), pk=pk)
    runs = list(connector.sync_runs.select_related("asked_by")[:RUNS_SHOWN])
    finding = connector.sync_credential.finding if connector.sync_credential else None
    context = {
        "connector": connector,
        "history": [run for run in runs if run.is_over],
        "open_run": next((run for run in runs if not run.is_over), None),
        "matrix": matrix_of(connector),
        "reading": reading_with(finding) if finding else None,
        "over_time": people_over_time(connector),
        "entries": entries_for(request, connector),
    }
    return render(request, "connectors/detail.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(DELETE, raise_exception=True)
@sudo_required
def delete(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Delete a connector that has brought in nobody; otherwise say what keeps it."""
    connector = get_object_or_404(Connector, pk=pk)
    counts = services.held_by(connector)
    if request.method == "POST":
        try:
            services.delete(connector, actor=request.user)
        except services.InUseError as exc:
            counts = exc.counts
        else:
            messages.success(request, f"{connector} was deleted.")
            url = reverse("connectors:list")
            return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    page = connector.get_absolute_url()
    context = {
        "title": f"Delete {connector}",
        "sentence": "Its settings and the credentials filled in on it are forgotten. Nothing changes in the tenant.",
        "action_url": request.path,
        "verb": "Delete connector",
        "can_undo": False,
        "danger": True,
        "actor": request.user.label,
        "cancel_url": page,
        "trail": [("Connectors", reverse("connectors:list")), (connector.name, page)],
        "problem": _what_keeps_it(counts),
    }
    return render(request, "_dialog.html" if request.htmx else "dialog_page.html", context)


def _what_keeps_it(counts: dict[str, int]) -> str:
    if not counts:
        return ""
    things = " and ".join(f"{count:,} {name}" for name, count in counts.items())
    return f"{things} came through it and would lose their origin. Switch it off under Connection instead."
