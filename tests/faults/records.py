"""What the product has written down, read from its tables, and what has really happened, read in the tenant."""

import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row

from tests.desk import Person
from tests.faults.waiting import Found, wait_until

FINAL = ("succeeded", "failed", "needs_operator", "cancelled")
Row = dict[str, Any]


class Asked(Protocol):
    """A run, and whom it is for: `tests.desk.Answer`, or `Written`."""

    @property
    def run(self) -> uuid.UUID | None: ...

    @property
    def person(self) -> Person: ...


@dataclass(frozen=True)
class Written:
    """What was asked for without a page."""

    run: uuid.UUID
    person: Person


class Records:
    """A mixin of the stage."""

    settings: dict[str, str]
    control: Callable[..., Any]

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of a query to the product's database, each by the names of its columns."""
        with psycopg.connect(
            self.settings["DATABASE_URL"], autocommit=True, connect_timeout=2, row_factory=dict_row
        ) as connection:
            cursor = connection.execute(query, parameters)
            return cursor.fetchall() if cursor.description else []

    def run(self, run: uuid.UUID | Asked) -> Row:
        """The row of a run."""
        return self.rows("SELECT * FROM people_actionrun WHERE id = %s", [_id_of(run)])[0]

    def run_of_click(self, click: uuid.UUID) -> uuid.UUID | None:
        """The run that a click has made, whatever the page said to it."""
        found = self.rows("SELECT id FROM people_actionrun WHERE click = %s", [click])
        return found[0]["id"] if found else None

    def trail(self, run: uuid.UUID | Asked) -> list[Row]:
        """Every step of a run: at, state, reason, worker."""
        query = "SELECT at, state, reason, worker FROM people_runevent WHERE run_id = %s ORDER BY id"
        return self.rows(query, [_id_of(run)])

    def calls(self, run: uuid.UUID | Asked) -> list[Row]:
        """Every call that a run has made, as the worker recorded it."""
        return self.rows("SELECT * FROM people_actioncall WHERE run_id = %s ORDER BY id", [_id_of(run)])

    def journal(self) -> list[Row]:
        """Every request that the tenant got, oldest first."""
        found: list[Row] = self.control("GET", "journal")
        return found

    def effects(self, person: Person) -> int:
        """How many requests have changed this person in the tenant."""
        return self.effects_by_person()[person.object_id]

    def effects_by_person(self) -> Counter[str]:
        """For each object id the number of requests that have changed it."""
        paths = [entry["path"].split("/") for entry in self.journal() if entry["effect"]]
        return Counter(path[path.index("users") + 1] for path in paths if "users" in path)

    def truth(self, person: Person) -> Row:
        """The person as the tenant really has him or her, the password included."""
        found: Row = self.control("GET", f"users/{person.object_id}")
        return found

    def wait_until(
        self, condition: Callable[[], Found], seconds: float = 20.0, otherwise: str | Callable[[], str] = "not so"
    ) -> Found:
        """What `condition` gives when it first gives something true; a database that is away counts as "not yet"."""

        def patiently() -> Found | None:
            try:
                return condition()
            except psycopg.OperationalError:
                return None

        found = wait_until(patiently, seconds, otherwise)
        assert found is not None
        return found

    def wait_final(self, run: uuid.UUID | Asked, seconds: float = 20.0) -> Row:
        """The run's row, once nothing more happens to it by itself; fails with its story after so many seconds."""
        try:
            self.wait_until(lambda: self.run(run)["state"] in FINAL, seconds)
        except AssertionError as exc:
            raise AssertionError(f"The run is not over. {exc}\n{self.story(run)}") from None
        return self.run(run)

    def story(self, run: uuid.UUID | Asked) -> str:
        """All that is known of a run, for people."""
        row = self.run(run)
        lines = [f"{row['action']}: {row['state']} after {row['attempts']} attempts. {row['message']}"]
        lines += [f"  {step['at']:%H:%M:%S.%f} {step['state']}: {step['reason']}" for step in self.trail(run)]
        calls = self.calls(run)
        lines += [f"  {call['started_at']:%H:%M:%S.%f} {call['method']} → {call['status']}" for call in calls]
        return "\n".join(lines)


def _id_of(run: uuid.UUID | Asked) -> uuid.UUID:
    if isinstance(run, uuid.UUID):
        return run
    assert run.run is not None, f"The page shows no run: {run}"
    return run.run
