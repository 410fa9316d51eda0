"""Synchronisations: asking for one, and following it."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from connectors.models import Connector, SyncRun
from connectors.sync import schedule, steering
from neurons_admin.access.middleware import polled
from neurons_admin.access.sudo import sudo_for_button
from neurons_admin.http import Request

CALLS_SHOWN = 50


@require_POST
@permission_required("connectors.sync_connector", raise_exception=True)
def sync(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Sync now: queue one, or show the one that is under way."""
    connector = get_object_or_404(Connector, pk=pk)
    if not connector.active or connector.sync_credential_id is None:
        messages.error(request, f"{connector} is switched off or has no credential to synchronise with.")
    else:
        schedule.start(connector, asked_by=request.user)
    return redirect(connector)


@require_safe
@permission_required("connectors.view_connector", raise_exception=True)
@polled
def sync_run(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One synchronisation. Its panel asks for itself as long as it goes on by itself, and then tells the page."""
    run = get_object_or_404(SyncRun.objects.select_related("connector", "asked_by"), pk=pk)
    if not request.htmx:
        calls = run.calls.order_by("-pk")[:CALLS_SHOWN]
        return render(request, "connectors/sync_run.html", {"run": run, "calls": calls})
    response = render(request, "connectors/_sync_run.html", {"run": run})
    return response if run.is_moving else trigger_client_event(response, "sync:over")


@require_POST
@permission_required("connectors.sync_connector", raise_exception=True)
@sudo_for_button
def decide(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Pause it, let it go on, stop it, or decide what it asks; then show its page."""
    run = get_object_or_404(SyncRun, pk=pk)
    name = request.POST.get("decision", "")
    if name not in steering.DECISIONS:
        return HttpResponseBadRequest("There is no such decision.")
    if not steering.decide(run, name, actor=request.user):
        messages.error(request, "Somebody else was first, or it has ended meanwhile: nothing was done.")
    return redirect("connectors:sync_run", pk=run.pk)
