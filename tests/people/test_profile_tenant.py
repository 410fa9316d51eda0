"""Profile, contact, leave date and manager on the demo tenant: what they change there, and what is refused."""

import pytest

from connectors.actions import Action
from connectors.actions.edit_contact import EditContact
from connectors.actions.edit_profile import EditProfile
from connectors.actions.leave_date import SetLeaveDate
from connectors.actions.manager import RemoveManager, SetManager
from connectors.models import Connector
from neurons_admin.access.models import User
from neurons_admin.access.roles import PEOPLE_ADMIN
from people import asking
from people.models import ActionRun
from tests.factories import make_user
from tests.people.tenant import Tenant, account_of, known
from tests.runs import ask, calls, carry_out, let_time_pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State


def sets_manager(tenant: Tenant, key: str) -> Action:
    return SetManager(tenant.id_of(key), tenant.truth(key)["displayName"])


CHANGES: list[Action] = [
    EditProfile({"jobTitle": "Chief", "city": None, "usageLocation": "DE"}),
    EditProfile({"division": "Sales"}),
    EditProfile({"extensionAttribute1": "one", "extensionAttribute15": None}),
    EditProfile({"mail": "adele.new@contoso.example", "mailNickname": "adele.new"}),
    EditContact({"businessPhones": ["+44 9"], "mobilePhone": None}),
    EditContact({"otherMails": ["a@example.org", "b@example.org"]}),
    SetLeaveDate("2026-12-31T17:00:00Z"),
]


@pytest.mark.parametrize("action", CHANGES, ids=lambda action: ",".join(action.snapshot({})))
def test_it_changes_the_tenant_and_its_undo_changes_it_back(tenant: Tenant, unread: Connector, action: Action) -> None:
    pat = make_user(PEOPLE_ADMIN)
    account, before = known(tenant, unread, "adele"), tenant.truth("adele")
    run = carry_out(ask(account, pat, type(action), **action.params))
    assert run.state == State.SUCCEEDED, run.message
    let_time_pass(run)
    after = tenant.truth("adele")
    assert action.is_so(after)
    assert not action.is_so(before)
    assert run.after == action.snapshot(after)
    assert calls(run).count(("act", "PATCH")) == 1
    back = action.inverse(run.before)
    assert back
    undone = carry_out(ask(account_of(tenant, "adele"), pat, type(back), **back.params))
    assert undone.state == State.SUCCEEDED, undone.message
    assert action.snapshot(tenant.truth("adele")) == run.before


def test_the_local_copy_follows_at_once(tenant: Tenant, unread: Connector, dana: User) -> None:
    carry_out(
        ask(known(tenant, unread, "adele"), dana, EditProfile, changes={"jobTitle": "Chief", "division": "Sales"})
    )
    account = account_of(tenant, "adele")
    assert account.job_title == "Chief"
    assert account.more["employeeOrgData"]["division"] == "Sales"


def test_what_somebody_else_changed_meanwhile_is_left_alone(tenant: Tenant, unread: Connector, dana: User) -> None:
    account = known(tenant, unread, "adele")
    was = {"jobTitle": account.job_title}
    tenant.change("adele", jobTitle="Set elsewhere")
    run = carry_out(ask(account, dana, EditProfile, changes={"jobTitle": "Chief"}, was=was))
    assert run.state == State.FAILED
    assert "Somebody has changed it since the dialog was opened: job title" in run.message
    assert tenant.truth("adele")["jobTitle"] == "Set elsewhere"


def test_of_a_synchronised_profile_the_usage_location_changes(tenant: Tenant, unread: Connector, dana: User) -> None:
    account = known(tenant, unread, "synced")
    run = carry_out(ask(account, dana, EditProfile, changes={"usageLocation": "DE"}))
    assert run.state == State.SUCCEEDED, run.message
    assert tenant.truth("synced")["usageLocation"] == "DE"
    run = carry_out(ask(account, dana, EditProfile, changes={"city": "Leeds"}))
    assert (run.state, ("act", "PATCH") in calls(run)) == (State.FAILED, False)
    assert "Active Directory" in run.message


@pytest.mark.parametrize("action", [EditContact({"mobilePhone": "+44 1"}), SetManager("x"), RemoveManager()])
def test_what_active_directory_masters_is_refused_before_any_call(
    tenant: Tenant, unread: Connector, dana: User, action: Action
) -> None:
    with pytest.raises(asking.NotReady, match="Active Directory"):
        ask(known(tenant, unread, "synced"), dana, type(action), **action.params)


def test_extension_attributes_of_who_was_once_synchronised(tenant: Tenant, unread: Connector, dana: User) -> None:
    account = known(tenant, unread, "once_synced")
    run = carry_out(ask(account, dana, EditProfile, changes={"extensionAttribute1": "x"}))
    assert run.state == State.FAILED
    assert "never synchronised" in run.message


def test_a_manager_is_set_and_removed(tenant: Tenant, unread: Connector, dana: User) -> None:
    account, megan = known(tenant, unread, "adele"), tenant.id_of("megan")
    setting = sets_manager(tenant, "megan")
    run = carry_out(ask(account, dana, SetManager, **setting.params))
    assert run.state == State.SUCCEEDED, run.message
    assert run.after["manager"] == megan
    assert str(account_of(tenant, "adele").manager_id) == megan
    assert ("act", "PUT") in calls(run)
    removal = carry_out(ask(account_of(tenant, "adele"), dana, RemoveManager))
    assert removal.state == State.SUCCEEDED, removal.message
    assert account_of(tenant, "adele").manager_id is None
    assert removal.before == {"manager": megan, "managerName": tenant.truth("megan")["displayName"]}
    assert RemoveManager().inverse(removal.before) == setting


def test_a_manager_who_was_deleted_is_refused(tenant: Tenant, unread: Connector, dana: User) -> None:
    account, setting = known(tenant, unread, "adele"), sets_manager(tenant, "megan")
    tenant.control("DELETE", f"/users/{tenant.id_of('megan')}")
    run = carry_out(ask(account, dana, SetManager, **setting.params))
    assert (run.state, run.error_code) == (State.FAILED, "Request_ResourceNotFound")
    assert account_of(tenant, "adele").removal == ""


def test_an_application_that_may_not_write_phones_is_told_so(tenant: Tenant, unread: Connector, dana: User) -> None:
    account = known(tenant, unread, "adele")
    tenant.control("POST", "/apps/full", permissions=["User.Read.All", "User-Mail.ReadWrite.All"])
    phones = carry_out(ask(account, dana, EditContact, changes={"mobilePhone": "+44 1"}))
    mails = carry_out(ask(account, dana, EditContact, changes={"otherMails": ["a@example.org"]}))
    assert (phones.state, mails.state) == (State.FAILED, State.SUCCEEDED)
    assert "User-Phone.ReadWrite.All" in phones.message


def test_contact_details_of_an_administrator_are_out_of_reach(tenant: Tenant, unread: Connector, dana: User) -> None:
    Connector.objects.update(action_credential=tenant.credential("act"))
    account = known(tenant, unread, "global_admin")
    with pytest.raises(asking.NotReady):
        ask(account, dana, EditContact, changes={"mobilePhone": "+44 1"})
