"""How to make orders of each action for an account: the registry that a further action takes one entry in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from connectors.actions import BY_KEY, Action
from connectors.actions.account_enabled import DisableAccount, EnableAccount
from connectors.actions.change_sign_in_name import ChangeSignInName
from connectors.actions.delete_account import DeleteAccount, PurgeAccount, RestoreAccount
from connectors.actions.edit_contact import EditContact
from connectors.actions.edit_identities import EditIdentities
from connectors.actions.edit_profile import EditProfile
from connectors.actions.group_membership import AddToGroup, RemoveFromGroup
from connectors.actions.leave_date import SetLeaveDate
from connectors.actions.licences import AssignLicences, RemoveLicences
from connectors.actions.manager import RemoveManager, SetManager
from connectors.actions.require_password_change import RequirePasswordChange
from connectors.actions.reset_password import ResetPassword
from connectors.actions.revoke_sessions import RevokeSessions
from neurons_admin.demo import licences, methods
from neurons_admin.demo.cast import DOMAIN
from neurons_admin.demo.directory import Change
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Json
from tests.readiness.accounts import Kind

LONG_AGO = "2026-01-01T00:00:00Z"
GROUPS = {
    "security group": "SG Retail",
    "Microsoft 365 group": "Contoso social",
    "mail-enabled security group": "MESG Finance approvals",
    "distribution list": "DL All hands",
    "dynamic group": "All employees",
    "synced group": "CORP File share users",
    "role-assignable group": "Tier 0 operators",
    "restricted group": "Board papers",
}
# Groups that nobody may change are tried with these kinds of accounts, the others with all.
CHANGEABLE = ("security group", "Microsoft 365 group", "role-assignable group")
VARIED = ("ordinary", "synced", "guest", "restricted", "Global Administrator", "deleted")


@dataclass(frozen=True)
class Case:
    """One order for one account; `before` is done to the directory first, by nobody's leave."""

    order: Action
    words: str = ""
    before: tuple[Change, ...] = ()


def cases(action: type[Action], tenant: Tenant, kind: Kind) -> Iterator[Case]:
    """Everything that is tried of an action with a kind of account. KeyError for an action that has no entry here."""
    before = (Change("delete", kind.object_id, LONG_AGO),) if kind.is_deleted else ()
    for case in MAKERS[action.key](tenant, kind.object_id):
        if kind.name in VARIED or case.words not in GROUPS or case.words in CHANGEABLE:
            yield Case(case.order, case.words, (*case.before, *before))


def _just(order: Action, words: str = "") -> Callable[[Tenant, str], Iterator[Case]]:
    def make(tenant: Tenant, object_id: str) -> Iterator[Case]:
        yield Case(order, words)

    return make


def _enable(tenant: Tenant, object_id: str) -> Iterator[Case]:
    yield Case(EnableAccount(), "as they are")
    yield Case(EnableAccount(), "disabled", (Change("update", object_id, LONG_AGO, {"accountEnabled": False}),))


def _sign_in_name(tenant: Tenant, object_id: str) -> Iterator[Case]:
    yield Case(ChangeSignInName(f"another.name@{DOMAIN}"))


def _identities(tenant: Tenant, object_id: str) -> Iterator[Case]:
    home = {"signInType": "emailAddress", "issuer": DOMAIN, "issuerAssignedId": "home@example.org"}
    yield Case(EditIdentities([home]))


def _profile(tenant: Tenant, object_id: str) -> Iterator[Case]:
    yield Case(EditProfile({"jobTitle": "Beekeeper"}), "job title")
    yield Case(EditProfile({"usageLocation": "CH"}), "usage location")
    yield Case(EditProfile({"extensionAttribute3": "blue"}), "extension attribute")


def _contact(tenant: Tenant, object_id: str) -> Iterator[Case]:
    yield Case(EditContact({"mobilePhone": "+44 20 7946 0123"}), "phone")
    yield Case(EditContact({"otherMails": ["private@example.org"]}), "other e-mail")


def _set_manager(tenant: Tenant, object_id: str) -> Iterator[Case]:
    boss = tenant.people()["cjk"]
    yield Case(SetManager(boss["id"], boss["name"]))


def _remove_manager(tenant: Tenant, object_id: str) -> Iterator[Case]:
    yield Case(RemoveManager())


def _groups(tenant: Tenant) -> Iterator[tuple[str, str, str]]:
    by_name = {group.properties["displayName"]: group for group in tenant.directory.groups.all.values()}
    for words, name in GROUPS.items():
        yield words, by_name[name].id, name


def _add_to_group(tenant: Tenant, object_id: str) -> Iterator[Case]:
    for words, group_id, name in _groups(tenant):
        before = Change("leave", object_id, LONG_AGO, group_id=group_id)
        yield Case(AddToGroup(group_id, name), words, (before,))


def _remove_from_group(tenant: Tenant, object_id: str) -> Iterator[Case]:
    for words, group_id, name in _groups(tenant):
        before = Change("join", object_id, LONG_AGO, group_id=group_id)
        yield Case(RemoveFromGroup(group_id, name), words, (before,))


def _held(*states: Json) -> Json:
    return {"assignedLicenses": licences.assigned(list(states)), "licenseAssignmentStates": list(states)}


def _assign(tenant: Tenant, object_id: str) -> Iterator[Case]:
    nothing = (Change("update", object_id, LONG_AGO, _held()),)
    for words, sku in (
        ("seats left", licences.E3),
        ("no seat left", licences.POWER_BI_PRO),
        ("more used than bought", licences.VISIO),
        ("for the company", licences.WINDOWS_STORE),
    ):
        yield Case(AssignLicences(add=[{"sku": sku, "name": words, "disabledPlans": None}]), words, nothing)


def _remove(tenant: Tenant, object_id: str) -> Iterator[Case]:
    group = licences.department_group(tenant.directory.population.seed, "Marketing")
    direct, inherited = licences.state(licences.E3), licences.state(licences.E3, group)
    order = RemoveLicences(remove=[{"sku": licences.E3, "name": "E3"}])
    for words, states in (
        ("direct", (direct,)),
        ("inherited", (inherited,)),
        ("both", (direct, inherited)),
        ("none", ()),
    ):
        yield Case(order, words, (Change("update", object_id, LONG_AGO, _held(*states)),))


def _access_pass(tenant: Tenant, object_id: str) -> Iterator[Case]:
    yield Case(BY_KEY["temporary_access_pass"]())


def _method(tenant: Tenant, object_id: str) -> Iterator[Case]:
    key = {"collection": methods.FIDO2, "id": "a-security-key", "displayName": "Blue key", "createdDateTime": LONG_AGO}
    order = BY_KEY["remove_sign_in_method"](methods.FIDO2, str(key["id"]), "Blue key")  # type: ignore[call-arg]
    yield Case(order, "", (Change("update", object_id, LONG_AGO, {methods.PROPERTY: [key]}),))


MAKERS: dict[str, Callable[[Tenant, str], Iterator[Case]]] = {
    "reset_password": _just(ResetPassword()),
    "require_password_change": _just(RequirePasswordChange()),
    "disable_account": _just(DisableAccount()),
    "enable_account": _enable,
    "revoke_sessions": _just(RevokeSessions()),
    "change_sign_in_name": _sign_in_name,
    "edit_identities": _identities,
    "edit_profile": _profile,
    "edit_contact": _contact,
    "set_leave_date": _just(SetLeaveDate("2027-01-31T17:00:00Z")),
    "set_manager": _set_manager,
    "remove_manager": _remove_manager,
    "add_to_group": _add_to_group,
    "remove_from_group": _remove_from_group,
    "assign_licences": _assign,
    "remove_licences": _remove,
    "delete_account": _just(DeleteAccount()),
    "restore_account": _just(RestoreAccount()),
    "purge_account": _just(PurgeAccount()),
    "temporary_access_pass": _access_pass,
    "remove_sign_in_method": _method,
}
