"""What is put into operation does not fit what is there: another key, another version, no audit trail, a backup."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import requests

from neurons_admin.local import environment, product
from neurons_admin.starting import REFUSED
from tests.desk import Answer
from tests.faults.records import Asked
from tests.faults.stage import DATABASE, Stage
from tests.faults.truth import assert_told_truth

pytestmark = pytest.mark.faults

COMMANDS = {name: command for name, command in product.background().items() if name != "sync"}
SEALED = """
    SELECT client_secret AS sealed FROM credentials_credential
    UNION ALL SELECT value FROM people_sealedpassword UNION ALL SELECT value FROM credentials_keycanary ORDER BY 1
"""


def test_f21_another_encryption_key(stage: Stage) -> None:
    """F21: worker, web server and sweeper each refuse to start, in one sentence; nothing is sent or encrypted anew."""
    people = stage.people(2)
    for name in ("worker", "sweeper"):
        stage.parts[name].kill()
    asked = [stage.ask("reset_password", people[0]), stage.ask("disable_account", people[1])]
    stage.web.kill()
    sealed, requests_before = stage.rows(SEALED), len(stage.journal())
    assert len(sealed) >= 4
    wrong = stage.secrets["the wrong key"] = environment.GENERATED["CREDENTIAL_KEYS"]()
    commands = {**COMMANDS, "web": product.web(stage.port)}
    parts = [stage.add(f"{name}-wrong", command, CREDENTIAL_KEYS=wrong) for name, command in commands.items()]
    for part in parts:
        stage.wait_until(lambda part=part: not part.is_running, 60.0, f"{part.process.name} goes on")  # type: ignore[misc]
        assert part.process.exit_code == REFUSED, part.log()
        assert "CREDENTIAL_KEYS does not open the stored secrets." in part.log()
        assert "Traceback" not in part.log()
    assert stage.rows(SEALED) == sealed
    assert [stage.run(run)["state"] for run in asked] == ["queued", "queued"]
    assert len(stage.journal()) == requests_before
    stage.start("worker", "sweeper", "web")
    for run in asked:
        assert_told_truth(stage, run, state="succeeded", effects=1, names="Accepted")


# A version that does not know an action yet; and of a format that it does not know either is what `_be_newer` makes.
OLDER = {"SABOTAGE_WITHOUT": "disable_account"}
NEWER = 99


def _be_newer(stage: Stage, asked: Asked, format_: int) -> None:
    """Have a run's columns be as a later version writes them, or as this one does."""
    stage.rows("UPDATE people_actionrun SET format = %s WHERE id = %s", [format_, asked.run])


def test_f34_an_old_worker_leaves_alone_what_a_newer_web_server_has_asked(stage: Stage) -> None:
    """F34: old worker and sweeper do not touch an action or a format they do not know; new ones beside them do."""
    for name in COMMANDS:
        stage.parts[name].kill()
    unknown, newer = stage.ask("disable_account"), stage.ask("revoke_sessions")
    _be_newer(stage, newer, NEWER)
    for name, command in COMMANDS.items():
        stage.add(f"{name}-old", command, **OLDER)
    for name in COMMANDS:
        stage.wait_ready(f"{name}-old")
    # What the old ones know they go on with.
    known = stage.ask("revoke_sessions")
    assert_told_truth(stage, known, state="succeeded", effects=1, names="Accepted")
    _let_sweep(stage)
    for run in (unknown, newer):
        assert (stage.run(run)["state"], len(stage.trail(run))) == ("queued", 1), stage.story(run)
    stage.start(*COMMANDS)
    _be_newer(stage, newer, 1)
    # A ring that the old worker hears is lost, and made up for.
    later = [stage.ask("disable_account", person) for person in stage.people(4)]
    for run in (unknown, newer, *later):
        row = assert_told_truth(stage, run, state="succeeded", effects=1, names="Accepted")
        assert row["attempts"] == 1


def test_f34_an_old_sweeper_does_not_settle_what_a_newer_worker_has_begun(stage: Stage) -> None:
    """F34: the new worker dies after sending; the old sweeper leaves that alone, and the new one finds the effect."""
    stage.sweeper.kill()
    stage.add("sweeper-old", COMMANDS["sweeper"], **OLDER)
    orders = [stage.sabotage("after call", "hold", role="worker") for _ in range(2)]
    unknown, newer = stage.ask("disable_account"), stage.ask("reset_password")
    for order in orders:
        order.wait()
    stage.worker.kill()
    _be_newer(stage, newer, NEWER)
    lost = "SELECT 1 FROM people_actionrun HAVING max(lease_until) < now()"
    stage.wait_until(lambda: stage.rows(lost))
    steps = [len(stage.trail(run)) for run in (unknown, newer)]
    _let_sweep(stage)
    assert [stage.run(run)["state"] for run in (unknown, newer)] == ["running", "running"]
    assert [len(stage.trail(run)) for run in (unknown, newer)] == steps
    _be_newer(stage, newer, 1)
    stage.start("worker", "sweeper")
    for run in (unknown, newer):
        assert_told_truth(stage, run, state="succeeded", effects=1, names="lost after sending.*Confirmed")


def _let_sweep(stage: Stage, passes: int = 2) -> None:
    """Until whatever sweeper there is has got to the end of a pass so many times from now on."""
    heard = "SELECT heard_at FROM people_pulse WHERE name = 'sweeper'"
    for _ in range(passes):
        before = stage.rows(heard)
        stage.wait_until(lambda before=before: stage.rows(heard) != before)  # type: ignore[misc]


@contextmanager
def audit_trail_that_takes_nothing(stage: Stage, how: str) -> Iterator[None]:
    """Nobody may add to it, or the table is gone."""
    if how == "gone":
        stage.rows("ALTER TABLE audit_event RENAME TO audit_event_away")
        try:
            yield
        finally:
            stage.rows("ALTER TABLE audit_event_away RENAME TO audit_event")
        return
    stage.rows("""
        CREATE FUNCTION refuse_everything() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'no more events' USING ERRCODE = 'insufficient_privilege'; END $$
    """)
    stage.rows("""
        CREATE TRIGGER refuse_everything BEFORE INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION refuse_everything()
    """)
    try:
        yield
    finally:
        stage.rows("DROP FUNCTION refuse_everything CASCADE")


@pytest.mark.parametrize("how", ["refuses", "gone"])
def test_f35_what_cannot_be_recorded_is_not_done(stage: Stage, how: str) -> None:
    """F35: the audit trail takes no event: no run is made or taken back, no password is shown; later all works."""
    done = stage.ask("reset_password")
    stage.wait_final(done)
    waiting = _one_that_waits(stage)
    dialog = stage.desk.open("disable_account", stage.person())
    with audit_trail_that_takes_nothing(stage, how):
        refused = dialog.press()
        pages = [_press(stage, waiting, "cancel"), _press(stage, done, "password")]
    assert refused.status == requests.codes.server_error
    assert [page.status_code for page in pages] == [requests.codes.server_error] * 2
    assert stage.run_of_click(dialog.click) is None
    assert stage.effects(dialog.person) == 0
    assert stage.run(waiting)["state"] == "queued"
    password = stage.truth(done.person)["password"]
    assert password not in pages[1].text
    assert_told_truth(stage, done, state="succeeded", effects=1, names="Accepted")
    assert_told_truth(stage, dialog.press(), state="succeeded", effects=1, names="Accepted")
    assert _press(stage, waiting, "cancel").ok
    assert_told_truth(stage, waiting, state="cancelled", effects=0, names="Cancelled by")
    assert password in _press(stage, done, "password").text


def _press(stage: Stage, asked: Asked, button: str, **typed: str) -> requests.Response:
    """Press one of the buttons on a run's page."""
    return stage.desk.post(f"/runs/{asked.run}/{button}/", typed, **{"HX-Request": "true"})


def _one_that_waits(stage: Stage) -> Answer:
    """Somebody's run that no worker takes up for an hour."""
    order = stage.sabotage("before claim", "hold", role="worker")
    asked = stage.ask("disable_account")
    order.wait()
    stage.rows("UPDATE people_actionrun SET not_before = now() + interval '1 hour' WHERE id = %s", [asked.run])
    order.release()
    return asked


@contextmanager
def restored(stage: Stage, backup: str) -> Iterator[None]:
    """The backup in a new database of the same name, as after a disaster; all connections to the old one are cut."""
    server = stage.database.server
    away, new = f"{DATABASE}_away", f"{DATABASE}_new"
    file = server.home / "backup.sql"
    file.write_text(backup)
    file.chmod(0o644)
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {away}")
        connection.execute(f"DROP DATABASE IF EXISTS {new} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {new}")
        psql = [str(server.programs / "psql"), "-q", "-v", "ON_ERROR_STOP=1", f"--dbname={server.url(new)}", "-f"]
        done = server.run([*psql, str(file)])
        file.unlink()
        assert done.returncode == 0, done.stderr
        _take_the_place_of(connection, DATABASE, away)
        connection.execute(f"ALTER DATABASE {new} RENAME TO {DATABASE}")
        try:
            yield
        finally:
            _take_the_place_of(connection, DATABASE, new)
            connection.execute(f"ALTER DATABASE {away} RENAME TO {DATABASE}")
            connection.execute(f"DROP DATABASE {new} WITH (FORCE)")


def _take_the_place_of(connection: psycopg.Connection[Any], name: str, aside: str) -> None:
    """Cut all connections to a database, and give it another name before anybody is back."""
    connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    connection.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name])
    connection.execute(f"ALTER DATABASE {name} RENAME TO {aside}")
    connection.execute(f"ALTER DATABASE {aside} ALLOW_CONNECTIONS true")


RESTORED = "restored from a backup"


def test_f36_a_backup_is_restored(stage: Stage) -> None:
    """F36: what was open then and is done since: all of it is held, nothing is sent again, and people decide."""
    sent, told, waits, unwanted = stage.people(4)
    orders = [stage.sabotage("after call", "hold", only=who.object_id) for who in (sent, told)]
    orders += [stage.sabotage("before claim", "hold", only=who.object_id) for who in (waits, unwanted)]
    asked = [stage.ask("disable_account", sent), stage.ask("reset_password", told)]
    asked += stage.ask_many("disable_account", [waits, unwanted])
    for order in orders[:3]:
        order.wait()
    backup = stage.database.dump(stage.settings["DATABASE_URL"], "--exclude-schema=snapshot")
    for order in orders:
        order.cancel()
    for run in asked:
        stage.wait_final(run)
    assert set(stage.effects_by_person().values()) == {1}
    with restored(stage, backup):
        stage.wait_until(lambda: {stage.run(run)["held_because"] for run in asked} == {"restore"}, 40.0)
        assert [stage.run(run)["in_doubt"] for run in asked] == [True, True, False, False]
        _let_sweep(stage)
        assert set(stage.effects_by_person().values()) == {1}
        assert {stage.run(run)["state"] for run in asked} == {"held"}
        presses = [("confirm", {}), ("decide", {"happened": "yes"}), ("confirm", {}), ("cancel", {})]
        for run, (button, typed) in zip(asked, presses, strict=True):
            assert _press(stage, run, button, **typed).ok
        confirmed = f"{RESTORED}.*Confirmed by .* after the restore.*Confirmed by reading"
        assert_told_truth(stage, asked[0], state="succeeded", effects=1, names=confirmed)
        decided = f"{RESTORED}.*Decided by .*: it happened"
        assert_told_truth(stage, asked[1], state="succeeded", effects=1, names=decided)
        already = f"{RESTORED}.*Confirmed by .* after the restore.*already so; nothing was sent"
        assert_told_truth(stage, asked[2], state="succeeded", effects=1, names=already)
        assert_told_truth(stage, asked[3], state="cancelled", effects=1, names=f"{RESTORED}.*Cancelled by")
        # New orders are carried out as ever.
        assert_told_truth(stage, stage.ask("revoke_sessions"), state="succeeded", effects=1, names="Accepted")


def test_f36_runs_are_held_by_hand(stage: Stage) -> None:
    """F36: a disk's snapshot is the same database to PostgreSQL; whoever goes back to one says so by a command."""
    for part in (stage.worker, stage.sweeper):
        part.freeze()
    asked = stage.ask_many("disable_account", stage.people(2))
    assert "2 open runs are held" in stage.manage("hold_runs")
    for part in (stage.worker, stage.sweeper):
        part.thaw()
    _let_sweep(stage)
    assert stage.effects_by_person() == {}
    assert _press(stage, asked[0], "confirm").ok
    assert _press(stage, asked[1], "cancel").ok
    confirmed = f"{RESTORED}.*Confirmed by .* after the restore.*Accepted"
    assert_told_truth(stage, asked[0], state="succeeded", effects=1, names=confirmed)
    assert_told_truth(stage, asked[1], state="cancelled", effects=0, names=f"{RESTORED}.*Cancelled by")
