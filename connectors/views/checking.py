"""[Check]: sign in with a credential and say what was found, for one that is saved or one that is being typed."""

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from connectors import checks
from connectors.actions import Action
from connectors.models import Connector
from connectors.readiness_table import matrix_for, reading_with
from credentials.finding import Finding
from credentials.models import Credential
from neurons_admin.http import Request

ROLES = {"sync": "sync_credential", "action": "action_credential"}


@require_POST
@permission_required("connectors.change_connector", raise_exception=True)
def check_credential(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Check a connector's saved credential; `which` is "sync" or "action". The connector's page shows the result."""
    which = request.POST.get("which") or request.GET.get("which", "")
    connector = get_object_or_404(Connector.objects.with_credentials(), pk=pk)
    credential: Credential | None = getattr(connector, ROLES.get(which, ""), None)
    if credential is None:
        raise Http404
    _tell(request, credential, checks.check(credential, actor=request.user))
    return redirect(connector)


@require_POST
@permission_required("credentials.change_credential", raise_exception=True)
def check_shared(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Check a shared credential, for its page; with htmx the answer also says what it is good for."""
    credential = get_object_or_404(Credential.objects.shared(), pk=pk)
    finding = checks.check(credential, actor=request.user)
    if not request.htmx:
        _tell(request, credential, finding)
        return redirect(credential)
    reads, acts = credential.synchronised_connectors.exists(), credential.acting_connectors.exists()
    context = report_on(finding, credential, reads=reads, acts=acts or not reads)
    context["at"] = credential.checked_at if finding.asked else None
    return trigger_client_event(render(request, "connectors/_check_answer.html", context), "check:done")


def report_on(
    finding: Finding,
    credential: Credential,
    *,
    reads: bool,
    acts: bool,
    offered: Sequence[type[Action]] | None = None,
) -> dict[str, object]:
    """What `connectors/_check_answer.html` needs: the finding, and what the credential is good for in its part.

    `offered` are the actions of the connector that it is for; None for one that may be used by several.
    """
    return {
        "finding": finding,
        "reading": reading_with(finding) if reads else None,
        "matrix": matrix_for(finding, credential, offered) if acts else None,
    }


def _tell(request: Request, credential: Credential, finding: Finding) -> None:
    if finding.works:
        messages.success(request, f"Microsoft accepted {credential}.")
    else:
        messages.error(request, f"{finding.title}. {finding.message}")
