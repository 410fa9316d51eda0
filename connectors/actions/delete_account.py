"""Delete an account, restore it, and delete it for good.

https://learn.microsoft.com/graph/api/user-delete, .../directory-deleteditems-restore, .../directory-deleteditems-delete
"""

from dataclasses import dataclass
from typing import Any, Literal

from django import forms

from connectors.graph import GraphError, Reader, read_user_or_deleted

from .base import Action, Need, Order, Write, gone_is_done
from .change_sign_in_name import check_sign_in_name
from .existence import ALSO_DELETES, DELETED, DELETES, GONE, THERE, existence_of, snapshot_of, without_prefix
from .forms import ActionForm
from .permissions import READING, USER_READ
from .target import State, Target


@dataclass(frozen=True)
class _Existence(Action):
    """What the three have in common: they look for the account among the deleted ones as well."""

    group = "Lifecycle"
    needs = (Need(DELETES, also=ALSO_DELETES), Need(USER_READ, also=READING))
    rank = "sensitive"
    reads = ("account",)
    conflict_class = "existence"
    repeatable = True

    def read(self, graph: Reader, target: Target) -> dict[str, Any]:
        return read_user_or_deleted(graph, target.object_id)

    def heard(self, exc: GraphError) -> Literal["", "already", "later"]:
        return gone_is_done(exc)

    def snapshot(self, state: State) -> dict[str, Any]:
        return snapshot_of(state)

    def labels(self) -> dict[str, str]:
        return {"account": "Account"}


@dataclass(frozen=True)
class DeleteAccount(_Existence):
    """A soft delete: Entra keeps the account for 30 days, with its groups."""

    key = "delete_account"
    label = "Delete account"
    verb = "Delete account"
    sentence = (
        "{name}'s account is deleted: nobody can sign in with it, and its licences become free. For 30 days it can be"
        " restored."
    )
    if_synced = (
        "Active Directory is the master of this account: delete it there as well, or the next synchronisation makes it"
        " again."
    )
    undo = "With “Restore account”, within 30 days."
    sensitive = True
    danger = True
    icon = "trash"

    def is_so(self, state: State) -> bool:
        return existence_of(state) in (DELETED, GONE)

    def observed(self, state: State, before: State, sent_at: Any) -> bool:
        # Just after the call the list of the deleted ones may lag behind that of the others: "gone" is not believed.
        return existence_of(state) == DELETED

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("DELETE", f"/users/{target.object_id}")

    def then(self, state: State) -> State:
        return {**state, "@removed": {"reason": "changed"}}

    def inverse(self, before: State) -> Action | None:
        return RestoreAccount() if before.get("account") == THERE else None

    def done(self, target: Target) -> str:
        return f"{target.name}'s account was deleted. It can be restored for 30 days."


class RestoreAccountForm(ActionForm):
    """What helps where somebody else has taken a name or an address by now."""

    new_sign_in_name = forms.CharField(
        label="New sign-in name",
        required=False,
        max_length=113,
        help_text="Only if somebody else has the old one by now.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    drop_taken_addresses = forms.BooleanField(
        label="Leave out e-mail addresses that somebody else has by now",
        required=False,
        help_text="Without this the directory refuses the restore if there is one.",
    )

    def clean_new_sign_in_name(self) -> str:
        name: str = self.cleaned_data["new_sign_in_name"]
        return check_sign_in_name(name) if name else ""


@dataclass(frozen=True)
class RestoreAccount(_Existence):
    """Brings a deleted account back as it was, perhaps under another sign-in name."""

    new_sign_in_name: str = ""
    drop_taken_addresses: bool = False

    key = "restore_account"
    label = "Restore account"
    verb = "Restore account"
    sentence = (
        "{name}'s account comes back with its groups, its password, and sign-in allowed or not as it was. Licences come"
        " back only where there are seats: look at them afterwards."
    )
    for_deleted = True
    undo = "With “Delete account”."
    form = RestoreAccountForm
    icon = "arrow-uturn-left"

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        given = form.cleaned_data
        return [Order(cls(given["new_sign_in_name"], given["drop_taken_addresses"]))]

    def objection(self, target: Target, state: State) -> str:
        return "The account was deleted for good: nobody can restore it." if existence_of(state) == GONE else ""

    def is_so(self, state: State) -> bool:
        return existence_of(state) == THERE

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        body: dict[str, Any] = {}
        if self.new_sign_in_name:
            body["newUserPrincipalName"] = self.new_sign_in_name
        if self.drop_taken_addresses:
            body["autoReconcileProxyConflict"] = True
        return Write("POST", f"/directory/deletedItems/{target.object_id}/restore", body or None)

    def then(self, state: State) -> State:
        then = {name: value for name, value in state.items() if name != "@removed"}
        name = self.new_sign_in_name or without_prefix(str(state.get("userPrincipalName") or ""), str(state["id"]))
        return {**then, "userPrincipalName": name or None}

    def inverse(self, before: State) -> Action | None:
        return DeleteAccount() if before.get("account") == DELETED else None

    def done(self, target: Target) -> str:
        name = f" The sign-in name is {self.new_sign_in_name}." if self.new_sign_in_name else ""
        return f"{target.name}'s account is back.{name} See whether its licences are."


@dataclass(frozen=True)
class PurgeAccount(_Existence):
    """Deletes a deleted account for good, before its 30 days are over."""

    key = "purge_account"
    label = "Delete for good"
    verb = "Delete for good"
    sentence = (
        "{name}'s account is deleted for good, with its mailbox and files unless they are kept elsewhere. Nobody can"
        " bring it back, not even Microsoft."
    )
    for_deleted = True
    off_by_default = True
    sensitive = True
    danger = True
    icon = "fire"

    def objection(self, target: Target, state: State) -> str:
        return "The account is in the directory: delete it first." if existence_of(state) == THERE else ""

    def is_so(self, state: State) -> bool:
        return existence_of(state) == GONE

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("DELETE", f"/directory/deletedItems/{target.object_id}")

    def then(self, state: State) -> State:
        return {"id": state["id"], "@removed": {"reason": "deleted"}}

    def done(self, target: Target) -> str:
        return f"{target.name}'s account was deleted for good."
