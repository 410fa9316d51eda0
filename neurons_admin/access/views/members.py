"""The list of members, and what can be done with each."""

from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.forms import SetPasswordForm
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from neurons_admin.access import factors as factor_services
from neurons_admin.access import services, sessions
from neurons_admin.access.forms import MemberForm, NewMemberForm
from neurons_admin.access.models import Membership, Role, User
from neurons_admin.access.sudo import sudo_required
from neurons_admin.access.views.dialog import in_dialog
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from neurons_admin.ui.parts import Entry, Tab

SEE: Final = "access.view_user"
ADD: Final = "access.add_user"
CHANGE: Final = "access.change_user"

STATES: Final = (("active", "Active"), ("inactive", "Inactive"))
NO_ROLES: Final = (("superuser", "Superuser"), ("none", "No role"))
ORDERS: Final = {
    "username": ("username",),
    "-username": ("-username",),
    "name": ("first_name", "last_name", "username"),
    "-name": ("-first_name", "-last_name", "-username"),
}


@require_safe
@permission_required(SEE, raise_exception=True)
def members(request: Request) -> HttpResponse:
    """Everybody who can or could sign in."""
    roles = [role.name for role in Role.objects.in_order()]
    found = _filtered(request, roles)
    page = keyset.page_of(
        request, found.prefetch_related("groups"), ORDERS.get(request.GET.get("sort", ""), ORDERS["username"])
    )
    context = {
        "page": page,
        "rows": [(member, entries_for(request, member)) for member in page.rows],
        "total": found.count(),
        "states": STATES,
        "roles": [*((name, name) for name in roles), *NO_ROLES],
        "tabs": tabs("members"),
    }
    return render(request, "access/members.html", context)


def tabs(current: str) -> list[Tab]:
    """The lists of this place."""
    return [
        Tab("Members", reverse("access:members"), current == "members"),
        Tab("Roles", reverse("access:roles"), current == "roles"),
        Tab("Scopes", reverse("access:scopes"), current == "scopes"),
    ]


def _filtered(request: Request, roles: Collection[str]) -> QuerySet[User]:
    asked = request.GET
    found = User.objects.all()
    for word in asked.get("q", "").split()[:5]:
        found = found.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    if asked.get("state") in dict(STATES):
        found = found.filter(is_active=asked["state"] == "active")
    role = asked.get("role", "")
    if role in roles:
        found = found.filter(pk__in=Membership.objects.filter(group__name=role).values("user"))
    elif role == "superuser":
        found = found.filter(is_superuser=True)
    elif role == "none":
        found = found.filter(is_superuser=False).exclude(groups__role__isnull=False)
    return found


def entries_for(request: Request, member: User) -> list[Entry]:
    """What can be done with a member, for the menus; what cannot says why."""
    if not request.user.has_perm(CHANGE):
        return []
    is_self = member == request.user
    password = Entry(
        "Set a new password…",
        url=reverse("access:member_password", args=[member.pk]),
        icon="key",
        reason="Your own password is changed on your profile page." if is_self else "",
        cure="Go to your profile" if is_self else "",
        cure_url=reverse("access:profile"),
    )
    factors = Entry(
        "Reset second factors…",
        url=reverse("access:member_factors", args=[member.pk]),
        icon="device-phone-mobile",
        reason="Your own are on your profile page, under “Ways to sign in”." if is_self else "",
        cure="Go to them" if is_self else "",
        cure_url=reverse("access:ways"),
    )
    if not member.is_active:
        url = reverse("access:member_activate", args=[member.pk])
        return [password, factors, Entry("Activate…", url=url, icon="arrow-uturn-left")]
    microsoft = Entry(
        "Account at Microsoft…",
        url=reverse("access:member_identity", args=[member.pk]),
        icon="link",
    )
    ended = Entry(
        "Sign out everywhere…",
        url=reverse("access:member_sessions", args=[member.pk]),
        icon="arrow-right-start-on-rectangle",
    )
    deactivate = Entry(
        "Deactivate…",
        url=reverse("access:member_deactivate", args=[member.pk]),
        icon="no-symbol",
        is_dangerous=True,
        reason="You cannot deactivate yourself. Ask another superuser." if is_self else "",
    )
    return [password, factors, *([microsoft] if settings.MICROSOFT_SIGN_IN_TENANT else []), ended, deactivate]


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(ADD, raise_exception=True)
@sudo_required
def add(request: Request) -> HttpResponse:
    """Add a member."""
    form = NewMemberForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            member = services.add_member(given["username"], form.particulars(), given["password1"], by=request.user)
        except services.Refused as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, f"{member.label} was added and can sign in now.")
            return redirect("access:members")
    return render(request, "access/add_member.html", {"form": form})


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def member(request: Request, pk: int) -> HttpResponse:
    """Show a member; on POST change what is said about them and what they may do."""
    shown = get_object_or_404(User, pk=pk)
    now = services.particulars_of(shown)
    form = MemberForm(request.POST if request.method == "POST" else None, initial=_initial(now), member=shown)
    if form.is_valid():
        try:
            changed = services.change_member(shown, form.particulars(), by=request.user)
        except services.Refused as exc:
            form.add_error(None, str(exc))
        else:
            messages.success(request, "Saved." if changed else "There was nothing to change.")
            return redirect("access:member", pk)
    context = {
        "member": shown,
        "form": form,
        "roles": now.in_words,
        "entries": entries_for(request, shown),
        "sessions": sessions.of(shown),
    }
    return render(request, "access/member.html", context)


def _initial(particulars: services.Particulars) -> dict[str, object]:
    """What the form shows first; a set would be taken for one value."""
    return {**asdict(particulars), "roles": sorted(particulars.roles)}


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def set_password(request: Request, pk: int) -> HttpResponse:
    """Give a member a new password."""
    subject = get_object_or_404(User, pk=pk)
    form = SetPasswordForm(subject, request.POST if request.method == "POST" else None)
    context = {
        "title": f"Set a new password for {subject.label}",
        "sentence": "Give it to them in a way you trust. Their sessions here end, and the old password stops working.",
        "verb": "Set password",
        "form": form,
    }
    return about_member(
        request,
        subject,
        context,
        lambda: services.set_password(subject, form.cleaned_data["new_password1"], by=request.user),
        f"{subject.label} has a new password.",
    )


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def reset_factors(request: Request, pk: int) -> HttpResponse:
    """Take all second factors from a member who has lost theirs."""
    subject = get_object_or_404(User, pk=pk)
    context = {
        "title": f"Reset the second factors of {subject.label}",
        "sentence": "Their authenticator apps, passkeys and recovery codes stop working, and their sessions end. At the"
        " next sign-in their password is enough to add a new one: be sure that it is they who asked.",
        "verb": "Reset",
        "danger": True,
        "can_undo": False,
        "form": forms.Form(request.POST if request.method == "POST" else None),
    }
    done = f"{subject.label} adds a new second factor at the next sign-in."
    return about_member(request, subject, context, lambda: _reset(subject, request.user), done)


def _reset(subject: User, by: User) -> None:
    factor_services.reset(subject, by=by)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def deactivate(request: Request, pk: int) -> HttpResponse:
    """Keep a member from signing in."""
    subject = get_object_or_404(User, pk=pk)
    context = {
        "title": f"Deactivate {subject.label}",
        "sentence": "They are signed out at once and cannot sign in again. What they did stays in the audit trail.",
        "verb": "Deactivate",
        "danger": True,
        "can_undo": True,
        "undo_note": "With “Activate”; roles and password are kept.",
        "form": forms.Form(request.POST if request.method == "POST" else None),
    }
    done = f"{subject.label} can no longer sign in."
    return about_member(request, subject, context, lambda: services.deactivate(subject, by=request.user), done)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def activate(request: Request, pk: int) -> HttpResponse:
    """Let a member sign in again."""
    subject = get_object_or_404(User, pk=pk)
    context = {
        "title": f"Activate {subject.label}",
        "sentence": "They can sign in again, with the password and the roles they had.",
        "verb": "Activate",
        "can_undo": True,
        "undo_note": "With “Deactivate”.",
        "form": forms.Form(request.POST if request.method == "POST" else None),
    }
    done = f"{subject.label} can sign in again."
    return about_member(request, subject, context, lambda: services.activate(subject, by=request.user), done)


def about_member(
    request: Request, subject: User, context: dict[str, object], deed: Callable[[], None], done: str
) -> HttpResponse:
    """Show a dialog about a member; do the deed when its form is valid, then go to the member's page."""
    page = reverse("access:member", args=[subject.pk])
    context |= {"cancel_url": page, "trail": [("Members", reverse("access:members")), (subject.label, page)]}
    return in_dialog(request, context, deed, done, page)
