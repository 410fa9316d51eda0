"""What is attacked: the stage, its addresses, browsers of its users; and the count of what was tried."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import psycopg
import requests
from psycopg import sql

from neurons_admin.access.roles import CONNECTOR_ADMIN, CREDENTIAL_ADMIN, PEOPLE_ADMIN, SERVICE_DESK, VIEWER
from tests.desk import Desk
from tests.faults.stage import Stage
from tests.stage import ROOT

USERS: Final = {
    "No role": "nobody",
    VIEWER: "viewer",
    SERVICE_DESK: "desk",
    PEOPLE_ADMIN: "people",
    CONNECTOR_ADMIN: "connectors",
    CREDENTIAL_ADMIN: "credentials",
}
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
SECONDS: Final = 30
# What changes by itself, or by being looked at: who is signed in, what was refused, what the processes tell each other.
RESTLESS: Final = (
    "audit_event", "audit_link", "people_pulse", "people_incarnation", "access_session",
    "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog", "axes_accessattemptexpiration",
)  # fmt: skip
TABLES: Final = """
    SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND NOT tablename = ANY(%s) ORDER BY tablename
"""


class Address(NamedTuple):
    """One address with real ids, the same with ids that nothing has, and who may GET and POST it (None: nobody)."""

    name: str
    url: str
    ghost: str
    odd: list[str]
    get: list[str] | None
    post: list[str] | None
    public: bool


@dataclass
class Target:
    """The product under attack."""

    stage: Stage
    addresses: list[Address]
    tried: Counter[str] = field(default_factory=Counter)
    successes: list[str] = field(default_factory=list)
    family: str = ""

    def note(self, what: str, success: object) -> None:
        """Count an attempt; a true `success` is one that must not be, told in the report."""
        self.tried[self.family] += 1
        if success:
            self.successes.append(f"{self.family}: {what}" + (f" ({success})" if isinstance(success, str) else ""))

    @property
    def origin(self) -> str:
        return self.stage.address

    def stranger(self) -> requests.Session:
        """A browser in which nobody is signed in."""
        browser = requests.Session()
        browser.trust_env = False
        return browser

    def browser_of(self, username: str, *, fresh: bool = False) -> requests.Session:
        """A browser in which that user is signed in; one for all attempts, unless a fresh one is wanted."""
        if fresh:
            return Desk(self.origin, username, self.stage.settings["DEMO_PASSWORD"]).browser
        return self.stage.desk_of(username).browser

    def send(
        self,
        browser: requests.Session,
        method: str,
        path: str,
        *,
        data: Any = None,
        csrf: bool = True,
        **headers: str,
    ) -> requests.Response:
        """One request; a redirect is not followed. With `csrf` it carries the browser's own CSRF token."""
        token = {"X-CSRFToken": browser.cookies.get("csrf", "")} if csrf else {}
        return browser.request(
            method, self.origin + path, data=data, headers={**token, **headers}, timeout=SECONDS, allow_redirects=False
        )

    def picture(self) -> dict[str, str]:
        """What every table holds, each as one number; what changes by itself is left out."""
        with psycopg.connect(self.stage.settings["DATABASE_URL"], autocommit=True) as connection:
            names = [name for (name,) in connection.execute(TABLES, [list(RESTLESS)]).fetchall()]
            query = "SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) FROM {} t"
            return {
                name: connection.execute(sql.SQL(query).format(sql.Identifier(name))).fetchall()[0][0] for name in names
            }

    def writes(self) -> int:
        """How many requests have changed something in the tenant."""
        return sum(1 for entry in self.stage.journal() if entry["effect"])


def attacked(stage: Stage) -> Target:
    """The product on that stage, with one of everything in it for ids to speak of."""
    stage.ask("reset_password", force_change="on")
    done = subprocess.run(
        [sys.executable, "-m", "tests.attack.addresses"],
        cwd=ROOT, env=stage.environment("inside"), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    sys.stderr.write(done.stderr)
    return Target(stage, [Address(**entry) for entry in json.loads(done.stdout)])


def leads_to_sign_in(answer: requests.Response) -> bool:
    """Whether somebody is asked to sign in first."""
    return answer.status_code == 302 and answer.headers.get("Location", "").startswith("/sign-in/")


def is_broken(answer: requests.Response) -> str:
    """A fault of the product, in words; empty where there is none."""
    return f"answered {answer.status_code}" if answer.status_code >= 500 and answer.status_code != 501 else ""


def first(reasons: Iterable[str]) -> str:
    """The first reason that is one."""
    return next(filter(None, reasons), "")
