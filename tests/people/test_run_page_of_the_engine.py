"""The run's page tells what the engine really leaves behind: its words for a step are the ones the engine writes."""

import pytest

from connectors.actions import ResetPassword, RevokeSessions
from connectors.graph import Busy, CredentialRefused, OutcomeUnknown, Refused
from people import runner, sweeper
from people.models import ActionRun
from tests.fakes import Crash, after
from tests.runs import again, ask, carry_out, let_time_pass

pytestmark = pytest.mark.django_db
UNANSWERED = OutcomeUnknown("Microsoft Graph was asked and did not answer.", code="no_answer")


@pytest.fixture
def told(client, dana, bell):
    """What the page of a run holds: the title of its advice, the steps by label, and the whole text."""
    client.force_login(dana)

    def read(run):
        answer = client.get(run.get_absolute_url())
        steps = {step.label: step for step in answer.context["steps"]}
        return answer.context["advice"].title, steps, answer.text

    return read


def states(steps):
    return [step.state for step in steps.values()]


def test_done_and_seen(told, directory, adele, dana):
    title, steps, _ = told(carry_out(ask(adele, dana)))
    assert title == "Done, and seen in the directory"
    assert states(steps) == ["done"] * 6
    assert [call.method for call in steps["Called"].calls] == ["PATCH"]


def test_already_so(told, directory, adele, dana):
    run = ask(adele, dana)
    directory.users[str(adele.object_id)]["accountEnabled"] = False
    title, steps, _ = told(carry_out(run))
    assert title == "It was already so"
    assert states(steps) == ["done", "done", "done", "skipped", "skipped", "done"]


def test_not_answered(told, directory, adele, dana):
    directory.writes = [UNANSWERED]
    title, steps, _ = told(carry_out(ask(adele, dana)))
    assert title == "We do not know yet whether it happened"
    assert states(steps) == ["done", "done", "done", "unknown", "unknown", "running"]


def test_the_worker_was_lost_after_sending(told, directory, adele, dana, monkeypatch):
    run = ask(adele, dana, RevokeSessions)
    directory.writes = [after(Crash())]
    with pytest.raises(Crash):
        runner.carry_out(run.pk)
    ActionRun.objects.get(pk=run.pk).calls.filter(purpose="act").delete()
    let_time_pass(run)
    sweeper.settle_lost()
    title, steps, text = told(again(run))
    assert title == "We do not know yet whether it happened"
    assert "Sent, then the worker was lost" in text
    assert steps["Called"].state == "unknown"


def test_refused_by_microsoft(told, directory, adele, dana):
    refusal = Refused("Microsoft refused.", code="Authorization_RequestDenied", status=403, detail="Insufficient")
    directory.writes = [refusal]
    title, steps, text = told(carry_out(ask(adele, dana)))
    assert title == "It was not done"
    assert states(steps) == ["done", "done", "done", "failed", "skipped", "skipped"]
    assert "The person is protected" in text


def test_refused_before_anything_was_sent(told, directory, adele, dana):
    run = ask(adele, dana)
    dana.groups.clear()
    run = carry_out(run)
    dana.is_superuser = True
    dana.save()
    title, steps, text = told(run)
    assert title == "It was not done"
    assert states(steps) == ["done", "failed", "skipped", "skipped", "skipped", "skipped"]
    assert "may no longer ask for this action" in text


def test_told_to_wait(told, directory, adele, dana):
    directory.writes = [Busy("Microsoft Graph asks this application to wait.", code="TooManyRequests", retry_after=60)]
    title, steps, _ = told(carry_out(ask(adele, dana)))
    assert title == "Waiting for the next attempt"
    assert states(steps) == ["done", "done", "done", "waiting", "waiting", "waiting"]


def test_held(told, directory, adele, dana):
    directory.sign_ins = [CredentialRefused("The client secret has expired.", code="expired_secret")]
    title, steps, text = told(carry_out(ask(adele, dana, ResetPassword)))
    assert title == "Held: the action credential does not work"
    assert states(steps) == ["done", "failed", "waiting", "waiting", "waiting", "waiting"]
    assert "Open the application&#x27;s secrets in Entra" in text
