"""The scopes: whom each holds, who has a role for it, and making one."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from neurons_admin.access import scope_services, services
from neurons_admin.access import scopes as kinds_of_scopes
from neurons_admin.access.models import Scope
from neurons_admin.access.scope_forms import ScopeForm
from neurons_admin.access.sudo import sudo_required
from neurons_admin.access.views.dialog import Deletion
from neurons_admin.access.views.members import ADD, CHANGE, SEE, tabs
from neurons_admin.http import Request

DELETION: Final = Deletion("scope", "Scopes", "access:scopes", "No role can be given for it any more.")


@require_safe
@permission_required(SEE, raise_exception=True)
def scopes(request: Request) -> HttpResponse:
    """All scopes, with whom each holds in words, and how many members have a role for it."""
    found = Scope.objects.annotate(members=Count("memberships__user", distinct=True))
    rows = [(scope, kinds_of_scopes.words(scope.conditions)) for scope in found]
    return render(request, "access/scopes.html", {"rows": rows, "tabs": tabs("scopes")})


@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
@sudo_required
def add(request: Request) -> HttpResponse:
    """Make a scope."""
    form = ScopeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = scope_services.add_scope(form.particulars(), by=request.user)
        except services.Refused as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, f"The scope {made.name} was added. Roles can be given for it on a member's page.")
            return redirect(made)
    return render(request, "access/add_scope.html", {"form": form})


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def scope(request: Request, pk: int) -> HttpResponse:
    """Show a scope; on POST change it, for all who have a role for it at once."""
    shown = get_object_or_404(Scope, pk=pk)
    form = ScopeForm(request.POST if request.method == "POST" else None, scope=shown)
    if form.is_valid():
        try:
            changed = scope_services.change_scope(shown, form.particulars(), by=request.user)
        except services.Refused as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, "Saved." if changed else "There was nothing to change.")
            return redirect(shown)
    holders = scope_services.holders(shown)
    delete_url = reverse("access:scope_delete", args=[shown.pk])
    context = {
        "scope": shown,
        "form": form,
        "size": kinds_of_scopes.size(shown.conditions, request.user),
        "members": holders[: scope_services.NAMED],
        "more": len(holders[scope_services.NAMED :]),
        "entries": DELETION.entries(delete_url, scope_services.why_not_deleted(shown)),
    }
    return render(request, "access/scope.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def delete(request: Request, pk: int) -> HttpResponse:
    """Take a scope away that no role was given for."""
    subject = get_object_or_404(Scope, pk=pk)
    problem = scope_services.why_not_deleted(subject)
    return DELETION.dialog(request, subject, problem, lambda: scope_services.delete_scope(subject, by=request.user))
