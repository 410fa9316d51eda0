"""A shared credential's certificates: their public parts to download, and the one that waits to be tried."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from neurons_admin.access.sudo import sudo_for_button
from neurons_admin.audit.meanwhile import ChangedMeanwhileError, MeanwhileForm
from neurons_admin.http import Request

from . import certificate_services
from .certificates import as_der, facts_of
from .models import Credential
from .trial import try_out
from .views import CHANGE, SEE


@require_safe
@permission_required(SEE, raise_exception=True)
def download(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The public part of the certificate that signs in."""
    return _file(_shared(pk).certificate)


@require_safe
@permission_required(SEE, raise_exception=True)
def download_staged(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The public part of the certificate that waits."""
    return _file(_shared(pk).staged_certificate)


def _file(certificate: str) -> HttpResponse:
    if not certificate:
        raise Http404
    name = f"neurons-admin-{facts_of(certificate).thumbprint[:8].lower()}.cer"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(as_der(certificate), content_type="application/pkix-cert", headers=headers)


@require_POST
@permission_required(CHANGE, raise_exception=True)
@sudo_for_button
def use(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Try the certificate that waits; when Microsoft accepts it, it takes over. Until then nothing changes."""
    tried = _shared(pk)
    if not tried.staged_certificate:
        messages.error(request, "No certificate waits: it was taken into use or discarded.")
        return redirect(tried)
    tried.take_staged()
    finding = try_out(tried)
    if not finding.signed_in:
        messages.error(request, f"{finding.message} Nothing was changed: what signs in today stays in use.")
        return redirect(tried)
    try:
        certificate_services.use_staged(tried, finding, actor=request.user, drawn_from=_version(request))
    except certificate_services.StagedGoneError:
        messages.error(request, "Nothing was changed: meanwhile another certificate waits, or none.")
    except ChangedMeanwhileError as exc:
        messages.error(request, _told(exc))
    except Credential.DoesNotExist as exc:
        raise Http404 from exc
    else:
        messages.success(request, f"{tried} signs in with its certificate. What it had before can be deleted in Entra.")
    return redirect(tried)


@require_POST
@permission_required(CHANGE, raise_exception=True)
@sudo_for_button
def discard(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Forget the certificate that waits."""
    credential = _shared(pk)
    try:
        certificate_services.discard(credential, actor=request.user, drawn_from=_version(request))
    except ChangedMeanwhileError as exc:
        messages.error(request, _told(exc))
    except Credential.DoesNotExist as exc:
        raise Http404 from exc
    else:
        messages.success(request, "The certificate was discarded. If it is in Entra already, delete it there, too.")
    return redirect(credential)


def _version(request: Request) -> int:
    """The version of the page that was looked at. Without one everything ever done counts as later."""
    form = MeanwhileForm(request.POST)
    form.draw_from(0)
    return form.version if form.is_valid() else 0


def _told(refused: ChangedMeanwhileError) -> str:
    return f"Nothing was changed: {refused.events[0].actor_name} changed this credential meanwhile. Look at it first."


def _shared(pk: uuid.UUID) -> Credential:
    return get_object_or_404(Credential.objects.shared(), pk=pk)
