"""Enable account: https://learn.microsoft.com/graph/api/user-update (accountEnabled)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .base import Action, Need, State, Target, Write
from .permissions import READING, USER_ENABLE_DISABLE, USER_READ, USER_READ_WRITE


@dataclass(frozen=True)
class EnableAccount(Action):
    """Lets a disabled account sign in again."""

    key = "enable_account"
    label = "Enable account"
    verb = "Enable account"
    group = "Sign-in"
    sentence = "{name} can sign in again, with the password and methods they had."
    needs = (Need(USER_ENABLE_DISABLE, also=(USER_READ_WRITE,)), Need(USER_READ, also=READING))
    reads = ("accountEnabled",)
    conflict_class = "account_enabled"
    repeatable = True
    undo = "disable_account"
    shortcut = "e"
    icon = "check-circle"

    @classmethod
    def needless(cls, target: Target) -> str:
        return "The account is already enabled." if target.enabled else ""

    @classmethod
    def preview(cls, target: Target) -> list[tuple[str, object, object]]:
        now = {True: "Enabled", False: "Disabled", None: "not known"}[target.enabled]
        return [("Sign-in", now, "Enabled")]

    def is_so(self, state: State) -> bool:
        return state.get("accountEnabled") is True

    def write(self, target: Target, secret: str = "") -> Write:
        return Write("PATCH", f"/users/{target.object_id}", {"accountEnabled": True})

    def observed(self, state: State, before: State, sent_at: datetime) -> bool:
        return self.is_so(state)

    def after(self) -> dict[str, Any]:
        return {"accountEnabled": True}

    def done(self, target: Target) -> str:
        return f"{target.name} can sign in again."
