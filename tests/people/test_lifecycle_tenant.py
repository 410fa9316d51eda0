"""Deleting, restoring and purging accounts of the demo tenant, with what each refuses."""

import uuid
from datetime import timedelta

import pytest

from connectors.actions import DeleteAccount, PurgeAccount, RestoreAccount
from connectors.graph import Graph, OutcomeUnknown
from connectors.models import Connector
from neurons_admin.access.models import User
from people import asking, looking, undoing
from people.models import ActionRun
from people.settling import LAG_SECONDS
from tests.factories import make_user
from tests.people.tenant import Tenant, account_of, known
from tests.runs import again, ask, calls, carry_out, let_time_pass

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State


@pytest.fixture
def pia() -> User:
    """Somebody who may end accounts."""
    return make_user("People admin")


def test_there_and_back(tenant: Tenant, unread: Connector, pia: User) -> None:
    before = tenant.truth("adele")
    account = known(tenant, unread, "adele")
    deleted = carry_out(ask(account, pia, DeleteAccount))
    assert (deleted.state, deleted.error_code) == (State.SUCCEEDED, "")
    assert ("act", "DELETE") in calls(deleted)
    assert deleted.observed_at
    assert (deleted.before, deleted.after) == ({"account": "in the directory"}, {"account": "deleted, can be restored"})
    account = account_of(tenant, "adele")
    assert (account.removal, account.person.state) == ("deleted", "deleted")
    assert account.user_principal_name == before["userPrincipalName"]
    inverse = deleted.bound_action().inverse(deleted.before)
    assert inverse == RestoreAccount()
    restored = carry_out(ask(account, pia, RestoreAccount))
    assert (restored.state, restored.error_code) == (State.SUCCEEDED, "")
    assert restored.observed_at
    account = account_of(tenant, "adele")
    assert (account.removal, account.user_principal_name) == ("", before["userPrincipalName"])
    assert account.person.state == "enabled"
    truth = tenant.truth("adele")
    assert {name for name in truth if truth[name] != before.get(name)} == set()


def test_deleted_for_good(tenant: Tenant, unread: Connector, pia: User) -> None:
    account = known(tenant, unread, "adele")
    carry_out(ask(account, pia, DeleteAccount))
    run = carry_out(ask(account_of(tenant, "adele"), pia, PurgeAccount))
    assert (run.state, run.observed_at is None) == (State.SUCCEEDED, False)
    assert run.after == {"account": "deleted for good"}
    account = account_of(tenant, "adele")
    assert account.removal == "gone"
    with pytest.raises(asking.NotReady, match="not among the deleted"):
        ask(account, pia, RestoreAccount)


@pytest.mark.parametrize("action", [RestoreAccount, PurgeAccount])
def test_only_the_deleted_can_be_restored_or_purged(
    tenant: Tenant, unread: Connector, pia: User, action: type[DeleteAccount]
) -> None:
    with pytest.raises(asking.NotReady, match="not among the deleted"):
        ask(known(tenant, unread, "adele"), pia, action)


def test_somebody_else_was_faster(tenant: Tenant, unread: Connector, pia: User) -> None:
    run = ask(known(tenant, unread, "adele"), pia, DeleteAccount)
    tenant.control("DELETE", f"/users/{tenant.id_of('adele')}")
    run = carry_out(run)
    assert (run.state, run.message) == (State.SUCCEEDED, "It was already so; nothing was sent.")
    assert account_of(tenant, "adele").removal == "deleted"
    restore = ask(account_of(tenant, "adele"), pia, RestoreAccount)
    tenant.control("POST", f"/users/{tenant.id_of('adele')}/restore")
    restore = carry_out(restore)
    assert (restore.state, restore.message) == (State.SUCCEEDED, "It was already so; nothing was sent.")
    assert account_of(tenant, "adele").removal == ""


def test_who_came_back_is_not_purged(tenant: Tenant, unread: Connector, pia: User) -> None:
    carry_out(ask(known(tenant, unread, "adele"), pia, DeleteAccount))
    run = ask(account_of(tenant, "adele"), pia, PurgeAccount)
    tenant.control("POST", f"/users/{tenant.id_of('adele')}/restore")
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert "delete it first" in run.message
    assert tenant.truth("adele")["id"]


def test_who_is_gone_is_not_restored(tenant: Tenant, unread: Connector, pia: User) -> None:
    carry_out(ask(known(tenant, unread, "adele"), pia, DeleteAccount))
    run = ask(account_of(tenant, "adele"), pia, RestoreAccount)
    tenant.control("DELETE", f"/users/{tenant.id_of('adele')}?purge=1")
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert "for good" in run.message
    assert account_of(tenant, "adele").removal == "gone"


def test_a_name_that_was_taken_meanwhile(tenant: Tenant, unread: Connector, pia: User) -> None:
    account = known(tenant, unread, "adele")
    old_name = account.user_principal_name
    carry_out(ask(account, pia, DeleteAccount))
    tenant.change("megan", userPrincipalName=old_name)
    refused = carry_out(ask(account_of(tenant, "adele"), pia, RestoreAccount))
    assert refused.state == State.FAILED
    assert "already uses this value" in refused.message
    name = "adele.again@contoso.example"
    run = carry_out(
        ask(account_of(tenant, "adele"), pia, RestoreAccount, new_sign_in_name=name, drop_taken_addresses=True)
    )
    assert (run.state, run.error_code) == (State.SUCCEEDED, "")
    assert name in run.message
    assert account_of(tenant, "adele").user_principal_name == name
    assert tenant.truth("adele")["userPrincipalName"] == name


@pytest.mark.parametrize("action", [DeleteAccount, RestoreAccount])
def test_an_app_that_may_not(tenant: Tenant, unread: Connector, pia: User, action: type[DeleteAccount]) -> None:
    account = known(tenant, unread, "adele")
    if action.for_deleted:
        carry_out(ask(account, pia, DeleteAccount))
    tenant.control("POST", "/apps/act", permissions=["User.Read.All"])
    Connector.objects.update(action_credential=tenant.credential("act"))
    run = carry_out(ask(account_of(tenant, "adele"), pia, action))
    assert run.state == State.FAILED
    assert "Needs User.DeleteRestore.All" in run.message


def test_a_lost_answer_is_found(tenant: Tenant, unread: Connector, pia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Graph.write

    def lost(graph: Graph, *given: object, **more: object) -> object:
        write(graph, *given, **more)
        raise OutcomeUnknown("No answer.", code="no_answer")

    monkeypatch.setattr(Graph, "write", lost)
    run = carry_out(ask(known(tenant, unread, "adele"), pia, DeleteAccount))
    assert run.state == State.UNKNOWN
    let_time_pass(run)
    looking.look(ActionRun.objects.for_work().get(pk=run.pk))
    run = again(run)
    assert (run.state, run.in_doubt) == (State.SUCCEEDED, False)
    assert account_of(tenant, "adele").removal == "deleted"


def test_undoing_goes_through_the_same_checks(tenant: Tenant, unread: Connector, pia: User) -> None:
    deleted = carry_out(ask(known(tenant, unread, "adele"), pia, DeleteAccount))
    run = ActionRun.objects.for_work().get(pk=deleted.pk)
    assert not undoing.compare(run).has_drifted
    asked = undoing.undo(run, asking.Asking(run.account, pia, uuid.uuid4()))
    restored = carry_out(asked.run)
    assert (restored.state, restored.undoes) == (State.SUCCEEDED, deleted)
    assert account_of(tenant, "adele").removal == ""
    with pytest.raises(undoing.NotUndoable, match="undone already"):
        undoing.undo(run, asking.Asking(run.account, pia, uuid.uuid4()))


def test_what_somebody_else_has_restored_is_not_undone(tenant: Tenant, unread: Connector, pia: User) -> None:
    deleted = carry_out(ask(known(tenant, unread, "adele"), pia, DeleteAccount))
    tenant.control("POST", f"/users/{tenant.id_of('adele')}/restore")
    let_time_pass(deleted, sent_at=-timedelta(seconds=LAG_SECONDS + 5))
    run = ActionRun.objects.for_work().get(pk=deleted.pk)
    found = undoing.compare(run)
    assert found.has_drifted
    assert found.is_back
