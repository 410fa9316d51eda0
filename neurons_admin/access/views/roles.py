"""The roles: what each includes, who has it, and making one of one's own."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from neurons_admin.access import role_services, services
from neurons_admin.access.forms import RoleForm
from neurons_admin.access.models import Role
from neurons_admin.access.sudo import sudo_required
from neurons_admin.access.views.dialog import Deletion
from neurons_admin.access.views.members import ADD, CHANGE, SEE, tabs
from neurons_admin.http import Request

DELETION: Final = Deletion("role", "Roles", "access:roles", "It can be given to nobody any more.")


@require_safe
@permission_required(SEE, raise_exception=True)
def roles(request: Request) -> HttpResponse:
    """All roles, with how many members have each."""
    found = Role.objects.annotate(members=Count("group__memberships__user", distinct=True)).in_order()
    return render(request, "access/roles.html", {"roles": found, "tabs": tabs("roles")})


@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
@sudo_required
def add(request: Request) -> HttpResponse:
    """Make a role."""
    form = RoleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = role_services.add_role(form.particulars(), by=request.user)
        except services.Refused as exc:
            form.add_error("name", str(exc))
        else:
            messages.success(request, f"The role {made.name} was added. Members can be given it now.")
            return redirect(made)
    return render(request, "access/add_role.html", {"form": form})


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def role(request: Request, pk: int) -> HttpResponse:
    """Show a role; on POST change what it includes, and the name of one that is not built in."""
    shown = _role(pk)
    now = role_services.role_particulars_of(shown)
    initial = {"name": now.name, "purpose": now.purpose, "permissions": sorted(now.codes)}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=initial, role=shown)
    if form.is_valid():
        try:
            changed = role_services.change_role(shown, form.particulars(), by=request.user)
        except services.Refused as exc:
            form.add_error("name", str(exc))
        else:
            messages.success(request, "Saved." if changed else "There was nothing to change.")
            return redirect(shown)
    members = list(shown.holders[: role_services.NAMED + 1])
    delete_url = reverse("access:role_delete", args=[shown.pk])
    context = {
        "role": shown,
        "form": form,
        "members": members[: role_services.NAMED],
        "has_more": len(members) > role_services.NAMED,
        "entries": DELETION.entries(delete_url, role_services.why_not_deleted(shown)),
    }
    return render(request, "access/role.html", context)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def delete(request: Request, pk: int) -> HttpResponse:
    """Take a role away that nobody has."""
    subject = _role(pk)
    problem = role_services.why_not_deleted(subject)
    return DELETION.dialog(request, subject, problem, lambda: role_services.delete_role(subject, by=request.user))


def _role(pk: int) -> Role:
    return get_object_or_404(Role.objects.select_related("group"), pk=pk)
