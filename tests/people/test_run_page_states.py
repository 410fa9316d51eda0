"""What a run's page says in each state: what happened, what was and was not changed, why, and what to do next."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.actions import ResetPassword
from connectors.gates import Gate
from people.models import ActionCall, ActionRun, RunEvent
from people.views import advice
from tests.factories import make_run

pytestmark = pytest.mark.django_db
NOW = timezone.now()
SENT = ("running", "About to send: from here on it may have happened.")
NO_ANSWER = "Microsoft Graph was asked and did not answer: the change may or may not have been made."
OBSERVED = {
    "accepted_at": NOW,
    "observed_at": NOW,
    "sent_at": NOW,
    "ended_at": NOW,
    "before": {"accountEnabled": True},
    "after": {"accountEnabled": False},
}
ACCEPTED = {**OBSERVED, "observed_at": None}
IN_DOUBT = {"in_doubt": True, "sent_at": NOW, "before": {"accountEnabled": True}}
LATER = {"not_before": NOW + timedelta(minutes=9)}

# Columns of a run, and words that its page has to have. A word that begins with "not:" must not be there.
STATES = {
    "done and observed": (
        {"state": "succeeded", "message": "Adele can no longer sign in.", **OBSERVED},
        ["Done, and seen in the directory", "Adele can no longer sign in.", "Undo: enable account…", "not:Ask again"],
    ),
    "accepted and still looking": (
        {"state": "succeeded", "next_read_at": NOW, **ACCEPTED},
        ["Accepted; the directory is being read", "Nothing needs to be done", "every 1s"],
    ),
    "accepted and not visible": (
        {"state": "succeeded", **ACCEPTED},
        ["Accepted, not yet visible", "look at the person in Entra", "entra.microsoft.com", "not:every 1s"],
    ),
    "already so": (
        {"state": "succeeded", "observed_at": NOW, "message": "It was already so; nothing was sent."},
        ["It was already so", "This run has changed nothing.", "not:Undo"],
    ),
    "confirmed by reading": (
        {"state": "succeeded", **OBSERVED, "accepted_at": None},
        ["No answer said that it was done; the directory shows that it has happened."],
    ),
    "failed": (
        {"state": "failed", "message": "Microsoft refused.", "error_code": "Authorization_RequestDenied"},
        ["It was not done", "Nothing was changed in the directory by this run.", "The person is protected",
         "Who may act on whom", "Ask again: disable account…"],
    ),
    "failed for good": (
        {"state": "failed", "error_code": "Request_BadRequest", "error_detail": "on-premises mastered Directory Sync"},
        ["Active Directory is the master", "Change it in Active Directory", "not:Ask again"],
    ),
    "failed for an unknown reason": (
        {"state": "failed", "message": "Something new.", "error_code": "x"},
        ["Something new.", "Read the trail below", "Ask again", "not:Probable"],
    ),
    "expired": (
        {"state": "failed", "error_code": "expired"},
        ["The action credential did not work, and nobody mended it in time.", "Ask again"],
    ),
    "too many attempts": (
        {"state": "failed", "error_code": "attempts", "message": "Given up after 8 attempts."},
        ["Given up after 8 attempts.", "Each worker that took it up was lost", "Ask again"],
    ),
    "unknown": (
        {"state": "unknown", "message": NO_ANSWER, "error_code": "no_answer", "next_read_at": NOW, **IN_DOUBT},
        ["We do not know yet whether it happened", "Nothing is repeated blindly.",
         "sent once more, which can do no harm", "not:Cancel this run"],
    ),
    "unknown and not repeatable": (
        {"state": "unknown", "action": ResetPassword.key, "error_code": "no_answer", "next_read_at": NOW, **IN_DOUBT},
        ["a person is asked to decide"],
    ),
    "needs a person": (
        {"state": "needs_operator", "message": "It may have happened or not.", **IN_DOUBT},
        ["A person has to decide", "It happened", "It did not happen", "on your word", "Look at the person in Entra"],
    ),
    "needs a person about a password": (
        {"state": "needs_operator", "action": ResetPassword.key, **IN_DOUBT},
        ["The new password is destroyed.", "15 minutes"],
    ),
    "held because of the credential": (
        {"state": "held", "held_because": "credential", "error_code": "expired_secret",
         "error_detail": "AADSTS7000222"},
        ["Held: the action credential does not work", "The client secret has expired.", "AADSTS7000222",
         "goes on by itself", "Cancel this run", "Credentials/appId"],
    ),
    "held after a restore": (
        {"state": "held", "held_because": "restore"},
        ["Held: the database was restored", "Carry it out", "Cancel this run", "not:It did not happen"],
    ),
    "held after a restore and in doubt": (
        {"state": "held", "held_because": "restore", **IN_DOUBT},
        ["The directory is read first.", "It happened", "It did not happen", "not:Cancel this run"],
    ),
    "waiting for the next attempt": (
        {"state": "queued", "error_code": "TooManyRequests", "message": "Asked to wait.", **LATER},
        ["Waiting for the next attempt", "Asked to wait.", "Nothing was changed", "Next attempt", "Expires",
         "How Graph throttles", "Cancel this run"],
    ),
    "waiting in doubt": (
        {"state": "queued", "in_doubt": True, **LATER},
        ["may have been changed already", "not:Nothing was changed", "not:Cancel this run"],
    ),
    "due": ({"state": "queued"}, ["A worker takes it up within seconds.", "Nothing was changed", "Cancel this run"]),
    "due once more": ({"state": "queued", "in_doubt": True}, ["sent once more, which can do no harm"]),
    "being checked": ({"state": "running"}, ["Being checked", "Nothing was changed"]),
    "sent": ({"state": "running", "sent_at": NOW}, ["Sent to Microsoft", "it may have been changed"]),
    "cancelled": (
        {"state": "cancelled", "message": "Cancelled by Dana. Nothing was changed."},
        ["Cancelled by Dana", "Nothing was changed", "Ask again: disable account…"],
    ),
}  # fmt: skip


def page(client, run):
    return client.get(run.get_absolute_url()).content.decode()


def add_call(run, purpose="act", status=204, code="", method="PATCH"):
    return ActionCall.objects.create(
        run=run,
        purpose=purpose,
        method=method,
        path=f"/v1.0/users/{run.account.object_id}?$select=id",
        status=status,
        request_id=str(uuid.uuid4()) if status else "",
        client_request_id=str(uuid.uuid4()),
        started_at=timezone.now(),
        milliseconds=123,
        error_code=code,
    )


def steps(client, run):
    """The states of the timeline's steps, by label."""
    return {step.label: step.state for step in client.get(run.get_absolute_url()).context["steps"]}


@pytest.mark.parametrize("name", STATES)
def test_its_page_says(desk, name):
    columns, words = STATES[name]
    content = page(desk, make_run(**columns))
    for word in words:
        assert (word.removeprefix("not:") in content) is not word.startswith("not:"), word


@pytest.mark.parametrize("state", ActionRun.State.values)
def test_every_state_has_its_advice_with_and_without_an_error(state):
    for code in ("", "no_answer", "never_heard_of"):
        run = make_run(state=state, error_code=code, message="Something.")
        told = advice.advice_for(run, run.asked_by, [], [])
        assert told.title


def test_it_waits_for_the_gate_of_its_application(desk):
    run = make_run()
    credential = run.account.connector.action_credential
    Gate.objects.create(
        tenant_id=credential.tenant_id, client_id=credential.client_id, paused_until=NOW + timedelta(minutes=5)
    )
    assert "Microsoft has asked this application to wait." in page(desk, run)


def test_it_waits_for_another_run_on_the_same_account(desk):
    first = make_run(state="running")
    run = make_run(first.account, action=ResetPassword.key, conflict_class=ResetPassword.conflict_class)
    assert "Another run writes to this account just now." in page(desk, run)


class TestTimeline:
    def test_every_call_is_there_with_its_ids_the_unanswered_too(self, desk):
        run = make_run(state="succeeded", **OBSERVED)
        calls = [add_call(run, "before", 200, method="GET"), add_call(run, status=None, code="no_answer")]
        calls += [add_call(run, status=429, code="TooManyRequests"), add_call(run)]
        content = page(desk, run)
        for call in calls:
            assert call.client_request_id in content
            assert call.request_id in content
        for word in ("no answer", "429 TooManyRequests", "204", "123 ms"):
            assert word in content
        assert "$select" not in content

    def test_accepted_and_observed_are_two_ticks(self, desk):
        run = make_run(state="succeeded", next_read_at=NOW, **ACCEPTED)
        assert steps(desk, run)["Accepted"] == "done"
        assert steps(desk, run)["Observed"] == "running"

    def test_a_call_whose_worker_was_lost_is_told(self, desk):
        run = make_run(state="unknown", next_read_at=NOW, **IN_DOUBT)
        for state, reason in (("running", "Taken up by a worker."), SENT):
            RunEvent.objects.create(run=run, state=state, reason=reason)
        assert "Sent, then the worker was lost" in page(desk, run)
        add_call(run, status=None, code="no_answer")
        assert "Sent, then the worker was lost" not in page(desk, run)

    def test_many_calls_of_a_step_are_folded(self, desk):
        run = make_run(state="succeeded", **OBSERVED)
        for _ in range(6):
            add_call(run, "look", 200, method="GET")
        assert "4 earlier calls" in page(desk, run)

    @pytest.mark.parametrize(
        ("calls", "failed"),
        [
            ([], "Checked"),
            ([("before", 403)], "Read before"),
            ([("before", None)], "Read before"),
            ([("before", 200)], "Checked"),
            ([("before", 200), ("act", 403)], "Called"),
        ],
    )
    def test_it_shows_where_it_failed(self, desk, calls, failed):
        sent = any(purpose == "act" for purpose, _ in calls)
        run = make_run(state="failed", error_code="x", sent_at=NOW if sent else None, ended_at=NOW)
        for purpose, status in calls:
            add_call(run, purpose, status, "x" if status != 200 else "")
        found = steps(desk, run)
        assert [label for label, state in found.items() if state == "failed"] == [failed]
        assert found["Accepted"] == found["Observed"] == "skipped"

    def test_what_ended_without_an_answer_is_not_shown_as_refused(self, desk):
        run = make_run(state="failed", sent_at=NOW, ended_at=NOW, message="Dana looked and says: it did not happen.")
        add_call(run, status=None, code="no_answer")
        assert steps(desk, run)["Called"] == "unknown"

    def test_a_cancelled_run_has_skipped_everything(self, desk):
        found = steps(desk, make_run(state="cancelled"))
        assert set(found.values()) == {"done", "skipped"}


class TestError:
    def test_microsofts_own_words_ids_and_time_stand_beside_it(self, desk):
        words = "Insufficient privileges to complete the operation."
        code = "Authorization_RequestDenied"
        run = make_run(state="failed", error_code=code, error_detail=words, sent_at=NOW)
        call = add_call(run, status=403, code=code)
        said = desk.get(run.get_absolute_url()).context["said"]
        assert (said.code, said.words) == (code, words)
        assert (said.request_id, said.client_request_id) == (call.request_id, call.client_request_id)
        assert said.at == call.started_at

    def test_a_number_of_the_sign_in_is_its_code(self, desk):
        run = make_run(state="held", held_because="credential", error_code="wrong_secret", error_detail="AADSTS7000215")
        said = desk.get(run.get_absolute_url()).context["said"]
        assert (said.code, said.words) == ("AADSTS7000215", "")

    def test_what_was_not_done_is_not_shown_as_done(self, desk):
        run = make_run(state="failed", before={"accountEnabled": True}, after={"accountEnabled": False})
        content = page(desk, run)
        assert "What was wanted, and was not done" in content
        assert "Before and after" not in content
