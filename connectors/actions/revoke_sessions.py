"""Revoke sign-in sessions: https://learn.microsoft.com/graph/api/user-revokesigninsessions."""

from dataclasses import dataclass
from datetime import datetime

from .base import Action, Need, Write, moved_since
from .permissions import DIRECTORY_READ_WRITE, READING, USER_READ, USER_READ_WRITE, USER_REVOKE
from .target import State, Target


@dataclass(frozen=True)
class RevokeSessions(Action):
    """Voids refresh tokens and Entra session cookies issued so far. `value: true` in the answer proves nothing."""

    key = "revoke_sessions"
    label = "Revoke sign-in sessions"
    verb = "Revoke sessions"
    group = "Sign-in"
    sentence = "{name} will have to sign in again on every device. It takes a few minutes to be felt everywhere."
    needs = (Need(USER_REVOKE, also=(USER_READ_WRITE, DIRECTORY_READ_WRITE)), Need(USER_READ, also=READING))
    rank = "password"
    reads = ("signInSessionsValidFromDateTime",)
    conflict_class = "sessions"
    shortcut = "o"
    icon = "arrow-right-start-on-rectangle"

    @classmethod
    def refusal(cls, target: Target) -> str:
        if target.guest:
            return "A guest's sessions belong to their home organisation; revoking them here has no effect."
        return ""

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        return Write("POST", f"/users/{target.object_id}/revokeSignInSessions")

    def observed(self, state: State, before: State, sent_at: datetime) -> bool:
        return moved_since("signInSessionsValidFromDateTime", state, before, sent_at)

    def done(self, target: Target) -> str:
        return f"{target.name} has to sign in again everywhere."
