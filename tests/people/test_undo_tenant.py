"""Every action that says it can be undone: there and back on the demo tenant, and not where something has changed."""

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from connectors import actions
from connectors.actions import (
    Action,
    AddToGroup,
    AssignLicences,
    ChangeSignInName,
    DeleteAccount,
    DisableAccount,
    EditContact,
    EditIdentities,
    EditProfile,
    EnableAccount,
    Order,
    RemoveFromGroup,
    RemoveLicences,
    RemoveManager,
    RequirePasswordChange,
    RestoreAccount,
    SetLeaveDate,
    SetManager,
)
from connectors.models import Connector
from neurons_admin.access.models import User
from neurons_admin.demo import licences
from people import asking, undoing
from people.asking import Asking
from people.models import Account, ActionRun
from tests.factories import make_user
from tests.people.tenant import Tenant, account_of, known
from tests.runs import again, carry_out

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State = ActionRun.State
HOME = {"signInType": "emailAddress", "issuer": "contoso.example", "issuerAssignedId": "home@example.org"}


def group(tenant: Tenant, name: str) -> tuple[str, str]:
    found = next(each for each in tenant.control("GET", "/groups") if each["displayName"] == name)
    return found["id"], name


def boss(tenant: Tenant) -> SetManager:
    return SetManager(tenant.id_of("cjk"), "佐藤 陽子")


# Somebody, and what is done to them: each action from where it has something to do.
THERE: dict[str, tuple[str, Callable[[Tenant], Action]]] = {
    "disable_account": ("adele", lambda _: DisableAccount()),
    "enable_account": ("disabled", lambda _: EnableAccount()),
    "require_password_change": ("adele", lambda _: RequirePasswordChange()),
    "change_sign_in_name": ("adele", lambda _: ChangeSignInName("adele.vance@contoso.example")),
    "edit_identities": ("adele", lambda _: EditIdentities([HOME])),
    "edit_profile": ("adele", lambda _: EditProfile({"jobTitle": "Beekeeper", "department": "Gardens"})),
    "edit_contact": ("adele", lambda _: EditContact({"mobilePhone": "+44 20 7946 0123"})),
    "set_manager": ("adele", boss),
    "remove_manager": ("adele", lambda _: RemoveManager()),
    "set_leave_date": ("adele", lambda _: SetLeaveDate("2027-03-31T18:00:00Z")),
    "add_to_group": ("adele", lambda tenant: AddToGroup(*group(tenant, "SG Finance"))),
    "remove_from_group": ("adele", lambda tenant: RemoveFromGroup(*group(tenant, "SG Retail"))),
    "assign_licences": (
        "bare",
        lambda _: AssignLicences(add=[{"sku": licences.F3, "name": "F3", "disabledPlans": None}]),
    ),
    "remove_licences": ("megan", lambda _: RemoveLicences(remove=[{"sku": licences.E3, "name": "E3"}])),
    "delete_account": ("adele", lambda _: DeleteAccount()),
    "restore_account": ("adele", lambda _: RestoreAccount()),
}
NO_WAY_BACK = {
    "reset_password", "revoke_sessions", "temporary_access_pass", "remove_sign_in_method", "purge_account",
}  # fmt: skip


@pytest.fixture
def pat() -> User:
    return make_user("People admin", username="pat")


@pytest.fixture(params=THERE)
def done(request: Any, tenant: Tenant, unread: Connector, pat: User) -> ActionRun:
    """A run that has done it."""
    key, make = THERE[request.param]
    account = known(tenant, unread, key)
    if request.param == "restore_account":
        assert carry_out(asked(account, pat, DeleteAccount())).state == State.SUCCEEDED
    if request.param == "assign_licences":
        tenant.change(key, usageLocation="DE")
    run = carry_out(asked(account_of(tenant, key), pat, make(tenant)))
    assert (run.state, run.error_code) == (State.SUCCEEDED, ""), run.message
    assert run.sent_at
    assert run.observed_at
    return run


def asked(account: Account, by: User, action: Action) -> ActionRun:
    return asking.ask([Order(action)], Asking(account, by, uuid.uuid4())).run


def undo(run: ActionRun, by: User) -> ActionRun:
    run = ActionRun.objects.for_work().get(pk=run.pk)
    return carry_out(undoing.undo(run, Asking(run.account, by, uuid.uuid4())).run)


def test_each_action_is_here_or_says_that_it_cannot_be_undone() -> None:
    assert set(THERE) | NO_WAY_BACK == set(actions.BY_KEY)
    assert {key for key, action in actions.BY_KEY.items() if action.undo} == set(THERE)


def test_there_and_back(done: ActionRun, pat: User) -> None:
    found = undoing.compare(ActionRun.objects.for_work().get(pk=done.pk))
    assert (found.problem, found.has_drifted, found.is_back) == ("", False, False)
    # Whatever it is that has changed: what is expected differs from what is found.
    left_behind = done.after
    ActionRun.objects.filter(pk=done.pk).update(after={key: {"somebody": "else"} for key in left_behind})
    refused = undo(done, pat)
    assert (refused.state, refused.error_code, refused.sent_at) == (State.FAILED, "drifted", None), refused.message
    ActionRun.objects.filter(pk=done.pk).update(after=left_behind)
    back = undo(done, pat)
    assert (back.state, back.error_code) == (State.SUCCEEDED, ""), back.message
    assert back.undoes == done
    assert back.observed_at
    assert back.after == done.before
    with pytest.raises(undoing.NotUndoable, match="already"):
        undo(again(done), pat)


def test_a_made_up_action_takes_one_class_and_one_entry(
    tenant: Tenant, unread: Connector, monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    """From the menu over the dialog, the run and its look to the undo."""

    @dataclasses.dataclass(frozen=True)
    class Rename(actions.PropertyChange):
        """Gives somebody the company's name."""

        key = "rename_company"
        label = "Rename company"
        verb = "Rename"
        group = "Profile"
        sentence = "{name} works for Contoso Gardens."
        needs = EditProfile.needs
        reads = ("companyName",)
        conflict_class = "company"
        undo = "The name of before is set again."
        company: str = "Contoso Gardens"

        @classmethod
        def orders(cls, form: actions.ActionForm) -> list[Order]:
            return [Order(cls())]

        def wanted(self) -> dict[str, Any]:
            return {"companyName": self.company}

        def inverse(self, before: actions.State) -> Action | None:
            return Rename(before["companyName"])

        def done(self, target: actions.Target) -> str:
            return f"{target.name} works for {self.company}."

    monkeypatch.setitem(actions.BY_KEY, Rename.key, Rename)
    monkeypatch.setattr(actions, "ALL", (*actions.ALL, Rename))
    superuser = make_user(is_superuser=True)
    client.force_login(superuser)
    account = known(tenant, unread, "adele")
    page = client.get(account.person.get_absolute_url()).content.decode()
    assert "Rename company…" in page
    url = f"/people/{account.person_id}/accounts/{account.pk}/actions/{Rename.key}/"
    form = client.get(url).context["form"]
    client.post(url, {"click": form["click"].value(), "seen": form["seen"].value() or ""})
    run = carry_out(ActionRun.objects.get())
    assert (run.state, run.message) == (State.SUCCEEDED, "Adele Vance works for Contoso Gardens.")
    assert tenant.truth("adele")["companyName"] == "Contoso Gardens"
    assert undo(run, superuser).state == State.SUCCEEDED
    assert tenant.truth("adele")["companyName"] == run.before["companyName"]
