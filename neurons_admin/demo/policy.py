"""Who may call what (matrix 1.1) and act on whom (table 1.3), decided from the token's claims alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from neurons_admin.demo import roles
from neurons_admin.demo.odata import denied
from neurons_admin.demo.properties import BASIC, DEFAULT, DELEGATED_ONLY

_DIRECTORY_READ = ("Directory.Read.All", "Directory.ReadWrite.All")
_GROUPS_OF_OTHERS = ("Group.ReadBasic.All", "GroupMember.ReadBasic.All")

READ_USERS = ("User.Read.All", "User.ReadWrite.All", *_DIRECTORY_READ)
READ_USERS_BASIC = ("User.ReadBasic.All", *READ_USERS)
READ_MEMBER_OF = (*_DIRECTORY_READ, *_GROUPS_OF_OTHERS)
READ_GROUPS = (*_GROUPS_OF_OTHERS, "Group.Read.All", "GroupMember.Read.All", "Group.ReadWrite.All",
               "GroupMember.ReadWrite.All", *_DIRECTORY_READ)  # fmt: skip
LIST_GROUPS = ("Group.ReadBasic.All", "GroupMember.Read.All", "Group.Read.All", "Group.ReadWrite.All", *_DIRECTORY_READ)
WRITE_MEMBERS = ("GroupMember.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All")
WRITE_ROLE_GROUPS = ("RoleManagement.ReadWrite.Directory",)
WRITE_MANAGER = ("User.ReadWrite.All", "Directory.ReadWrite.All")
READ_ROLES = ("RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", *_DIRECTORY_READ)
READ_TRANSITIVE_MEMBER_OF = ("User.Read.All", "Group.Read.All", "GroupMember.Read.All", *READ_MEMBER_OF)
READ_ORGANIZATION = ("Organization.Read.All", "Organization.ReadWrite.All", "User.Read.All", *_DIRECTORY_READ)
READ_SKUS = (
    "LicenseAssignment.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    *_DIRECTORY_READ,
)
READ_LICENCE_DETAILS = ("LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All", *READ_USERS)
ASSIGN_LICENCES = ("LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
READ_DEVICES = ("Device.Read.All", "Device.ReadWrite.All", *_DIRECTORY_READ)
READ_APPLICATIONS = ("Application.Read.All", "Application.ReadWrite.All", *_DIRECTORY_READ)
READ_OWN_APPLICATION = "Application.ReadWrite.OwnedBy"
READ_SIGN_IN_ACTIVITY = ("AuditLog.Read.All",)
REVOKE_SESSIONS = ("User.RevokeSessions.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
DELETE_RESTORE = ("User.DeleteRestore.All", "User.ReadWrite.All")

_WRITE_PROFILE = ("User.ReadWrite.All", "User.ReadUpdate.All", "Directory.ReadWrite.All")
_WRITE_PROPERTY = {
    "accountEnabled": ("User.ReadWrite.All",),
    "businessPhones": ("User-Phone.ReadWrite.All", "User.ReadWrite.All"),
    "mobilePhone": ("User-Phone.ReadWrite.All", "User.ReadWrite.All"),
    "otherMails": ("User-Mail.ReadWrite.All", "User.ReadWrite.All"),
    "identities": ("User.ManageIdentities.All",),
    "passwordProfile": ("User-PasswordProfile.ReadWrite.All",),
}
_SENSITIVE = frozenset({
    "accountEnabled", "businessPhones", "mobilePhone", "onPremisesImmutableId", "otherMails", "userPrincipalName",
})  # fmt: skip
_PATCH_AT_ALL = frozenset(_WRITE_PROFILE).union(*_WRITE_PROPERTY.values()) | {
    "User.EnableDisableAccount.All",
    "User-LifeCycleInfo.ReadWrite.All",
}


@dataclass(frozen=True)
class Caller:
    """The app behind a token: what was granted to it when the token was issued."""

    app: str
    client_id: str
    permissions: frozenset[str]
    roles: frozenset[str]

    def has_any(self, permissions: Iterable[str]) -> bool:
        """Whether at least one of `permissions` was granted."""
        return not self.permissions.isdisjoint(permissions)


@dataclass(frozen=True)
class Rank:
    """What protects a target: its directory roles, role-assignable groups, a restricted administrative unit."""

    roles: frozenset[str] = frozenset()
    in_role_assignable_group: bool = False
    is_restricted: bool = False

    @property
    def is_protected(self) -> bool:
        """Whether a permission alone is not enough to act on this person."""
        return bool(self.roles) or self.in_role_assignable_group


def require(caller: Caller, permissions: Iterable[str]) -> None:
    """403 unless one of `permissions` was granted."""
    if not caller.has_any(permissions):
        raise denied()


def require_read(caller: Caller, select: tuple[str, ...] | None) -> None:
    """403 unless the caller may read these properties of users; ReadBasic opens only seven of them."""
    require(caller, READ_USERS_BASIC)
    if not caller.has_any(READ_USERS) and not BASIC.issuperset(select or ()):
        raise denied()
    if select and "signInActivity" in select:
        require(caller, READ_SIGN_IN_ACTIVITY)


def readable_defaults(caller: Caller) -> tuple[str, ...]:
    """The properties that come without `$select`."""
    return DEFAULT if caller.has_any(READ_USERS) else tuple(name for name in DEFAULT if name in BASIC)


def require_unrestricted(target: Rank) -> None:
    """403 for a target in a restricted management administrative unit."""
    if target.is_restricted:
        raise denied()


def require_patch_at_all(caller: Caller) -> None:
    """403 for an app that may not write anything of a user, before the user is even looked for."""
    require(caller, _PATCH_AT_ALL)


def require_patch(caller: Caller, target: Rank, names: Iterable[str], *, password_role_required: bool) -> None:
    """403 for the whole PATCH when a single property of it is out of reach."""
    if target.is_restricted:
        raise denied()
    for name in names:
        if name in DELEGATED_ONLY or not _may_write(caller, name):
            raise denied()
        if name == "passwordProfile":
            require_password_rank(caller, target, role_required=password_role_required)
        elif name in _SENSITIVE:
            require_sensitive_rank(caller, target)


def _may_write(caller: Caller, name: str) -> bool:
    if name == "employeeLeaveDateTime":
        return caller.has_any(READ_USERS) and caller.has_any(("User-LifeCycleInfo.ReadWrite.All",))
    if name == "accountEnabled" and caller.has_any(("User.EnableDisableAccount.All",)):
        return caller.has_any(READ_USERS)
    return caller.has_any(_WRITE_PROPERTY.get(name, _WRITE_PROFILE))


def require_password_rank(caller: Caller, target: Rank, *, role_required: bool) -> None:
    """403 unless the caller's role may reset this target's password (or revoke its sessions).

    With `role_required` even an ordinary target needs one, as Microsoft's reference of 2026 says of password resets.
    """
    if target.is_restricted:
        raise denied()
    if target.is_protected:
        _require_rank(caller, target, roles.PASSWORD)
    elif role_required and not roles.may_reset_ordinary(caller.roles):
        raise denied()


def require_sensitive_rank(caller: Caller, target: Rank) -> None:
    """403 where the target is protected and the caller's role does not outrank it."""
    if target.is_restricted:
        raise denied()
    if target.is_protected:
        _require_rank(caller, target, roles.SENSITIVE)


def _require_rank(caller: Caller, target: Rank, table: dict[str, frozenset[str]]) -> None:
    in_group = target.in_role_assignable_group and not target.roles
    if not roles.outranks(caller.roles, target.roles, table, in_role_assignable_group=in_group):
        raise denied()
