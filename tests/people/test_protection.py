"""Protected people: who is, who may act on them all the same, and the list of those that somebody has put on it."""

import uuid

import pytest
from django.urls import reverse

from connectors.actions import DisableAccount, EditProfile, Order
from connectors.graph import Refused
from neurons_admin.audit.models import Event
from people import asking, policy, protection, runner
from people.asking import Asking
from people.models import Account, ActionRun
from people.protection import GLOBAL_ADMINISTRATOR
from tests.factories import make_account, make_connector, make_person, make_user
from tests.runs import ask, carry_out

pytestmark = pytest.mark.django_db
State = ActionRun.State


@pytest.fixture
def nora():
    """Somebody who may act on protected people."""
    return make_user("People admin", username="nora")


def dialog(client, account, **data):
    url = reverse("people:ask", args=[account.person_id, account.pk, "disable_account"])
    return client.post(url, {"click": str(uuid.uuid4()), "seen": "", **data})


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"protected_because": "break-glass account"}, "Put under protection: break-glass account."),
        ({"directory_roles": [GLOBAL_ADMINISTRATOR]}, "Global Administrator"),
        ({"in_role_group": True}, "role-assignable group"),
        ({"mail": "DANA@contoso.example"}, "your own account"),
    ],
)
def test_who_is_protected_and_why(dana, columns, words):
    dana.email = "dana@contoso.example"
    account = make_account(**columns)
    assert words in " ".join(protection.reasons(account, dana, DisableAccount))
    answer = policy.readiness(dana, account, DisableAccount)
    assert (answer.ready, words in answer.reason) == (False, True)


@pytest.mark.parametrize("columns", [{}, {"directory_roles": []}, {"in_role_group": False}, {"mail": ""}])
def test_who_is_not(dana, columns):
    assert protection.reasons(make_account(**columns), dana, DisableAccount) == []


def test_what_somebody_has_put_under_protection_is_so_for_every_action(dana):
    account = make_account(protected_because="break-glass account", directory_roles=[GLOBAL_ADMINISTRATOR])
    assert protection.reasons(account, dana, EditProfile) == ["Put under protection: break-glass account."]
    assert protection.reasons(make_account(in_role_group=True), dana, EditProfile) == []


def test_nothing_is_sent_while_nobody_knows_which_roles_they_hold(directory, adele, dana, monkeypatch):
    def refused(*_):
        raise Refused("Microsoft refused.", code="Authorization_RequestDenied", status=403)

    monkeypatch.setattr(runner, "read_standing", refused)
    run = carry_out(ask(adele, dana))
    assert (run.state, run.error_code, directory.written) == (State.FAILED, "refused_here", [])
    assert "RoleManagement.Read.Directory" in run.message
    Account.objects.update(directory_roles=[])
    assert carry_out(ask(adele, dana)).state == State.SUCCEEDED


def test_the_last_administrator_is_told_from_one_of_two(dana):
    connector = make_connector()
    first = make_account(make_person("First"), connector, directory_roles=[GLOBAL_ADMINISTRATOR])
    second = make_account(make_person("Second"), connector, directory_roles=[GLOBAL_ADMINISTRATOR])
    assert "No other" not in " ".join(protection.reasons(first, dana, DisableAccount))
    Account.objects.filter(pk=second.pk).update(enabled=False)
    assert "No other" in " ".join(protection.reasons(first, dana, DisableAccount))


def test_whoever_may_override_is_asked_why(client, directory, adele, nora):
    Account.objects.update(protected_because="break-glass account")
    client.force_login(nora)
    response = dialog(client, adele)
    assert "Say why" in response.content.decode()
    assert not ActionRun.objects.exists()
    dialog(client, adele, override_reason="Drill of the quarter")
    run = ActionRun.objects.get()
    assert run.override_reason == "Drill of the quarter"
    assert Event.objects.get(verb="run.asked").detail["override"] == "Drill of the quarter"
    assert carry_out(run).state == State.SUCCEEDED
    assert "Drill of the quarter" in client.get(run.get_absolute_url()).content.decode()


def test_a_reason_helps_nobody_who_may_not(client, adele, dana):
    Account.objects.update(protected_because="break-glass account")
    client.force_login(dana)
    response = dialog(client, adele, override_reason="Because")
    assert "is protected" in response.content.decode()
    with pytest.raises(asking.NotReady):
        asking.ask([Order(DisableAccount())], Asking(again(adele), dana, uuid.uuid4(), override_reason="Because"))
    assert not ActionRun.objects.exists()


def again(account):
    return Account.objects.with_connector().get(pk=account.pk)


def test_protected_meanwhile(directory, adele, dana):
    run = ask(adele, dana)
    Account.objects.update(protected_because="break-glass account")
    run = carry_out(run)
    assert (run.state, run.error_code, directory.written) == (State.FAILED, "refused_here", [])


def test_the_right_to_override_taken_away_meanwhile(directory, adele, nora):
    Account.objects.update(protected_because="break-glass account")
    wanted = Asking(again(adele), nora, uuid.uuid4(), override_reason="Drill")
    run = asking.ask([Order(DisableAccount())], wanted).run
    nora.groups.set(make_user("Service desk").groups.all())
    run = carry_out(run)
    assert (run.state, directory.written) == (State.FAILED, [])


def test_found_to_hold_a_role_when_the_run_begins(directory, adele, dana):
    directory.standing[str(adele.object_id)] = [
        {"@odata.type": "#microsoft.graph.directoryRole", "id": "x", "roleTemplateId": GLOBAL_ADMINISTRATOR}
    ]
    run = carry_out(ask(adele, dana))
    assert (run.state, run.error_code, directory.written) == (State.FAILED, "refused_here", [])
    assert again(adele).directory_roles == [GLOBAL_ADMINISTRATOR]


class TestList:
    def url(self, account):
        return reverse("people:protect", args=[account.person_id, account.pk])

    def test_on_and_off(self, client, adele, nora):
        client.force_login(nora)
        client.post(self.url(adele), {"because": " Break-glass account. "})
        assert again(adele).protected_because == "Break-glass account"
        assert Event.objects.get(verb="person.protected").detail == {"because": "Break-glass account"}
        assert "Break-glass account" in client.get(adele.person.get_absolute_url()).content.decode()
        client.post(self.url(adele), {"because": ""})
        assert again(adele).protected_because == ""
        assert Event.objects.filter(verb="person.unprotected").count() == 1

    def test_the_same_again_is_no_event(self, client, adele, nora):
        client.force_login(nora)
        client.post(self.url(adele), {"because": ""})
        assert not Event.objects.filter(verb__startswith="person.").exists()

    def test_too_long_a_reason_is_refused(self, client, adele, nora):
        client.force_login(nora)
        response = client.post(self.url(adele), {"because": "x" * 201})
        assert "at most 200" in response.content.decode()

    def test_who_may_not(self, client, adele, dana):
        client.force_login(dana)
        assert client.post(self.url(adele), {"because": "mine"}).status_code == 403
        assert again(adele).protected_because == ""
