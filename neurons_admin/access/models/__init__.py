"""Members, their roles, the scopes that these are for, their sessions, and what they sign in with."""

from neurons_admin.access.models.factor import AuthenticatorApp, Passkey, RecoveryCode
from neurons_admin.access.models.identity import Identity
from neurons_admin.access.models.role import Role
from neurons_admin.access.models.scope import Membership, Scope
from neurons_admin.access.models.session import Session
from neurons_admin.access.models.user import User

__all__ = ["AuthenticatorApp", "Identity", "Membership", "Passkey", "RecoveryCode", "Role", "Scope", "Session", "User"]
