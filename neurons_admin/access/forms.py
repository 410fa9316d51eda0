"""The forms of members (who they are, what they may do, their passwords) and of roles."""

from typing import Any, Final

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import Group

from neurons_admin.access.models import Role, User
from neurons_admin.access.role_services import RoleParticulars, what_can_be_given
from neurons_admin.access.scope_services import scope_choices
from neurons_admin.access.services import Particulars, held_by, role_choices
from neurons_admin.ui.fields import Ticks

# The audit trail keeps "first last" in 150 characters.
NAME_LENGTH: Final = 70
# What the filter of the members' list says in the place of a role.
RESERVED: Final = frozenset({"superuser", "none"})


class MemberForm(forms.Form):
    """What can be said about a member, beside the sign-in name and the password."""

    first_name = forms.CharField(max_length=NAME_LENGTH, required=False)
    last_name = forms.CharField(max_length=NAME_LENGTH, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    roles = forms.MultipleChoiceField(
        choices=role_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Roles add up. Without one, a member can sign in and sees nothing.",
    )
    is_superuser = forms.BooleanField(
        label="Superuser", required=False, help_text="May do everything, and is the only one who manages members."
    )

    # The roles and scopes that the form was drawn with: what somebody else has changed meanwhile is not undone unseen.
    drawn_with = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.limits: dict[str, str] = {}
        if member:
            self.initial["drawn_with"] = held_by(member)
        if choices := scope_choices():
            self._ask_for_whom(choices)

    def _ask_for_whom(self, choices: list[tuple[str, str]]) -> None:
        """One field for each role: the scopes it is for. What it is for already is ticked."""
        now = self.initial.get("scopes", {})
        for role in Role.objects.in_order():
            name = self.limits[role.name] = f"for_{role.group_id}"
            self.fields[name] = Ticks(
                label=f"{role.name}: only for",
                choices=choices,
                required=False,
                help_text="With nothing ticked for everybody. For some people only, it gives nothing beside people.",
            )
            self.initial[name] = sorted(now.get(role.name, ()))
        self.fields["is_superuser"] = self.fields.pop("is_superuser")

    def clean(self) -> dict[str, Any]:
        """Hold what the roles were when the form was drawn against what they are."""
        drawn_with = self.cleaned_data.get("drawn_with")
        if self.member and drawn_with and drawn_with != held_by(self.member):
            raise forms.ValidationError(
                "Somebody else has changed the roles meanwhile. Open the page again, and nothing of theirs is lost."
            )
        return self.cleaned_data

    def particulars(self) -> Particulars:
        """What was entered, once it is valid."""
        given = self.cleaned_data
        scopes = {role: frozenset(given[name]) for role, name in self.limits.items() if given[name]}
        return Particulars(
            first_name=given["first_name"],
            last_name=given["last_name"],
            email=User.objects.normalize_email(given["email"]),
            roles=frozenset(given["roles"]),
            is_superuser=given["is_superuser"],
            scopes={role: names for role, names in scopes.items() if role in given["roles"]},
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


def permission_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What a role can include, under its headings."""
    return [(section.label, [(offer.code, offer.label) for offer in section.offers]) for section in what_can_be_given()]


class RoleForm(forms.Form):
    """What can be said about a role. That of a built-in role asks only what it includes."""

    name = forms.CharField(max_length=60)
    purpose = forms.CharField(
        label="What it is for", max_length=120, required=False, help_text="Shown beside the name where roles are given."
    )
    permissions = Ticks(label="What it includes", choices=permission_choices)

    def __init__(self, *args: Any, role: Role | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role = role
        if role is not None and role.builtin:
            del self.fields["name"], self.fields["purpose"]

    def clean_name(self) -> str:
        """Two names that differ in case only would be mistaken for each other."""
        name: str = self.cleaned_data["name"]
        others = Group.objects.exclude(pk=self.role.group_id) if self.role else Group.objects.all()
        if name.lower() in RESERVED or others.filter(name__iexact=name).exists():
            raise forms.ValidationError("There is a role with this name already.")
        return name

    def particulars(self) -> RoleParticulars:
        """What was entered, once it is valid."""
        given = self.cleaned_data
        return RoleParticulars(given.get("name", ""), given.get("purpose", ""), frozenset(given["permissions"]))
