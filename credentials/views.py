"""The Credentials pages: the list of shared app registrations, and one of them with its secret kept out of sight."""

import uuid
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from neurons_admin.access.models import User
from neurons_admin.access.sudo import sudo_required
from neurons_admin.audit.meanwhile import ChangedMeanwhileError, version_of
from neurons_admin.http import Request, takes_files
from neurons_admin.ui import keyset
from neurons_admin.ui.parts import Entry

from . import certificate_services, services
from .certificates import KeyPair
from .finding import Finding
from .forms import AddForm, EditForm, MeansForm, ReplaceSecretForm, TriedForm
from .history import history_of
from .models import Credential
from .reassign_views import form_for
from .trial import try_out
from .uses import uses_of

SEE: Final = "credentials.view_credential"
ADD: Final = "credentials.add_credential"
CHANGE: Final = "credentials.change_credential"
DELETE: Final = "credentials.delete_credential"

ORDERS: Final = {"name": ("name", "id"), "-name": ("-name", "-id")}
MADE_IS_NOT_TRIED: Final = Finding(
    "not_tried",
    "A certificate that is made here can be tried when its public part is in Entra.",
    signed_in=False,
    asked=False,
)
FILTERS: Final = ("q", "check", "expires")


@require_safe
@permission_required(SEE, raise_exception=True)
def listing(request: Request) -> HttpResponse:
    """All shared credentials, or those that match."""
    found = _filtered(request)
    page = keyset.page_of(request, found, ORDERS.get(request.GET.get("sort", ""), ORDERS["name"]))
    uses = uses_of(page.rows, request.user)
    context = {
        "page": page,
        "rows": [(row, uses.get(row.pk, []), entries_for(request, row)) for row in page.rows],
        "total": found.count(),
        "is_filtered": any(request.GET.get(name) for name in FILTERS),
    }
    return render(request, "credentials/list.html", context)


def _filtered(request: Request) -> QuerySet[Credential]:
    found = Credential.objects.shared()
    if words := request.GET.get("q", "").strip():
        found = found.matching(words[:100])
    if request.GET.get("check") == "failing":
        found = found.failing()
    if request.GET.get("expires") == "soon":
        found = found.expiring()
    return found


def entries_for(request: Request, credential: Credential) -> list[Entry]:
    """What can be done with a credential, for the menus."""
    entries = []
    if request.user.has_perm(CHANGE):
        url = reverse("credentials:replace_secret", args=[credential.pk])
        entries.append(Entry("Replace secret or certificate…", url=url, icon="arrow-path", in_dialog=False))
        url = reverse("credentials:edit", args=[credential.pk])
        entries.append(Entry("Edit…", url=url, icon="pencil", in_dialog=False))
    if request.user.has_perm(DELETE):
        url = reverse("credentials:delete", args=[credential.pk])
        entries.append(Entry("Delete…", url=url, icon="trash", is_dangerous=True))
    return entries


@require_safe
@permission_required(SEE, raise_exception=True)
def detail(request: Request, pk: uuid.UUID) -> HttpResponse:
    """One shared credential."""
    version = version_of(Credential, pk, services.MEANS_CHANGES)
    credential = _shared(pk)
    uses = uses_of([credential], request.user).get(pk, [])
    context = {
        "credential": credential,
        "version": version,
        "uses": uses,
        "entries": entries_for(request, credential),
        "history": history_of(credential, request.user),
        "no_mail": not settings.SENDS_MAIL,
    }
    return render(request, "credentials/detail.html", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
@takes_files
@sudo_required
def add(request: Request) -> HttpResponse:
    """A new shared credential: tried, then kept."""
    form = AddForm(*posted(request))
    draft = form.draft() if form.is_valid() else None
    finding = _tried(form, draft) if draft else None
    if draft and finding and "check" not in request.POST and (form.makes_certificate or form.accepts(finding)):
        try:
            credential = services.add(draft, actor=request.user, finding=finding)
        except services.NameTakenError:
            form.refuse_name()
        else:
            hint = " Upload its certificate in Entra, then check it." if form.makes_certificate else ""
            messages.success(request, f"{credential} was added.{hint}")
            return redirect(credential)
    return _answer(request, "credentials/add.html", {"form": form, "finding": finding})


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def edit(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Everything about a credential but its secret."""
    form, credential = _edit_form(pk, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            changed = services.change(credential, form.values, actor=request.user, drawn_from=form.version)
        except ChangedMeanwhileError as exc:
            form.tell(exc, _edit_form(pk)[0])
        except Credential.DoesNotExist as exc:
            raise Http404 from exc
        except services.NameTakenError:
            form.refuse_name()
        except services.TenantSettledError:
            messages.error(
                request, "Nothing was changed: meanwhile the credential is in use, and its tenant is settled."
            )
            return redirect(credential)
        else:
            messages.success(request, "The changes were saved." if changed else "Nothing was changed.")
            return redirect(credential)
    uses = uses_of([credential], request.user).get(pk, [])
    return render(request, "credentials/edit.html", {"form": form, "credential": credential, "uses": uses})


def _edit_form(pk: uuid.UUID, data: QueryDict | None = None) -> tuple[EditForm, Credential]:
    """The form with the version that it is drawn from, and the credential."""
    version = version_of(Credential, pk, services.CHANGES)
    credential = _shared(pk)
    form = EditForm(data, credential=credential, tenant_is_settled=services.tenant_is_settled(credential))
    form.draw_from(version)
    return form, credential


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@takes_files
@sudo_required
def replace_secret(request: Request, pk: uuid.UUID) -> HttpResponse:
    """A new secret or certificate: it is tried, it takes over, the old one is forgotten.

    A certificate that is made here waits beside what signs in today, until its public part is in Entra.
    """
    form, credential = _replace_form(request, pk)
    draft = form.put_into(_shared(pk)) if form.is_valid() else None
    finding = _tried(form, draft) if draft else None
    if draft and finding and "check" not in request.POST and (form.makes_certificate or form.accepts(finding)):
        try:
            done = _take_over(form, draft, finding, request.user)
        except ChangedMeanwhileError as exc:
            form.tell(exc, _replace_form(request, pk, is_fresh=True)[0])
            credential = _shared(pk)
        except Credential.DoesNotExist as exc:
            raise Http404 from exc
        else:
            messages.success(request, done)
            return redirect(credential)
    context = {"form": form, "finding": finding, "credential": credential}
    return _answer(request, "credentials/replace_secret.html", context)


def _replace_form(request: Request, pk: uuid.UUID, *, is_fresh: bool = False) -> tuple[ReplaceSecretForm, Credential]:
    """The form with the version that it is drawn from, and the credential."""
    version = version_of(Credential, pk, services.MEANS_CHANGES)
    credential = _shared(pk)
    form = ReplaceSecretForm(*(None, None) if is_fresh else posted(request))
    form.draw_from(version)
    return form, credential


def _take_over(form: ReplaceSecretForm, draft: Credential, finding: Finding, actor: User) -> str:
    """Keep what was given; says what happened."""
    if form.makes_certificate:
        pair = KeyPair(draft.certificate, draft.private_key)
        certificate_services.stage(draft, pair, actor=actor, drawn_from=form.version)
        return "The certificate was made. It takes over once Microsoft accepts it."
    services.replace_secret(draft, actor=actor, finding=finding, drawn_from=form.version)
    what = "certificate" if draft.certificate else "secret"
    return f"{draft} has a new {what}; the old one is forgotten."


@require_http_methods(["GET", "POST"])
@permission_required(DELETE, raise_exception=True)
@sudo_required
def delete(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Delete a credential that nobody uses; otherwise say who does."""
    credential = _shared(pk)
    uses = uses_of([credential], request.user).get(pk, [])
    if request.method == "POST":
        try:
            services.delete(credential, actor=request.user)
        except services.InUseError:
            uses = uses_of([_shared(pk)], request.user).get(pk, [])
        else:
            messages.success(request, f"{credential} was deleted.")
            url = reverse("credentials:list")
            return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
    context = {
        "title": f"Delete {credential}",
        "sentence": "Its secret is forgotten here. The app registration in Entra stays as it is.",
        "action_url": request.path,
        "verb": "Delete credential",
        "can_undo": False,
        "danger": True,
        "actor": request.user.label,
        "cancel_url": credential.get_absolute_url(),
        "trail": [("Credentials", reverse("credentials:list")), (credential.name, credential.get_absolute_url())],
        "uses": uses,
    }
    if uses:
        context |= {"form": form_for(request, credential), "credential": credential}
        return render(request, f"credentials/{'_in_use' if request.htmx else 'in_use'}.html", context)
    return render(request, "_dialog.html" if request.htmx else "dialog_page.html", context)


def posted(request: Request) -> tuple[Any, Any]:
    """Data and files for a form; none of a page that is only asked for."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def _tried(form: MeansForm, draft: Credential) -> Finding:
    return MADE_IS_NOT_TRIED if form.makes_certificate else try_out(draft)


def _shared(pk: uuid.UUID) -> Credential:
    return get_object_or_404(Credential.objects.shared(), pk=pk)


def _answer(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page once more; to a check by htmx only what it found, so that the form stays as it is."""
    form: TriedForm = context["form"]
    if "check" not in request.POST:
        context["finding"] = None  # the form's errors say it
    elif request.htmx:
        return render(request, "credentials/_check_answer.html", context)
    form.ask_secret_again()
    return render(request, template, context)
