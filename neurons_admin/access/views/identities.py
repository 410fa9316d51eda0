"""A member's account at Microsoft: linked and taken away."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from neurons_admin.access import identities
from neurons_admin.access.models import Identity, User
from neurons_admin.access.sudo import sudo_required
from neurons_admin.access.views.members import CHANGE, about_member
from neurons_admin.http import Request


class IdentityForm(forms.Form):
    """The account's object ID; empty takes it away."""

    object_id = forms.UUIDField(
        label="Object ID of the account",
        required=False,
        help_text="In Entra: Users, the person, Object ID. Empty: no account at Microsoft.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )
    only = forms.BooleanField(
        label="Sign in with Microsoft only",
        required=False,
        help_text="Their password stops working. Somebody can set another one later.",
    )


@require_http_methods(["GET", "POST"])
@permission_required(CHANGE, raise_exception=True)
@sudo_required
def identity(request: Request, pk: int) -> HttpResponse:
    """Ask which account it is, and link it."""
    if not settings.MICROSOFT_SIGN_IN_TENANT:
        raise Http404
    subject = get_object_or_404(User, pk=pk)
    linked = Identity.objects.filter(member=subject).first()
    initial = {"object_id": linked.object_id if linked else None, "only": not subject.has_usable_password()}
    form = IdentityForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {
        "title": f"Account at Microsoft of {subject.label}",
        "sentence": "With it they sign in here by “Sign in with Microsoft”. Their sessions end.",
        "verb": "Save",
        "form": form,
    }

    def deed() -> None:
        given = form.cleaned_data
        if given["object_id"] is None:
            identities.unlink(subject, by=request.user)
        else:
            tenant_id = settings.MICROSOFT_SIGN_IN_TENANT
            identities.link(subject, tenant_id, given["object_id"], only=given["only"], by=request.user)

    return about_member(request, subject, context, deed, "Saved.")
