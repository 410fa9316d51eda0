"""What a worker may not or cannot do: refused, held, put off, unanswered; and the state that this leaves."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.actions import Action, DisableAccount, ResetPassword, RevokeSessions, Target
from connectors.graph import (
    CredentialMissing,
    CredentialRefused,
    Grant,
    NotThere,
    OutcomeUnknown,
    Refused,
    StartOver,
    TryLater,
)
from connectors.models import Connector
from neurons_admin.access.models import User
from people.models import Account, ActionRun
from people.models.run import ATTEMPTS, FORMAT
from tests.fakes import TENANT, FakeDirectory, after
from tests.runs import again, ask, calls, carry_out, known_to, let_time_pass, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]


State = ActionRun.State


UNANSWERED = OutcomeUnknown("Microsoft Graph was asked and did not answer.", code="no_answer")


BUSY = TryLater("Microsoft Graph is busy.", code="TooManyRequests", status=429, request_id="r-429")


REFUSALS = [
    (
        Refused("Microsoft refused: the person is protected.", code="Authorization_RequestDenied", status=403),
        "protected",
    ),
    (Refused("The directory refused the password: it is too weak.", code="Request_BadRequest", status=400), "too weak"),
    (StartOver("The list of changes has expired.", code="http_410", status=410), "expired"),
]


@pytest.mark.parametrize(("error", "words"), REFUSALS)
def test_what_graph_refuses_has_failed(
    directory: FakeDirectory, adele: Account, dana: User, error: Any, words: str
) -> None:
    error.detail, error.request_id = "in Graph's words", "r-1"
    directory.writes = [error]
    run = carry_out(ask(adele, dana, ResetPassword))
    assert (run.state, run.error_code, run.error_detail, run.request_id) == (
        State.FAILED, error.code, "in Graph's words", "r-1",
    )  # fmt: skip
    assert words in run.message
    assert run.ended_at
    assert run.is_over
    assert run.accepted_at is None
    assert directory.applied == []


@pytest.mark.parametrize("when", ["reads", "writes"])
def test_a_person_deleted_meanwhile(directory: FakeDirectory, adele: Account, dana: User, when: str) -> None:
    run = ask(adele, dana)
    gone = NotThere("This person is no longer in the directory.", code="Request_ResourceNotFound", status=404)
    setattr(directory, when, [gone])
    if when == "writes":
        # The refusal may mean anything that the call names: the person is looked for before that is said.
        directory.reads = [None, gone]
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "Request_ResourceNotFound")
    adele.refresh_from_db()
    assert (adele.removal, adele.person.state) == ("unseen", "deleted")
    assert directory.applied == []


def test_a_person_deleted_in_our_copy_meanwhile(directory: FakeDirectory, adele: Account, dana: User) -> None:
    """The directory has the last word: it still knows the person, so they are back."""
    run = ask(adele, dana)
    Account.objects.update(removal="unseen")
    assert carry_out(run).state == State.SUCCEEDED
    adele.refresh_from_db()
    assert adele.removal == ""


def test_a_person_synced_meanwhile_is_refused_before_any_write(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    run = ask(adele, dana, ResetPassword)
    known_to(directory, adele, onPremisesSyncEnabled=True)
    run = carry_out(run)
    assert (run.state, run.error_code, run.sent_at) == (State.FAILED, "refused_here", None)
    assert "Active Directory" in run.message
    assert directory.written == []


@pytest.mark.parametrize("how", ["role", "active"])
def test_who_asked_may_no_longer(directory: FakeDirectory, adele: Account, dana: User, how: str) -> None:
    run = ask(adele, dana)
    if how == "role":
        dana.groups.clear()
    else:
        dana.is_active = False
        dana.save()
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert "dana may no longer ask" in run.message
    assert calls(run) == []
    assert directory.written == []


@pytest.mark.parametrize(
    ("take_away", "words"),
    [
        (lambda dana: dana.groups.clear(), "dana may no longer ask"),
        (lambda dana: User.objects.filter(pk=dana.pk).update(is_active=False), "dana may no longer ask"),
        (lambda _: Connector.objects.update(actions_withheld=["disable_account"]), "does not offer"),
    ],
)
def test_what_is_taken_away_while_the_person_is_being_read(
    directory: FakeDirectory,
    adele: Account,
    dana: User,
    monkeypatch: pytest.MonkeyPatch,
    take_away: Callable[[User], Any],
    words: str,
) -> None:
    """The sign-in and the reading may take many seconds: what counts is how things stand just before the call."""
    run = ask(adele, dana)
    read = Action.read

    def read_slowly(self: Action, graph: Any, target: Target) -> dict[str, Any]:
        state = read(self, graph, target)
        take_away(dana)
        return state

    monkeypatch.setattr(Action, "read", read_slowly)
    run = carry_out(run)
    assert (run.state, run.error_code, run.sent_at) == (State.FAILED, "refused_here", None)
    assert words in run.message
    assert directory.written == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"active": False}, "does not act"),
        ({"actions_enabled": False}, "does not act"),
        ({"actions_withheld": ["disable_account"]}, "does not offer"),
    ],
)
def test_the_connector_no_longer_acts(
    directory: FakeDirectory, adele: Account, dana: User, changes: dict[str, Any], words: str
) -> None:
    run = ask(adele, dana)
    Connector.objects.update(**changes)
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert words in run.message
    assert directory.written == []


def test_a_permission_that_is_missing(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.grant = Grant("Contoso act", TENANT, ("User.Read.All",), ())
    run = carry_out(ask(adele, dana))
    assert (run.state, run.error_code) == (State.FAILED, "refused_here")
    assert "User.EnableDisableAccount.All" in run.message
    assert directory.written == []


def test_a_permission_granted_since_the_token_was_issued(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.fresh_grant, directory.grant = directory.grant, Grant("Contoso act", TENANT, ("User.Read.All",), ())
    assert carry_out(ask(adele, dana)).state == State.SUCCEEDED


def test_a_token_that_says_nothing_is_left_to_graph(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.grant = Grant("", "", (), (), readable=False)
    assert carry_out(ask(adele, dana)).state == State.SUCCEEDED


def test_an_order_that_makes_no_sense(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(params={"unheard_of": 1})
    run = carry_out(run)
    assert (run.state, run.error_code) == (State.FAILED, "unknown_action")
    assert directory.written == []


@pytest.mark.parametrize("columns", [{"action": "from_the_future"}, {"format": FORMAT + 1}])
def test_what_a_newer_version_has_written_is_left_to_it(
    directory: FakeDirectory, adele: Account, dana: User, columns: dict[str, Any]
) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(**columns)
    run = carry_out(run)
    assert (run.state, run.attempts) == (State.QUEUED, 0)
    assert directory.written == []


@pytest.mark.parametrize("where", ["sign_ins", "reads", "writes"])
def test_a_credential_that_does_not_work_holds_it(
    directory: FakeDirectory, adele: Account, dana: User, where: str
) -> None:
    setattr(directory, where, [CredentialRefused("The client secret has expired.", code="expired_secret")])
    run = carry_out(ask(adele, dana))
    assert (run.state, run.error_code, run.sent_at, run.ended_at) == (State.HELD, "expired_secret", None, None)
    assert "expired" in run.message
    assert run.not_before
    assert timedelta(minutes=4) < run.not_before - timezone.now() < timedelta(minutes=6)
    assert directory.applied == []


def test_a_credential_that_was_taken_away_holds_it(adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask(adele, dana)

    def refuse(*_: Any) -> None:
        raise CredentialMissing("No credential has been set for this.", code="no_credential")

    monkeypatch.setattr(Connector, "graph_for_acting", refuse)
    assert carry_out(run).state == State.HELD


@pytest.mark.parametrize("where", ["sign_ins", "reads", "writes"])
def test_busy_means_later(directory: FakeDirectory, adele: Account, dana: User, where: str) -> None:
    setattr(directory, where, [BUSY])
    run = carry_out(ask(adele, dana))
    assert (run.state, run.error_code, run.sent_at, run.rung_at, run.in_doubt) == (
        State.QUEUED, "TooManyRequests", None, None, False,
    )  # fmt: skip
    assert directory.applied == []
    assert again(carry_out(run)).state == State.QUEUED
    let_time_pass(run)
    run = carry_out(run)
    assert (run.state, run.attempts, run.error_code) == (State.SUCCEEDED, 1, "")
    assert len(directory.applied) == 1


@pytest.mark.parametrize(
    ("deferrals", "retry_after", "seconds"),
    [(0, None, 5), (3, None, 40), (6, None, 320), (0, 17, 17), (0, 0, 5), (0, 86400, 900), (0, float("inf"), 900)],
)
def test_how_much_later(
    directory: FakeDirectory, adele: Account, dana: User, deferrals: int, retry_after: float | None, seconds: float
) -> None:
    run = ask(adele, dana)
    ActionRun.objects.update(deferrals=deferrals)
    directory.writes = [TryLater("Busy.", retry_after=retry_after)]
    run = carry_out(run)
    assert run.not_before
    assert abs((run.not_before - timezone.now()).total_seconds() - seconds) < 2
    assert f"{seconds} s" in reasons(run)


def test_microsoft_being_busy_costs_no_attempt(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    directory.writes = [BUSY] * (ATTEMPTS + 1)
    for _ in range(ATTEMPTS + 1):
        assert carry_out(run).attempts == 0
        let_time_pass(run)
    assert again(run).deferrals == ATTEMPTS + 1
    run = carry_out(run)
    assert (run.state, run.attempts) == (State.SUCCEEDED, 1)
    assert len(directory.applied) == 1


UNCERTAIN = TryLater("Out of order.", code="http_503", retry_after=1, certain=False)


def test_what_was_most_likely_not_done_is_looked_at_and_sent_again(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    directory.writes = [UNCERTAIN]
    run = carry_out(ask(adele, dana))
    assert (run.state, run.in_doubt) == (State.QUEUED, True)
    let_time_pass(run)
    run = carry_out(run)
    assert (run.state, run.in_doubt, len(directory.written)) == (State.SUCCEEDED, False, 2)
    assert "(resend)" in reasons(run)


def test_what_was_most_likely_not_done_and_was_is_not_sent_again(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    directory.writes = [after(UNCERTAIN)]
    run = carry_out(ask(adele, dana))
    let_time_pass(run)
    run = carry_out(run)
    assert (run.state, len(directory.written)) == (State.SUCCEEDED, 1)
    assert "Confirmed by reading" in reasons(run)


def test_what_may_do_harm_twice_is_not_sent_again_for_a_likelihood(
    directory: FakeDirectory, adele: Account, dana: User
) -> None:
    directory.writes = [UNCERTAIN]
    run = carry_out(ask(adele, dana, ResetPassword))
    assert (run.state, run.in_doubt) == (State.UNKNOWN, True)


@pytest.mark.parametrize("action", [DisableAccount, ResetPassword, RevokeSessions])
def test_an_answer_that_never_came_leaves_it_unknown(
    directory: FakeDirectory, adele: Account, dana: User, action: type[Action]
) -> None:
    directory.writes = [UNANSWERED]
    run = carry_out(ask(adele, dana, action))
    assert (run.state, run.in_doubt, run.ended_at, run.error_code) == (State.UNKNOWN, True, None, "no_answer")
    assert run.sent_at
    assert run.next_read_at
    assert timedelta(seconds=1) < run.next_read_at - timezone.now() < timedelta(seconds=3)
    assert len(directory.written) == 1
