"""What the dialogs about members and roles have in common."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import HttpResponseClientRedirect

from neurons_admin.access.services import Refused
from neurons_admin.http import Request


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
