"""An action's form as the dialog shows it: the action's own fields, and what every asking needs besides."""

from typing import Any

from django import forms
from django.urls import reverse

from connectors.actions import Action, ActionForm
from neurons_admin.access.models import User
from people.local import LocalDirectory
from people.models import Account
from people.words import plain


class _Asking(ActionForm):
    """The click's key, and what there was when the dialog was opened; for a sensitive action the name, typed."""

    account: Account
    action_key: str

    click = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": "Open the dialog again.", "invalid": "Open the dialog again."},
    )

    seen = forms.UUIDField(
        widget=forms.HiddenInput, required=False, error_messages={"invalid": "Open the dialog again."}
    )

    def pick_url(self, name: str) -> str:
        """Where a search for one of its fields is answered (connectors.actions.fields)."""
        return reverse("people:pick", args=[self.account.person_id, self.account.pk, self.action_key, name])

    def clean_confirmation(self) -> str:
        """The display name or the sign-in name; case and accents do not matter."""
        typed = plain(self.cleaned_data["confirmation"].strip())
        if typed not in {plain(name.strip()) for name in (self.account.display_name, self.account.user_principal_name)}:
            raise forms.ValidationError("This is not the name of the person on this page.")
        return typed


def form_for(
    action: type[Action],
    account: Account,
    asked_by: User,
    *,
    guard: str = "",
    data: Any = None,
    initial: dict[str, Any] | None = None,
    live: Any = None,
    with_fields: bool = True,
) -> ActionForm:
    """The dialog's form; bound when `data` is given. `guard` says why the person is protected: a reason is wanted.

    `live` is what was looked up for it. Not `with_fields`, where the action's parameters are known already.
    """
    extra: dict[str, Any] = {"account": account, "action_key": action.key}
    if guard:
        extra["override_reason"] = forms.CharField(
            label="Why it is needed all the same",
            max_length=300,
            error_messages={"required": "Say why: it is recorded with your name."},
            help_text="It is recorded with your name, here and in the audit trail.",
        )
    if action.sensitive:
        extra["confirmation"] = forms.CharField(
            label="Type the person's name to confirm",
            max_length=320,
            error_messages={"required": "Type the person's name."},
            help_text="The name shown in the title, or the sign-in name.",
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )
    bases = (_Asking, action.form) if with_fields else (_Asking,)
    form_class: type[ActionForm] = type(f"{action.__name__}Asking", bases, extra)
    given = {"target": account.as_target(), "directory": LocalDirectory(account, asked_by), "live": live}
    return form_class(data, initial=initial, **given)
