"""The stage of the fault suite: the whole product on engines of its own, each part of which can be made to fail."""

import itertools
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg

from neurons_admin.local import LocalError, environment, instance, places, processes, product
from neurons_admin.local.processes import Process
from tests import stage
from tests.desk import Answer, Desk, Person
from tests.faults import orders
from tests.faults.child import Child
from tests.faults.orders import Order
from tests.faults.records import Records, Written
from tests.faults.servers import Broker, Database, Part
from tests.faults.snapshot import Snapshot
from tests.faults.waiting import wait_until
from tests.stage import ROOT

VAR = ROOT / "var" / "faults"
PLACES = 8  # so many runs of the suite one clone bears at the same time
DATABASE = "neurons_admin_faults"
FIRST_PORT = 9400
PEOPLE = 800
PACE = "0.1"
READY_SECONDS = 60.0
PARTS = ("demo", "worker", "sweeper", "web")
NOT_FOR_US = (
    "ENV_FILE", "DEBUG", "ENTRA_AUTHORITY_URL", "GRAPH_URL", "ENTRA_CA_BUNDLE", "CSRF_TRUSTED_ORIGINS",
    "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "CREDENTIAL_KEYS", "AUDIT_KEYS", "DEMO_PASSWORD",
)  # fmt: skip
ORDINARY = """
    SELECT person_id, id, object_id::text, display_name FROM people_account
    WHERE removal = '' AND NOT coalesce(synced, false) AND user_type = 'Member' AND enabled
      AND NOT object_id::text = ANY(%s) ORDER BY object_id
"""


class Stage(Records, stage.Stage):
    """One for all tests of a session; `reset` makes it well again. Use as a context manager."""

    def __init__(self) -> None:
        self._ends = ExitStack()
        self._instance, var = self._take_place()
        given = {name: value for name, value in os.environ.items() if name not in NOT_FOR_US}
        super().__init__(var, first_port=FIRST_PORT + 50 * int(var.name), given=given)
        self.database = Database(var)
        self.broker = Broker(var)
        self.parts: dict[str, Part] = {}
        # What must stand nowhere, by what it is; a test adds what it types.
        self.secrets: dict[str, str] = {}
        self._orders = var / "sabotage"
        self.desks: dict[str, Desk] = {}
        self.settings = environment.compose({}, given) | {"SABOTAGE": str(self._orders), "PACE": PACE}

    def __enter__(self) -> "Stage":
        with self._ends:
            self._ends.callback(self._stop)
            self._start()
            self._ends = self._ends.pop_all()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ends.close()

    def reset(self) -> None:
        """Mend what is broken, and forget what has happened."""
        orders.clear(self._orders)
        self.database.start()
        self.broker.start()
        self.start(*self._end_what_is_ill())
        # A breaker that a dead broker has tripped would hold back the rings of the next test.
        self.sabotage("before ring", "mend bell", always=True)
        self.broker.flush()
        self.control("DELETE", "faults")
        self.control("POST", "reset")
        self._snapshot.restore()
        self.secrets.clear()
        for desk in self.desks.values():
            desk.pages.clear()

    def _end_what_is_ill(self) -> list[str]:
        """The names of the parts that have to be started again."""
        ill = []
        for name, part in list(self.parts.items()):
            part.thaw()
            if name in PARTS and part.is_running:
                continue
            part.kill()
            if name in PARTS:
                ill.append(name)
            else:
                del self.parts[name]
        return ill

    # What can break.

    @property
    def worker(self) -> Part:
        return self.parts["worker"]

    @property
    def sweeper(self) -> Part:
        return self.parts["sweeper"]

    @property
    def web(self) -> Part:
        return self.parts["web"]

    @property
    def demo(self) -> Part:
        return self.parts["demo"]

    def start(self, *names: str) -> None:
        """Start parts again, all at once, and wait until they work."""
        for name in names:
            part = self.parts[name]
            part.log_begins = part.process.log.stat().st_size
            part.process.start()
            self.note(part.process)
        for name in names:
            self.wait_ready(name)

    def add(self, name: str, command: list[str], **environment: str) -> Part:
        """One more part until the next test, a second worker or an old one say; it may not work yet (`wait_ready`).

        name: what it is, and a word more: "sweeper-second". The environment wins over the stage's.
        """
        surroundings = self.environment(name) | environment
        process = Process(name, command, environment=surroundings, logs=self.logs)
        process.start()
        self.processes[name] = process
        self.parts[name] = Part(process)
        self.note(process)
        return self.parts[name]

    def wait_ready(self, name: str) -> None:
        """Until a part works. Fails when it has ended."""
        part = self.parts[name]
        wait_until(lambda: self._is_ready(name, part), READY_SECONDS, lambda: f"{name} did not start:\n{part.log()}")

    def _is_ready(self, name: str, part: Part) -> bool:
        assert part.is_running, f"{name} ended:\n{part.log()}"
        if name == "web":
            return product.answers(self.port)
        if name == "demo":
            return self.tenant.is_ready()
        return role_of(name) != "worker" or " ready." in part.log()

    def sabotage(self, point: str, deed: str, *, only: str = "", role: str = "", always: bool = False) -> Order:
        """Have the process that gets to the point die ("kill") or wait there ("hold"): the first one, or each.

        only: part of what is being done, a run's id or a person's object id say. role: "worker", "sweeper", "web".
        """
        return orders.give(self._orders, point, deed, only=only, role=role, always=always)

    def fault(self, kind: str, *, on: Person | None = None, times: int | None = None, **options: Any) -> str:
        """Have the demo tenant misbehave; returns the fault's id. method, path, app and endpoint say where."""
        where = {name: options.pop(name) for name in ("method", "path", "app", "endpoint") if name in options}
        if on is not None:
            where = {"path": f"/users/{on.object_id}*", **where}
        body = {"kind": kind, "where": where, "times": times, **options}
        return str(self.control("POST", "faults", body)["id"])

    # What people do.

    @property
    def desk(self) -> Desk:
        """Somebody from the service desk."""
        return self.desk_of("desk")

    def desk_of(self, username: str) -> Desk:
        """One of the demo's users (admin, desk, viewer, connectors, credentials), signed in."""
        if username not in self.desks:
            self.desks[username] = Desk(self.address, username, self.settings["DEMO_PASSWORD"])
        return self.desks[username]

    def ask(self, action: str, person: Person | None = None, **typed: str) -> Answer:
        """Press the button on the real page; without a person for somebody whom nobody has touched yet."""
        self.secrets |= {f"the {name} that was typed": value for name, value in typed.items() if "password" in name}
        return self.desk.ask(action, person or self.person(), **typed)

    def ask_many(self, action: str, people: list[Person], **params: Any) -> list[Written]:
        """Ask for all of them by the services, one after the other, without pages; quickly."""
        runs = self.inside("ask_many", action=action, accounts=[person.account for person in people], **params)
        return [Written(uuid.UUID(run), person) for run, person in zip(runs, people, strict=True)]

    def person(self) -> Person:
        """Somebody ordinary, whom no test has touched for long: in the cloud, enabled, no administrator."""
        return next(self._ordinary)

    def people(self, count: int) -> list[Person]:
        """So many of them."""
        return list(itertools.islice(self._ordinary, count))

    @cached_property
    def _ordinary(self) -> Iterator[Person]:
        cast = [person["id"] for person in self.tenant.described()["people"].values()]
        found = [Person(*row.values()) for row in self.rows(ORDINARY, [cast])]
        return itertools.cycle(person for person in found if not self.truth(person)["roles"])

    def inside(self, command: str, **arguments: Any) -> Any:
        """Have something done with the product's own code, in a process with Django (see `inside.py`)."""
        return self._child.call(command, arguments)

    @cached_property
    def _child(self) -> Child:
        return Child(self.environment("inside"), self.logs / "inside.log")

    # The start, and the end.

    def environment(self, name: str) -> dict[str, str]:
        ours = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings", "SABOTAGE_ROLE": role_of(name)}
        return super().environment(name) | ours

    def note(self, process: Process) -> None:
        pids = [running.pid for running in self.processes.values() if running.pid]
        self._instance.note(children=[found for pid in pids if (found := instance.identity(pid))])

    def _take_place(self) -> tuple[instance.Instance, Path]:
        """A folder that no other run of the suite uses now; what a killed one left running in it is ended."""
        places.make_var(VAR.parent)
        places.make_var(VAR)
        for number in range(PLACES):
            var = places.make_var(VAR / str(number))
            ours = instance.Instance(var)
            try:
                self._ends.enter_context(ours.held())
            except LocalError:
                continue
            return ours, var
        raise LocalError(f"All {PLACES} places in {VAR} are taken.")

    def _start(self) -> None:
        self._end_servers()
        shutil.rmtree(self.logs, ignore_errors=True)
        shutil.rmtree(self.tenant.directory, ignore_errors=True)
        orders.clear(self._orders)
        self.broker.start(without_data=True)
        self.database.start()
        self.settings |= {"DATABASE_URL": self._make_database(), "REDIS_URL": self.broker.server.url()}
        self.start_tenant("--users", str(PEOPLE), "--faults")
        self.parts["demo"] = Part(self.processes["demo"])
        self.prepare()
        self._snapshot = Snapshot(self.settings["DATABASE_URL"])
        commands = {**product.background(), "web": product.web(self.port)}
        for name in ("worker", "sweeper", "web"):
            self.add(name, commands[name])
        for name in PARTS:
            self.wait_ready(name)

    def _stop(self) -> None:
        if "_child" in self.__dict__:
            self._child.close()
        for part in self.parts.values():
            part.kill()
        processes.stop(self.processes.values(), grace=0.0)
        self._end_servers()

    def _end_servers(self) -> None:
        for server in (self.database, self.broker):
            if server.server.process():
                server.kill()

    def _make_database(self) -> str:
        with psycopg.connect(self.database.server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        return self.database.server.url(DATABASE)


def role_of(name: str) -> str:
    """What a part is: "sweeper" for "sweeper-second"."""
    return name.partition("-")[0]
