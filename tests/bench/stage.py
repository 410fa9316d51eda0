"""What is measured on: engines, demo tenant, database and processes as `make run` has them, in their own place."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import requests
from psycopg import sql

from neurons_admin.local import environment, instance, places, processes, product
from neurons_admin.local.engines import Engines
from neurons_admin.local.logs import tail
from neurons_admin.local.processes import Process
from neurons_admin.local.tenant import Tenant

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var" / "bench"
DATABASE = "neurons_admin_bench"
FIRST_PORT = 8700
START_SECONDS = 120.0
CHILD_SECONDS = 1800.0
NOT_FOR_BENCH = ("ENV_FILE", "DEBUG", "ENTRA_AUTHORITY_URL", "GRAPH_URL", "ENTRA_CA_BUNDLE", "CSRF_TRUSTED_ORIGINS")


class Stage:
    """A tenant of `people` people and an empty, migrated database with a connector to it. Use as a context manager.

    The embedded engines are durable, as they are in production: a commit waits for the disk. One at a time in a clone;
    what a killed one left behind is stopped first.
    """

    def __init__(self, people: int) -> None:
        self.people = people
        self.given = {name: value for name, value in os.environ.items() if name not in NOT_FOR_BENCH}
        self.engines = Engines(VAR, database="postgres", durable=True, given=self.given)
        self.tenant = Tenant(VAR / "demo", control=True)
        self.port = product.free_port(FIRST_PORT)
        self.address = f"http://localhost:{self.port}"
        self.settings = environment.compose({}, self.given)
        self._control = requests.Session()
        self._control.trust_env = False  # REQUESTS_CA_BUNDLE would win over the tenant's
        self._running: list[Process] = []
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
        self._ends.callback(lambda: processes.stop(self._running, grace=10.0))
        (self.tenant.directory / "changes.jsonl").unlink(missing_ok=True)
        demo = self._launch("demo", [*self.tenant.command(), "--users", str(self.people)])
        self.settings["DATABASE_URL"] = self._create_database()
        self._wait(demo, self.tenant.is_ready)
        self.settings |= self.tenant.settings()
        self._control.verify = self.tenant.settings()["ENTRA_CA_BUNDLE"]
        prepare = self._launch("prepare", product.prepare(self.tenant.file))
        self._wait(prepare, lambda: prepare.exit_code == 0)

    @contextmanager
    def product(self) -> Iterator[None]:
        """Web server, workers and sweeper, as long as the block lasts."""
        started = [self._launch(name, command) for name, command in product.background().items()]
        web = self._launch("web", product.web(self.port))
        try:
            self._wait(web, lambda: product.answers(self.port))
            yield
        finally:
            processes.stop([*started, web], grace=10.0)

    def measured(self, module: str, *arguments: object) -> Any:
        """What a measurement returned that ran in a process of its own (see `child`)."""
        command = [sys.executable, "-m", "tests.bench.child", module, *map(str, arguments)]
        done = subprocess.run(
            command, env=self._environment(), stdout=subprocess.PIPE, timeout=CHILD_SECONDS, text=True, check=True
        )
        return json.loads(done.stdout.splitlines()[-1])

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the demo tenant itself, behind the product's back."""
        url = f"{self.tenant.described()['control_url']}/{path}"
        answer = self._control.request(method, url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

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

    def _environment(self) -> dict[str, str]:
        return product.child_environment({}, self.given | self.settings)

    def _launch(self, name: str, command: list[str]) -> Process:
        process = Process(name, command, environment=self._environment(), logs=VAR / "log")
        process.start()
        self._running.append(process)
        pids = [running.pid for running in self._running if running.pid]
        self._instance.note(children=[found for pid in pids if (found := instance.identity(pid))])
        return process

    def _wait(self, process: Process, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_done():
            if process.exit_code not in {None, 0} or time.monotonic() > deadline:
                raise RuntimeError(f"{process.name} did not start:\n{tail(process.log, 40)}")
            time.sleep(0.05)
