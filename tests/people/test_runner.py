"""How a worker carries a run out: what it does, how often, and what it leaves in the row."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.actions import EnableAccount, ResetPassword, RevokeSessions
from connectors.graph import (
    CredentialRefused,
    OutcomeUnknown,
    Refused,
    TryLater,
)
from neurons_admin.access.models import User
from people import policy, runner
from people.models import Account, ActionRun, SealedPassword
from tests.factories import make_account
from tests.fakes import FakeDirectory, after
from tests.runs import again, ask, calls, carry_out, known_to, let_time_pass, reasons, story

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]


State = ActionRun.State


UNANSWERED = OutcomeUnknown("Microsoft Graph was asked and did not answer.", code="no_answer")


BUSY = TryLater("Microsoft Graph is busy.", code="TooManyRequests", status=429, request_id="r-429")


def test_disable_account(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana))
    assert directory.applied == [("PATCH", f"/users/{adele.object_id}", {"accountEnabled": False})]
    assert (run.state, run.message) == (State.SUCCEEDED, "Adele Vance can no longer sign in.")
    assert (run.before, run.after) == ({"accountEnabled": True}, {"accountEnabled": False})
    assert run.sent_at
    assert run.accepted_at
    assert run.observed_at
    assert run.ended_at
    assert run.is_over
    assert run.lease_until is None
    assert (run.attempts, run.request_id, run.error_code) == (1, "graph-request-id", "")
    assert story(run) == ["queued", "running", "running", "succeeded", "succeeded"]
    assert calls(run) == [("before", "GET"), ("before", "GET"), ("act", "PATCH"), ("look", "GET")]
    adele.refresh_from_db()
    assert (adele.enabled, adele.person.state) == (False, "disabled")


def test_enable_account(directory: FakeDirectory, dana: User) -> None:
    account = make_disabled(directory)
    run = carry_out(ask(account, dana, EnableAccount))
    assert (run.state, run.before, run.after) == (State.SUCCEEDED, {"accountEnabled": False}, {"accountEnabled": True})
    account.refresh_from_db()
    assert account.person.state == "enabled"


def make_disabled(directory: FakeDirectory) -> Account:
    account = make_account(enabled=False)
    known_to(directory, account)
    return account


def test_reset_password(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana, ResetPassword, force_change=False)
    password = SealedPassword.objects.get(run=run).value.reveal()
    run = carry_out(run)
    assert (run.state, run.message) == (State.SUCCEEDED, "Adele Vance has a new password.")
    assert directory.password == password
    [(_, _, body)] = directory.applied
    assert body["passwordProfile"]["forceChangePasswordNextSignIn"] is False
    assert run.observed_at
    assert run.after["lastPasswordChangeDateTime"] > run.before["lastPasswordChangeDateTime"]
    assert SealedPassword.objects.filter(run=run).exists()


def test_revoke_sessions(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = carry_out(ask(adele, dana, RevokeSessions))
    assert (run.state, run.observed_at is not None) == (State.SUCCEEDED, True)
    assert directory.applied == [("POST", f"/users/{adele.object_id}/revokeSignInSessions", None)]


def test_what_is_already_so_is_not_sent(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    known_to(directory, adele, accountEnabled=False)
    run = carry_out(run)
    assert (run.state, run.sent_at, run.accepted_at) == (State.SUCCEEDED, None, None)
    assert run.observed_at
    assert "already so" in run.message
    assert directory.written == []
    adele.refresh_from_db()
    assert adele.enabled is False


def test_accepted_and_observed_are_two_ticks(directory: FakeDirectory, adele: Account, dana: User) -> None:
    lagging = dict(directory.users[str(adele.object_id)])
    run = ask(adele, dana)
    directory.reads = [None, lagging]
    run = carry_out(run)
    assert (run.state, run.observed_at) == (State.SUCCEEDED, None)
    assert run.accepted_at
    assert run.has_ended
    assert not run.is_over
    assert run.next_read_at
    assert timedelta(seconds=1) < run.next_read_at - timezone.now() < timedelta(seconds=3)
    adele.refresh_from_db()
    assert adele.enabled is False


@pytest.mark.parametrize("rung", [1, 2, 5])
def test_rung_often_it_is_done_once(directory: FakeDirectory, adele: Account, dana: User, rung: int) -> None:
    run = ask(adele, dana)
    for _ in range(rung):
        runner.carry_out(run.pk)
    assert len(directory.written) == 1


@pytest.mark.parametrize("run_id", ["00000000-0000-0000-0000-000000000000"])
def test_a_ring_for_nobody_is_nothing(run_id: str) -> None:
    runner.carry_out(run_id)


@pytest.mark.parametrize("state", [state for state in State if state != State.QUEUED])
def test_only_what_waits_is_taken_up(directory: FakeDirectory, adele: Account, dana: User, state: str) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(state=state)
    assert carry_out(run).state == state
    assert directory.written == []


@pytest.mark.parametrize("columns", [{"not_before": timedelta(seconds=60)}, {"expires_at": timedelta(seconds=-1)}])
def test_neither_too_early_nor_too_late(
    directory: FakeDirectory, adele: Account, dana: User, columns: dict[str, timedelta]
) -> None:
    run = ask(adele, dana)
    let_time_pass(run, **columns)
    assert carry_out(run).state == State.QUEUED
    assert directory.written == []


@pytest.mark.parametrize("answer", [{}, {"id": "somebody-else"}, {"value": []}])
def test_an_answer_that_is_not_the_person_is_no_answer(
    directory: FakeDirectory, adele: Account, dana: User, answer: dict[str, Any]
) -> None:
    directory.reads = [answer]
    run = carry_out(ask(adele, dana))
    assert (run.state, run.error_code) == (State.QUEUED, "not_the_person")
    adele.refresh_from_db()
    assert adele.display_name == "Adele Vance"
    assert directory.written == []


def test_without_its_password_nothing_is_sent(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana, ResetPassword)
    SealedPassword.objects.all().delete()
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "no_secret")
    assert directory.written == []


def test_with_a_password_that_no_key_opens_nothing_is_sent(
    directory: FakeDirectory, adele: Account, dana: User, settings: Any
) -> None:
    run = ask(adele, dana, ResetPassword)
    settings.CREDENTIAL_KEYS = ["kq3mJ0Qp0sS9x3x9mZ1m2l4yq8vYw7bN5cF6dG7hJ8k="]
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "no_secret")
    assert directory.written == []


def test_a_typed_password_is_the_one_that_is_set(directory: FakeDirectory, adele: Account, dana: User) -> None:
    carry_out(ask(adele, dana, ResetPassword, secret="Typed-by-dana-1"))
    assert directory.password == "Typed-by-dana-1"


def test_the_fence_sends_nothing_for_a_lost_lease(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(adele, dana)

    def overslept(*_: Any) -> str:
        let_time_pass(run)
        return ""

    monkeypatch.setattr(policy, "refusal_at_run_time", overslept)
    run = carry_out(run)
    assert (run.state, run.sent_at) == (State.RUNNING, None)
    assert directory.written == []


def test_the_fence_begins_the_lease_anew(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, seen = ask(adele, dana), []

    def slow(*_: Any) -> str:
        let_time_pass(run, lease_until=timedelta(seconds=2))
        return ""

    monkeypatch.setattr(policy, "refusal_at_run_time", slow)
    monkeypatch.setattr(directory, "apply", lambda *_: seen.append(again(run).lease_until - timezone.now()))
    carry_out(run)
    assert timedelta(seconds=55) < seen[0] <= timedelta(seconds=60)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (None, State.SUCCEEDED),
        (Refused("Refused.", code="x", status=403), State.FAILED),
        (BUSY, State.QUEUED),
        (CredentialRefused("Refused.", code="x"), State.HELD),
        (after(UNANSWERED), State.UNKNOWN),
    ],
)
def test_who_was_given_up_may_still_say_how_it_ended(
    directory: FakeDirectory, adele: Account, dana: User, outcome: Any, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lease ran out while we waited for Graph: the sweeper said unknown, but the answer came after all."""
    run = ask(adele, dana)
    directory.writes = [outcome]

    def give_up(*_: Any) -> None:
        ActionRun.objects.filter(pk=run.pk).update(
            state=State.UNKNOWN, in_doubt=True, lease_until=None, reads=0, next_read_at=timezone.now()
        )

    monkeypatch.setattr(directory, "written", type("Written", (list,), {"append": give_up})())
    run = carry_out(run)
    assert run.state == state
    assert run.in_doubt == (state == State.UNKNOWN)
    if state in (State.FAILED, State.QUEUED, State.HELD):
        assert run.next_read_at is None


@pytest.mark.parametrize("outcome", [None, Refused("Refused.", code="x", status=403)])
def test_too_late_a_result_goes_into_the_trail_only(
    directory: FakeDirectory, adele: Account, dana: User, outcome: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(adele, dana)
    directory.writes = [outcome]

    def taken_over(self: Any, item: Any) -> None:
        ActionRun.objects.filter(pk=run.pk).update(lease="11111111-1111-1111-1111-111111111111")

    monkeypatch.setattr(directory, "written", type("Written", (list,), {"append": taken_over})())
    run = carry_out(run)
    assert (run.state, run.ended_at) == (State.RUNNING, None)
    assert "Late result, not counted" in reasons(run)
    adele.refresh_from_db()
    assert adele.enabled, "What is known of the person is not set back by who comes too late."


def test_a_fault_of_ours_is_left_to_the_lease(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(adele, dana)
    monkeypatch.setattr(policy, "refusal_at_run_time", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        runner.carry_out(run.pk)
    assert again(run).state == State.RUNNING


def test_the_number_of_statements_of_a_run(
    directory: FakeDirectory, adele: Account, dana: User, django_assert_max_num_queries: Any
) -> None:
    run = ask(adele, dana)
    with django_assert_max_num_queries(58):
        runner.carry_out(run.pk)
