"""Giving whatever uses a credential another one, from the page that says why it cannot be deleted."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from neurons_admin.access.sudo import sudo_for_button
from neurons_admin.http import Request

from .models import Credential
from .reassigning import NEEDED, CannotMoveError, may_reassign, reassign, replacements_for


class ReassignForm(forms.Form):
    """Which credential takes over."""

    def __init__(self, credential: Credential, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.offered = {str(each.pk): each for each in replacements_for(credential)}
        self.fields["instead"] = forms.ChoiceField(
            label="Use instead",
            help_text="Of the same tenant and cloud, without another part here, and not known to fail.",
            choices=[(key, _label(each)) for key, each in self.offered.items()],
        )

    @property
    def chosen(self) -> Credential:
        return self.offered[self.cleaned_data["instead"]]


def _label(credential: Credential) -> str:
    return credential.name if credential.check_passed else f"{credential.name} (not checked yet)"


def form_for(request: Request, credential: Credential) -> ReassignForm | None:
    """The form for somebody who may use it, if there is anything to choose."""
    form = ReassignForm(credential) if may_reassign(request.user) else None
    return form if form and form.offered else None


@require_POST
@permission_required(NEEDED, raise_exception=True)
@sudo_for_button
def give_another(request: Request, pk: uuid.UUID) -> HttpResponse:
    """Put the chosen credential wherever this one is; then it can be deleted, which is asked for next."""
    if not may_reassign(request.user):
        raise PermissionDenied
    credential = get_object_or_404(Credential.objects.shared(), pk=pk)
    form = ReassignForm(credential, request.POST.dict())
    if not form.is_valid():
        messages.error(request, "Nothing was changed: this credential cannot take over. Choose another.")
    else:
        try:
            number = reassign(credential, form.chosen, actor=request.user)
        except CannotMoveError as exc:
            messages.error(request, f"Nothing was changed. {exc}")
        else:
            messages.success(request, f"{form.chosen} took over in {number} connector{'' if number == 1 else 's'}.")
    return redirect("credentials:delete", pk)
