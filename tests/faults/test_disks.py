"""No space is left: nothing is said to be done, or asked for, that could not be written down."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
import requests

from tests.faults.servers import Tree
from tests.faults.stage import Stage
from tests.faults.truth import assert_all_told_truth, assert_told_truth

pytestmark = pytest.mark.faults

AWAY = "The database does not answer just now"
FOUND = "lost after sending.*Confirmed"


def test_f31_the_broker_has_no_room(stage: Stage) -> None:
    """F31: it answers, and refuses every message for want of memory: pages do not mind, and the sweeper sees to it."""
    with stage.broker.client() as client:
        client.config_set("maxmemory", "1mb")
        try:
            asked = [stage.ask("disable_account", person) for person in stage.people(4)]
            assert {answer.status for answer in asked} == {requests.codes.ok}
            for answer in asked:
                names = "the broker did not answer"
                assert_told_truth(stage, answer, state="succeeded", effects=1, names=names)
        finally:
            client.config_set("maxmemory", 0)
    assert_told_truth(stage, stage.ask("revoke_sessions"), state="succeeded", effects=1, names="Accepted")


@contextmanager
def full_disk(stage: Stage) -> Iterator[None]:
    """The steps of runs are kept on a disk of their own, on which nothing is left."""
    account = stage.database.server.account
    disk = stage.database.server.home / "disk"
    # Left by a run that was killed.
    stage.rows("DROP TABLESPACE IF EXISTS small")
    if disk.is_mount():
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
    disk.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0777", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        disk.rmdir()
        pytest.skip("F31: this machine lets us mount no small disk: a full disk of PostgreSQL was NOT tested")
    try:
        place = disk / "tables"
        place.mkdir()
        if account:
            shutil.chown(place, account.uid, account.gid)
        stage.rows(f"CREATE TABLESPACE small LOCATION '{place}'")
        stage.rows("ALTER TABLE people_runevent SET TABLESPACE small")
        _fill(stage, disk)
        yield
    finally:
        (disk / "filler").unlink(missing_ok=True)
        stage.rows("ALTER TABLE people_runevent SET TABLESPACE pg_default")
        stage.rows("DROP TABLESPACE small")
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
        disk.rmdir()


def _fill(stage: Stage, disk: Path) -> None:
    """To the last byte, and then the gaps in the table's own pages, with steps of a run that is over."""
    with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    step = "INSERT INTO people_runevent (run_id, state, reason, worker) SELECT id, state, %s, '' FROM people_actionrun"
    for length in (400, 40, 1):
        with suppress(psycopg.errors.DiskFull):
            while True:
                stage.rows(f"{step} LIMIT 1", ["x" * length])


def test_f31_the_database_has_no_room_for_a_step(stage: Stage) -> None:
    """F31: no trail, no run: a click is refused; what was sent is not called done before that can be written down."""
    order = stage.sabotage("after call", "hold", role="worker")
    asked = stage.ask("disable_account")
    order.wait()
    dialog = stage.desk.open("disable_account", stage.person())
    with full_disk(stage):
        refused = dialog.press()
        assert refused.status == requests.codes.unavailable
        assert AWAY in refused.text
        order.release()
        lost = "SELECT 1 FROM people_actionrun WHERE id = %s AND lease_until < now() - interval '2 seconds'"
        stage.wait_until(lambda: stage.rows(lost, [asked.run]))
        assert stage.run(asked)["state"] == "running"
        assert stage.desk.get(f"/runs/{asked.run}/").ok
    assert stage.run_of_click(dialog.click) is None
    assert stage.effects(dialog.person) == 0
    assert_told_truth(stage, asked, state="succeeded", effects=1, names=FOUND)
    assert_told_truth(stage, dialog.press(), state="succeeded", effects=1, names="Accepted")


def _let_write(stage: Stage, most: str) -> None:
    """How far PostgreSQL, and what it starts from now on, may write into any file; set as the user it runs as."""
    server = stage.database.server
    if process := server.process():
        for pid in [process.pid, *(child.pid for child in Tree(process.pid).children())]:
            server.run(["prlimit", f"--pid={pid}", f"--fsize={most}:"])


def test_f31_the_database_cannot_write_at_all(stage: Stage) -> None:
    """F31: not even its journal: PostgreSQL gives up and cannot start; when it can, all that was sent is found."""
    people = stage.people(3)
    orders = [stage.sabotage("after call", "hold", only=who.object_id) for who in people[:2]]
    asked = stage.ask_many("disable_account", people[:2])
    for order in orders:
        order.wait()
    dialog = stage.desk.open("disable_account", people[2])
    _let_write(stage, "0")
    try:
        refused = dialog.press()
        assert refused.status == requests.codes.unavailable
        assert AWAY in refused.text
        for order in orders:
            order.release()
        stage.wait_until(lambda: not stage.database.server.answers())
    finally:
        _let_write(stage, "unlimited")
    stage.database.start()
    assert_all_told_truth(stage, asked, state="succeeded", effects=1, names="lost after sending")
    assert stage.run_of_click(dialog.click) is None
    assert_told_truth(stage, dialog.press(), state="succeeded", effects=1, names="Accepted")
