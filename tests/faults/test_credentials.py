"""Microsoft lets the app in no more: runs are held, with one alarm, and go on by themselves when it does again."""

from typing import Any

import pytest

from tests.faults.acting import Change, act, audited, new_secret, save_secret, token_requests
from tests.faults.records import Written
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

pytestmark = pytest.mark.faults
__all__ = ["act"]

ALARM = "Microsoft refuses the credential"
PASSED = "SELECT 1 FROM people_pulse WHERE name = 'sweeper' AND heard_at > %s"
# As many as may try at the same moment, before the first of them has learnt that it is of no use.
HANDS = 7


def alarms_logged(stage: Stage) -> int:
    logs = (stage.parts[name].process.log for name in ("worker", "sweeper"))
    return sum(log.read_text(errors="replace").count(ALARM) for log in logs)


def state_of(stage: Stage, asked: Written) -> str:
    return str(stage.run(asked)["state"])


def wait_held(stage: Stage, runs: list[Written]) -> None:
    stage.wait_until(lambda: {state_of(stage, run) for run in runs} == {"held"}, 20.0, "not all are held")


def pass_of_sweeper(stage: Stage, passes: int = 2) -> None:
    """Until the sweeper has been at it so many times more."""
    for _ in range(passes):
        heard = stage.rows("SELECT now() AS at")[0]["at"]
        stage.wait_until(lambda heard=heard: stage.rows(PASSED, [heard]))


def let_probe(stage: Stage) -> None:
    """The five minutes until the next probe are over."""
    stage.rows("UPDATE connectors_gate SET probe_at = now()")


WAYS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "secret expired": ({"secret_expired": True}, {"secret_expired": False}, "expired_secret"),
    "app disabled": ({"disabled": True}, {"disabled": False}, "app_disabled"),
    "no service principal": (
        {"has_service_principal": False}, {"has_service_principal": True}, "not_let_in",
    ),
}  # fmt: skip


def break_credential(stage: Stage, act: Change, changes: dict[str, Any], code: str) -> list[Written]:
    """Twelve runs for an app that is let in no more: all are held, one alarm is raised, and nobody asks again."""
    logged = alarms_logged(stage)
    stage.worker.freeze()
    stage.sweeper.freeze()
    asked = stage.ask_many("disable_account", stage.people(12))
    act(**changes, revoke_tokens=True)
    stage.worker.thaw()
    stage.sweeper.thaw()
    wait_held(stage, asked)
    assert {stage.run(run)["error_code"] for run in asked} == {code}
    assert {stage.run(run)["attempts"] for run in asked} == {0}
    tried = token_requests(stage)
    assert 1 <= tried <= HANDS
    pass_of_sweeper(stage)
    assert token_requests(stage) == tried, "asked again before the time of the probe"
    assert {state_of(stage, run) for run in asked} == {"held"}
    assert audited(stage, "credential.refused") == 1
    assert alarms_logged(stage) == logged + 1
    return asked


@pytest.mark.parametrize("way", WAYS)
def test_f19_the_app_is_let_in_no_more_and_the_tenant_mends_it(stage: Stage, act: Change, way: str) -> None:
    """F19: all runs are held with one alarm, and nobody asks again; the next probe notices, and they go on."""
    broken, mended, code = WAYS[way]
    asked = break_credential(stage, act, broken, code)
    act(**mended)
    let_probe(stage)
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="action credential does not work")
    assert {stage.run(run)["attempts"] for run in asked} == {1}
    assert (audited(stage, "credential.refused"), audited(stage, "credential.works_again")) == (1, 1)


def test_f19_a_new_secret_is_saved(stage: Stage, act: Change) -> None:
    """F19: a probe in five minutes for all of them; after a new secret on the page all go on, without a probe."""
    new = new_secret(stage)
    asked = break_credential(stage, act, {"client_secret": new}, "wrong_secret")
    tried = token_requests(stage)
    let_probe(stage)
    stage.wait_until(lambda: token_requests(stage) > tried)
    pass_of_sweeper(stage)
    assert token_requests(stage) == tried + 1, "one probe, for all"
    assert {state_of(stage, run) for run in asked} == {"held"}
    save_secret(stage, new)
    assert_all_told_truth(
        stage, asked, state="succeeded", effects=1, names="action credential does not work", within=15.0
    )
    assert {stage.run(run)["attempts"] for run in asked} == {1}
    assert audited(stage, "credential.refused") == 1


def _patches(stage: Stage, asked: Any) -> list[int | None]:
    object_id = asked.person.object_id
    return [entry["status"] for entry in stage.journal() if entry["method"] == "PATCH" and object_id in entry["path"]]


def test_f20_the_token_is_revoked_between_claim_and_call(stage: Stage, act: Change) -> None:
    """F20: 401 to the change: one new token, one more try, and it is done once."""
    person = stage.person()
    order = stage.sabotage("before call", "hold", only=person.object_id)
    asked = stage.ask("disable_account", person)
    order.wait()
    before = token_requests(stage)
    act(revoke_tokens=True)
    order.release()
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
    assert _patches(stage, asked) == [401, 204]
    assert token_requests(stage) == before + 1
    assert run["attempts"] == 1


def test_f20_the_secret_is_replaced_between_claim_and_call(stage: Stage, act: Change) -> None:
    """F20: the old secret is of no use any more and the new one is saved: no alarm, and it goes on with the new one."""
    person, new = stage.person(), new_secret(stage)
    order = stage.sabotage("before call", "hold", only=person.object_id)
    asked = stage.ask("disable_account", person)
    order.wait()
    act(client_secret=new, revoke_tokens=True)
    save_secret(stage, new)
    order.release()
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="does not work.*Trying again.*Accepted")
    assert run["attempts"] == 1
    assert audited(stage, "credential.refused") == 0


def test_f20_no_token_is_good_enough(stage: Stage) -> None:
    """F20: 401 to whatever token: two requests, then it is held and nobody asks again until the next probe."""
    person = stage.person()
    stage.fault("status", status=401, on=person)
    asked = stage.ask("disable_account", person)
    stage.wait_until(lambda: stage.run(asked)["state"] == "held")
    pass_of_sweeper(stage)
    got = [entry["status"] for entry in stage.journal() if person.object_id in entry["path"]]
    assert got == [401, 401]
    assert audited(stage, "credential.refused") == 1
    stage.control("DELETE", "faults")
    let_probe(stage)
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="does not accept the token.*Accepted")
    assert run["attempts"] == 1


@pytest.mark.parametrize("when", ["before", "between claim and call"])
def test_f20_the_permission_is_withdrawn(stage: Stage, act: Change, when: str) -> None:
    """F20: it fails with the reason, at once, and is not tried again."""
    person = stage.person()
    dialog = stage.desk.open("disable_account", person)
    if when == "before":
        act(permissions=["User.Read.All"], revoke_tokens=True)
        asked = dialog.press()
    else:
        order = stage.sabotage("before call", "hold", only=person.object_id)
        asked = dialog.press()
        order.wait()
        act(permissions=["User.Read.All"], revoke_tokens=True)
        order.release()
    run = assert_told_truth(stage, asked, state="failed", effects=0, names="Refused: .*(Needs|privileges|permission)")
    assert _patches(stage, asked) == ([] if when == "before" else [401, 403])
    assert run["attempts"] == 1


def test_f19_what_was_sent_before_is_looked_for_later(stage: Stage, act: Change) -> None:
    """F19: runs in doubt wait for the credential as well, with one alarm and no storm, and their effect is found."""
    stage.sweeper.freeze()
    stage.fault("reset", method="PATCH", applied=True)
    asked = stage.ask_many("disable_account", stage.people(6))
    stage.wait_until(lambda: {state_of(stage, run) for run in asked} == {"unknown"})
    act(secret_expired=True, revoke_tokens=True)
    before = token_requests(stage)
    stage.sweeper.thaw()
    stage.wait_until(lambda: audited(stage, "credential.refused"))
    pass_of_sweeper(stage)
    tried = token_requests(stage)
    assert tried - before <= HANDS
    stage.rows("UPDATE people_actionrun SET next_read_at = now() WHERE state = 'unknown'")
    pass_of_sweeper(stage)
    assert token_requests(stage) == tried
    assert audited(stage, "credential.refused") == 1
    act(secret_expired=False)
    let_probe(stage)
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Confirmed by reading")
