"""A second person: when one is needed, who it can be, what their word does, and that nothing gets past it."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.test import Client

from connectors import actions
from connectors.actions import DisableAccount, EditProfile, Order, ResetPassword
from neurons_admin.access.models import Membership, Scope, User
from neurons_admin.audit.models import Event, mark
from people import agreeing, approvals, asking, restores, services, sweeper
from people.asking import Asking
from people.models import Account, ActionRun, Approval, ApprovalRule, SealedPassword
from tests.factories import make_account, make_user
from tests.fakes import FakeDirectory
from tests.runs import again, ask, carry_out

State = ActionRun.State


@pytest.fixture
def bea(db: None) -> User:
    """Somebody who may agree."""
    return make_user("People admin", username="bea")


@pytest.fixture
def always(db: None) -> None:
    for action in actions.ALL:
        ApprovalRule.objects.create(action=action.key)


def approval_of(run: ActionRun) -> Approval:
    return Approval.objects.get(run=run)


@pytest.mark.django_db
class TestWhenOneIsNeeded:
    def test_without_a_rule_nobody_is(self, adele: Account, dana: User) -> None:
        run = ask(adele, dana)
        assert run.state == State.QUEUED
        assert not Approval.objects.exists()

    def test_with_a_rule_the_run_waits_and_nothing_is_sent(
        self, directory: FakeDirectory, adele: Account, dana: User, always: None
    ) -> None:
        run = ask(adele, dana)
        carry_out(run)
        row = again(run)
        assert (row.state, row.held_because, row.message) == (State.HELD, "approval", approvals.WAITING)
        assert not directory.written
        assert row.rung_at is None

    def test_a_rule_for_another_action_does_not_matter(self, adele: Account, dana: User) -> None:
        ApprovalRule.objects.create(action="delete_account")
        assert ask(adele, dana).state == State.QUEUED

    def test_from_a_number_of_people_on(self, dana: User) -> None:
        ApprovalRule.objects.create(action=DisableAccount.key, from_number=3)
        states = [ask(make_account(), dana).state for _ in range(4)]
        assert states == [State.QUEUED, State.QUEUED, State.HELD, State.HELD]

    def test_the_same_person_again_and_yesterday_do_not_count(self, adele: Account, dana: User) -> None:
        ApprovalRule.objects.create(action=DisableAccount.key, from_number=2)
        services.cancel(ask(adele, dana), asked_by=dana)
        old = ask(make_account(), dana)
        ActionRun.objects.filter(pk=old.pk).update(created_at=Now() - timedelta(days=1, seconds=1))
        assert ask(adele, dana).state == State.QUEUED

    def test_what_others_asked_for_does_not_count(self, adele: Account, dana: User, bea: User) -> None:
        ApprovalRule.objects.create(action=DisableAccount.key, from_number=2)
        ask(make_account(), bea)
        assert ask(adele, dana).state == State.QUEUED

    def test_the_dialog_says_so_beforehand(self, client: Client, adele: Account, dana: User, always: None) -> None:
        client.force_login(dana)
        url = f"/people/{adele.person_id}/accounts/{adele.pk}/actions/disable_account/"
        assert approvals.NEEDED in client.get(url).text


@pytest.mark.django_db
class TestWhoItCanBe:
    """One generated row for each: who, and whether they can be the second person for a run of dana's on Adele."""

    @staticmethod
    def _limited_to(department: str) -> User:
        member = make_user(username="limited")
        role = User.groups.rel.model.objects.get(name="People admin")
        scope = Scope.objects.create(name=department, conditions={"department": [department]})
        Membership.objects.create(user=member, group=role, scope=scope)
        return User.objects.get(pk=member.pk)

    WHO: dict[str, tuple[Callable[[User, Account], User], bool]] = {
        "a people admin": (lambda dana, adele: make_user("People admin"), True),
        "a superuser": (lambda dana, adele: make_user(is_superuser=True), True),
        "who asked": (lambda dana, adele: dana, False),
        "a service desk, who may not agree": (lambda dana, adele: make_user("Service desk"), False),
        "a viewer": (lambda dana, adele: make_user("Viewer"), False),
        "who is deactivated": (lambda dana, adele: make_user("People admin", is_active=False), False),
    }

    @pytest.mark.parametrize("name", WHO)
    def test_only_another_one_who_may_agree_and_act(self, name: str, adele: Account, dana: User, always: None) -> None:
        make, may = self.WHO[name]
        run = ask(adele, dana)
        second = make(dana, adele)
        assert approvals.may_decide(second, run) is may
        if not may:
            with pytest.raises(PermissionDenied):
                agreeing.agree(run, by=second)
            with pytest.raises(PermissionDenied):
                agreeing.disagree(run, "No.", by=second)
            assert again(run).state == State.HELD

    def test_who_asked_cannot_although_their_role_could(self, adele: Account, bea: User, always: None) -> None:
        run = ask(adele, bea)
        with pytest.raises(PermissionDenied):
            agreeing.agree(run, by=bea)
        with pytest.raises(IntegrityError, match="approval_by_another"), transaction.atomic():
            Approval.objects.filter(run=run).update(decided_by=bea, agreed=True)

    @pytest.mark.parametrize(("department", "may"), [("Retail", True), ("Finance", False)])
    def test_scopes_hold(self, department: str, may: bool, adele: Account, dana: User, always: None) -> None:
        Account.objects.filter(pk=adele.pk).update(department="Retail")
        run = ask(Account.objects.with_connector().get(pk=adele.pk), dana)
        second = self._limited_to(department)
        assert approvals.may_decide(second, again(run)) is may
        assert approvals.waiting_for(second).exists() is may


@pytest.mark.django_db
class TestTheirWord:
    def test_agreed_it_is_carried_out_and_on_record(
        self, directory: FakeDirectory, adele: Account, dana: User, bea: User, always: None
    ) -> None:
        run = ask(adele, dana)
        assert agreeing.agree(run, by=bea)
        assert again(run).state == State.QUEUED
        carry_out(run)
        assert again(run).state == State.SUCCEEDED
        assert directory.written
        event = Event.objects.get(verb="run.agreed")
        assert (event.actor_id, mark(adele.person) in event.about) == (bea.pk, True)
        assert approval_of(run).agreed

    def test_not_agreed_it_ends_with_the_reason(
        self, directory: FakeDirectory, adele: Account, dana: User, bea: User, always: None
    ) -> None:
        run = ask(adele, dana, ResetPassword)
        assert agreeing.disagree(run, " It is the wrong one. ", by=bea)
        carry_out(run)
        row = again(run)
        assert (row.state, row.message) == (State.CANCELLED, "bea did not agree: It is the wrong one.")
        assert not directory.written
        assert not SealedPassword.objects.showable().exists()
        assert Event.objects.get(verb="run.not_agreed").detail["reason"] == "It is the wrong one."

    def test_it_counts_once(self, adele: Account, dana: User, bea: User, always: None) -> None:
        run = ask(adele, dana)
        assert agreeing.agree(run, by=bea)
        assert not agreeing.agree(run, by=bea)
        assert not agreeing.disagree(run, "Too late.", by=bea)
        assert Event.objects.filter(verb="run.agreed").count() == 1

    def test_who_asked_can_take_it_back(self, adele: Account, dana: User, bea: User, always: None) -> None:
        run = ask(adele, dana)
        assert services.cancel(run, asked_by=dana)
        assert not agreeing.agree(run, by=bea)

    def test_nobody_in_time_is_no(self, adele: Account, dana: User, bea: User, always: None) -> None:
        run = ask(adele, dana)
        ActionRun.objects.filter(pk=run.pk).update(expires_at=Now() - timedelta(seconds=1))
        assert not agreeing.agree(run, by=bea)
        sweeper.give_up_old()
        row = again(run)
        assert (row.state, row.error_code) == (State.FAILED, "expired")
        assert row.message.startswith("Nobody else has agreed in time.")

    def test_the_password_is_shown_to_who_asked_only(
        self, directory: FakeDirectory, adele: Account, dana: User, bea: User, always: None
    ) -> None:
        run = ask(adele, dana, ResetPassword)
        agreeing.agree(run, by=bea)
        carry_out(run)
        with pytest.raises(PermissionDenied):
            services.reveal_password(again(run), asked_by=bea)
        assert services.reveal_password(again(run), asked_by=dana)


@pytest.mark.django_db
class TestNothingGetsPast:
    def test_a_row_put_into_the_queue_by_hand(
        self, directory: FakeDirectory, adele: Account, dana: User, always: None
    ) -> None:
        run = ask(adele, dana)
        ActionRun.objects.filter(pk=run.pk).update(state=State.QUEUED, held_because="")
        carry_out(run)
        assert again(run).message.startswith("Nobody else has agreed to this.")
        assert not directory.written

    @pytest.mark.parametrize("change", [{"is_active": False}, {"groups": []}])
    def test_a_second_person_who_may_no_longer(
        self, change: dict[str, Any], directory: FakeDirectory, adele: Account, dana: User, bea: User, always: None
    ) -> None:
        run = ask(adele, dana)
        agreeing.agree(run, by=bea)
        if "groups" in change:
            bea.groups.clear()
        else:
            User.objects.filter(pk=bea.pk).update(**change)
        carry_out(run)
        assert again(run).message.startswith("bea, who agreed to this, may no longer do so.")
        assert not directory.written
        assert Event.objects.filter(verb="run.refused").exists()

    def test_a_restored_database(self, adele: Account, dana: User, bea: User, always: None) -> None:
        run = ask(adele, dana)
        restores.hold_open()
        assert services.confirm(again(run), asked_by=dana)
        assert (again(run).state, again(run).held_because) == (State.HELD, "approval")
        assert agreeing.agree(again(run), by=bea)

    def test_a_credential_that_works_again(self, adele: Account, dana: User, always: None) -> None:
        run = ask(adele, dana)
        sweeper.release_held()
        assert again(run).held_because == "approval"

    def test_a_worker_of_an_older_version_leaves_it_alone(self, adele: Account, dana: User, always: None) -> None:
        assert again(ask(adele, dana)).format == 3
        ApprovalRule.objects.all().delete()
        assert ask(make_account(), dana).format == 2


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture
    def run(self, adele: Account, dana: User) -> ActionRun:
        ApprovalRule.objects.create(action=DisableAccount.key)
        return ask(adele, dana)

    def at_once(self, *deeds: Callable[[], object]) -> list[object]:
        start, results = threading.Barrier(len(deeds)), []

        def run(deed: Callable[[], object]) -> None:
            start.wait()
            try:
                results.append(deed())
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    def test_two_who_agree_are_one(self, run: ActionRun, bea: User) -> None:
        eve = make_user("People admin", username="eve")
        done = self.at_once(lambda: agreeing.agree(run, by=bea), lambda: agreeing.agree(again(run), by=eve))
        assert sorted(map(bool, done)) == [False, True]
        assert Event.objects.filter(verb="run.agreed").count() == 1

    def test_one_agrees_and_another_does_not(self, run: ActionRun, bea: User) -> None:
        eve = make_user("People admin", username="eve")
        done = self.at_once(lambda: agreeing.agree(run, by=bea), lambda: agreeing.disagree(again(run), "No.", by=eve))
        assert sorted(map(bool, done)) == [False, True]
        assert approval_of(run).agreed is (again(run).state == State.QUEUED)

    def test_one_agrees_while_the_other_takes_it_back(self, run: ActionRun, dana: User, bea: User) -> None:
        agreed, cancelled = [], []
        self.at_once(
            lambda: agreed.append(agreeing.agree(run, by=bea)),
            lambda: cancelled.append(services.cancel(again(run), asked_by=dana)),
        )
        # Taken back is possible after it was agreed to, as long as it has not begun; never the other way round.
        assert cancelled == [True] or agreed == [True]
        assert again(run).state == (State.CANCELLED if cancelled == [True] else State.QUEUED)

    def test_two_orders_at_once_do_not_slip_below_the_number(self, dana: User) -> None:
        ApprovalRule.objects.create(action=DisableAccount.key, from_number=2)
        accounts = [make_account(), make_account()]

        def order(account: Account) -> str:
            return asking.ask([Order(DisableAccount())], Asking(account, dana, uuid.uuid4())).run.state

        states = self.at_once(*[lambda account=account: order(account) for account in accounts])
        assert sorted(map(str, states)) == ["held", "queued"]


@pytest.mark.django_db
class TestPages:
    def test_home_and_the_list_lead_to_it(
        self, client: Client, adele: Account, dana: User, bea: User, always: None
    ) -> None:
        run = ask(adele, dana)
        client.force_login(bea)
        assert "1 run waits for your agreement" in client.get("/").text
        assert run.get_absolute_url() in client.get("/approvals/").text
        page = client.get(run.get_absolute_url()).text
        assert "Waiting until somebody else agrees" in page
        assert f"/runs/{run.pk}/agree/" in page
        client.post(f"/runs/{run.pk}/agree/")
        assert again(run).state == State.QUEUED
        assert "Nothing waits for you" in client.get("/approvals/").text

    @pytest.mark.parametrize(
        ("action", "params", "words"),
        [
            (
                EditProfile,
                {"changes": {"department": "Retail", "jobTitle": None}},
                ["Department", "Job title"],
            ),
            (ResetPassword, {"force_change": True}, ["What is asked for", "yes"]),
        ],
    )
    def test_whoever_agrees_sees_each_value(
        self, client: Client, adele: Account, dana: User, bea: User, always: None, action: Any, params: Any, words: Any
    ) -> None:
        run = ask(adele, dana, action, **params)
        client.force_login(bea)
        text = client.get(run.get_absolute_url()).text
        assert [word for word in words if word not in text] == []

    def test_who_asked_has_no_such_button(self, client: Client, adele: Account, bea: User, always: None) -> None:
        run = ask(adele, bea)
        client.force_login(bea)
        page = client.get(run.get_absolute_url()).text
        assert "/agree/" not in page
        assert "It has to be somebody other than you." in page
        assert "waits for your agreement" not in client.get("/").text
        assert client.post(f"/runs/{run.pk}/agree/").status_code == 403
        assert client.get(f"/runs/{run.pk}/disagree/").status_code == 404

    def test_a_no_needs_a_reason(self, client: Client, adele: Account, dana: User, bea: User, always: None) -> None:
        run = ask(adele, dana)
        client.force_login(bea)
        url = f"/runs/{run.pk}/disagree/"
        assert "Why you do not agree" in client.post(url).text
        assert client.post(url, {"reason": "  "}).status_code == 200
        assert again(run).state == State.HELD
        client.post(url, {"reason": "Not today."})
        assert again(run).message == "bea did not agree: Not today."

    def test_the_rules_are_set_on_a_page_and_on_record(self, client: Client, db: None) -> None:
        client.force_login(make_user(is_superuser=True, username="boss"))
        url = "/approvals/rules/"
        assert "Disable account" in client.get(url).text
        client.post(url, {"disable_account": "1", "delete_account": "5"})
        assert dict(ApprovalRule.objects.values_list("action", "from_number")) == {
            "disable_account": 1,
            "delete_account": 5,
        }
        client.post(url, {"delete_account": "6"})
        assert dict(ApprovalRule.objects.values_list("action", "from_number")) == {"delete_account": 6}
        last = Event.objects.filter(verb="approval.rule_changed").order_by("-id").values_list("detail", flat=True)
        assert {"Delete account": {"before": 5, "after": 6}} in list(last)

    @pytest.mark.parametrize("number", ["0", "-1", "x", "100001", "1.5"])
    def test_what_is_no_number_is_refused(self, client: Client, db: None, number: str) -> None:
        client.force_login(make_user(is_superuser=True))
        answer = client.post("/approvals/rules/", {"disable_account": number})
        assert answer.status_code == 200
        assert not ApprovalRule.objects.exists()
