"""Two hundred runs at once, while Microsoft stumbles or a part of us dies: each ends, and the totals add up."""

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from tests.desk import Answer, Dialog
from tests.faults.records import FINAL, Row, Written
from tests.faults.servers import Tree
from tests.faults.stage import Stage
from tests.faults.truth import assert_no_secret

pytestmark = pytest.mark.faults

BULK = 200
TENTH = BULK // 10
PATIENCE = 150.0
RESENT = "(resend)"


def ask_in_one_go(stage: Stage) -> list[Written]:
    """Ask for two hundred; nobody begins before all of them wait."""
    for part in (stage.sweeper, stage.worker):
        part.freeze()
    asked = stage.ask_many("disable_account", stage.people(BULK))
    for part in (stage.sweeper, stage.worker):
        part.thaw()
    return asked


def tell_of(stage: Stage, asked: Sequence[Written]) -> dict[uuid.UUID, str]:
    """Everything the trails of these runs say, by run, in two queries' time."""
    query = "SELECT run_id, string_agg(reason, E'\\n' ORDER BY id) AS told FROM people_runevent GROUP BY run_id"
    told = {row["run_id"]: row["told"] for row in stage.rows(query)}
    return {run.run: told[run.run] for run in asked}


def rows_of(stage: Stage) -> dict[uuid.UUID, Row]:
    return {row["id"]: row for row in stage.rows("SELECT * FROM people_actionrun")}


def ended(stage: Stage) -> int:
    """How many runs are over."""
    [row] = stage.rows("SELECT count(*) AS number FROM people_actionrun WHERE state = ANY(%s)", [list(FINAL)])
    number: int = row["number"]
    return number


def asked_for(stage: Stage) -> int:
    """How many runs there are."""
    [row] = stage.rows("SELECT count(*) AS number FROM people_actionrun")
    number: int = row["number"]
    return number


def wait_all_final(stage: Stage, asked: Sequence[Written]) -> None:
    """Until every run is over; fails with the story of one that is not."""

    def story() -> str:
        row = next(row for row in rows_of(stage).values() if row["state"] not in FINAL)
        return f"{ended(stage)} of {len(asked)} are over; not this one:\n{stage.story(row['id'])}"

    stage.wait_until(lambda: ended(stage) == len(asked), PATIENCE, story)


def assert_totals(stage: Stage, asked: Sequence[Written], effects: Counter[str]) -> Counter[str]:
    """What the rows say is what is in the tenant: one by one, and so in sum. Returns how many ended how.

    Who has succeeded is disabled, who has failed was never changed, where a person has to look it says why; changed
    twice was nobody but who was sent once more, which is told.
    """
    rows, told = rows_of(stage), tell_of(stage, asked)
    for run in asked:
        row, times = rows[run.run], effects[run.person.object_id]
        is_off = not stage.truth(run.person)["accountEnabled"]
        is_true = {
            "succeeded": is_off and times >= 1,
            "failed": not is_off and times == 0,
            "needs_operator": row["in_doubt"] and row["message"],
        }
        assert is_true[row["state"]], f"{times} effects\n{stage.story(run.run)}"
        assert times <= 1 or RESENT in told[run.run], f"{times} effects\n{stage.story(run.run)}"
    assert_no_secret(stage)
    return Counter(rows[run.run]["state"] for run in asked)


WIRE: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 429, "retry_after": "1"},
    {"kind": "status", "status": 503, "retry_after": "1"},
    {"kind": "status", "status": 500, "applied": True},
    {"kind": "reset", "applied": True},
    {"kind": "reset", "applied": False},
    {"kind": "status", "status": 403, "code": "Authorization_RequestDenied"},
)


def test_f32_a_tenth_of_each_fault(stage: Stage) -> None:
    """F32: of two hundred calls a tenth meets each of six faults: the totals add up; what failed is asked for again."""
    for options in WIRE:
        stage.fault(method="PATCH", path="/users/*", times=TENTH, chance=0.3, **options)
    asked = ask_in_one_go(stage)
    wait_all_final(stage, asked)
    ends = assert_totals(stage, asked, stage.effects_by_person())
    assert ends["failed"] + ends["needs_operator"] <= TENTH, ends
    assert ends["failed"] > 0, ends
    assert all(fault["hits"] == TENTH for fault in stage.control("GET", "faults")["faults"])
    # Once more, for those alone that were not done.
    rows, before = rows_of(stage), stage.effects_by_person()
    left = [run.person for run in asked if rows[run.run]["state"] != "succeeded"]
    again = stage.ask_many("disable_account", left)
    stage.wait_until(lambda: ended(stage) == len(asked) + len(again), PATIENCE)
    assert assert_totals(stage, again, stage.effects_by_person()) == {"succeeded": len(left)}
    assert set(stage.effects_by_person() - before) <= {person.object_id for person in left}
    assert all(not stage.truth(run.person)["accountEnabled"] for run in asked)


def kill_child(stage: Stage) -> None:
    victim = random.choice(Tree(stage.worker.pid).children())
    victim.kill()


def kill_worker(stage: Stage) -> None:
    stage.worker.kill()
    stage.start("worker")


def kill_sweeper(stage: Stage) -> None:
    stage.sweeper.kill()
    stage.start("sweeper")


def kill_database(stage: Stage) -> None:
    stage.database.kill()
    stage.database.start()


def kill_broker(stage: Stage) -> None:
    stage.broker.kill()
    stage.broker.start()


@contextmanager
def moment(stage: Stage) -> Iterator[int]:
    """Some moment in the midst of a bulk: when so many runs are over as a die says."""
    number = random.randrange(5, BULK // 2)
    stage.wait_until(lambda: ended(stage) >= number, PATIENCE)
    print(f"It happens after {number} of {BULK} runs.")
    yield number


@pytest.mark.parametrize("kill", [kill_child, kill_worker, kill_sweeper, kill_database, kill_broker])
def test_f32_a_part_dies_in_the_midst_of_it(stage: Stage, kill: Callable[[Stage], None]) -> None:
    """F32: a hand, the worker, the sweeper, PostgreSQL or Valkey is killed and comes back: all are done, once each."""
    asked = ask_in_one_go(stage)
    with moment(stage):
        kill(stage)
    wait_all_final(stage, asked)
    ends = assert_totals(stage, asked, stage.effects_by_person())
    assert ends == {"succeeded": BULK}


def test_f32_microsoft_is_away_in_the_midst_of_it(stage: Stage) -> None:
    """F32: Microsoft is away for a while, with two hundred runs under way: all are done, once each."""
    asked = ask_in_one_go(stage)
    with moment(stage):
        # The journal ends with the tenant. From here on connections are cut, with nothing done, until it is read.
        stage.fault("reset", applied=False, path="/**")
        stage.wait_until(lambda: all(entry["milliseconds"] is not None for entry in stage.journal()))
        effects = stage.effects_by_person()
        stage.demo.stop()
        stage.start("demo")
    wait_all_final(stage, asked)
    ends = assert_totals(stage, asked, effects + stage.effects_by_person())
    assert ends == {"succeeded": BULK}


def test_f32_the_web_server_dies_in_the_midst_of_many_clicks(stage: Stage) -> None:
    """F32: of forty clicks some find the web server dead: each has made one run that is done, or none at all."""
    dialogs = [stage.desk.open("disable_account", person) for person in stage.people(40)]
    with ThreadPoolExecutor(8) as threads:
        pressing = [threads.submit(dialog.press) for dialog in dialogs]
        number = random.randrange(2, 12)
        stage.wait_until(lambda: asked_for(stage) >= number)
        stage.web.kill()
        stage.start("web")
    answers = [answer_of(pressed) for pressed in pressing]
    runs = [stage.run_of_click(dialog.click) for dialog in dialogs]
    assert any(answer is None for answer in answers), "Nobody met the dead web server."
    asked = [Written(run, dialog.person) for run, dialog in zip(runs, dialogs, strict=True) if run]
    assert_shown(answers, dialogs, runs)
    wait_all_final(stage, asked)
    assert assert_totals(stage, asked, stage.effects_by_person()) == {"succeeded": len(asked)}
    assert stage.effects_by_person().total() == len(asked)


def answer_of(pressed: "Future[Answer]") -> Answer | None:
    """What the page said; None when nobody answered, or only the beginning of an answer came."""
    try:
        return pressed.result()
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        return None


def assert_shown(answers: Sequence[Answer | None], dialogs: Sequence[Dialog], runs: Sequence[uuid.UUID | None]) -> None:
    """Whoever got an answer sees the run that the click has made."""
    for answer, dialog, run in zip(answers, dialogs, runs, strict=True):
        if answer is not None:
            assert (answer.status, answer.run) == (200, run), f"{dialog.person.name}: {answer.text[:300]}"
            assert run
