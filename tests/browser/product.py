"""The whole product as real processes, for tests that use it as a person does, and look at the tenant afterwards."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

from neurons_admin.local import environment, processes, product
from neurons_admin.local.logs import tail
from neurons_admin.local.processes import Process
from neurons_admin.local.tenant import Tenant
from tests import engines, leftovers

START_SECONDS = 120.0
FIRST_PORT = 8900


class Product:
    """Demo tenant, web, workers and sweeper on a database of their own. `directory` holds their files."""

    def __init__(self, directory: Path) -> None:
        self.tenant = Tenant(directory / "demo", control=True)
        self.logs = directory / "log"
        self.database = f"test_neurons_admin_{os.getpid()}_product"
        self.port = product.free_port(FIRST_PORT + os.getpid() % 500)
        self.address = f"http://localhost:{self.port}"
        self.password = environment.GENERATED["DEMO_PASSWORD"]()
        self.settings: dict[str, str] = {}
        self.processes: dict[str, Process] = {}

    def start(self) -> None:
        """Start everything, and wait until the sign-in page is served."""
        leftovers.end()
        demo = self._launch("demo", self.tenant.command())
        self.settings = {
            "DATABASE_URL": engines.create_database(self.database),
            "REDIS_URL": engines.broker_url(),
            "DEMO_PASSWORD": self.password,
        }
        self._wait(demo, self.tenant.is_ready)
        self.settings |= self.tenant.settings()
        prepare = self._launch("prepare", product.prepare(self.tenant.file))
        self._wait(prepare, lambda: prepare.exit_code == 0)
        for name, command in product.background().items():
            self._launch(name, command)
        web = self._launch("web", product.web(self.port))
        self._wait(web, lambda: product.answers(self.port))

    def stop(self) -> None:
        """Stop everything, and drop the database."""
        processes.stop(self.processes.values(), grace=5.0)
        leftovers.forget()
        engines.drop_database(self.database)

    def manage(self, *arguments: str) -> str:
        """Run a management command on the product's database; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the demo tenant itself, behind the product's back: control("GET", f"users/{object_id}")."""
        described = self.tenant.described()
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between us and this machine
            answer = session.request(
                method, f"{described['control_url']}/{path}", json=body, verify=described["ca_bundle"], timeout=10
            )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _environment(self) -> dict[str, str]:
        return product.child_environment({}, os.environ | self.settings)

    def _launch(self, name: str, command: list[str]) -> Process:
        process = Process(name, command, environment=self._environment(), logs=self.logs)
        process.start()
        self.processes[name] = process
        leftovers.note(process.pid)
        return process

    def _wait(self, process: Process, is_done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not is_done():
            has_failed = process.exit_code not in {None, 0} or time.monotonic() > deadline
            assert not has_failed, f"{process.name} did not start:\n{tail(process.log, 40)}"
            time.sleep(0.05)
