"""The embedded engines: started once, shared, found again, and stopped by the last who uses them."""

import os
import signal
from pathlib import Path

import psutil
import psycopg
import pytest

from neurons_admin.local import LocalError
from neurons_admin.local.engines import Engines


@pytest.fixture
def var(tmp_path: Path) -> Path:
    for parent in (tmp_path, *tmp_path.parents[:2]):  # pytest closes them to others, a clone is mostly open
        parent.chmod(0o755)
    return tmp_path / "var"


@pytest.fixture
def engines(var: Path):
    ours = Engines(var, database="postgres", durable=False, given={})
    yield ours
    ours.remove()


def postgres_pid(engines: Engines) -> int:
    return int((engines.postgres.data / "postmaster.pid").read_text().split()[0])


def redis_pid(engines: Engines) -> int:
    return int((engines.valkey.home / "redis.pid").read_text())


def test_they_start_and_speak_utf8(engines, monkeypatch):
    monkeypatch.setenv("LANG", "de_DE.ISO-8859-1")
    url = engines.start()["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT lower('ÄÖŁ'), current_setting('server_encoding')").fetchone() == (
            "äöł",
            "UTF8",
        )
    assert engines.valkey.answers()


def test_running_ones_are_used_again(engines, var):
    engines.start()
    pids = postgres_pid(engines), redis_pid(engines)
    second = Engines(var, database="postgres", durable=False, given={})
    second.start()
    assert (postgres_pid(engines), redis_pid(engines)) == pids
    second.let_go()
    assert engines.postgres.answers(), "somebody still uses it"
    assert engines.valkey.answers(), "somebody still uses it"
    engines.let_go()
    assert not engines.postgres.answers()
    assert not engines.valkey.answers()


def test_they_can_be_left_running(engines):
    engines.start()
    engines.let_go(keep_running=True)
    assert engines.postgres.answers()


def test_killed_ones_start_again(engines):
    engines.start()
    victims = [psutil.Process(postgres_pid(engines)), psutil.Process(redis_pid(engines))]
    for victim in victims:
        victim.kill()
    psutil.wait_procs(victims, timeout=5)
    engines.start()
    assert engines.postgres.answers()
    assert engines.valkey.answers()


def test_files_of_a_process_that_is_no_more_are_no_obstacle(engines):
    """After a reboot the numbers in pid files may be those of other programs: here, of this test."""
    engines.start()
    (engines.valkey.sockets / "redis.sock").touch()
    pid_file = engines.postgres.data / "postmaster.pid"
    noted = pid_file.read_text()
    engines.stop()
    pid_file.write_text(noted.replace(noted.split()[0], str(os.getpid()), 1))
    (engines.valkey.home / "redis.pid").write_text(str(os.getpid()))
    (engines.valkey.sockets / "redis.sock").touch()
    engines.start()
    assert engines.postgres.answers()
    assert engines.valkey.answers()


def test_a_server_that_hangs_is_replaced(engines, monkeypatch):
    monkeypatch.setattr("neurons_admin.local.valkey.STOP_SECONDS", 0.5)
    engines.start()
    frozen = redis_pid(engines)
    os.kill(frozen, signal.SIGSTOP)
    engines.valkey.ensure()
    assert engines.valkey.answers()
    assert redis_pid(engines) != frozen


def test_a_half_made_cluster_is_made_anew(engines):
    engines.start()
    engines.stop()
    (engines.postgres.data / "PG_VERSION").unlink()
    engines.start()
    assert engines.postgres.answers()


def test_a_deep_directory_with_spaces_will_do(var):
    deep = Engines(var / ("deep and " * 12).strip() / "var", database="postgres", durable=False, given={})
    try:
        with psycopg.connect(deep.start()["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert deep.valkey.answers()
    finally:
        deep.remove()
    assert not deep.valkey.sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only for root PostgreSQL runs as another user")
def test_a_closed_directory_of_root_stays_closed(tmp_path):
    tmp_path.chmod(0o700)
    closed = Engines(tmp_path / "clone" / "var", database="postgres", durable=False, given={})
    try:
        closed.start()
        assert closed.postgres.answers()
        assert (closed.var / "postgres").resolve() == closed.postgres.home
        assert tmp_path.stat().st_mode & 0o777 == 0o700
    finally:
        closed.remove()
    assert not closed.postgres.home.exists()


def test_given_ones_are_not_started(var):
    given = Engines(var, database="x", given={"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://broker"})
    assert given.start() == {}
    given.let_go()
    assert not (var / "postgres").exists()
    assert not (var / "redis").exists()


def test_one_that_cannot_start_says_why(engines, monkeypatch):
    monkeypatch.setitem(engines.postgres.settings, "max_connections", "none")
    with pytest.raises(LocalError, match="max_connections"):
        engines.start()
