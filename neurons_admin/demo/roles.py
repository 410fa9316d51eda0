"""Directory roles by their template ids, and which role of a caller outranks which role of a target (table 1.3)."""

from collections.abc import Set as AbstractSet

GLOBAL_ADMIN = "62e90394-69f5-4237-9190-012177145e10"
PRIVILEGED_AUTHENTICATION_ADMIN = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13"
PRIVILEGED_ROLE_ADMIN = "e8611ab8-c189-46e8-94e1-60213ab1f814"
USER_ADMIN = "fe930be7-5e62-47db-91af-98c3a49a38b1"
AUTHENTICATION_ADMIN = "c4e39bd9-1100-46d3-8c65-fb160da0071f"
HELPDESK_ADMIN = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
PASSWORD_ADMIN = "966707d0-3269-4727-9be2-8c3a10f19b9d"  # noqa: S105 - an id, not a password
GROUPS_ADMIN = "fdd7a751-b60b-444a-984c-02652fe8fa1c"
EXCHANGE_ADMIN = "29232cdf-9323-42fd-ade2-1d097af3e4de"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
GUEST_INVITER = "95e79109-95c0-4d8e-aee3-d01accf2d47b"
MESSAGE_CENTER_READER = "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b"
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
USAGE_SUMMARY_REPORTS_READER = "75934031-6c7e-415a-99d7-48dbd49e875e"

NAMES = {
    GLOBAL_ADMIN: "Global Administrator",
    PRIVILEGED_AUTHENTICATION_ADMIN: "Privileged Authentication Administrator",
    PRIVILEGED_ROLE_ADMIN: "Privileged Role Administrator",
    USER_ADMIN: "User Administrator",
    AUTHENTICATION_ADMIN: "Authentication Administrator",
    HELPDESK_ADMIN: "Helpdesk Administrator",
    PASSWORD_ADMIN: "Password Administrator",
    GROUPS_ADMIN: "Groups Administrator",
    EXCHANGE_ADMIN: "Exchange Administrator",
    DIRECTORY_READERS: "Directory Readers",
    GUEST_INVITER: "Guest Inviter",
    MESSAGE_CENTER_READER: "Message Center Reader",
    REPORTS_READER: "Reports Reader",
    USAGE_SUMMARY_REPORTS_READER: "Usage Summary Reports Reader",
}

NO_ROLE_AT_ALL = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"
"""Stands in the `wids` of every token and is no role."""

_TOP = frozenset({PRIVILEGED_AUTHENTICATION_ADMIN, GLOBAL_ADMIN})
_SENSITIVE_ORDINARY = _TOP | {AUTHENTICATION_ADMIN, USER_ADMIN}
_PASSWORD_READERS = _TOP | {HELPDESK_ADMIN, AUTHENTICATION_ADMIN, USER_ADMIN}
_PASSWORD_ORDINARY = _PASSWORD_READERS | {PASSWORD_ADMIN}

SENSITIVE = {
    DIRECTORY_READERS: _SENSITIVE_ORDINARY,
    GUEST_INVITER: _SENSITIVE_ORDINARY,
    PASSWORD_ADMIN: _SENSITIVE_ORDINARY,
    MESSAGE_CENTER_READER: _SENSITIVE_ORDINARY,
    REPORTS_READER: _SENSITIVE_ORDINARY,
    USAGE_SUMMARY_REPORTS_READER: _SENSITIVE_ORDINARY,
    HELPDESK_ADMIN: _TOP | {USER_ADMIN},
    GROUPS_ADMIN: _TOP | {USER_ADMIN},
    USER_ADMIN: _TOP | {USER_ADMIN},
    AUTHENTICATION_ADMIN: _TOP | {AUTHENTICATION_ADMIN},
}
PASSWORD = {
    DIRECTORY_READERS: _PASSWORD_ORDINARY,
    GUEST_INVITER: _PASSWORD_ORDINARY,
    PASSWORD_ADMIN: _PASSWORD_ORDINARY,
    MESSAGE_CENTER_READER: _PASSWORD_READERS,
    REPORTS_READER: _PASSWORD_READERS,
    USAGE_SUMMARY_REPORTS_READER: _PASSWORD_READERS,
    HELPDESK_ADMIN: _TOP | {HELPDESK_ADMIN, USER_ADMIN},
    GROUPS_ADMIN: _TOP | {USER_ADMIN},
    USER_ADMIN: _TOP | {USER_ADMIN},
    AUTHENTICATION_ADMIN: _TOP | {AUTHENTICATION_ADMIN},
}


def may_reset_ordinary(caller_roles: AbstractSet[str]) -> bool:
    """Whether one of the caller's roles may reset the password of somebody who holds no role."""
    return bool(caller_roles & _PASSWORD_ORDINARY)


def outranks(
    caller_roles: AbstractSet[str],
    target_roles: AbstractSet[str],
    table: dict[str, frozenset[str]],
    *,
    in_role_assignable_group: bool,
) -> bool:
    """Whether the caller may act on a protected target: for each role that the target holds, one that suffices.

    Roles that are not in `table`, and membership of a role-assignable group, are left to the two highest roles.
    """
    needed = [table.get(role, _TOP) for role in target_roles]
    if in_role_assignable_group:
        needed.append(_TOP)
    return all(caller_roles & enough for enough in needed)
