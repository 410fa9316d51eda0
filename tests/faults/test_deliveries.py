"""What the broker delivers twice, late, or never should have got; and orders that fell whoever takes them up."""

import random
import uuid
from collections.abc import Callable

import psutil
import pytest

from tests.faults.messages import QUEUE, hostile
from tests.faults.records import Asked
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

TIMES = 20
ATTEMPTS = 8


def wait_until_heard(stage: Stage) -> None:
    """Until no message waits."""

    def nothing_waits() -> bool:
        with stage.broker.client() as client:
            return not client.llen(QUEUE)

    stage.wait_until(nothing_waits, otherwise="messages wait")


def test_f28_every_message_comes_twenty_one_times_and_out_of_order(stage: Stage) -> None:
    """F28: duplicates in any order, before, while and after the run is carried out: one call each."""
    stage.worker.freeze()
    asked = stage.ask_many("revoke_sessions", stage.people(6))
    rings = [run.run for run in asked] * TIMES
    random.shuffle(rings)
    for rung in rings:
        stage.inside("ring", run=str(rung))
    stage.worker.thaw()
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
    for run in asked:
        stage.inside("ring", run=str(run.run), times=2)
    wait_until_heard(stage)
    assert {stage.run(run)["attempts"] for run in asked} == {1}
    assert set(stage.effects_by_person().values()) == {1}


def test_f28_a_message_comes_again_while_the_run_is_under_way(stage: Stage) -> None:
    """F28: a message comes again while the run is under way: nobody joins the hand that is at it."""
    order = stage.sabotage("before call", "hold", role="worker")
    asked = stage.ask("revoke_sessions")
    order.wait()
    stage.inside("ring", run=str(asked.run), times=TIMES)
    wait_until_heard(stage)
    order.release()
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
    assert run["attempts"] == 1


def test_f28_messages_that_are_no_orders(stage: Stage) -> None:
    """F28: unknown ids, an old version's task, broken and hostile ones: nothing happens, and the worker lives on."""
    proof = stage.directory / "pwned"
    proof.unlink(missing_ok=True)
    pid = stage.worker.pid
    payloads = list(hostile(proof).values())
    with stage.broker.client() as client:
        for payload in payloads:
            client.lpush(QUEUE, payload)
        wait_until_heard(stage)
        asked = stage.ask("revoke_sessions")
        assert_told_truth(stage, asked, state="succeeded", effects=1, names="Taken up by a worker")
        assert (stage.worker.is_running, stage.worker.pid) == (True, pid)
        # None of them waits to be delivered once more.
        stage.wait_until(lambda: not client.hlen("unacked"), otherwise="messages are unacknowledged")
    assert not proof.exists()
    assert set(stage.effects_by_person().values()) == {1}
    assert len(stage.rows("SELECT 1 FROM people_actionrun")) == 1


def hasten(stage: Stage, asked: Asked) -> Callable[[], bool]:
    """Whether the run is over; until then its lease ends as soon as its worker is dead, and the next look is due."""

    def is_over() -> bool:
        if not stage.sweeper.is_running:
            stage.start("sweeper")  # as whoever watches over it does
        run = stage.run(asked)
        last = stage.trail(asked)[-1]
        pid = last["worker"].rpartition(":")[2]
        if run["state"] == "running" and last["state"] == "running" and not psutil.pid_exists(int(pid)):
            stage.rows("UPDATE people_actionrun SET lease_until = now() WHERE id = %s", [asked.run])
        if run["state"] == "unknown":
            stage.rows("UPDATE people_actionrun SET next_read_at = now() WHERE id = %s", [asked.run])
        return run["state"] in {"failed", "needs_operator", "succeeded"}

    return is_over


@pytest.mark.faults
def test_f27_what_fells_whoever_takes_it_up(stage: Stage) -> None:
    """F27: eight workers die of one run, then it is given up with an alarm; everybody else's runs go on meanwhile."""
    poison = stage.person()
    stage.sabotage("before fence", "kill", only=poison.object_id, always=True)
    asked = stage.ask("revoke_sessions", poison)
    others = stage.ask_many("revoke_sessions", stage.people(8))
    stage.wait_until(hasten(stage, asked), 60.0, lambda: stage.story(asked))
    assert_all_told_truth(stage, others, state="succeeded", effects=1, names="Accepted")
    run = assert_told_truth(stage, asked, state="failed", effects=0, names=f"Given up after {ATTEMPTS} attempts")
    assert run["attempts"] == ATTEMPTS
    assert run["sent_at"] is None
    assert all(stage.run(other)["ended_at"] < run["ended_at"] for other in others)
    assert_alarm(stage, asked.run, "Given up after 8 attempts")


@pytest.mark.faults
def test_f27_what_fells_the_last_worker_after_it_was_sent(stage: Stage) -> None:
    """F27: the eighth worker dies with the call perhaps made: nobody says that it has not, a person is asked."""
    poison = stage.person()
    first = stage.sabotage("before claim", "hold", only=poison.object_id)
    asked = stage.ask("disable_account", poison)
    first.wait()
    stage.rows("UPDATE people_actionrun SET attempts = %s WHERE id = %s", [ATTEMPTS - 1, asked.run])
    stage.sabotage("before call", "kill", only=poison.object_id, always=True)
    first.release()
    stage.wait_until(hasten(stage, asked), 40.0, lambda: stage.story(asked))
    run = assert_told_truth(stage, asked, state="needs_operator", effects=0, names="a person has to decide")
    assert run["attempts"] == ATTEMPTS
    assert_alarm(stage, asked.run, "needs an operator")


def assert_alarm(stage: Stage, run: uuid.UUID | None, words: str) -> None:
    """The sweeper's log has an error that names the run."""
    log = stage.sweeper.process.log.read_text(errors="replace")
    lines = [line for line in log.splitlines() if str(run) in line and words in line]
    assert any(" ERROR " in line for line in lines), lines
