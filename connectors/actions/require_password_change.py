"""Require a password change at the next sign-in: https://learn.microsoft.com/graph/api/resources/passwordprofile."""

from dataclasses import dataclass
from typing import Any

from django import forms

from connectors.graph import Reader, read_user

from .base import Action, Need, Order, Write
from .forms import ActionForm
from .permissions import MAY_RESET_PASSWORDS, READING, USER_PASSWORD, USER_READ
from .target import State, Target

FLAG = "forceChangePasswordNextSignIn"
FLAG_WITH_MFA = "forceChangePasswordNextSignInWithMfa"


class RequirePasswordChangeForm(ActionForm):
    """How the change is asked for."""

    after_mfa = forms.BooleanField(
        label="Only after multifactor authentication",
        required=False,
        help_text="Whoever knows only the present password cannot choose the next one.",
    )


@dataclass(frozen=True)
class RequirePasswordChange(Action):
    """Sets both flags of the password profile, and leaves the password and the sessions as they are.

    With `required` false it takes the demand back, which is how it is undone.
    """

    required: bool = True
    after_mfa: bool = False

    key = "require_password_change"
    label = "Require password change"
    verb = "Require password change"
    group = "Sign-in"
    sentence = "{name} must choose another password at the next sign-in. Those signed in already are not disturbed."
    needs = (Need(USER_PASSWORD), Need(USER_READ, also=READING))
    roles = MAY_RESET_PASSWORDS
    rank = "password"
    mastered_on_premises = True
    reads = (FLAG, FLAG_WITH_MFA)
    conflict_class = "must_change_password"
    repeatable = True
    undo = "The demand is taken back, as long as they have not signed in since."
    form = RequirePasswordChangeForm
    icon = "lock-closed"

    @classmethod
    def refusal(cls, target: Target) -> str:
        if target.synced:
            return (
                "This account is synchronised from on-premises Active Directory, which is the master of its password."
                " Require the change there."
            )
        if target.guest:
            return "A guest's password is kept by their home organisation."
        return ""

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        return [Order(cls(after_mfa=form.cleaned_data["after_mfa"]))]

    @property
    def title(self) -> str:
        return self.label if self.required else "No longer require password change"

    @property
    def _flags(self) -> dict[str, bool]:
        return {FLAG: self.required, FLAG_WITH_MFA: self.required and self.after_mfa}

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        return read_user(graph, target.object_id, also=("passwordProfile",))

    def is_so(self, state: State) -> bool:
        found = self.snapshot(state)
        return found[FLAG] is self.required and bool(found[FLAG_WITH_MFA]) is self._flags[FLAG_WITH_MFA]

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("PATCH", f"/users/{target.object_id}", {"passwordProfile": self._flags})

    def then(self, state: State) -> State:
        return {**state, "passwordProfile": self._flags}

    def snapshot(self, state: State) -> dict[str, Any]:
        profile = state.get("passwordProfile") or {}
        return {name: profile.get(name) is True for name in self.reads}

    def inverse(self, before: State) -> Action | None:
        return RequirePasswordChange(required=bool(before.get(FLAG)), after_mfa=bool(before.get(FLAG_WITH_MFA)))

    def done(self, target: Target) -> str:
        if self.required:
            return f"{target.name} must choose another password at the next sign-in."
        return f"{target.name} need not choose another password at the next sign-in."

    def labels(self) -> dict[str, str]:
        return {
            FLAG: "Password change at the next sign-in",
            FLAG_WITH_MFA: "Only after multifactor authentication",
        }
