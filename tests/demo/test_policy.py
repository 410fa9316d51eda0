"""Who may do what to whom: the matrix of permissions, and table 1.3 of roles over roles."""

import pytest

from neurons_admin.demo import roles
from neurons_admin.demo.odata import GraphError
from neurons_admin.demo.policy import Caller, Rank, require_password_rank, require_patch, require_sensitive_rank

from .clients import error

DENIED = (403, "Authorization_RequestDenied")
PASSWORD = {"passwordProfile": {"password": "Gr4nit-Kolibri", "forceChangePasswordNextSignIn": True}}
OFF = {"accountEnabled": False}
ALL_CALLERS = {
    "password": roles.PASSWORD_ADMIN,
    "helpdesk": roles.HELPDESK_ADMIN,
    "auth": roles.AUTHENTICATION_ADMIN,
    "user": roles.USER_ADMIN,
    "privileged": roles.PRIVILEGED_AUTHENTICATION_ADMIN,
    "global": roles.GLOBAL_ADMIN,
}
TOP = {"privileged", "global"}


def caller(*permissions, role=None):
    return Caller("app", "id", frozenset(permissions), frozenset({role} if role else ()))


def may(check, *arguments, **options):
    """Whether the check lets it pass; it may refuse in one way only."""
    try:
        check(*arguments, **options)
    except GraphError as refusal:
        return {DENIED: False}[refusal.status, refusal.code]
    return True


@pytest.mark.parametrize(
    ("target", "sensitive", "password"),
    [
        (Rank(frozenset({roles.DIRECTORY_READERS})), TOP | {"auth", "user"}, set(ALL_CALLERS)),
        (Rank(frozenset({roles.GUEST_INVITER})), TOP | {"auth", "user"}, set(ALL_CALLERS)),
        (Rank(frozenset({roles.PASSWORD_ADMIN})), TOP | {"auth", "user"}, set(ALL_CALLERS)),
        (Rank(frozenset({roles.REPORTS_READER})), TOP | {"auth", "user"}, set(ALL_CALLERS) - {"password"}),
        (Rank(frozenset({roles.MESSAGE_CENTER_READER})), TOP | {"auth", "user"}, set(ALL_CALLERS) - {"password"}),
        (Rank(frozenset({roles.HELPDESK_ADMIN})), TOP | {"user"}, TOP | {"helpdesk", "user"}),
        (Rank(frozenset({roles.USER_ADMIN})), TOP | {"user"}, TOP | {"user"}),
        (Rank(frozenset({roles.GROUPS_ADMIN})), TOP | {"user"}, TOP | {"user"}),
        (Rank(frozenset({roles.AUTHENTICATION_ADMIN})), TOP | {"auth"}, TOP | {"auth"}),
        (Rank(frozenset({roles.GLOBAL_ADMIN})), TOP, TOP),
        (Rank(frozenset({roles.PRIVILEGED_ROLE_ADMIN})), TOP, TOP),
        (Rank(frozenset({"a-custom-role"})), TOP, TOP),
        (Rank(in_role_assignable_group=True), TOP, TOP),
        (Rank(frozenset({roles.HELPDESK_ADMIN, roles.AUTHENTICATION_ADMIN})), TOP, TOP),
        (Rank(is_restricted=True), set(), set()),
    ],
)
def test_roles_over_protected_people(target, sensitive, password):
    for name, role in ALL_CALLERS.items():
        assert may(require_sensitive_rank, caller(role=role), target) is (name in sensitive), name
        assert may(require_password_rank, caller(role=role), target, role_required=True) is (name in password), name
    assert not may(require_sensitive_rank, caller(), target)
    assert not may(require_password_rank, caller(), target, role_required=False)


def test_an_ordinary_persons_password_needs_a_role_only_where_the_tenant_wants_one():
    assert not may(require_password_rank, caller(), Rank(), role_required=True)
    assert may(require_password_rank, caller(), Rank(), role_required=False)
    for role in ALL_CALLERS.values():
        assert may(require_password_rank, caller(role=role), Rank(), role_required=True)


@pytest.mark.parametrize(
    ("name", "permissions", "allowed"),
    [
        ("accountEnabled", ("User.ReadWrite.All",), True),
        ("accountEnabled", ("User.EnableDisableAccount.All", "User.Read.All"), True),
        ("accountEnabled", ("User.EnableDisableAccount.All",), False),
        ("accountEnabled", ("Directory.ReadWrite.All",), False),
        ("department", ("Directory.ReadWrite.All",), True),
        ("department", ("User.ReadUpdate.All",), True),
        ("department", ("User-Phone.ReadWrite.All",), False),
        ("mobilePhone", ("User-Phone.ReadWrite.All",), True),
        ("otherMails", ("User-Mail.ReadWrite.All",), True),
        ("otherMails", ("User-Phone.ReadWrite.All",), False),
        ("identities", ("User.ManageIdentities.All",), True),
        ("identities", ("User.ReadWrite.All", "Directory.ReadWrite.All"), False),
        ("passwordProfile", ("User-PasswordProfile.ReadWrite.All",), True),
        ("passwordProfile", ("User.ReadWrite.All", "Directory.ReadWrite.All"), False),
        ("employeeHireDate", ("User.ReadWrite.All", "Directory.ReadWrite.All"), False),
        ("employeeLeaveDateTime", ("User.ReadWrite.All",), False),
        ("employeeLeaveDateTime", ("User.Read.All", "User-LifeCycleInfo.ReadWrite.All"), True),
    ],
)
def test_the_permission_that_each_property_needs(name, permissions, allowed):
    who = caller(*permissions, role=roles.USER_ADMIN)
    assert may(require_patch, who, Rank(), [name], password_role_required=True) is allowed


def test_the_named_permissions_alone_reset_no_password(client, control, ids):
    weak = client("weak")
    answer = weak.patch(f"/users/{ids['adele']}", PASSWORD)
    assert error(answer) == DENIED
    assert answer.json()["error"]["message"] == "Insufficient privileges to complete the operation."
    assert weak.patch(f"/users/{ids['adele']}", OFF).status_code == 204


def test_one_forbidden_property_refuses_the_whole_patch(client, control, ids):
    before = control.user("adele")
    assert error(client("weak").patch(f"/users/{ids['adele']}", {**OFF, **PASSWORD})) == DENIED
    assert control.user("adele") == before


def test_the_role_can_be_made_unnecessary_for_ordinary_people(client, control, ids):
    control.post("/apps/weak", json={"permissions": ["User-PasswordProfile.ReadWrite.All"]})
    assert error(client("weak").patch(f"/users/{ids['adele']}", PASSWORD)) == DENIED
    control.settings(password_role_required=False)
    assert client("weak").patch(f"/users/{ids['adele']}", PASSWORD).status_code == 204
    assert error(client("weak").patch(f"/users/{ids['helpdesk_admin']}", PASSWORD)) == DENIED


@pytest.mark.parametrize("key", ["global_admin", "break_glass", "other_admin", "role_group_member", "restricted"])
def test_a_user_administrator_meets_people_out_of_reach(act, control, ids, key):
    before = control.user(key)
    for answer in (
        act.patch(f"/users/{ids[key]}", OFF),
        act.patch(f"/users/{ids[key]}", PASSWORD),
        act.post(f"/users/{ids[key]}/revokeSignInSessions"),
        act.delete(f"/users/{ids[key]}"),
    ):
        assert error(answer) == DENIED
    assert control.user(key) == before


@pytest.mark.parametrize("key", ["helpdesk_admin", "user_admin", "reports_reader", "password_admin"])
def test_a_user_administrator_meets_people_within_reach(act, ids, key):
    assert act.patch(f"/users/{ids[key]}", OFF).status_code == 204
    assert act.patch(f"/users/{ids[key]}", PASSWORD).status_code == 204
    assert act.post(f"/users/{ids[key]}/revokeSignInSessions").status_code == 200


def test_a_protected_persons_department_is_no_sensitive_thing(act, ids):
    assert act.patch(f"/users/{ids['global_admin']}", {"department": "IT & Security"}).status_code == 204


def test_an_app_without_consent_may_do_nothing(client, ids, tenant):
    nobody = client("noconsent")
    paths = ("/users", "/users/delta", f"/users/{ids['adele']}", "/organization", "/subscribedSkus")
    for answer in (
        *(nobody.get(path) for path in paths),
        nobody.get(f"/users/{ids['adele']}/memberOf"),
        nobody.get(f"/users/{ids['adele']}/transitiveMemberOf"),
        nobody.get(f"/applications(appId='{tenant['apps']['noconsent']['client_id']}')"),
        nobody.get("/directory/deletedItems/microsoft.graph.user"),
        nobody.patch(f"/users/{ids['adele']}", OFF),
        nobody.post(f"/users/{ids['adele']}/revokeSignInSessions"),
        nobody.delete(f"/users/{ids['adele']}"),
    ):
        assert error(answer) == DENIED


def test_the_reading_app_cannot_write(read, ids):
    assert read.get(f"/users/{ids['adele']}").status_code == 200
    assert error(read.patch(f"/users/{ids['adele']}", OFF)) == DENIED
    assert error(read.post(f"/users/{ids['adele']}/revokeSignInSessions")) == DENIED
    assert error(read.delete(f"/users/{ids['adele']}")) == DENIED


def test_read_basic_opens_seven_properties(client, control, ids):
    control.post("/apps/noconsent", json={"permissions": ["User.ReadBasic.All"]})
    basic = client("noconsent")
    assert basic.get(f"/users/{ids['adele']}?$select=id,displayName,mail").status_code == 200
    assert "jobTitle" not in basic.get(f"/users/{ids['adele']}").json()
    assert error(basic.get(f"/users/{ids['adele']}?$select=id,accountEnabled")) == DENIED
    assert error(basic.get("/users/delta")) == DENIED
