"""Disable and enable an account: https://learn.microsoft.com/graph/api/user-update (accountEnabled)."""

from dataclasses import dataclass
from typing import Any

from .base import Action, Need
from .permissions import READING, USER_ENABLE_DISABLE, USER_READ, USER_READ_WRITE
from .property_change import PropertyChange
from .target import State, Target


@dataclass(frozen=True)
class DisableAccount(PropertyChange):
    """Blocks sign-ins from then on. Access tokens already issued live on for about an hour: revoke sessions as well."""

    key = "disable_account"
    label = "Disable account"
    verb = "Disable account"
    group = "Sign-in"
    sentence = "{name} can no longer sign in. Programs already signed in may go on for up to an hour."
    needs = (Need(USER_ENABLE_DISABLE, also=(USER_READ_WRITE,)), Need(USER_READ, also=READING))
    rank = "sensitive"
    reads = ("accountEnabled",)
    conflict_class = "account_enabled"
    undo = "With “Enable account”."
    if_synced = "Active Directory is its master: disable it there too, or the next synchronisation may enable it again."
    danger = True
    shortcut = "d"
    icon = "no-symbol"

    @classmethod
    def needless(cls, target: Target) -> str:
        return "The account is already disabled." if target.enabled is False else ""

    @classmethod
    def preview(cls, target: Target) -> list[tuple[str, object, object]]:
        return [("Sign-in", sign_in_words(target), "Disabled")]

    def wanted(self) -> dict[str, Any]:
        return {"accountEnabled": False}

    def inverse(self, before: State) -> Action | None:
        return EnableAccount() if before.get("accountEnabled") is True else None

    def done(self, target: Target) -> str:
        return f"{target.name} can no longer sign in."


@dataclass(frozen=True)
class EnableAccount(PropertyChange):
    """Lets a disabled account sign in again."""

    key = "enable_account"
    label = "Enable account"
    verb = "Enable account"
    group = "Sign-in"
    sentence = "{name} can sign in again, with the password and methods they had."
    needs = DisableAccount.needs
    rank = "sensitive"
    reads = ("accountEnabled",)
    conflict_class = "account_enabled"
    undo = "With “Disable account”."
    if_synced = "Active Directory is its master: enable it there too, or the next synchronisation may disable it again."
    shortcut = "e"
    icon = "check-circle"

    @classmethod
    def needless(cls, target: Target) -> str:
        return "The account is already enabled." if target.enabled else ""

    @classmethod
    def preview(cls, target: Target) -> list[tuple[str, object, object]]:
        return [("Sign-in", sign_in_words(target), "Enabled")]

    def wanted(self) -> dict[str, Any]:
        return {"accountEnabled": True}

    def inverse(self, before: State) -> Action | None:
        return DisableAccount() if before.get("accountEnabled") is False else None

    def done(self, target: Target) -> str:
        return f"{target.name} can sign in again."


def sign_in_words(target: Target) -> str:
    """Whether the account may sign in, as a dialog says it."""
    return {True: "Enabled", False: "Disabled", None: "not known"}[target.enabled]
