"""The worker that synchronises dies: the next one goes on from the page that was stored last."""

from typing import Any

import pytest

from neurons_admin.local import product
from tests.faults.records import Row
from tests.faults.stage import Stage

pytestmark = pytest.mark.faults

WORKER = "worker-sync"
ROUND_SECONDS = 60.0
DONE = ("succeeded", "failed")
# What it reads when it dies.
KILLED_AT = ("people", "groups", "devices")
PICTURE = """
    SELECT object_id, display_name, mail, enabled, removal, manager_id, fingerprint, more FROM people_account
    ORDER BY object_id
"""
GROUPS = "SELECT object_id, name, removed_at IS NULL AS there FROM people_group ORDER BY object_id"
MEMBERS = """
    SELECT g.object_id, m.member_id FROM people_membership m JOIN people_group g ON g.id = m.group_id ORDER BY 1, 2
"""
# Minutes are not waited for: until the lease ends, and until the sweeper rings again.
LET_GO = "UPDATE connectors_syncrun SET lease_until = now(), rung_at = NULL WHERE state = 'running' RETURNING id"
LATEST = "SELECT * FROM connectors_syncrun ORDER BY created_at DESC LIMIT 1"


def test_a_worker_killed_again_and_again_leaves_the_rows_of_an_undisturbed_round(stage: Stage) -> None:
    stage.add(WORKER, product.background()["sync"])
    stage.wait_ready(WORKER)
    connector = stage.rows("SELECT id FROM connectors_connector")[0]["id"]
    _read_everything(stage, connector)
    assert _ended(stage)["state"] == "succeeded"
    undisturbed = _picture(stage)
    assert len(undisturbed["people"]) > 700

    _spoil(stage)
    assert _picture(stage) != undisturbed
    stage.fault("latency", seconds=0.5, method="GET")
    _read_everything(stage, connector)
    for stream in KILLED_AT:
        stage.wait_until(lambda stream=stream: _reads(_latest(stage), stream), ROUND_SECONDS)
        stage.parts[WORKER].kill()
        assert stage.rows(LET_GO), f"It was not under way when it was killed at {stream}."
        stage.start(WORKER)
    run = _ended(stage)
    assert (run["state"], run["restarts"], run["changed"]) == ("succeeded", 0, len(undisturbed["people"]))
    assert _picture(stage) == undisturbed


def _read_everything(stage: Stage, connector: Any) -> None:
    stage.rows("UPDATE connectors_connector SET delta_link = '', groups_delta_link = ''")
    answer = stage.desk_of("admin").post(f"/connectors/{connector}/sync/", {})
    assert answer.status_code in {200, 302}, answer.text


def _spoil(stage: Stage) -> None:
    """What is kept is wrong: only a round that stores every page sets it right."""
    stage.rows("UPDATE people_account SET display_name = 'Spoilt', manager_id = NULL, fingerprint = 0")
    stage.rows("UPDATE people_group SET name = 'Spoilt'")
    stage.rows("DELETE FROM people_membership WHERE mod(id, 2) = 0")


def _latest(stage: Stage) -> Row:
    return stage.rows(LATEST)[0]


def _reads(run: Row, stream: str) -> bool:
    assert run["state"] not in DONE, f"It was over before it was killed at {stream}: {run}"
    return bool(run["state"] == "running" and run["stream"] == stream)


def _ended(stage: Stage) -> Row:
    stage.wait_until(lambda: _latest(stage)["state"] in DONE, ROUND_SECONDS)
    return _latest(stage)


def _picture(stage: Stage) -> dict[str, list[Row]]:
    return {"people": stage.rows(PICTURE), "groups": stage.rows(GROUPS), "members": stage.rows(MEMBERS)}
