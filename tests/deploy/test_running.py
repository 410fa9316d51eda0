"""The commands of compose.yaml as they stand: real engines, settings as in production, behind a proxy's headers."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from psycopg.rows import dict_row
from requests.adapters import HTTPAdapter

from neurons_admin.local import environment, processes
from tests import engines
from tests.deploy.commands import NAMES, of_compose
from tests.desk import Desk, Person
from tests.faults.waiting import wait_until
from tests.stage import ROOT, Stage

FIRST_PORT = 9900
DATABASE = f"{engines.DATABASE}_deploy"
READY_SECONDS = 60.0
GRACE_SECONDS = 40.0
SOMEBODY = """
    SELECT person_id, id, object_id::text, display_name FROM people_account
    WHERE removal = '' AND NOT coalesce(synced, false) AND user_type = 'Member' AND enabled ORDER BY id DESC LIMIT 1
"""


class Proxy(HTTPAdapter):
    """Ends TLS, as the proxy before the product does: what is asked by HTTPS arrives by HTTP, and says so."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        inside = request.copy()
        inside.url = (request.url or "").replace("https://", "http://", 1)
        inside.headers["X-Forwarded-Proto"] = "https"
        inside.headers["X-Forwarded-For"] = "192.0.2.7"
        answer = super().send(inside, *args, **kwargs)
        answer.request, answer.url = request, request.url or ""
        return answer


class DeskBehindProxy(Desk):
    def _sign_in(self, username: str) -> None:
        self.browser.mount("https://", Proxy())
        self.browser.headers["Referer"] = f"{self.address}/"
        super()._sign_in(username)


class Deployment(Stage):
    """Every process as compose.yaml starts it; only the port is one that is free here."""

    def start(self) -> None:
        given = environment.compose({}, {}) | {
            "HTTPS": "1", "BEHIND_PROXY": "1", "SECOND_FACTOR": "optional", "SERVE_UNCOLLECTED_STATIC": "0",
            "DATABASE_URL": engines.create_database(DATABASE), "REDIS_URL": engines.broker_url(),
        }  # fmt: skip
        given.pop("STATICFILES_STORAGE")
        self.settings |= given
        self.start_tenant("--users", "40")
        self.manage("collectstatic", "--noinput")
        self.manage(*of_compose("migrate")[2:])
        self.manage("seed_demo", f"--tenant-file={self.tenant.file}")
        for name in NAMES:
            program, *rest = of_compose(name)
            words = [word.replace("0.0.0.0:8000", f"127.0.0.1:{self.port}") for word in rest]
            self.launch(name, [str(Path(sys.executable).with_name(program)), *words])

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.settings["DATABASE_URL"], row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def ask(self, path: str) -> requests.Response:
        """As a load balancer asks: from beside the process, without TLS."""
        address = f"http://127.0.0.1:{self.port}{path}"
        return requests.get(address, headers={"Host": "localhost"}, timeout=10, allow_redirects=False)

    def is_well(self) -> bool:
        try:
            return self.ask("/healthz").status_code == 200 and " ready." in self.processes["worker"].log.read_text()
        except requests.ConnectionError:
            return False


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    given = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ours = Deployment(tmp_path_factory.mktemp("deploy"), first_port=FIRST_PORT, given=given)
    try:
        ours.start()
        wait_until(
            ours.is_well, READY_SECONDS, lambda: str({n: p.log.read_text()[-2000:] for n, p in ours.processes.items()})
        )
        yield ours
    finally:
        processes.stop(ours.processes.values(), grace=5.0)
        engines.drop_database(DATABASE)


def test_it_carries_one_action_through_and_ends_in_good_order(deployment: Deployment) -> None:
    """From the health check to the directory, then SIGTERM: one story, for the start is what takes time."""
    livez = [sys.executable, "deploy/livez.py", str(deployment.port)]
    assert subprocess.run(livez, cwd=ROOT, env=deployment.environment("web"), check=False).returncode == 0
    answer = deployment.ask("/sign-in/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://localhost/sign-in/")

    desk = DeskBehindProxy(f"https://localhost:{deployment.port}", "admin", deployment.settings["DEMO_PASSWORD"])
    assert {cookie.name for cookie in desk.browser.cookies if cookie.secure} >= {"__Host-session", "__Host-csrf"}
    home = desk.get("/")
    assert "Strict-Transport-Security" in home.headers
    (stylesheet, *_) = [part.split('"')[0] for part in home.text.split('href="') if part.startswith("/static/")]
    assert "immutable" in desk.get(stylesheet).headers["Cache-Control"]

    somebody = Person(*deployment.rows(SOMEBODY)[0].values())
    asked = desk.ask("disable_account", somebody)
    assert asked.run, asked.text
    state = "SELECT state FROM people_actionrun WHERE id = %s"
    wait_until(lambda: deployment.rows(state, asked.run)[0]["state"] == "succeeded", READY_SECONDS)
    assert deployment.control("GET", f"users/{somebody.object_id}")["accountEnabled"] is False
    assert "The audit trail is what was recorded" in deployment.manage("verify_audit")

    for process in map(deployment.processes.get, NAMES):
        assert process is not None
        process.send(signal.SIGTERM)
    for process in itertools.filterfalse(lambda one: one.name == "demo", deployment.processes.values()):
        wait_until(lambda one=process: not one.is_running, GRACE_SECONDS, lambda one=process: one.name)  # type: ignore[misc]
        assert process.exit_code == 0, process.log.read_text()[-2000:]
        assert "Traceback" not in process.log.read_text()


RESTORED = f"{DATABASE}_restored"
# As the backup knows it: asked for, and not begun.
OPEN = """
    UPDATE people_actionrun SET state = 'queued', sent_at = NULL, ended_at = NULL, lease = NULL, lease_until = NULL,
      observed_at = NULL, message = '', rung_at = NULL, next_read_at = NULL, expires_at = now() + interval '1 hour'
    RETURNING id
"""


@pytest.mark.skipif(engines.engines.postgres is None, reason="pg_dump and pg_restore are those of the embedded engine")
def test_a_restored_dump_holds_what_was_open(deployment: Deployment) -> None:
    """The restore guide, with the programs it names; the processes have ended in the test before."""
    postgres = engines.engines.postgres
    assert postgres is not None
    (run,) = deployment.rows(OPEN)
    dump = postgres.home / f"{DATABASE}.dump"
    url = engines.create_database(RESTORED)
    commands = [
        ["pg_dump", "--format=custom", f"--file={dump}", f"--dbname={deployment.settings['DATABASE_URL']}"],
        ["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", str(dump)],
    ]
    try:
        for program, *options in commands:
            done = postgres.run([str(postgres.programs / program), *options])
            assert done.returncode == 0, done.stderr
        deployment.settings["DATABASE_URL"] = url
        deployment.manage("sweep", "--once")
        found = deployment.rows("SELECT state, held_because FROM people_actionrun WHERE id = %s", run["id"])
        assert found == [{"state": "held", "held_because": "restore"}]
        assert "The audit trail is what was recorded" in deployment.manage("verify_audit")
    finally:
        dump.unlink(missing_ok=True)
        engines.drop_database(RESTORED)
