"""Sweepers that are two, dead, or killed in the midst of it; workers that stand still for longer than their lease."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from neurons_admin.local import product
from tests.faults.orders import Order
from tests.faults.records import Asked
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

pytestmark = pytest.mark.faults

LEASE = 6.0  # seconds, at the pace of this suite
RED_WITHIN = 12.0 + 2.0  # two minutes at this pace, and a look


def health(stage: Stage) -> tuple[int, dict[str, Any]]:
    """What /healthz says to whoever asks."""
    answer = requests.get(f"{stage.address}/healthz", timeout=5)
    return answer.status_code, answer.json()


def add_sweeper(stage: Stage) -> None:
    stage.add("sweeper-second", product.background()["sweeper"])


def test_f29_two_sweepers(stage: Stage) -> None:
    """F29: with no workers at all, two sweepers carry twenty runs out, each once."""
    stage.worker.kill()
    stage.broker.stop()
    add_sweeper(stage)
    asked = stage.ask_many("revoke_sessions", stage.people(20))
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Taken up by the sweeper")
    assert {stage.run(run)["attempts"] for run in asked} == {1}


@pytest.mark.parametrize(
    ("point", "names"),
    [("before fence", "lost before anything was sent"), ("after call", "lost after sending.*Confirmed")],
)
def test_f29_a_sweeper_is_killed_with_a_run_in_hand(stage: Stage, point: str, names: str) -> None:
    """F29: one is killed with a run in hand, sent or not: the other goes on after the lease, sends nothing twice."""
    stage.worker.kill()
    stage.broker.stop()
    add_sweeper(stage)
    order = stage.sabotage(point, "kill", role="sweeper")
    [asked] = stage.ask_many("revoke_sessions", stage.people(1))
    assert_told_truth(stage, asked, state="succeeded", effects=1, names=names)
    assert order.was_obeyed


def test_f29_a_sweeper_is_killed_while_it_holds_the_lock(stage: Stage) -> None:
    """F29: one is killed while it holds the lock: the database takes that from the dead, and the other goes on."""
    add_sweeper(stage)
    order = stage.sabotage("after pass", "hold", role="sweeper")
    pid = order.wait()
    stage.worker.kill()
    asked = stage.ask_many("revoke_sessions", stage.people(4))
    os.kill(pid, signal.SIGKILL)
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Taken up by the sweeper")


def test_f29_no_sweeper_is_seen_from_outside(stage: Stage) -> None:
    """F29: nobody sweeps: /healthz is red within two minutes and names the sweeper; clicks are carried out."""
    stage.wait_until(lambda: health(stage)[0] == requests.codes.ok, otherwise="it is not well to begin with")
    stage.sweeper.kill()
    asked = stage.ask("revoke_sessions")
    assert_told_truth(stage, asked, state="succeeded", effects=1, names="Taken up by a worker")
    stage.wait_until(lambda: health(stage)[0] == requests.codes.service_unavailable, RED_WITHIN)
    assert "sweeper" in health(stage)[1]["problems"]
    stage.start("sweeper")
    stage.wait_until(lambda: health(stage)[0] == requests.codes.ok, otherwise="it stays red")


@contextmanager
def standing_still(order: Order) -> Iterator[None]:
    """Whoever is held at the point is stopped there, and goes on at the end."""
    pid = order.wait()
    os.kill(pid, signal.SIGSTOP)
    try:
        order.release()
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def late_result(stage: Stage, asked: Asked, words: str) -> None:
    """Wait until who comes too late has said so."""

    def told() -> bool:
        return any(words in step["reason"] for step in stage.trail(asked))

    stage.wait_until(told, otherwise=lambda: f"{words} is not told:\n{stage.story(asked)}")


def test_f30_a_worker_stands_still_before_the_fence(stage: Stage) -> None:
    """F30: stopped before the fence for longer than its lease: another does it; the late one sends nothing."""
    order = stage.sabotage("before fence", "hold", role="worker")
    asked = stage.ask("revoke_sessions")
    with standing_still(order):
        stage.wait_final(asked, LEASE + 10)
    late_result(stage, asked, "The lease was lost before anything was sent; nothing was sent.")
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="lost before anything was sent")
    assert run["attempts"] == 2


def test_f30_a_worker_stands_still_with_the_answer_in_hand(stage: Stage) -> None:
    """F30: it stands still with the answer in hand: found by reading; its late result is told and not counted."""
    order = stage.sabotage("after call", "hold", role="worker")
    asked = stage.ask("reset_password")
    with standing_still(order):
        stage.wait_final(asked, LEASE + 10)
    late_result(stage, asked, "Late result, not counted (succeeded): Accepted")
    assert_told_truth(stage, asked, state="succeeded", effects=1, names="lost after sending.*Confirmed")


def test_f30_a_worker_stands_still_between_fence_and_call(stage: Stage) -> None:
    """F30: between fence and call: given up, then it sends after all; that counts, as nobody else has taken it up."""
    order = stage.sabotage("before call", "hold", role="worker")
    asked = stage.ask("reset_password")
    with standing_still(order):
        stage.wait_until(lambda: stage.run(asked)["state"] == "unknown", LEASE + 10)
    assert_told_truth(stage, asked, state="succeeded", effects=1, names="lost after sending.*(Accepted|Confirmed)")


def test_f30_a_worker_stands_still_until_somebody_was_asked(stage: Stage) -> None:
    """F30: between fence and call, until a person was asked to decide: it sends late, once, and the trail tells it."""
    order = stage.sabotage("before call", "hold", role="worker")
    asked = stage.ask("reset_password")
    with standing_still(order):
        stage.wait_until(lambda: stage.run(asked)["state"] == "unknown", LEASE + 10)
        stage.wait_until(lambda: _looked_until_given_up(stage, asked))
    late_result(stage, asked, "Late result, not counted (succeeded): Accepted")
    assert_told_truth(stage, asked, state="needs_operator", effects=1, names="a person has to decide.*Late result")


def _looked_until_given_up(stage: Stage, asked: Asked) -> bool:
    """Whether nobody looks any more; until then the next look is due now."""
    query = "UPDATE people_actionrun SET next_read_at = now() WHERE id = %s AND state = 'unknown' RETURNING id"
    return not stage.rows(query, [asked.run])
