"""The whole product as real processes around a demo tenant, for tests and measurements that use it as people do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import requests

from neurons_admin.local import product
from neurons_admin.local.logs import tail
from neurons_admin.local.processes import Process
from neurons_admin.local.tenant import Tenant

ROOT = Path(__file__).resolve().parent.parent


class Stage:
    """Demo tenant, web server, workers and sweeper. `directory` holds their files, `settings` what they are told.

    Database and broker are the subclass's: it puts DATABASE_URL and REDIS_URL into `settings` before `prepare`.
    `given` is the environment around us; what `settings` says wins over it.
    """

    # The longest that any part may take to start.
    start_seconds = 120.0

    def __init__(self, directory: Path, *, first_port: int, given: Mapping[str, str] = os.environ) -> None:
        self.directory = directory
        self.given = given
        self.tenant = Tenant(directory / "demo", control=True)
        self.logs = directory / "log"
        self.port = product.free_port(first_port)
        self.address = f"http://localhost:{self.port}"
        self.settings: dict[str, str] = {}
        self.processes: dict[str, Process] = {}
        self._control = requests.Session()
        self._control.trust_env = False  # no proxy between us and this machine, and the tenant's CA file

    def start_tenant(self, *options: str) -> None:
        """Start the demo tenant, and learn from it where it listens."""
        demo = self.launch("demo", [*self.tenant.command(), *options])
        self.wait(demo, self.tenant.is_ready)
        self.settings |= self.tenant.settings()
        self._control.verify = self.tenant.settings()["ENTRA_CA_BUNDLE"]

    def prepare(self) -> None:
        """Migrate, and seed: users, a connector with its credentials, people."""
        prepare = self.launch("prepare", product.prepare(self.tenant.file))
        self.wait(prepare, lambda: prepare.exit_code == 0)

    def start_product(self) -> list[Process]:
        """Start workers, sweeper and web server, and wait until the sign-in page is served."""
        started = [self.launch(name, command) for name, command in product.background().items()]
        web = self.launch("web", product.web(self.port))
        self.wait(web, lambda: product.answers(self.port))
        return [*started, web]

    def manage(self, *arguments: str) -> str:
        """Run a management command on the product's database; returns what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment("manage"), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def control(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask the demo tenant itself, behind the product's back: control("GET", f"users/{object_id}")."""
        url = f"{self.tenant.described()['control_url']}/{path}"
        answer = self._control.request(method, url, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def environment(self, name: str) -> dict[str, str]:
        """The environment of the process of that name."""
        return product.child_environment({}, dict(self.given) | self.settings)

    def launch(self, name: str, command: list[str]) -> Process:
        """Start a process, and write down that it is ours."""
        process = Process(name, command, environment=self.environment(name), logs=self.logs)
        process.start()
        self.processes[name] = process
        self.note(process)
        return process

    def note(self, process: Process) -> None:
        """Write down, for the one who comes after us if we are killed, that this process was started."""

    def wait(self, process: Process, is_done: Callable[[], bool]) -> None:
        """Until something is done that depends on `process`."""
        deadline = time.monotonic() + self.start_seconds
        while not is_done():
            if process.exit_code not in {None, 0} or time.monotonic() > deadline:
                raise RuntimeError(f"{process.name} did not start:\n{tail(process.log, 40)}")
            time.sleep(0.05)
