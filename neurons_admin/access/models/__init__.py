"""Members, their roles, and the scopes that these are for."""

from neurons_admin.access.models.role import Role
from neurons_admin.access.models.scope import Membership, Scope
from neurons_admin.access.models.session import Session
from neurons_admin.access.models.user import User

__all__ = ["Membership", "Role", "Scope", "Session", "User"]
