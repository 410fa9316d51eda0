"""Names of Graph's application permissions and Entra's directory roles that actions refer to.

Permissions: https://learn.microsoft.com/graph/permissions-reference; role template ids:
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from typing import Final

USER_READ: Final = "User.Read.All"
USER_READ_WRITE: Final = "User.ReadWrite.All"
USER_ENABLE_DISABLE: Final = "User.EnableDisableAccount.All"
USER_PASSWORD: Final = "User-PasswordProfile.ReadWrite.All"  # noqa: S105 - a name
USER_REVOKE: Final = "User.RevokeSessions.All"
USER_IDENTITIES: Final = "User.ManageIdentities.All"
USER_DELETE_RESTORE: Final = "User.DeleteRestore.All"
USER_PHONE: Final = "User-Phone.ReadWrite.All"
USER_MAIL: Final = "User-Mail.ReadWrite.All"
USER_LIFE_CYCLE: Final = "User-LifeCycleInfo.ReadWrite.All"
GROUP_MEMBERS: Final = "GroupMember.ReadWrite.All"
GROUP_READ_WRITE: Final = "Group.ReadWrite.All"
ROLE_WRITE: Final = "RoleManagement.ReadWrite.Directory"
LICENCE_WRITE: Final = "LicenseAssignment.ReadWrite.All"
METHODS_WRITE: Final = "UserAuthenticationMethod.ReadWrite.All"
ACCESS_PASS: Final = "UserAuthMethod-TAP.ReadWrite.All"  # noqa: S105 - a name
DIRECTORY_READ: Final = "Directory.Read.All"
DIRECTORY_READ_WRITE: Final = "Directory.ReadWrite.All"

READING: Final = (USER_READ_WRITE, DIRECTORY_READ, DIRECTORY_READ_WRITE)

ROLE_NAMES: Final = {
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
    "966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
}

# May set the password of an ordinary user (https://learn.microsoft.com/graph/api/resources/users, "Who can ...").
MAY_RESET_PASSWORDS: Final = tuple(role for role, name in ROLE_NAMES.items() if name != "Privileged Role Administrator")
