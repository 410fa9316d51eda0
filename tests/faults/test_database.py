"""The database goes away: what was not committed has not been asked for, and what was sent is looked for."""

import pytest
import requests

from tests.faults.servers import Part
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

pytestmark = pytest.mark.faults

AWAY = "The database does not answer just now"
FOUND = "lost after sending.*Confirmed"
LOST = "lost before anything was sent"
TYPED = "Quiet-Meadow-4711-harbour"


def test_f10_the_database_restarts_with_runs_in_flight(stage: Stage) -> None:
    """F10: `-m immediate` under three hands, one at each point, and two runs that wait; a page says 503 meanwhile."""
    people = stage.people(6)
    points = ("before fence", "before call", "after call")
    orders = [stage.sabotage(point, "hold", only=who.object_id) for point, who in zip(points, people, strict=False)]
    dialog = stage.desk.open("disable_account", people[5])
    asked = stage.ask_many("disable_account", people[:5])
    for order in orders:
        order.wait()
    stage.database.stop()
    assert_says_that_it_is_away(stage.desk.get("/people/"))
    assert dialog.press().status == requests.codes.unavailable
    for order in orders:
        order.release()
    stage.database.start()
    assert _half_written(stage) == []
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names=LOST)
    for run in asked[1:3]:
        assert_told_truth(stage, run, state="succeeded", effects=1, names=FOUND)
    assert stage.run_of_click(dialog.click) is None
    assert_told_truth(stage, dialog.press(), state="succeeded", effects=1, names="Accepted")


def assert_says_that_it_is_away(page: requests.Response) -> None:
    """A page, with the right status, and word of when to come back."""
    assert page.status_code == requests.codes.unavailable
    assert AWAY in page.text
    assert page.headers["Retry-After"]


def _half_written(stage: Stage) -> list[object]:
    """Runs that lack the first step of their trail, or their line in the audit trail; and such lines without a run."""
    incomplete = """
        SELECT id::text FROM people_actionrun run
        WHERE NOT EXISTS (SELECT FROM people_runevent step WHERE step.run_id = run.id)
           OR NOT EXISTS (SELECT FROM audit_event WHERE subject_id = run.id::text AND verb = 'run.asked')
    """
    alone = """
        SELECT subject_id FROM audit_event
        WHERE verb = 'run.asked' AND NOT EXISTS (SELECT FROM people_actionrun run WHERE run.id::text = subject_id)
    """
    return [*stage.rows(incomplete), *stage.rows(alone)]


def test_f11_the_database_is_down_at_the_click(stage: Stage) -> None:
    """F11: the page says so and shows nothing that was typed; nothing is sent; the open dialog can be sent again."""
    stage.secrets["the password that was typed"] = TYPED
    dialog = stage.desk.open("reset_password", stage.person())
    stage.database.stop()
    refused = dialog.press(password=TYPED)
    assert refused.status == requests.codes.unavailable
    assert AWAY in refused.text
    assert TYPED not in refused.text
    # Not a word to htmx about where to put it: it leaves the dialog open, with what was typed in it.
    assert refused.run is None
    stage.database.start()
    assert stage.run_of_click(dialog.click) is None
    assert stage.effects(dialog.person) == 0
    assert_told_truth(stage, dialog.press(password=TYPED), state="succeeded", effects=1, names="Accepted")


@pytest.mark.parametrize("back", [False, True], ids=["still down", "up again"])
def test_f12_the_database_is_down_when_the_result_is_written(stage: Stage, back: bool) -> None:
    """F12: Microsoft has said yes, and it cannot be written down: it is found in the directory, and not sent again."""
    orders = [stage.sabotage("after call", "hold", role="worker") for _ in range(2)]
    asked = [stage.ask(action) for action in ("disable_account", "reset_password")]
    for order in orders:
        order.wait()
    said = Log(stage.worker)
    stage.database.kill()
    if back:
        stage.database.start()
    for order in orders:
        order.release()
    stage.wait_until(lambda: said.since().count("raised unexpected: OperationalError") == 2)
    stage.database.start()
    for each in asked:
        run = assert_told_truth(stage, each, state="succeeded", effects=1, names=FOUND)
        assert run["attempts"] == 1
    sealed = stage.inside("sealed_passwords")
    assert sealed[str(asked[1].run)] == stage.truth(asked[1].person)["password"]


class Log:
    """What a part logs from now on."""

    def __init__(self, part: Part) -> None:
        self._file = part.process.log
        self._begins = self._file.stat().st_size

    def since(self) -> str:
        """All of it so far."""
        return self._file.read_bytes()[self._begins :].decode(errors="replace")
