"""[Check]: sign in with a credential and say what was found, for one that is saved or one that is being typed."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from connectors import checks
from connectors.models import Connector
from connectors.readiness_table import reading_with, rows_for
from credentials.finding import Finding
from credentials.models import Credential
from neurons_admin.http import Request

ROLES = {"sync": "sync_credential", "action": "action_credential"}


@require_POST
@permission_required("connectors.change_connector", raise_exception=True)
def check_credential(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Check a connector's saved credential; `which` is "sync" or "action"."""
    which = request.POST.get("which") or request.GET.get("which", "")
    connector = get_object_or_404(Connector.objects.select_related(*ROLES.values()), pk=pk)
    credential: Credential | None = getattr(connector, ROLES.get(which, ""), None)
    if credential is None:
        raise Http404
    finding = checks.check(credential, actor=request.user)
    return _answer(request, credential, finding, which, connector.get_absolute_url())


@require_POST
@permission_required("credentials.change_credential", raise_exception=True)
def check_shared(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Check a shared credential, for the page of the credential."""
    credential = get_object_or_404(Credential.objects.shared(), pk=pk)
    finding = checks.check(credential, actor=request.user)
    return _answer(request, credential, finding, "", credential.get_absolute_url())


def report_on(finding: Finding, credential: Credential, which: str) -> dict[str, object]:
    """What `connectors/_check_answer.html` needs: the finding, and what the credential is good for in its role."""
    return {
        "finding": finding,
        "which": which,
        "reading": reading_with(finding) if which != "action" else None,
        "rows": rows_for(finding, credential) if which != "sync" else [],
    }


def _answer(request: Request, credential: Credential, finding: Finding, which: str, page: str) -> HttpResponse:
    if request.htmx:
        context = report_on(finding, credential, which) | {"at": credential.checked_at if finding.asked else None}
        return render(request, "connectors/_check_answer.html", context)
    if finding.works:
        messages.success(request, f"Microsoft accepted {credential}: what it was granted is shown below.")
    else:
        messages.error(request, finding.message)
    return redirect(page)
