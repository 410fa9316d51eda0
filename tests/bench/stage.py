"""What is measured on: engines, demo tenant, database and processes as `make run` has them, in their own place."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from neurons_admin.local import environment, instance, places, processes
from neurons_admin.local.engines import Engines
from neurons_admin.local.processes import Process
from tests import stage
from tests.stage import ROOT

VAR = ROOT / "var" / "bench"
DATABASE = "neurons_admin_bench"
FIRST_PORT = 8700
CHILD_SECONDS = 1800.0
NOT_FOR_BENCH = ("ENV_FILE", "DEBUG", "ENTRA_AUTHORITY_URL", "GRAPH_URL", "ENTRA_CA_BUNDLE", "CSRF_TRUSTED_ORIGINS")


class Stage(stage.Stage):
    """A tenant of `people` people and an empty, migrated database with a connector to it. Use as a context manager.

    The embedded engines are durable, as they are in production: a commit waits for the disk. One at a time in a clone;
    what a killed one left behind is stopped first.
    """

    def __init__(self, people: int) -> None:
        given = {name: value for name, value in os.environ.items() if name not in NOT_FOR_BENCH}
        super().__init__(VAR, first_port=FIRST_PORT, given=given)
        self.people = people
        # Before the product is ready, everybody and what is around them is synchronised.
        self.start_seconds += people / 1000
        self.engines = Engines(VAR, database="postgres", durable=True, given=given)
        self.settings = environment.compose({}, given)
        self._instance = instance.Instance(places.make_var(VAR))
        self._ends = ExitStack()

    def __enter__(self) -> "Stage":
        with self._ends:
            self._start()
            self._ends = self._ends.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ends.close()

    def _start(self) -> None:
        self._ends.enter_context(self._instance.held())
        self._ends.callback(self.engines.let_go)
        self.settings |= self.engines.start()
        self._ends.callback(self._drop_database)
        self._ends.callback(lambda: processes.stop(self.processes.values(), grace=10.0))
        (self.tenant.directory / "changes.jsonl").unlink(missing_ok=True)
        self.settings["DATABASE_URL"] = self._create_database()
        self.start_tenant("--users", str(self.people))
        self.prepare()

    @contextmanager
    def product(self) -> Iterator[None]:
        """Web server, workers and sweeper, as long as the block lasts."""
        started: list[Process] = []
        try:
            started += self.start_product()
            yield
        finally:
            processes.stop(started, grace=10.0)

    def measured(self, module: str, *arguments: object) -> Any:
        """What a measurement returned that ran in a process of its own (see `child`)."""
        command = [sys.executable, "-m", "tests.bench.child", module, *map(str, arguments)]
        done = subprocess.run(
            command, env=self.environment("child"), stdout=subprocess.PIPE, timeout=CHILD_SECONDS, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1])

    def database(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection to the product's database."""
        return psycopg.connect(self.settings["DATABASE_URL"], autocommit=True)

    def _create_database(self) -> str:
        """Make our database anew; returns its address."""
        self._drop_database()
        with psycopg.connect(self._database_url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        return self._database_url(DATABASE)

    def _drop_database(self) -> None:
        with psycopg.connect(self._database_url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(DATABASE)))

    def _database_url(self, name: str) -> str:
        if self.engines.postgres:
            return self.engines.postgres.url(name)
        return urlsplit(self.given["DATABASE_URL"])._replace(path=f"/{name}").geturl()

    def note(self, process: Process) -> None:
        pids = [running.pid for running in self.processes.values() if running.pid]
        self._instance.note(children=[found for pid in pids if (found := instance.identity(pid))])
