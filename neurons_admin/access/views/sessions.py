"""Sessions: one's own, and those of a member, each of which can be ended."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from neurons_admin.access import services, sessions
from neurons_admin.access.models import User
from neurons_admin.access.sudo import sudo_required
from neurons_admin.access.views.members import CHANGE, about_member
from neurons_admin.http import Request


@require_POST
def end_own(request: Request) -> HttpResponse:
    """End one of one's own sessions, the one that `session` refers to; without it all but this one."""
    if asked := request.POST.get("session"):
        is_ended = services.end_session(request.user, _reference(asked), by=request.user)
        said = "The session has ended." if is_ended else "It had ended already."
    else:
        number = services.end_sessions(request.user, by=request.user, but=sessions.own(request))
        said = "Every other session of yours has ended." if number else "There was no other session."
    messages.success(request, said)
    return redirect("access:profile")


def _reference(text: str) -> uuid.UUID:
    """What refers to a session; to none, if it is not written like one."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def end_of(request: Request, pk: int) -> HttpResponse:
    """Sign a member out everywhere."""
    subject = get_object_or_404(User, pk=pk)
    context = {
        "title": f"Sign out {subject.label} everywhere",
        "sentence": "Every session of theirs here ends at once. They can sign in again.",
        "verb": "Sign out",
        "can_undo": False,
        "form": forms.Form(request.POST if request.method == "POST" else None),
    }
    done = f"{subject.label} was signed out everywhere."
    return about_member(request, subject, context, lambda: _end_all(subject, by=request.user), done)


def _end_all(subject: User, *, by: User) -> None:
    services.end_sessions(subject, by=by)
