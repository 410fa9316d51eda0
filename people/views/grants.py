"""The page of what a member may do, with a form to try it."""

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from connectors import actions
from neurons_admin.access.models import User
from neurons_admin.http import Request
from people import grants, policy
from people.models import Account

SEE_MEMBERS = "access.view_user"
NOBODY = "There is nobody with this sign-in name whom you may see."


class TryForm(forms.Form):
    """An action, and whom it would be for."""

    action = forms.ChoiceField(choices=[(action.key, action.label) for action in actions.ALL])
    whom = forms.CharField(
        label="Sign-in name of the person",
        max_length=256,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "email"}),
    )

    def __init__(self, reader: User, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.reader = reader

    def clean_whom(self) -> Account:
        """The account, if whoever tries it may see it."""
        among = Account.objects.with_connector().filter(
            user_principal_name__iexact=self.cleaned_data["whom"].strip(), removal=""
        )
        found = policy.visible_accounts(self.reader, among=among).first()
        if found is None:
            raise forms.ValidationError(NOBODY)
        return found


@require_safe
@permission_required(SEE_MEMBERS, raise_exception=True)
def rights(request: Request, pk: int) -> HttpResponse:
    """What a member may do, for whoever sees members."""
    return _page(request, get_object_or_404(User, pk=pk))


@require_safe
def own_rights(request: Request) -> HttpResponse:
    """What one may do oneself."""
    return _page(request, request.user)


def _page(request: Request, member: User) -> HttpResponse:
    form = TryForm(request.user, request.GET if "action" in request.GET else None)
    answer, account, action = None, None, None
    if form.is_valid():
        account, action = form.cleaned_data["whom"], actions.BY_KEY[form.cleaned_data["action"]]
        answer = grants.answer(member, action, account)
    context = {
        "member": member,
        "headings": grants.rights_of(member),
        "form": form,
        "answer": answer,
        "account": account,
        "action": action,
    }
    return render(request, "people/rights.html", context)
