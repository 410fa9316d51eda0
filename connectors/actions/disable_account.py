"""Disable account: https://learn.microsoft.com/graph/api/user-update (accountEnabled)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .base import Action, Need, State, Target, Write
from .permissions import READING, USER_ENABLE_DISABLE, USER_READ, USER_READ_WRITE


@dataclass(frozen=True)
class DisableAccount(Action):
    """Blocks new sign-ins. Access tokens already issued live on for about an hour: revoke sessions as well."""

    key = "disable_account"
    label = "Disable account"
    verb = "Disable account"
    group = "Sign-in"
    sentence = "{name} can no longer sign in. Programs already signed in may go on for up to an hour."
    needs = (Need(USER_ENABLE_DISABLE, also=(USER_READ_WRITE,)), Need(USER_READ, also=READING))
    reads = ("accountEnabled",)
    conflict_class = "account_enabled"
    repeatable = True
    undo = "enable_account"
    danger = True
    shortcut = "d"
    icon = "no-symbol"

    @classmethod
    def needless(cls, target: Target) -> str:
        return "The account is already disabled." if target.enabled is False else ""

    @classmethod
    def preview(cls, target: Target) -> list[tuple[str, object, object]]:
        now = {True: "Enabled", False: "Disabled", None: "not known"}[target.enabled]
        return [("Sign-in", now, "Disabled")]

    def is_so(self, state: State) -> bool:
        return state.get("accountEnabled") is False

    def write(self, target: Target, secret: str = "") -> Write:
        return Write("PATCH", f"/users/{target.object_id}", {"accountEnabled": False})

    def observed(self, state: State, before: State, sent_at: datetime) -> bool:
        return self.is_so(state)

    def after(self) -> dict[str, Any]:
        return {"accountEnabled": False}

    def done(self, target: Target) -> str:
        return f"{target.name} can no longer sign in."
