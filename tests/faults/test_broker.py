"""The broker is the doorbell only: without it, and whatever it loses, every run is carried out."""

import pytest
import requests

from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

CLICKED = 1.2  # seconds that a page may take to answer, whatever has become of the broker
BROKER_GONE = "the broker did not answer"
NOBODY_CAME = "nobody came"


def test_f05_the_broker_is_down_at_the_click(stage: Stage) -> None:
    """F5: connections are refused; the page answers at once, and the sweeper carries the run out itself."""
    _warm_up(stage)
    stage.broker.stop()
    asked = stage.ask("disable_account")
    assert asked.status == 200
    assert asked.seconds < CLICKED
    assert_told_truth(stage, asked, state="succeeded", effects=1, names=BROKER_GONE)


def test_f06_the_broker_is_frozen_at_the_click(stage: Stage) -> None:
    """F6: it takes connections and answers nothing; pages wait a second, then not at all; late messages do nothing."""
    _warm_up(stage)
    dialogs = [stage.desk.open("disable_account", person) for person in stage.people(8)]
    stage.broker.freeze()
    answers = [dialog.press() for dialog in dialogs]
    seconds = [answer.seconds for answer in answers]
    assert max(seconds) < CLICKED, seconds
    # Two failures in each of the web server's two processes, then nobody rings for a while.
    assert sorted(seconds)[3] < 0.5, seconds
    assert_all_told_truth(stage, answers, state="succeeded", effects=1, names=BROKER_GONE)
    stage.broker.thaw()
    stage.wait_until(lambda: not _messages(stage))
    later = stage.ask("revoke_sessions")
    assert_told_truth(stage, later, state="succeeded", effects=1, names="Accepted")
    assert set(stage.effects_by_person().values()) == {1}


def _warm_up(stage: Stage) -> None:
    """The first click after the start of a web process takes longer."""
    stage.wait_final(stage.ask("revoke_sessions"))


def _messages(stage: Stage) -> int:
    with stage.broker.client() as client:
        return client.llen("actions")


@pytest.mark.faults
@pytest.mark.parametrize("how", ["flushed", "started without data", "killed"])
def test_f07_the_broker_forgets(stage: Stage, how: str) -> None:
    """F7: twenty messages are lost, or survive a SIGKILL in the append-only file; all twenty runs are carried out."""
    stage.worker.kill()
    asked = stage.ask_many("disable_account", stage.people(20))
    if how == "flushed":
        stage.broker.flush()
    else:
        stage.broker.kill()
        stage.broker.start(without_data=how == "started without data")
    kept = _messages(stage)
    stage.start("worker")
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted" if kept else NOBODY_CAME)


def test_f08_the_broker_stays_away(stage: Stage) -> None:
    """F8: with nobody to ring, one run after the other is carried out by the sweeper, with no worker at all."""
    stage.broker.stop()
    stage.worker.kill()
    asked = stage.ask_many("disable_account", stage.people(12))
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names=BROKER_GONE)


def test_f09_the_web_server_dies_before_it_has_rung(stage: Stage) -> None:
    """F9: the row is committed, and the process that was to ring is gone; the browser sees a broken connection."""
    dialog = stage.desk.open("disable_account", stage.person())
    order = stage.sabotage("before ring", "kill", role="web")
    with pytest.raises(requests.ConnectionError):
        dialog.press()
    assert order.was_obeyed
    # Whoever presses again gets the run that is there.
    asked = dialog.press()
    assert asked.run == stage.run_of_click(dialog.click)
    assert_told_truth(stage, asked, state="succeeded", effects=1, names=NOBODY_CAME)
