"""One line for each rule of Microsoft's that readiness knows: permissions, ranks, accounts, groups, licences."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from connectors import ranks
from connectors.actions import BY_KEY, Action, LicenceFacts, Target
from connectors.readiness import Facts, verdict, verdict_of

ORDINARY = Target(
    "0f0e0d0c-1111-2222-3333-444455556666",
    "Adele Vance",
    "adele@contoso.example",
    enabled=True,
    synced=False,
    guest=False,
    directory_roles=frozenset(),
    in_role_group=False,
    restricted=False,
    state={"manager": {"id": "0a0b0c0d-1111-2222-3333-444455556666"}, "licenseAssignmentStates": [{"skuId": "e3"}]},
)
USER = frozenset({ranks.USER})
NONE: frozenset[str] = frozenset()
NAMED = "User.ReadWrite.All User.ManageIdentities.All Directory.ReadWrite.All Directory.AccessAsUser.All"
WITH_PASSWORDS = f"{NAMED} User-PasswordProfile.ReadWrite.All"


class Rule(NamedTuple):
    """`says` are words of the reason; none for what will work."""

    rule: str
    action: str
    granted: str
    says: str = ""
    roles: frozenset[str] = NONE
    target: dict[str, Any] = {}
    outcome: str = "fails"


PERMISSIONS = (
    Rule("1.1 accountEnabled: its own permission, with reading", "disable_account",
         "User.EnableDisableAccount.All User.Read.All"),
    Rule("1.1 accountEnabled: not without reading", "disable_account",
         "User.EnableDisableAccount.All", "User.Read.All"),
    Rule("1.1 accountEnabled: User.ReadWrite.All", "enable_account", "User.ReadWrite.All", target={"enabled": False}),
    Rule("1.1 accountEnabled: not Directory.ReadWrite.All", "disable_account", "Directory.ReadWrite.All",
         "User.EnableDisableAccount.All"),
    Rule("1.1 profile: User.ReadWrite.All", "edit_profile", "User.ReadWrite.All"),
    Rule("1.1 profile: Directory.ReadWrite.All", "edit_profile", "Directory.ReadWrite.All"),
    Rule("1.1 profile: not by reading", "edit_profile", "User.Read.All", "User.ReadWrite.All"),
    Rule("1.1 phones: their own permission", "edit_contact", "User-Phone.ReadWrite.All User.Read.All"),
    Rule("1.1 phones: User.ReadWrite.All", "edit_contact", "User.ReadWrite.All"),
    Rule("1.1 phones: not Directory.ReadWrite.All", "edit_contact", "Directory.ReadWrite.All", "User-Phone"),
    Rule("1.1 identities: its own permission", "edit_identities", "User.ManageIdentities.All User.Read.All"),
    Rule("1.1 identities: nothing replaces it", "edit_identities", "User.ReadWrite.All Directory.ReadWrite.All",
         "User.ManageIdentities.All"),
    Rule("1.1 passwords: the four named are not enough", "reset_password", NAMED, "User-PasswordProfile", USER),
    Rule("1.1 passwords: nor is the permission without a role", "reset_password", WITH_PASSWORDS, "directory role"),
    Rule("1.1 passwords: both", "reset_password", WITH_PASSWORDS, roles=USER),
    Rule("1.1 passwords: asking for a change likewise", "require_password_change", NAMED, "User-PasswordProfile", USER),
    Rule("1.1 passwords: asking for a change, both", "require_password_change", WITH_PASSWORDS, roles=USER),
    Rule("1.1 sessions: its own permission", "revoke_sessions", "User.RevokeSessions.All User.Read.All"),
    Rule("1.1 sessions: Directory.ReadWrite.All", "revoke_sessions", "Directory.ReadWrite.All"),
    Rule("1.1 manager: User.ReadWrite.All", "set_manager", "User.ReadWrite.All"),
    Rule("1.1 manager: Directory.ReadWrite.All", "remove_manager", "Directory.ReadWrite.All"),
    Rule("1.1 groups: their members' permission", "add_to_group", "GroupMember.ReadWrite.All Directory.Read.All"),
    Rule("1.1 groups: Group.ReadWrite.All", "remove_from_group", "Group.ReadWrite.All Directory.Read.All"),
    Rule("1.1 groups: not User.ReadWrite.All", "add_to_group", "User.ReadWrite.All", "GroupMember.ReadWrite.All"),
    Rule("1.1 memberOf: User.ReadWrite.All does not read it", "add_to_group",
         "GroupMember.ReadWrite.All User.ReadWrite.All", "Directory.Read.All"),
    Rule("1.1 licences: their own permission", "assign_licences", "LicenseAssignment.ReadWrite.All User.Read.All"),
    Rule("1.1 licences: User.ReadWrite.All", "assign_licences", "User.ReadWrite.All"),
    Rule("1.1 licences: Directory.ReadWrite.All", "remove_licences", "Directory.ReadWrite.All"),
    Rule("1.1 delete: its own permission", "delete_account", "User.DeleteRestore.All User.Read.All"),
    Rule("1.1 delete: User.ReadWrite.All", "delete_account", "User.ReadWrite.All"),
    Rule("1.1 delete: not Directory.ReadWrite.All", "delete_account", "Directory.ReadWrite.All",
         "User.DeleteRestore.All"),
    Rule("1.1 restore: User.ReadWrite.All", "restore_account", "User.ReadWrite.All", target={"removal": "deleted"}),
    Rule("1.1 restore: not Directory.ReadWrite.All", "restore_account", "Directory.ReadWrite.All",
         "User.DeleteRestore.All", target={"removal": "deleted"}),
    Rule("1.1 delete for good: User.DeleteRestore.All", "purge_account", "User.DeleteRestore.All User.Read.All",
         target={"removal": "deleted"}),
    Rule("1.1 access pass: its own permission", "temporary_access_pass",
         "UserAuthMethod-TAP.ReadWrite.All User.Read.All"),
    Rule("1.1 access pass: that of all methods", "temporary_access_pass",
         "UserAuthenticationMethod.ReadWrite.All User.Read.All"),
    Rule("1.1 access pass: not the named ones", "temporary_access_pass", NAMED, "UserAuthMethod-TAP"),
    Rule("1.1 methods: their permission", "remove_sign_in_method",
         "UserAuthenticationMethod.ReadWrite.All User.Read.All"),
    Rule("1.1 methods: not the named ones", "remove_sign_in_method", NAMED, "UserAuthenticationMethod"),
    Rule("4.5 leave date: its own permission, with reading", "set_leave_date",
         "User-LifeCycleInfo.ReadWrite.All User.Read.All"),
    Rule("4.5 leave date: not User.ReadWrite.All", "set_leave_date", "User.ReadWrite.All", "User-LifeCycleInfo"),
    Rule("1 Directory.AccessAsUser.All has no effect", "disable_account", "Directory.AccessAsUser.All", "Needs"),
)  # fmt: skip
ADMINISTRATOR = {"directory_roles": frozenset({ranks.GLOBAL})}
READER = {"directory_roles": frozenset({ranks.REPORTS_READER})}
RANKS = (
    Rule("1.3 sensitive: a permission alone does not reach who holds a role", "disable_account", NAMED,
         "Reports Reader", target=READER),
    Rule("1.3 sensitive: a role that ranks above does", "disable_account", NAMED, roles=USER, target=READER),
    Rule("1.3 sensitive: User Administrator not above Global Administrator", "delete_account", NAMED,
         "Privileged Authentication Administrator", USER, ADMINISTRATOR),
    Rule("1.3 sensitive: sign-in name", "change_sign_in_name", NAMED, "Global Administrator", USER, ADMINISTRATOR),
    Rule("1.3 sensitive: phones", "edit_contact", NAMED, "Global Administrator", USER, ADMINISTRATOR),
    Rule("1.3 sensitive: restore", "restore_account", NAMED, "Global Administrator", USER,
         ADMINISTRATOR | {"removal": "deleted"}),
    Rule("1.3 password: a lesser role reaches lesser ones", "reset_password", WITH_PASSWORDS,
         roles=frozenset({ranks.HELPDESK}), target=READER),
    Rule("1.3 password: Password Administrator not above Reports Reader", "reset_password", WITH_PASSWORDS,
         "Reports Reader", frozenset({ranks.PASSWORD}), READER),
    Rule("1.3 password: highest role", "reset_password", WITH_PASSWORDS, roles=frozenset({ranks.GLOBAL}),
         target=ADMINISTRATOR),
    Rule("4.4 sessions share the table of passwords", "revoke_sessions", NAMED, "Reports Reader",
         frozenset({ranks.PASSWORD}), READER),
    Rule("1.3 member of a role-assignable group", "disable_account", NAMED, "role-assignable group", USER,
         {"in_role_group": True}),
    Rule("1.3 restricted administrative unit", "edit_profile", NAMED, "restricted management", USER,
         {"restricted": True}, "unknown"),
    Rule("1.3 restricted administrative unit, for the highest role too", "disable_account", NAMED,
         "restricted management", frozenset({ranks.GLOBAL}), {"restricted": True}, "unknown"),
    Rule("1.3 a restricted unit does not keep its people from groups outside", "add_to_group", NAMED,
         target={"restricted": True}),
    Rule("1.3 what is not sensitive reaches everybody", "edit_profile", NAMED, target=ADMINISTRATOR),
    Rule("1.3 managers are not sensitive", "set_manager", NAMED, target=ADMINISTRATOR),
    Rule("1.3 licences are not sensitive", "assign_licences", NAMED, target=ADMINISTRATOR),
    Rule("1.3 roles that nobody has read", "disable_account", NAMED, "not known here", USER,
         {"directory_roles": None}, "unknown"),
)  # fmt: skip
SYNCED = {"synced": True}
GUEST = {"guest": True}
ACCOUNTS = (
    Rule("11 passwords are Active Directory's", "reset_password", WITH_PASSWORDS, "Active Directory", USER, SYNCED),
    Rule("11 so is asking for a change", "require_password_change", WITH_PASSWORDS, "Active Directory", USER, SYNCED),
    Rule("11 the sign-in name", "change_sign_in_name", NAMED, "Active Directory", target=SYNCED),
    Rule("11 identities", "edit_identities", NAMED, "Active Directory", target=SYNCED),
    Rule("11 phones and other e-mail", "edit_contact", NAMED, "Active Directory", target=SYNCED),
    Rule("11 manager", "set_manager", NAMED, "Active Directory", target=SYNCED),
    Rule("11 accountEnabled is accepted", "disable_account", NAMED, target=SYNCED),
    Rule("11 sessions", "revoke_sessions", NAMED, target=SYNCED),
    Rule("11 licences", "assign_licences", NAMED, target=SYNCED),
    Rule("11 groups of the cloud", "add_to_group", NAMED, target=SYNCED),
    Rule("11 delete is accepted", "delete_account", NAMED, target=SYNCED),
    Rule("4.2 a guest's password is kept elsewhere", "reset_password",
         WITH_PASSWORDS, "home organisation", USER, GUEST),
    Rule("4.4 sessions of guests: no effect", "revoke_sessions", NAMED, "no effect", target=GUEST),
    Rule("4.13 a guest's access pass", "temporary_access_pass",
         "UserAuthMethod-TAP.ReadWrite.All User.Read.All", "guest",
         target=GUEST),
    Rule("4.1 the same value again", "disable_account", NAMED, "already disabled", target={"enabled": False}),
    Rule("4.10 only what was deleted can be restored", "restore_account", NAMED, "not among the deleted"),
    Rule("4.10 what was deleted cannot be changed", "disable_account", NAMED, "was deleted",
         target={"removal": "deleted"}),
    Rule("4.10 what is gone cannot be restored", "restore_account", NAMED, "not among", target={"removal": "gone"}),
)  # fmt: skip


@pytest.mark.parametrize("rule", [*PERMISSIONS, *RANKS, *ACCOUNTS], ids=lambda rule: rule.rule)
def test_a_rule(rule: Rule) -> None:
    facts = Facts(True, True, frozenset(rule.granted.split()), rule.roles, "Contoso act")
    answer = verdict(BY_KEY[rule.action], facts, replace(ORDINARY, **rule.target))
    assert answer.outcome == (rule.outcome if rule.says else "works"), answer
    assert rule.says in answer.reason


def test_what_active_directory_may_undo_is_noted() -> None:
    facts = Facts(True, True, frozenset({"User.ReadWrite.All"}), USER)
    for key in ("disable_account", "delete_account"):
        assert "Active Directory" in verdict(BY_KEY[key], facts, replace(ORDINARY, synced=True)).note
        assert verdict(BY_KEY[key], facts, ORDINARY).note == ""


GROUP = {"id": "g", "displayName": "Sales", "groupTypes": [], "mailEnabled": False, "securityEnabled": True}
MAIL = {"mailEnabled": True}
GROUPS = (
    ("4.8 security", {}, ""),
    ("4.8 Microsoft 365", {"groupTypes": ["Unified"], "securityEnabled": False, **MAIL}, ""),
    ("4.8 mail-enabled security", MAIL, "Exchange"),
    ("4.8 distribution list", {"securityEnabled": False, **MAIL}, "Exchange"),
    ("4.8 dynamic", {"groupTypes": ["DynamicMembership"]}, "rule"),
    ("4.8 synced", {"onPremisesSyncEnabled": True}, "Active Directory"),
    ("4.8 role-assignable", {"isAssignableToRole": True}, "RoleManagement.ReadWrite.Directory"),
    ("4.8 in a restricted unit", {"isManagementRestricted": True}, "restricted"),
)


@pytest.mark.parametrize("key", ["add_to_group", "remove_from_group"])
@pytest.mark.parametrize(("rule", "changes", "says"), GROUPS)
def test_a_kind_of_group(key: str, rule: str, changes: dict[str, Any], says: str) -> None:
    order = BY_KEY[key]("0a0b0c0d-1111-2222-3333-444455556666", "Sales")  # type: ignore[call-arg]
    answer = ordered(order, {"group": {**GROUP, **changes}}, NAMED)
    assert answer.outcome == ("fails" if says else "works")
    assert says in answer.reason


def test_a_role_assignable_group_with_the_permission_for_it() -> None:
    order = BY_KEY["add_to_group"]("0a0b0c0d-1111-2222-3333-444455556666", "Sales")  # type: ignore[call-arg]
    state = {"group": {**GROUP, "isAssignableToRole": True}}
    assert ordered(order, state, f"{NAMED} RoleManagement.ReadWrite.Directory").outcome == "works"


DIRECT, INHERITED = (
    {"skuId": "e3", "assignedByGroup": group, "state": "Active", "error": "None"} for group in (None, "g")
)
LICENCES = (
    ("4.9 seats left", "CH", True, 1, [], ""),
    ("4.9 no seat left", "CH", True, 0, [], "No seat"),
    ("4.9 overdrawn", "CH", True, -2, [], "No seat"),
    ("4.9 no seat is needed for what is inherited already", "CH", True, 0, [INHERITED], ""),
    ("4.9 not for people", "CH", False, 9, [], "Cannot be assigned"),
    ("4.9 no usage location", None, True, 1, [], "usage location"),
)


@pytest.mark.parametrize(("rule", "location", "assignable", "left", "states", "says"), LICENCES)
def test_what_assigning_needs(
    rule: str, location: str | None, assignable: bool, left: int, states: list[Any], says: str
) -> None:
    order = BY_KEY["assign_licences"](add=[{"sku": "e3", "name": "E3", "disabledPlans": None}])  # type: ignore[call-arg]
    products = [LicenceFacts("e3", "E3", assignable, left)]
    state = {"usageLocation": location, "licenseAssignmentStates": states, "products": products}
    answer = ordered(order, state, NAMED)
    assert answer.outcome == ("fails" if says else "works")
    assert says in answer.reason


def test_licences_that_only_come_from_groups_cannot_be_removed() -> None:
    facts = Facts(True, True, frozenset(NAMED.split()), NONE)
    target = replace(ORDINARY, state={"licenseAssignmentStates": [INHERITED]})
    assert "come from groups" in verdict(BY_KEY["remove_licences"], facts, target).reason
    target = replace(ORDINARY, state={"licenseAssignmentStates": [DIRECT, INHERITED]})
    assert verdict(BY_KEY["remove_licences"], facts, target).outcome == "works"


def ordered(order: Action, state: dict[str, Any], granted: str) -> Any:
    return verdict_of(order, Facts(True, True, frozenset(granted.split()), NONE), ORDINARY, state)
