"""Made-up data for the style guide: forms and dialogs."""

from typing import Any, Final

from django import forms
from django.utils.safestring import mark_safe

from neurons_admin.ui.parts import Change, Compared
from neurons_admin.ui.widgets import SecretInput

CHANGES: Final = (
    Change("Account enabled", before=True, after=False),
    Change("Job title", "Retail Manager", "Store Manager"),
    Change("Business phones", ["+49 30 1234", "+49 30 1235"], []),
)

COMPARED: Final = (
    Compared("Account enabled", before=True, after=False, now=False),
    Compared("Job title", "Retail Manager", "Store Manager", "District Manager", has_drifted=True),
)


class SampleForm(forms.Form):
    """Every kind of control."""

    name = forms.CharField(help_text="As it is shown in lists.", max_length=100)
    tenant_id = forms.UUIDField(
        label="Directory (tenant) ID", help_text=mark_safe("In the Azure portal: <em>Overview</em>.")
    )
    secret = forms.CharField(label="Client secret", widget=SecretInput, required=False)
    cloud = forms.ChoiceField(
        choices=[
            ("global", "Global"),
            ("Sovereign clouds", [("us", "US Government"), ("cn", "China")]),
        ]
    )
    description = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    starts = forms.TimeField(label="First run at", widget=forms.TimeInput(attrs={"type": "time"}), required=False)
    read_only = forms.CharField(
        label="Object ID", initial="8f0d2c1e-7d35-4b7e-9d6a-5b8f2f0b7a11", disabled=True, required=False
    )
    source = forms.ChoiceField(
        label="Action credentials",
        choices=[("own", "Fill in here"), ("shared", "Use a shared Azure AD (Cloud) credential")],
        widget=forms.RadioSelect,
        help_text="They are never used to synchronise.",
    )
    imports = forms.MultipleChoiceField(
        label="What to import",
        choices=[("guests", "Guests"), ("groups", "Groups"), ("licences", "Licences")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    must_change = forms.BooleanField(
        label="Ask for a new password at the next sign-in", required=False, help_text="On unless there is a reason."
    )


class ResetPasswordForm(forms.Form):
    """The fields of a sample dialog."""

    password = forms.CharField(
        label="New password", required=False, help_text="Leave empty and one is made for you.", min_length=8
    )
    must_change = forms.BooleanField(label="Ask for a new password at the next sign-in", required=False, initial=True)


class TypeTheNameForm(forms.Form):
    """What a sensitive action asks for."""

    typed_name = forms.CharField(label="Type Adele Vance to go on")

    def clean_typed_name(self) -> str:
        """Refuse any other name."""
        if self.cleaned_data["typed_name"] != "Adele Vance":
            raise forms.ValidationError("That is not the name of this person.")
        return "Adele Vance"


STORED: Final = "ends in …x7Q · expires in 5 months"


def sample_form() -> SampleForm:
    """Return a form that is filled in, with a secret stored."""
    initial = {
        "name": "Contoso EU",
        "cloud": "global",
        "source": "shared",
        "imports": ["groups"],
        "must_change": True,
    }
    form = SampleForm(initial=initial)
    form.fields["secret"].widget = SecretInput(stored=STORED)
    return form


def wrong_form() -> SampleForm:
    """Return the same form after input with mistakes in it."""
    data = {"name": "", "tenant_id": "contoso", "cloud": "mars", "source": "", "imports": ["planets"]}
    form = SampleForm(data, auto_id="wrong_%s")
    form.fields["secret"].widget = SecretInput(stored=STORED)
    return form


_DISABLE: Final = {
    "title": "Disable account of Adele Vance",
    "sentence": "They can no longer sign in. Open sessions end within the hour.",
    "verb": "Disable account",
    "can_undo": True,
    "undo_note": "“Enable account” brings it back as it was.",
    "changes": CHANGES[:1],
}
_RESET: Final = {
    "title": "Reset password of Adele Vance",
    "sentence": "The old password stops working at once. The new one is shown to you once.",
    "verb": "Reset password",
    "can_undo": False,
    "form_class": ResetPasswordForm,
}
_DELETE: Final = {
    "title": "Delete account of Adele Vance",
    "sentence": "The account goes to the directory’s recycle bin, with its licences and memberships.",
    "verb": "Delete account",
    "can_undo": True,
    "undo_note": "For 30 days, with “Restore account”.",
    "danger": True,
    "warnings": ("Adele Vance manages 4 people, who will have no manager.",),
    "form_class": TypeTheNameForm,
}
_PROBLEM: Final = {
    "title": "Revoke sign-in sessions of Adele Vance",
    "verb": "Revoke sessions",
    "problem": "The secret of the action credential “Contoso act” expired 3 days ago. Nothing was changed.",
}
DIALOGS: Final[dict[str, dict[str, Any]]] = {
    "disable": _DISABLE,
    "reset": _RESET,
    "delete": _DELETE,
    "problem": _PROBLEM,
}
