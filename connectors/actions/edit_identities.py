"""Manage sign-in identities: https://learn.microsoft.com/graph/api/resources/objectidentity.

The list is replaced whole, with the identity of type userPrincipalName in it as the directory has it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .base import Action, Need, Order, Write
from .forms import ActionForm
from .identities_form import IdentitiesForm
from .identity import SIGN_IN_NAME, Identity, as_text, others_in, same
from .permissions import READING, USER_IDENTITIES, USER_READ
from .target import State, Target


@dataclass(frozen=True)
class EditIdentities(Action):
    """Sets the identities besides the sign-in name. `shown` are those that the form was filled with, if it was one."""

    identities: list[Identity] = field(default_factory=list)
    shown: list[Identity] | None = None

    key = "edit_identities"
    label = "Manage sign-in identities"
    verb = "Save identities"
    group = "Sign-in"
    sentence = (
        "The list below takes the place of what {name} can sign in with besides the sign-in name. What is no longer in"
        " it stops working at once."
    )
    needs = (Need(USER_IDENTITIES), Need(USER_READ, also=READING))
    mastered_on_premises = True
    reads = ("identities",)
    conflict_class = "sign_in_identities"
    repeatable = True
    undo = "The list of before is set again."
    form = IdentitiesForm
    icon = "identification"

    @classmethod
    def refusal(cls, target: Target) -> str:
        if target.synced:
            return (
                "This account is synchronised from on-premises Active Directory, which is the master of what it signs"
                " in with."
            )
        if target.guest:
            return "A guest signs in with what their home organisation gives them."
        return ""

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        return [Order(cls(form.cleaned_data["identities"], form.cleaned_data["shown"]))]

    def objection(self, target: Target, state: State) -> str:
        if not _sign_in_names(state):
            return "The directory does not show the sign-in name among the identities: the list cannot be replaced."
        if self.shown is not None and not same(others_in(state), self.shown):
            return (
                "The identities were changed in the directory since the dialog was opened. Open it again to see them"
                " as they are."
            )
        return ""

    def is_so(self, state: State) -> bool:
        return bool(_sign_in_names(state)) and same(others_in(state), self.identities)

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        identities = [*_sign_in_names(state), *self.identities]
        return Write("PATCH", f"/users/{target.object_id}", {"identities": identities})

    def then(self, state: State) -> State:
        return {**state, "identities": [*_sign_in_names(state), *self.identities]}

    def snapshot(self, state: State) -> dict[str, Any]:
        """In an order of its own: Graph promises none."""
        return {"identities": sorted(others_in(state), key=as_text)}

    def inverse(self, before: State) -> Action | None:
        return EditIdentities(before.get("identities") or [])

    def done(self, target: Target) -> str:
        if not self.identities:
            return f"{target.name} signs in with the sign-in name only."
        return f"{target.name} can sign in with {_listed(self.identities)} besides the sign-in name."

    def said(self, name: str, value: object) -> object:
        return [as_text(identity) for identity in value] if isinstance(value, list) else value

    def labels(self) -> dict[str, str]:
        return {"identities": "Identities besides the sign-in name"}


def _listed(identities: Iterable[Identity]) -> str:
    words = [identity["issuerAssignedId"] or identity["issuer"] or "" for identity in identities]
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")


def _sign_in_names(state: State) -> list[Identity]:
    return [entry for entry in state.get("identities") or () if entry.get("signInType") == SIGN_IN_NAME]
