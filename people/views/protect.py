"""Putting an account under protection, and taking it out again."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from neurons_admin.access.sudo import sudo_required
from neurons_admin.http import Request
from people import services
from people.permissions import OVERRIDE
from people.views.gate import account_for


class ProtectForm(forms.Form):
    """Why nobody should act on the account without a word."""

    because = forms.CharField(
        label="Why it should be protected",
        max_length=200,
        required=False,
        help_text="For example: break-glass account. Empty takes the protection away.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )

    def clean_because(self) -> str:
        return str(self.cleaned_data["because"]).strip().rstrip(".")


@require_http_methods(["GET", "POST"])
@permission_required(OVERRIDE, raise_exception=True)
@sudo_required
def protect(request: Request, pk: int, account_pk: int) -> HttpResponse:
    """Ask for the reason, and keep it; an empty one ends the protection."""
    account = account_for(request.user, pk, account_pk, OVERRIDE)
    person_url = f"{account.person.get_absolute_url()}?account={account.pk}"
    form = ProtectForm(request.POST or None, initial={"because": account.protected_because})
    if request.method == "POST" and form.is_valid():
        if services.protect(account, form.cleaned_data["because"], asked_by=request.user):
            messages.success(request, "Protected." if form.cleaned_data["because"] else "No longer protected.")
        return redirect(person_url)
    context = {
        "title": f"Protect {account.display_name}",
        "sentence": "Every action on it will be refused, unless somebody whose role allows it gives a reason.",
        "action_url": reverse("people:protect", args=[pk, account_pk]),
        "verb": "Save",
        "form": form,
        "actor": request.user.label,
        "cancel_url": person_url,
        "trail": [("People", reverse("people:list")), (account.person.display_name, person_url)],
    }
    return render(request, "dialog_page.html", context)
