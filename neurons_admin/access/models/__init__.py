"""Members and their roles."""

from neurons_admin.access.models.role import Role
from neurons_admin.access.models.user import User

__all__ = ["Role", "User"]
