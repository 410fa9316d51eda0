"""What the dialogs about members, roles and scopes have in common."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from neurons_admin.access.models import Role, Scope
from neurons_admin.access.services import Refused
from neurons_admin.http import Request
from neurons_admin.ui.parts import Entry


def in_dialog(
    request: Request, context: dict[str, object], deed: Callable[[], None], done: str, page: str
) -> HttpResponse:
    """Show a dialog; do the deed when its form is valid, then go to `page` and say that it is `done`."""
    form = context["form"]
    if isinstance(form, forms.BaseForm) and form.is_valid():
        try:
            deed()
        except Refused as exc:
            context["problem"] = str(exc)
            context["form"] = None
        else:
            messages.success(request, done)
            return HttpResponseClientRedirect(page) if request.htmx else redirect(page)
    context |= {"action_url": request.path, "actor": request.user.label}
    return render(request, "_dialog.html" if request.htmx else "dialog_page.html", context)


@dataclass(frozen=True)
class Deletion:
    """How a thing is deleted that members can be given: what it is called, where all of them are, and what then is."""

    what: str
    all_of_them: str
    list_url: str
    sentence: str

    def entries(self, url: str, reason: str) -> list[Entry]:
        """The menu of such a thing; `reason` says why it cannot be deleted."""
        return [Entry("Delete…", url=url, icon="trash", is_dangerous=True, reason=reason)]

    def dialog(self, request: Request, subject: Role | Scope, problem: str, deed: Callable[[], None]) -> HttpResponse:
        """Ask, and delete."""
        page, all_of_them = subject.get_absolute_url(), reverse(self.list_url)
        context = {
            "title": f"Delete the {self.what} {subject.name}",
            "sentence": self.sentence,
            "verb": "Delete",
            "danger": True,
            "can_undo": False,
            "problem": problem,
            "form": forms.Form(request.POST if request.method == "POST" else None),
            "cancel_url": page,
            "trail": [
                ("Members", reverse("access:members")),
                (self.all_of_them, all_of_them),
                (subject.name, page),
            ],
        }
        return in_dialog(request, context, deed, f"The {self.what} {subject.name} was deleted.", all_of_them)
