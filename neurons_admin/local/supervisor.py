"""`make run`: starts the engines, the demo tenant and the product, watches them, and takes all of it down again."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from . import LocalError, environment, instance, places, processes, product
from .engines import Engines
from .logs import tail
from .processes import Process
from .tenant import Tenant

DATABASE = "neurons_admin"
FIRST_PORT = 8000
TICK_SECONDS = 0.1
ENGINES_SECONDS = 1.0  # between two looks at the engines
ENGINES_PATIENCE = 10.0  # before trying again what could not be started
GRACE_SECONDS = 10.0
WAIT_SECONDS = 300.0  # the longest that one step may take on a slow machine
FAILURES_ALLOWED = 3  # before the first page was served
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked us to stop."""


def say(line: str) -> None:
    """Tell the person in front of the terminal."""
    print(line, flush=True)


class Supervisor:
    """The product on this machine, from its start to its end."""

    def __init__(self, var: Path, given: Mapping[str, str]) -> None:
        self.given = dict(given)
        self.var = places.make_var(var)
        self.logs = places.make_private(self.var / "log")
        self.instance = instance.Instance(self.var)
        self.engines = Engines(self.var, database=DATABASE, given=given)
        self.tenant = Tenant(self.var / "demo") if given.get("DEMO_TENANT", "1") != "0" else None
        self.settings: dict[str, str] = {}
        self.port = 0
        self.address = ""  # once it answers
        self.watched: list[Process] = []
        self.passing: list[Process] = []  # that end by themselves
        self._signals = 0
        self._engines_next = 0.0
        self._parent = os.getppid()

    def run(self) -> None:
        """Start everything, and stay until somebody asks for the end."""
        for what in STOP_SIGNALS:
            signal.signal(what, self._on_signal)
        with self.instance.held():
            try:
                self._start()
                while True:
                    self._tick()
            except Stopped:
                say("Stopping ...")
            finally:
                self._note(stopping=True)
                processes.stop(self.watched + self.passing, grace=GRACE_SECONDS, hurry=lambda: self._signals > 1)
                self.engines.let_go()

    def _start(self) -> None:
        kept = environment.read(self.var / environment.FILE)
        self.settings = environment.compose(kept, self.given)
        tenant = self._launch("demo", self.tenant.command()) if self.tenant else None
        say("Starting PostgreSQL and Valkey ...")
        self.settings |= self.engines.start()
        is_new = self._find_database()
        if self.tenant and tenant:
            self._wait(tenant, self.tenant.is_ready)
            self.settings |= self.tenant.settings()
        self._write_settings()
        self._start_product(is_new=is_new)

    def _find_database(self) -> bool:
        """Make our database if need be; True when it may have no tables yet."""
        if self.engines.postgres is None:
            return True
        self.engines.postgres.create_database(DATABASE)
        return not self.engines.postgres.has_table(DATABASE, "django_migrations")

    def _start_product(self, *, is_new: bool) -> None:
        say("Preparing the database ..." if is_new else "Starting the product ...")
        prepare = self._launch(
            "prepare", product.prepare(self.tenant.file if self.tenant else None), among=self.passing
        )
        if is_new:  # nothing may look for the tables before they are there
            self._wait(prepare, lambda: prepare.exit_code == 0)
            say("Starting the product ...")
        self.port = product.free_port(self._wanted_port())
        web = self._launch("web", product.web(self.port, reload=self.given.get("DEBUG") == "1"))
        for name, command in product.background().items():
            self._launch(name, command)
        self._wait(prepare, lambda: prepare.exit_code == 0)
        self._wait(web, lambda: product.answers(self.port))
        self._announce()

    def _wanted_port(self) -> int:
        wanted = self.given.get("PORT") or str(FIRST_PORT)
        if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
            raise LocalError(f"PORT={wanted} is no port: it is a number from 1 to 65535.")
        return int(wanted)

    def _announce(self) -> None:
        self.address = f"http://localhost:{self.port}/"
        self._note()
        start = f"Neurons Admin is ready: {self.address}"
        if self.tenant:
            say(f"{start} - sign in as admin, password {self.settings['DEMO_PASSWORD']} (Ctrl-C stops it)")
        else:
            say(f"{start} - make the first user with manage.py createsuperuser (Ctrl-C stops it)")

    def _launch(self, name: str, command: list[str], *, among: list[Process] | None = None) -> Process:
        surroundings = product.child_environment(self.settings, self.given)
        process = Process(name, command, environment=surroundings, logs=self.logs)
        process.start()
        (self.watched if among is None else among).append(process)
        self._note()
        return process

    def _wait(self, process: Process, is_done: Callable[[], bool]) -> None:
        """Until something is done that depends on `process`; its failure is the end of the start."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_done():
            is_lost = process.exit_code not in {None, 0} and process in self.passing
            if is_lost or process.failures >= FAILURES_ALLOWED or time.monotonic() > deadline:
                raise LocalError(f"{process.name} did not start. The end of {process.log}:\n{tail(process.log)}")
            self._tick()

    def _tick(self) -> None:
        """One look at everything: shall we stop, and has something died?"""
        if self._signals or ("MAKELEVEL" in self.given and os.getppid() != self._parent):
            raise Stopped
        lines = [line for process in self.watched if (line := process.look_after())]
        for line in lines:
            say(line)
            self._note()
        self._look_after_engines()
        time.sleep(TICK_SECONDS)

    def _look_after_engines(self) -> None:
        """Start again an engine that has died; the product waits for it meanwhile."""
        if time.monotonic() < self._engines_next:
            return
        pause = ENGINES_SECONDS
        try:
            for name in self.engines.revive():
                say(f"{name} had ended, and was started again.")
        except LocalError as exc:
            say(str(exc))
            pause = ENGINES_PATIENCE
        self._engines_next = time.monotonic() + pause

    def _write_settings(self) -> None:
        """Write the env file with what is in force, so that a shell can work on the same data."""
        urls = {name: self.given[name] for name in ("DATABASE_URL", "REDIS_URL") if name in self.given}
        environment.write(self.var / environment.FILE, self.settings | urls)

    def _note(self, *, stopping: bool = False) -> None:
        pids = [process.pid for process in self.watched + self.passing if process.pid]
        children = [found for pid in pids if (found := instance.identity(pid))]
        self.instance.note(address=self.address, stopping=stopping, children=children)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1
