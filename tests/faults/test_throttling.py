"""Microsoft asks an application to wait: all of this app registration wait, as long as they should, and nobody else."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from neurons_admin.local import product
from tests.faults.records import Row
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

pytestmark = pytest.mark.faults

BUSY = "asks this application to wait"
WAITED = f"{BUSY}.*Next attempt in.*Accepted"
# PACE is 0.1: what Microsoft says is waited a tenth as long.
LONGEST = 90.0
SLOW = 6.0  # beyond the wait itself: a pass of the sweeper, on a busy machine


def gate(stage: Stage) -> Row:
    """The gate of the app that acts: how long it is shut from now on, and how often in a row it was."""
    query = """
        SELECT paused_until, failures, extract(epoch FROM paused_until - now())::float AS seconds
        FROM connectors_gate WHERE client_id = %s
    """
    found = stage.rows(query, [stage.tenant.described()["apps"]["act"]["client_id"]])
    return found[0] if found else {"paused_until": None, "seconds": 0.0, "failures": 0}


def moment(entry: Row) -> datetime:
    """When a request of the journal arrived."""
    return datetime.fromisoformat(entry["time"]).replace(tzinfo=UTC)


def of_app(stage: Stage, app: str = "act") -> list[Row]:
    """What the tenant got from an app registration, sign-ins included."""
    return [entry for entry in stage.journal() if entry["app"] == app]


@pytest.mark.parametrize(
    ("method", "header", "least", "most"),
    [
        ("GET", "20", 2.0, 2.0),
        ("PATCH", "date:+20", 1.8, 2.0),
        ("PATCH", None, 0.5, 0.6),
        ("PATCH", "soon", 0.5, 0.6),
        ("GET", "0", 0.5, 0.6),
    ],
)
def test_f13_microsoft_asks_to_wait(stage: Stage, method: str, header: str | None, least: float, most: float) -> None:
    """F13: seconds, a date, or no word on how long: waited and not counted as an attempt, for reading and changing."""
    person = stage.person()
    stage.fault("status", status=429, retry_after=header, method=method, on=person, times=1)
    asked = stage.ask("disable_account", person)
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names=WAITED)
    assert (run["attempts"], run["deferrals"], run["in_doubt"]) == (1, 1, False)
    got = of_app(stage)
    refused = next(entry for entry in got if entry["status"] == 429)
    following = next(entry for entry in got if entry["seq"] > refused["seq"])
    assert least <= (moment(following) - moment(refused)).total_seconds() < most + SLOW, stage.story(asked)


def test_f13_an_absurd_wait_is_capped(stage: Stage) -> None:
    """F13: eleven days are a quarter of an hour, and the order is not lost meanwhile."""
    person = stage.person()
    stage.fault("status", status=429, retry_after="999999", on=person, times=1)
    asked = stage.ask("disable_account", person)
    stage.wait_until(lambda: stage.run(asked)["deferrals"])
    assert LONGEST - SLOW < gate(stage)["seconds"] <= LONGEST
    _pass_time(stage)
    assert_told_truth(stage, asked, state="succeeded", effects=1, names=WAITED)


def _pass_time(stage: Stage) -> None:
    """A quarter of an hour later."""
    stage.rows("UPDATE connectors_gate SET paused_until = now()")
    stage.rows("UPDATE people_actionrun SET not_before = now() WHERE not_before IS NOT NULL")


def test_f13_without_a_word_on_how_long_each_wait_is_longer(stage: Stage) -> None:
    """F13: 5, 10, 20 s and so on; the first answer as it should be begins anew."""
    person = stage.person()
    stage.fault("status", status=429, method="PATCH", on=person, times=3)
    asked = stage.ask("disable_account", person)
    run = assert_told_truth(stage, asked, state="succeeded", effects=1, names=WAITED)
    assert (run["attempts"], run["deferrals"]) == (1, 3)
    tries = [moment(entry) for entry in of_app(stage) if entry["method"] == "PATCH"]
    waits = [(later - before).total_seconds() for before, later in itertools.pairwise(tries)]
    assert all(wait >= least for wait, least in zip(waits, (0.5, 1.0, 2.0), strict=True)), waits
    stage.wait_until(lambda: gate(stage)["failures"] == 0)


def test_f13_all_workers_wait_and_nobody_else(stage: Stage) -> None:
    """F13: one 429, and of two workers and the sweeper no request of that app comes; another app is not held up."""
    stage.add("worker-second", [*product.worker("actions", concurrency=3), "--hostname=second@%h"])
    stage.wait_ready("worker-second")
    other = _with_another_app(stage)
    person = stage.person()
    stage.fault("status", status=429, retry_after="80", method="PATCH", on=person, times=1)
    first = stage.ask("disable_account", person)
    stage.wait_until(lambda: stage.run(first)["deferrals"])
    until = gate(stage)["paused_until"]
    refused = next(entry for entry in of_app(stage) if entry["status"] == 429)
    elsewhere = stage.ask_many("disable_account", [other])
    waiting = stage.ask_many("disable_account", stage.people(20))
    assert_all_told_truth(stage, elsewhere, state="succeeded", effects=1, names="Accepted")
    assert stage.run(elsewhere[0])["ended_at"] < until
    assert_all_told_truth(stage, [first, *waiting], state="succeeded", effects=1, names="Accepted")
    assert {stage.run(run)["attempts"] for run in (first, *waiting)} == {1}
    during = [entry for entry in of_app(stage) if entry["seq"] > refused["seq"] and moment(entry) < until]
    assert not during, f"In the pause until {until}: {during}"


def test_f13_what_is_under_way_is_all_that_still_comes(stage: Stage) -> None:
    """F13: a 429 in the midst of twenty: what is taken up by then goes on, and nothing is taken up until it is over."""
    stage.add("worker-second", [*product.worker("actions", concurrency=3), "--hostname=second@%h"])
    stage.wait_ready("worker-second")
    people = stage.people(20)
    stage.fault("status", status=429, retry_after="30", method="PATCH", times=1)
    asked = stage.ask_many("disable_account", people)
    shut = stage.wait_until(lambda: stage.rows("SELECT at FROM people_runevent WHERE reason LIKE %s", [f"%{BUSY}%"]))
    until = gate(stage)["paused_until"]
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names=BUSY)
    taken_up = "SELECT at FROM people_runevent WHERE reason LIKE %s AND at BETWEEN %s AND %s"
    # Who had looked at the gate in that very moment still takes up one.
    assert not stage.rows(taken_up, ["Taken up%", shut[0]["at"] + timedelta(seconds=0.3), until])
    assert {stage.run(run)["attempts"] for run in asked} == {1}


def _with_another_app(stage: Stage) -> Any:
    """Somebody in a second connector to the same tenant, which acts with an app registration of its own."""
    person = stage.person()
    account = stage.inside("connect", app=stage.tenant.described()["apps"]["weak"], account=person.account)
    return person._replace(account=account)
