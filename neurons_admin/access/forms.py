"""The forms of members: who they are, what they may do, and their passwords."""

from typing import Any, Final

from django import forms
from django.contrib.auth.forms import SetPasswordMixin

from neurons_admin.access.models import User
from neurons_admin.access.roles import CONNECTOR_ADMIN, CREDENTIAL_ADMIN, SERVICE_DESK, VIEWER
from neurons_admin.access.services import Particulars

# The audit trail keeps "first last" in 150 characters.
NAME_LENGTH: Final = 70
ROLE_CHOICES: Final = (
    (VIEWER, "Viewer: sees people and what was done for them"),
    (SERVICE_DESK, "Service desk: sees people and carries out actions"),
    (CONNECTOR_ADMIN, "Connector admin: sets up connectors, starts synchronisations, reads the audit trail"),
    (CREDENTIAL_ADMIN, "Credential admin: keeps the shared credentials, reads the audit trail"),
)


class MemberForm(forms.Form):
    """What can be said about a member, beside the sign-in name and the password."""

    first_name = forms.CharField(max_length=NAME_LENGTH, required=False)
    last_name = forms.CharField(max_length=NAME_LENGTH, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    roles = forms.MultipleChoiceField(
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Roles add up. Without one, a member can sign in and sees nothing.",
    )
    is_superuser = forms.BooleanField(
        label="Superuser", required=False, help_text="May do everything, and is the only one who manages members."
    )

    def particulars(self) -> Particulars:
        """What was entered, once it is valid."""
        given = self.cleaned_data
        return Particulars(
            first_name=given["first_name"],
            last_name=given["last_name"],
            email=User.objects.normalize_email(given["email"]),
            roles=frozenset(given["roles"]),
            is_superuser=given["is_superuser"],
        )


class NewMemberForm(SetPasswordMixin, MemberForm):  # type: ignore[type-arg]
    """A member to be added, with the password they sign in with first."""

    username = forms.CharField(
        max_length=150,
        validators=[User.username_validator],
        help_text="Letters, digits and @ . + - _ only. It cannot be changed later.",
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
    )
    password1, password2 = SetPasswordMixin.create_password_fields("Password", "Password again")

    field_order = ("username", "first_name", "last_name", "email", "password1", "password2", "roles", "is_superuser")

    def clean_username(self) -> str:
        """Normalise the name; "Ada" beside "ada" would only confuse."""
        username: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("There is a member with this username already.")
        return username

    def clean(self) -> dict[str, Any]:
        """Hold the password against the rules, and against who it is for."""
        self.validate_passwords()
        given = self.cleaned_data
        who = {name: given.get(name, "") for name in ("username", "first_name", "last_name", "email")}
        self.validate_password_for_user(User(**who))
        return given
