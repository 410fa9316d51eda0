"""Runs whose credential does not work are held together, ask nobody while they wait, and go on together."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors import gates, standing
from connectors.checks import UNREADABLE
from connectors.graph import CredentialMissing, CredentialRefused
from connectors.models import Connector
from credentials.finding import NO_CONSENT, Finding
from credentials.models import Credential
from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from people import sweeper
from people.models import Account, ActionRun
from people.settling import HELD_SECONDS
from tests.factories import make_account, make_checked_credential, make_connector, make_run
from tests.fakes import FakeDirectory
from tests.runs import again, ask, carry_out, known_to, reasons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bell")]
State, Held = ActionRun.State, ActionRun.Held
EXPIRED = CredentialRefused("The client secret has expired.", code="expired_secret", detail="AADSTS7000222")
UNOPENED = CredentialRefused("This server cannot open the secret.", code=UNREADABLE)
NOT_SET = CredentialMissing("No credential has been set for this.", code="no_credential")
PAST, SOON = timedelta(seconds=-1), timedelta(minutes=1)


def credential_of(account: Account) -> Credential:
    credential = account.connector.action_credential
    assert credential is not None
    return Credential.objects.get(pk=credential.pk)


def refuse(account: Account) -> None:
    """Microsoft is known to refuse the account's action credential."""
    standing.note_refused(credential_of(account), EXPIRED)


def held(account: Account | None = None, **columns: Any) -> ActionRun:
    return make_run(account, state=State.HELD, held_because=Held.CREDENTIAL, **columns)


def test_who_is_refused_is_held_and_loses_no_attempt(directory: FakeDirectory, adele: Account, dana: User) -> None:
    directory.sign_ins = [EXPIRED]
    run = carry_out(ask(adele, dana))
    assert (run.state, run.held_because, run.attempts, run.sent_at) == (State.HELD, Held.CREDENTIAL, 0, None)
    assert (run.error_code, run.message) == ("expired_secret", "The client secret has expired.")
    assert (run.lease_until, run.rung_at) == (None, None)
    assert run.not_before
    assert abs((run.not_before - timezone.now()).total_seconds() - HELD_SECONDS) < 5
    assert "The action credential does not work: The client secret has expired." in reasons(run)
    assert standing.is_refused(credential_of(adele))


def test_of_many_one_asks_and_raises_the_alarm(
    directory: FakeDirectory, dana: User, caplog: pytest.LogCaptureFixture
) -> None:
    connector, runs = make_connector(), []
    for _ in range(4):
        account = make_account(connector=connector)
        known_to(directory, account)
        runs.append(ask(account, dana))
    directory.sign_ins = [EXPIRED]
    with caplog.at_level(logging.ERROR):
        assert {carry_out(run).state for run in runs} == {State.HELD}
    assert directory.sign_ins == []
    assert Event.objects.filter(verb="credential.refused").count() == 1
    assert caplog.text.count("Microsoft refuses the credential") == 1
    assert {again(run).error_code for run in runs} == {"expired_secret"}


def test_with_a_credential_that_is_known_to_be_refused_nobody_is_asked(
    adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(adele, dana)
    refuse(adele)

    def ask_nobody(*_: Any) -> None:
        raise AssertionError("Microsoft was asked.")

    monkeypatch.setattr(Connector, "graph_for_acting", ask_nobody)
    run = carry_out(run)
    assert (run.state, run.held_because, run.attempts) == (State.HELD, Held.CREDENTIAL, 0)
    assert run.message == "The client secret has expired."
    assert not run.calls.exists()


def test_what_was_granted_nothing_is_let_in(directory: FakeDirectory, adele: Account, dana: User) -> None:
    run = ask(adele, dana)
    Credential.objects.update(check_code=NO_CONSENT)
    assert carry_out(run).state == State.SUCCEEDED


@pytest.mark.parametrize("error", [UNOPENED, NOT_SET], ids=lambda error: error.code)
def test_what_this_server_cannot_do_is_not_said_of_the_credential(
    directory: FakeDirectory, adele: Account, dana: User, error: CredentialRefused
) -> None:
    directory.sign_ins = [error]
    run = carry_out(ask(adele, dana))
    assert (run.state, run.error_code) == (State.HELD, error.code)
    assert not standing.is_refused(credential_of(adele))
    assert not Event.objects.filter(verb="credential.refused").exists()


def test_as_long_as_it_is_refused_they_wait() -> None:
    run = held()
    refuse(run.account)
    sweeper.release_held()
    assert (again(run).state, reasons(run)) == (State.HELD, "")


@pytest.mark.parametrize("code", ["", NO_CONSENT])
def test_once_it_is_let_in_they_go_on(code: str) -> None:
    run = held(error_code="expired_secret", not_before=timezone.now() + SOON, rung_at=timezone.now())
    Credential.objects.update(check_code=code)
    sweeper.release_held()
    run = again(run)
    assert (run.state, run.held_because, run.not_before, run.rung_at) == (State.QUEUED, "", None, None)
    assert "the action credential may work now" in reasons(run)
    assert ActionRun.objects.due().filter(pk=run.pk).exists()


@pytest.mark.parametrize("code", sorted(standing.NOT_MICROSOFTS))
@pytest.mark.parametrize(("not_before", "state"), [(SOON, State.HELD), (PAST, State.QUEUED)])
def test_what_only_trying_again_tells_is_tried_every_five_minutes(code: str, not_before: timedelta, state: str) -> None:
    run = held(error_code=code, not_before=timezone.now() + not_before)
    sweeper.release_held()
    assert again(run).state == state


def test_a_connector_whose_credential_was_taken_away_is_tried_as_well() -> None:
    run = held(make_account(connector=make_connector(acts=False)), error_code="no_credential")
    sweeper.release_held()
    assert again(run).state == State.QUEUED


def test_one_credential_that_works_lets_all_of_its_connectors_go_on_and_nobody_elses() -> None:
    shared = make_checked_credential("shared act")
    ours = [held(make_account(connector=make_connector(action_credential=shared))) for _ in range(2)]
    theirs = held()
    refuse(theirs.account)
    sweeper.release_held()
    assert [again(run).state for run in (*ours, theirs)] == [State.QUEUED, State.QUEUED, State.HELD]


def test_held_let_go_and_carried_out(
    directory: FakeDirectory, adele: Account, dana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.sign_ins = [EXPIRED]
    run = carry_out(ask(adele, dana))
    gates.Gate.objects.update(probe_at=None)
    works = Finding(permissions=("User.ReadWrite.All",))
    monkeypatch.setattr(standing, "sign_in_with", lambda credential: works)
    assert standing.probe(credential_of(adele))
    sweeper.release_held()
    run = carry_out(run)
    assert (run.state, run.attempts, run.held_because, run.error_code) == (State.SUCCEEDED, 1, "", "")
    assert len(directory.applied) == 1


def test_of_all_that_want_to_probe_one_does_every_five_minutes(adele: Account) -> None:
    credential = credential_of(adele)
    assert [gates.take_probe(credential) for _ in range(3)] == [True, False, False]
    gates.Gate.objects.update(probe_at=timezone.now() + PAST)
    assert gates.take_probe(credential)
    gate = gates.Gate.objects.get()
    assert gate.probe_at
    assert abs((gate.probe_at - timezone.now()).total_seconds() - gates.PROBE_EVERY) < 5


def test_a_probe_that_gets_no_answer_changes_nothing(adele: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(adele)
    gates.Gate.objects.update(probe_at=None)
    nobody = Finding("sign_in_unreachable", "Not reached.", signed_in=False, asked=False)
    monkeypatch.setattr(standing, "sign_in_with", lambda credential: nobody)
    assert not standing.probe(credential_of(adele))
    assert credential_of(adele).check_code == "expired_secret"


def test_what_an_older_version_has_held_goes_on_as_well() -> None:
    run = held()
    ActionRun.objects.filter(pk=run.pk).update(held_because="")
    sweeper.release_held()
    assert again(run).state == State.QUEUED
