"""The worker dies: what it had begun is taken up again, or looked for, and the effect is there once."""

import os
import signal

import pytest

from tests.faults.stage import Stage
from tests.faults.truth import assert_told_truth

pytestmark = pytest.mark.faults

# A lease (6 s), a pass of the sweeper, and the carrying out.
IN_TIME = 15.0
LOST_BEFORE = "lost before anything was sent"
LOST_AFTER = "lost after sending.*Confirmed"


def test_f01_a_worker_child_killed_before_the_call(stage: Stage) -> None:
    """F1: a hand of the worker dies before it has written down that it is about to send."""
    order = stage.sabotage("before fence", "kill", role="worker")
    asked = stage.ask("disable_account")
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names=LOST_BEFORE, within=IN_TIME)
    assert order.was_obeyed
    assert run["attempts"] == 2


def test_f02_a_worker_child_killed_after_the_call(stage: Stage) -> None:
    """F2: the change was made and answered, and the hand dies before it can say so; also with what could do harm."""
    disabled, reset = stage.people(2)
    orders = [stage.sabotage("after call", "kill", only=person.object_id) for person in (disabled, reset)]
    for asked in (stage.ask("disable_account", disabled), stage.ask("reset_password", reset)):
        run = assert_told_truth(stage, asked, state="succeeded", effects=1, names=LOST_AFTER, within=IN_TIME)
        assert run["attempts"] == 1
    assert all(order.was_obeyed for order in orders)


@pytest.mark.parametrize(("point", "names"), [("before fence", LOST_BEFORE), ("after call", LOST_AFTER)])
def test_f03_a_whole_worker_killed(stage: Stage, point: str, names: str) -> None:
    """F3: parent and hands die at once, at both points, and nobody starts it again: the sweeper does all of it."""
    order = stage.sabotage(point, "hold", role="worker")
    asked = stage.ask("disable_account")
    order.wait()
    stage.worker.kill()
    assert_told_truth(stage, asked, state="succeeded", effects=1, names=names)


def test_f04_a_deployment_lets_the_call_finish(stage: Stage) -> None:
    """F4: SIGTERM with time enough: the worker finishes what it has begun, and takes nothing new."""
    order = stage.sabotage("before call", "hold", role="worker")
    asked = stage.ask("disable_account")
    order.wait()
    os.kill(stage.worker.pid, signal.SIGTERM)
    order.release()
    stage.wait_until(lambda: not stage.worker.is_running, 15.0)
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
    assert run["attempts"] == 1


def test_f04_a_deployment_that_does_not_wait(stage: Stage) -> None:
    """F4: SIGTERM, and SIGKILL while a call is under way; the new worker is there at once."""
    order = stage.sabotage("after call", "hold", role="worker")
    asked = stage.ask("disable_account")
    order.wait()
    stage.worker.stop(grace=0.5)
    stage.start("worker")
    assert_told_truth(stage, asked, state="succeeded", effects=1, names=LOST_AFTER, within=IN_TIME)
