"""Sign-in is out of order: nothing is sent, runs wait without losing an attempt, and go on by themselves."""

from typing import Any

import pytest

from tests.faults.acting import Change, act, audited, token_requests
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

pytestmark = pytest.mark.faults
__all__ = ["act"]

NO_SIGN_IN = "Not sent, or not carried out.*(sign-in|reached).*Next attempt in"
# As many as may try at the same moment.
HANDS = 7
SIGN_IN_FAULTS: dict[str, dict[str, Any]] = {
    "hang": {"kind": "hang", "seconds": 30},
    "reset": {"kind": "reset"},
    "500": {"kind": "status", "status": 500},
    "503 of a gateway": {"kind": "status", "status": 503, "body": "html"},
    "429": {"kind": "status", "status": 429, "retry_after": "10"},
    "garbage": {"kind": "garbage"},
    "html": {"kind": "html"},
    "error200": {"kind": "error200"},
    "redirect": {"kind": "redirect"},
    "cut off": {"kind": "truncated", "cut": "connection"},
}


def assert_nothing_sent(stage: Stage, asked: Any) -> None:
    """It waits, was never about to be sent, and has lost no attempt by waiting."""
    run = stage.run(asked)
    assert run["sent_at"] is None
    assert run["state"] in {"queued", "running"}, stage.story(asked)
    assert run["attempts"] == (run["state"] == "running"), stage.story(asked)
    assert not [step for step in stage.trail(asked) if "About to send" in step["reason"]]


@pytest.mark.parametrize("name", SIGN_IN_FAULTS)
def test_f18_the_token_endpoint_is_out_of_order(stage: Stage, act: Change, name: str) -> None:
    """F18: hangs, errors, nonsense: nothing is sent, no attempt is lost, and it goes on by itself."""
    act(revoke_tokens=True)
    stage.fault(endpoint="token", **SIGN_IN_FAULTS[name])
    asked = stage.ask("disable_account")
    stage.wait_until(lambda: stage.run(asked)["deferrals"] >= 1)
    assert_nothing_sent(stage, asked)
    stage.control("DELETE", "faults")
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names=NO_SIGN_IN)
    assert run["attempts"] == 1
    assert audited(stage, "credential.refused") == 0


def test_f18_each_wait_is_longer(stage: Stage, act: Change) -> None:
    """F18: twenty runs and an endpoint that stays away: few requests, ever further apart, and not one attempt lost."""
    act(revoke_tokens=True)
    stage.fault("status", status=500, endpoint="token")
    asked = stage.ask_many("disable_account", stage.people(20))
    stage.wait_until(lambda: _failures(stage) >= 3)
    assert token_requests(stage) <= 4 * HANDS
    for run in asked:
        assert_nothing_sent(stage, run)
    stage.control("DELETE", "faults")
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="sign-in service is busy")
    assert {stage.run(run)["attempts"] for run in asked} == {1}


def _failures(stage: Stage) -> int:
    found = stage.rows("SELECT max(failures) AS failures FROM connectors_gate")
    return found[0]["failures"] or 0


def test_f18_a_fresh_worker_cannot_even_ask_where_to_sign_in(stage: Stage) -> None:
    """F18: the tenant's addresses cannot be had, then nobody listens at all: it waits, and goes on by itself."""
    stage.worker.kill()
    stage.sweeper.kill()
    stage.start("worker", "sweeper")
    person = stage.person()
    stage.fault(endpoint="discovery", **SIGN_IN_FAULTS["html"])
    asked = stage.ask("disable_account", person)
    stage.wait_until(lambda: stage.run(asked)["deferrals"] >= 1)
    stage.control("DELETE", "faults")
    stage.fault(endpoint="discovery", **SIGN_IN_FAULTS["500"])
    stage.wait_until(lambda: stage.run(asked)["deferrals"] >= 2)
    stage.demo.kill()
    stage.wait_until(lambda: stage.run(asked)["deferrals"] >= 3)
    assert_nothing_sent(stage, asked)
    stage.start("demo")
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="could not be reached.*Accepted")
    assert run["attempts"] == 1
