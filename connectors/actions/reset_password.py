"""Reset password, the way that is open to an application: https://learn.microsoft.com/graph/api/user-update."""

from dataclasses import dataclass
from datetime import datetime

from django import forms

from .base import Action, Need, Order, Write, moved_since
from .forms import ActionForm
from .passwords import check_strength, generate
from .permissions import MAY_RESET_PASSWORDS, READING, USER_PASSWORD, USER_READ
from .revoke_sessions import RevokeSessions
from .target import State, Target


class ResetPasswordForm(ActionForm):
    """Leave the password empty to have one generated."""

    password = forms.CharField(
        label="New password",
        required=False,
        max_length=256,
        strip=False,
        help_text="Leave empty to have one generated. It is shown once, to you, when the reset is done.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    force_change = forms.BooleanField(
        label="They must change it at the next sign-in",
        required=False,
        initial=True,
    )
    revoke_sessions = forms.BooleanField(
        label="Sign them out everywhere as well",
        required=False,
        help_text="As a second run, once the password is set: a reset alone leaves some sessions alive.",
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            check_strength(password)
        return password


@dataclass(frozen=True)
class ResetPassword(Action):
    """Sets a new password. The `resetPassword` method of Graph is closed to applications, so there is no writeback."""

    force_change: bool = True

    key = "reset_password"
    label = "Reset password"
    verb = "Reset password"
    group = "Sign-in"
    sentence = "{name}'s present password stops working at once and a new one takes its place."
    needs = (Need(USER_PASSWORD), Need(USER_READ, also=READING))
    roles = MAY_RESET_PASSWORDS
    rank = "password"
    mastered_on_premises = True
    reads = ("lastPasswordChangeDateTime",)
    conflict_class = "password"
    sensitive = True
    secret_field = "password"  # noqa: S105 - a name
    form = ResetPasswordForm
    shortcut = "r"
    icon = "key"

    @classmethod
    def refusal(cls, target: Target) -> str:
        if target.synced:
            return (
                "This account is synchronised from on-premises Active Directory. An application cannot reset such a"
                " password: Microsoft offers writeback to signed-in administrators only. Reset it in Active Directory."
            )
        if target.guest:
            return "A guest's password is kept by their home organisation."
        return ""

    @classmethod
    def make_secret(cls) -> str:
        return generate()

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        reset = Order(cls(form.cleaned_data["force_change"]), form.cleaned_data["password"])
        return [reset, Order(RevokeSessions(), follows=True)] if form.cleaned_data["revoke_sessions"] else [reset]

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        profile = {"password": secret, "forceChangePasswordNextSignIn": self.force_change}
        return Write("PATCH", f"/users/{target.object_id}", {"passwordProfile": profile})

    def observed(self, state: State, before: State, sent_at: datetime) -> bool:
        return moved_since("lastPasswordChangeDateTime", state, before, sent_at)

    def done(self, target: Target) -> str:
        return f"{target.name} has a new password."
