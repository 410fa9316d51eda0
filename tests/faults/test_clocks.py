"""Clocks are wrong, jump, and go round corners: what is due goes by the database's, and by no other."""

import glob
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now

from neurons_admin.local import product
from neurons_admin.pace import paced
from people import runner, sweeper
from people.models import ActionRun
from people.models.run import ORDER_EXPIRES
from tests.desk import Desk
from tests.factories import make_run
from tests.faults.records import Asked, Row
from tests.faults.stage import Stage
from tests.faults.truth import assert_told_truth

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), "")
COMMANDS = product.background()
WRONG = ("-1d", "-1h", "+1h", "+1d")
LOST = "lost before anything was sent"
needs_faketime = pytest.mark.skipif(
    not LIBRARY, reason="F25 needs libfaketime, which `apt-get install libfaketime` brings: clocks were NOT tested"
)


class Clock:
    """The wall clock of the parts that are started with its environment; it can be set while they run."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set("+0")

    def set(self, offset: str) -> None:
        """Put it so far ahead of the right time, or behind: "+1d", "-1h"."""
        unfinished = self._file.with_suffix(".new")
        unfinished.write_text(f"{offset}\n")
        unfinished.rename(self._file)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": LIBRARY,
            "PYTHONPATH": str(Path(__file__).parent / "faketime"),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }


@pytest.fixture
def clock(stage: Stage) -> Clock:
    """A clock that can be set wrong."""
    return Clock(stage.directory / "clock")


def instead(stage: Stage, clock: Clock, *names: str, concurrency: int = 3) -> None:
    """Have parts replaced by others that go by that clock."""
    commands = {**COMMANDS, "worker": product.worker("actions", concurrency=concurrency)}
    for name in names:
        stage.parts[name].kill()
        stage.add(f"{name}-odd", commands[name], **clock.environment)
    for name in names:
        stage.wait_ready(f"{name}-odd")


@contextmanager
def timed(stage: Stage) -> Iterator[Callable[[Asked], None]]:
    """What asserts that all that was written down of a run since then was written by the database's clock."""
    begun = stage.rows("SELECT now()")[0]["now"]

    def assert_timed(asked: Asked) -> None:
        run, now = stage.run(asked), stage.rows("SELECT now()")[0]["now"]
        audited = stage.rows("SELECT at FROM audit_event WHERE subject_id = %s", [str(asked.run)])
        times = [step["at"] for step in [*stage.trail(asked), *audited]]
        times += [call["started_at"] for call in stage.calls(asked)]
        times += [run[name] for name in ("created_at", "sent_at", "accepted_at", "ended_at") if run[name]]
        assert all(begun <= time <= now for time in times), (begun, now, times)

    yield assert_timed


@pytest.mark.faults
@needs_faketime
def test_f25_the_clock_of_worker_and_sweeper_is_wrong(stage: Stage, clock: Clock) -> None:
    """F25: an hour and a day off, before and behind, jumping while they run: nothing happens early, late or twice."""
    instead(stage, clock, "worker", "sweeper")
    for offset in WRONG:
        clock.set(offset)
        with timed(stage) as assert_timed:
            waits = stage.person()
            stage.fault("status", status=429, retry_after="date:+25", on=waits, method="PATCH", times=1)
            late = stage.ask("disable_account", waits)
            assert_told_truth(stage, late, state="succeeded", effects=1, names="asks this application to wait")
            assert_timed(late)
            assert timedelta(seconds=1) < _waited(stage.trail(late)) < timedelta(seconds=15), offset
            easy = stage.ask("reset_password")
            assert_told_truth(stage, easy, state="succeeded", effects=1, names="Accepted")
            assert_timed(easy)
    # A lease that is over is over by the database's clock: at the last of them, and then a day behind.
    for offset in (WRONG[-1], WRONG[0]):
        clock.set(offset)
        order = stage.sabotage("before fence", "kill", role="worker")
        lost = stage.ask("disable_account")
        row = assert_told_truth(stage, lost, state="succeeded", effects=1, names=LOST)
        assert order.was_obeyed
        assert row["attempts"] == 2


def _waited(trail: list[Row]) -> timedelta:
    """From when it was put back until it was taken up again."""
    put_back = next(step["at"] for step in trail if "asks this application to wait" in step["reason"])
    return min(step["at"] for step in trail if step["at"] > put_back and step["state"] == "running") - put_back


@pytest.mark.faults
@needs_faketime
def test_f25_the_clock_of_the_web_server_is_wrong(stage: Stage, clock: Clock) -> None:
    """F25: people sign in, ask and see their password all the same, and the run is not put before or behind others."""
    port = product.free_port(stage.port + 1)
    stage.add("web-odd", product.web(port), **clock.environment)
    address = f"http://localhost:{port}"
    stage.wait_until(lambda: product.answers(port), 30.0, "the web server did not start")
    for offset in WRONG:
        clock.set(offset)
        desk = Desk(address, "desk", stage.settings["DEMO_PASSWORD"])
        stage.desks[f"desk by {offset}"] = desk
        with timed(stage) as assert_timed:
            asked = desk.ask("reset_password", stage.person())
            run = assert_told_truth(stage, asked, state="succeeded", effects=1, names="Accepted")
            assert_timed(asked)
        assert run["expires_at"] - run["created_at"] == pytest.approx(ORDER_EXPIRES, abs=timedelta(seconds=5))
        newest = stage.rows("SELECT id FROM people_actionrun ORDER BY created_at DESC LIMIT 1")
        assert newest[0]["id"] == asked.run
        shown = desk.post(f"/runs/{asked.run}/password/", {}, **{"HX-Request": "true"})
        assert stage.truth(asked.person)["password"] in shown.text
        desk.pages.remove(shown.text)


@pytest.mark.faults
@needs_faketime
def test_f25_a_token_outlives_a_jump_of_the_clock(stage: Stage, clock: Clock) -> None:
    """F25: ahead, the kept token seems over and a new one is got; behind, Microsoft refuses the old one, once."""
    instead(stage, clock, "worker", concurrency=1)
    stage.sweeper.kill()
    runs = [stage.ask("disable_account")]
    stage.wait_final(runs[0])
    issued = _tokens(stage)
    clock.set("+1d")
    runs.append(stage.ask("disable_account"))
    stage.wait_final(runs[-1])
    assert _tokens(stage) > issued
    clock.set("-1d")
    # What had been issued is over at Microsoft, while it seems to be good for two days here.
    stage.control("POST", "apps/act", {"revoke_tokens": True})
    runs.append(stage.ask("disable_account"))
    for run in runs:
        row = assert_told_truth(stage, run, state="succeeded", effects=1, names="Accepted")
        assert row["attempts"] == 1
    refused = [entry for entry in stage.journal() if entry["endpoint"] == "graph" and entry["status"] == 401]
    assert len(refused) == 1


def _tokens(stage: Stage) -> int:
    """How many were issued to the app that acts."""
    return sum(entry["endpoint"] == "token" and entry["app"] == "act" for entry in stage.journal())


def test_f26_a_far_future_is_waited_for(stage: Stage) -> None:
    """F26: rung for again and again, what is due in the year 9999 is not begun, and can be taken back."""
    order = stage.sabotage("before claim", "hold", role="worker")
    far = stage.ask("disable_account")
    order.wait()
    stage.rows("UPDATE people_actionrun SET not_before = '9999-12-31 23:59:59+00' WHERE id = %s", [far.run])
    order.release()
    stage.inside("ring", run=far.run, times=5)
    assert_told_truth(stage, stage.ask("disable_account"), state="succeeded", effects=1, names="Accepted")
    assert stage.run(far)["attempts"] == 0
    assert stage.desk.post(f"/runs/{far.run}/cancel/", {}, **{"HX-Request": "true"}).ok
    assert_told_truth(stage, far, state="cancelled", effects=0, names="Cancelled by")


CORNERS = {
    "leap day": "2028-02-28T23:59:00Z",
    "after the leap day": "2028-02-29T23:59:00Z",
    "summer time begins": "2027-03-28T00:59:00Z",
    "winter time begins": "2027-10-31T00:59:00Z",
    "new year": "2027-12-31T23:59:00Z",
}
SECOND = timedelta(seconds=1)


@pytest.fixture
def set_database_clock(db: None) -> Callable[[datetime], None]:
    """Sets the clock by which the product asks what is due; until the end of the test."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA odd")
        cursor.execute("""
            CREATE FUNCTION odd.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
            AS $$ SELECT current_setting('odd.clock')::timestamptz $$
        """)
        cursor.execute("SET LOCAL search_path = odd, pg_catalog, public")

    def set_to(moment: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('odd.clock', %s, true)", [moment.isoformat()])

    return set_to


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize("corner", CORNERS.values(), ids=CORNERS.keys())
def test_f26_time_goes_round_a_corner(set_database_clock: Callable[[datetime], None], corner: str, zone: str) -> None:
    """F26: leap days and changes of the clock make no wait, lease or limit longer or shorter, in any time zone."""
    begun = datetime.fromisoformat(corner).astimezone(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('TimeZone', %s, true)", [zone])
    set_database_clock(begun)
    run = make_run(expires_at=begun + ORDER_EXPIRES)
    lease, minute = paced(runner.LEASE_SECONDS), timedelta(minutes=1)
    row = ActionRun.objects.filter(pk=run.pk)

    row.update(not_before=Now() + minute)
    set_database_clock(begun + minute - SECOND)
    assert not row.due().exists()
    set_database_clock(begun + minute)
    assert row.due().exists()

    set_database_clock(begun)
    row.update(state="running", lease_until=Now() + lease, expires_at=Now() + ORDER_EXPIRES, not_before=None)
    set_database_clock(begun + lease - SECOND)
    sweeper.settle_lost()
    assert row.get().state == "running"
    set_database_clock(begun + lease + SECOND)
    sweeper.settle_lost()
    assert row.get().state == "queued"

    set_database_clock(begun + ORDER_EXPIRES - SECOND)
    sweeper.give_up_old()
    assert row.get().state == "queued"
    set_database_clock(begun + ORDER_EXPIRES + SECOND)
    sweeper.give_up_old()
    assert (row.get().state, row.get().error_code) == ("failed", "expired")
