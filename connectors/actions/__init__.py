"""Everything that can be done to a person. The list is the menu, in its order."""

from .base import Action, Need, Target, Write
from .disable_account import DisableAccount
from .enable_account import EnableAccount
from .reset_password import ResetPassword
from .revoke_sessions import RevokeSessions

ALL: tuple[type[Action], ...] = (ResetPassword, DisableAccount, EnableAccount, RevokeSessions)
BY_KEY: dict[str, type[Action]] = {action.key: action for action in ALL}

__all__ = ["ALL", "BY_KEY", "Action", "Need", "Target", "Write"]
