"""Groups and licences on the demo tenant: done, found done already, refused by whom and why, and brought back."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from connectors.actions import Action, AddToGroup, AssignLicences, Order, RemoveFromGroup, RemoveLicences
from connectors.graph import Graph
from connectors.models import Connector
from neurons_admin.access.models import User
from neurons_admin.demo.licences import E3, E5, F3, FLOW_FREE, POWER_BI_PRO, VISIO
from people import asking, undoing
from people.asking import Asking
from people.models import Account, ActionRun, Group
from tests.factories import make_user
from tests.people.tenant import Tenant, known
from tests.runs import again, calls, carry_out, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
TEAMS = "57ff2da0-773e-42df-b2af-ffb7a2317929"


@pytest.fixture
def adele(tenant: Tenant, unread: Connector) -> Account:
    return known(tenant, unread, "adele")


def ask(account: Account, asked_by: User, *orders: Action | Order) -> ActionRun:
    wanted = [order if isinstance(order, Order) else Order(order) for order in orders]
    return asking.ask(wanted, Asking(account, asked_by, uuid.uuid4())).run


def group_of(tenant: Tenant, name: str) -> Any:
    return tenant.control("GET", f"/groups/{name}".replace(" ", "%20"))


def to_group(tenant: Tenant, name: str, action: type[Action] = AddToGroup) -> Action:
    return action(group_of(tenant, name)["id"], name)


def product(sku: str, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "name": sku, **more}


def assign(*skus: str, remove: tuple[str, ...] = (), off: list[str] | None = None) -> AssignLicences:
    return AssignLicences([product(sku, disabledPlans=off) for sku in skus], [product(sku) for sku in remove])


def remove(*skus: str) -> RemoveLicences:
    return RemoveLicences([product(sku) for sku in skus])


def direct(tenant: Tenant, key: str) -> dict[str, list[str]]:
    states = tenant.truth(key)["licenseAssignmentStates"]
    return {each["skuId"]: each["disabledPlans"] for each in states if each["assignedByGroup"] is None}


def undo(run: ActionRun, asked_by: User) -> ActionRun:
    """Undo a run of long ago."""
    ActionRun.objects.filter(pk=run.pk).update(sent_at=run.created_at - timedelta(hours=1), next_read_at=None)
    return carry_out(undoing.undo(again(run), Asking(run.account, asked_by, uuid.uuid4())).run)


def members(tenant: Tenant, name: str) -> str:
    return str(group_of(tenant, name)["members"])


def meanwhile(monkeypatch: pytest.MonkeyPatch, tenant: Tenant, path: str, **change: Any) -> None:
    """Somebody else does something between the last read and the call."""
    write = Graph.write

    def write_late(self: Graph, *args: Any, **more: Any) -> Any:
        tenant.control("POST", path, **change)
        return write(self, *args, **more)

    monkeypatch.setattr(Graph, "write", write_late)


def test_somebody_is_added_to_a_group_and_taken_out(tenant: Tenant, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana, to_group(tenant, "SG Legal")))
    assert run.state == State.SUCCEEDED, run.message
    assert (run.before, run.after) == ({"member": False}, {"member": True})
    assert ("act", "POST") in calls(run)
    assert tenant.id_of("adele") in members(tenant, "SG Legal")
    assert "SG Legal" in Group.objects.of(adele).values_list("name", flat=True)
    back = undo(run, dana)
    assert back.state == State.SUCCEEDED, back.message
    assert ("act", "DELETE") in calls(back)
    assert tenant.id_of("adele") not in members(tenant, "SG Legal")
    assert "SG Legal" not in Group.objects.of(adele).values_list("name", flat=True)
    assert tenant.truth("adele")["deleted"] is False


@pytest.mark.parametrize(("action", "name"), [(AddToGroup, "SG Retail"), (RemoveFromGroup, "SG Legal")])
def test_a_membership_that_is_so_already_sends_nothing(
    tenant: Tenant, adele: Account, dana: User, action: type[Action], name: str
) -> None:
    run = carry_out(ask(adele, dana, to_group(tenant, name, action)))
    assert (run.state, run.message) == (State.SUCCEEDED, "It was already so; nothing was sent.")
    assert "act" not in dict(calls(run))


@pytest.mark.parametrize(
    ("action", "name", "change"), [(AddToGroup, "SG Legal", "add"), (RemoveFromGroup, "SG Retail", "remove")]
)
def test_who_was_slower_hears_that_it_is_so_already(
    tenant: Tenant,
    adele: Account,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
    action: type[Action],
    name: str,
    change: str,
) -> None:
    order = to_group(tenant, name, action)
    meanwhile(monkeypatch, tenant, f"/groups/{name}".replace(" ", "%20"), **{change: [tenant.id_of("adele")]})
    run = carry_out(ask(adele, dana, order))
    assert (run.state, run.message) == (State.SUCCEEDED, "It was already so; nothing was sent.")
    assert [status for status in run.calls.values_list("status", flat=True) if status in (400, 404)]


@pytest.mark.parametrize(
    ("action", "name", "key", "words"),
    [
        (AddToGroup, "All employees", "guest", "rule"),
        (RemoveFromGroup, "All employees", "adele", "rule"),
        (AddToGroup, "DL All hands", "guest", "Exchange"),
        (RemoveFromGroup, "DL All hands", "adele", "Exchange"),
        (AddToGroup, "MESG Finance approvals", "adele", "Exchange"),
        (AddToGroup, "CORP File share users", "adele", "Active Directory"),
        (RemoveFromGroup, "CORP File share users", "synced", "Active Directory"),
        (AddToGroup, "Board papers", "adele", "restricted administrative unit"),
        (RemoveFromGroup, "Board papers", "restricted", "restricted administrative unit"),
    ],
)
def test_groups_that_cannot_be_changed_are_refused_with_the_reason(
    tenant: Tenant, unread: Connector, dana: User, action: type[Action], name: str, key: str, words: str
) -> None:
    before = members(tenant, name)
    run = carry_out(ask(known(tenant, unread, key), dana, to_group(tenant, name, action)))
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert words in run.message
    assert "act" not in dict(calls(run))
    assert members(tenant, name) == before


def test_a_group_with_roles_wants_a_permission_of_its_own(
    tenant: Tenant, unread: Connector, adele: Account, dana: User
) -> None:
    nora = make_user("People admin", username="nora")
    run = carry_out(ask(adele, nora, to_group(tenant, "Tier 0 operators")))
    assert run.state == State.SUCCEEDED, run.message
    megan = known(tenant, unread, "megan")
    Connector.objects.update(action_credential=tenant.credential("act"))
    run = carry_out(ask(Account.objects.with_connector().get(pk=megan.pk), nora, to_group(tenant, "Tier 0 operators")))
    assert run.state == State.FAILED
    assert tenant.id_of("megan") not in members(tenant, "Tier 0 operators")


def test_a_group_with_roles_is_for_whoever_may_act_on_protected_people(
    tenant: Tenant, adele: Account, dana: User
) -> None:
    run = carry_out(ask(adele, dana, to_group(tenant, "Tier 0 operators")))
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert "can have directory roles" in run.message
    assert tenant.id_of("adele") not in members(tenant, "Tier 0 operators")


def test_a_group_that_is_gone_is_no_missing_person(tenant: Tenant, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana, AddToGroup("0a0a0a0a-1111-2222-3333-444455556666", "Old")))
    assert (run.state, run.message) == (State.FAILED, "The group is no longer in the directory.")
    adele.refresh_from_db()
    assert adele.removal == ""


def test_undoing_is_refused_when_somebody_has_changed_it_since(tenant: Tenant, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana, assign(F3, remove=(E3,))))
    assert run.state == State.SUCCEEDED, run.message
    states = [each for each in tenant.truth("adele")["licenseAssignmentStates"] if each["skuId"] != F3]
    tenant.change("adele", licenseAssignmentStates=states, assignedLicenses=[])
    assert undo(run, dana).error_code == "drifted"


def test_licences_are_swapped_in_one_call_and_brought_back(tenant: Tenant, adele: Account, dana: User) -> None:
    ready = carry_out(ask(adele, dana, assign(E3, off=[TEAMS])))
    assert ready.state == State.SUCCEEDED, ready.message
    assert direct(tenant, "adele") == {E3: [TEAMS], FLOW_FREE: []}
    ActionRun.objects.update(sent_at=ready.created_at - timedelta(hours=1))
    run = carry_out(ask(adele, dana, assign(E5, remove=(E3,))))
    assert run.state == State.SUCCEEDED, run.message
    assert direct(tenant, "adele") == {E5: [], FLOW_FREE: []}
    assert [method for purpose, method in calls(run) if purpose == "act"] == ["POST"]
    assert run.before == {"licences": [{"sku": E3, "disabledPlans": [TEAMS]}]}
    assert run.after == {"licences": [{"sku": E5, "disabledPlans": []}]}
    back = undo(run, dana)
    assert back.state == State.SUCCEEDED, back.message
    assert direct(tenant, "adele") == {E3: [TEAMS], FLOW_FREE: []}


def test_licences_are_removed_and_brought_back(tenant: Tenant, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana, remove(E3)))
    assert run.state == State.SUCCEEDED, run.message
    assert direct(tenant, "adele") == {FLOW_FREE: []}
    let_time_pass(run)
    assert undo(run, dana).state == State.SUCCEEDED
    assert direct(tenant, "adele") == {E3: [], FLOW_FREE: []}


@pytest.mark.parametrize("order", [assign(E3), remove(F3)])
def test_licences_that_are_so_already_send_nothing(tenant: Tenant, adele: Account, dana: User, order: Action) -> None:
    run = carry_out(ask(adele, dana, order))
    assert (run.state, run.message) == (State.SUCCEEDED, "It was already so; nothing was sent.")
    assert "act" not in dict(calls(run))


def test_a_licence_that_somebody_else_takes_away_is_gone_all_the_same(
    tenant: Tenant, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [each for each in tenant.truth("adele")["licenseAssignmentStates"] if each["skuId"] != E3]
    path = f"/users/{tenant.id_of('adele')}"
    meanwhile(monkeypatch, tenant, path, licenseAssignmentStates=kept, assignedLicenses=[])
    run = carry_out(ask(adele, dana, remove(E3)))
    assert (run.state, run.message) == (State.SUCCEEDED, "It was already so; nothing was sent.")
    assert direct(tenant, "adele") == {FLOW_FREE: []}


@pytest.mark.parametrize("sku", [POWER_BI_PRO, VISIO])
def test_without_a_free_seat_nothing_is_assigned(tenant: Tenant, adele: Account, dana: User, sku: str) -> None:
    run = carry_out(ask(adele, dana, assign(sku, remove=(E3,))))
    assert (run.state, run.error_code) == (State.FAILED, "Request_BadRequest")
    assert "no free seats" in run.message
    assert direct(tenant, "adele") == {E3: [], FLOW_FREE: []}


def test_what_is_inherited_stays(tenant: Tenant, unread: Connector, dana: User) -> None:
    megan = known(tenant, unread, "megan")
    run = carry_out(ask(megan, dana, remove(POWER_BI_PRO)))
    assert run.state == State.SUCCEEDED, run.message
    truth = tenant.truth("megan")
    assert POWER_BI_PRO not in direct(tenant, "megan")
    assert POWER_BI_PRO in str(truth["assignedLicenses"])


def test_a_usage_location_that_licensing_has_not_heard_of_is_waited_for(
    tenant: Tenant, adele: Account, dana: User
) -> None:
    tenant.change("adele", usageLocation=None)
    run = carry_out(ask(adele, dana, assign(F3)))
    assert run.state == State.QUEUED
    assert "usage location" in reasons(run)
    tenant.change("adele", usageLocation="US")
    tenant.control("POST", "/settings", usage_location_lag=0)
    let_time_pass(run)
    assert carry_out(run).state == State.SUCCEEDED
    assert F3 in direct(tenant, "adele")


def test_an_app_that_may_do_neither_is_refused(tenant: Tenant, adele: Account, dana: User) -> None:
    Connector.objects.update(action_credential=tenant.credential("noconsent"))
    account = Account.objects.with_connector().get(pk=adele.pk)
    for order in (to_group(tenant, "SG Legal"), assign(F3)):
        assert carry_out(ask(account, dana, order)).state == State.FAILED
    assert F3 not in direct(tenant, "adele")
