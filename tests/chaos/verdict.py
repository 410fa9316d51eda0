"""The count: what the product says of its runs, set against what has really happened in the tenant.

An effect in the tenant belongs to the run that recorded the call. Where the caller died and recorded nothing it belongs
to the run of that account which was the last to say "about to send" before: writes to one account go one by one.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

FINAL = {"succeeded", "failed", "needs_operator", "cancelled"}
ABOUT_TO_SEND = "About to send"
RESEND = "(resend)"
ALREADY_SO = "already so"
CONFIRMED = "Confirmed by reading"
# The journal's times are cut off to the millisecond.
GRAIN = timedelta(milliseconds=2)
Row = Mapping[str, Any]


@dataclass
class Run:
    """A run's row with all that belongs to it; `object_id` is its person's in the tenant."""

    row: Row
    object_id: str
    trail: Sequence[Row]
    calls: Sequence[Row]
    effects: list[Row] = field(default_factory=list)

    @property
    def state(self) -> str:
        return str(self.row["state"])

    @cached_property
    def fences(self) -> list[Row]:
        """The steps from which on something may have happened."""
        return [step for step in self.trail if step["reason"].startswith(ABOUT_TO_SEND)]

    @property
    def resends(self) -> int:
        """How often it was announced that it may happen once more."""
        return sum(RESEND in step["reason"] for step in self.fences)

    @property
    def is_stuck(self) -> bool:
        return self.state not in FINAL

    @property
    def is_doubled(self) -> bool:
        """Done more often than was announced."""
        return len(self.effects) > 1 + self.resends

    @property
    def is_a_lie(self) -> bool:
        """Done, says the product, and it was not; or not done, and it was."""
        if self.state == "succeeded":
            needless = not self.fences and any(ALREADY_SO in step["reason"] for step in self.trail)
            return not self.effects and not needless
        return self.state in {"failed", "cancelled"} and bool(self.effects)

    @property
    def way_out(self) -> str:
        """How an outcome that was unknown came to be known; empty where none was."""
        if not any(step["state"] == "unknown" for step in self.trail):
            return ""
        if self.state == "needs_operator":
            return "left to a person"
        if self.state != "succeeded":
            return "by a late answer, a no" if self.state == "failed" else self.state
        if any(step["reason"].startswith(CONFIRMED) for step in self.trail):
            return "by reading the directory"
        return "by a resend" if self.resends else "by a late answer"


def ascribe(journal: Iterable[Row], runs: Sequence[Run]) -> list[Row]:
    """Give each run its effects; returns the effects that no run explains."""
    by_call = {str(call["client_request_id"]): run for run in runs for call in run.calls}
    by_person: dict[str, list[tuple[datetime, Run]]] = {}
    for run in runs:
        by_person.setdefault(run.object_id, []).extend((fence["at"], run) for fence in run.fences)
    unexplained = []
    for entry in journal:
        if not entry["effect"]:
            continue
        run = by_call.get(str(entry["client_request_id"]))
        if run is None:
            arrived = datetime.fromisoformat(entry["time"]) + GRAIN
            fences = [fence for fence in by_person.get(person_of(entry), []) if fence[0] <= arrived]
            run = max(fences, key=lambda fence: fence[0])[1] if fences else None
        if run is None:
            unexplained.append(entry)
        else:
            run.effects.append(entry)
    return unexplained


def person_of(entry: Row) -> str:
    """The object id in the path of a request; empty for a request about nobody."""
    parts = str(entry["path"]).split("/")
    return parts[parts.index("users") + 1] if "users" in parts[:-1] else ""


def not_as_told(runs: Iterable[Run], enabled: Mapping[str, bool]) -> list[Run]:
    """The runs whose word is the last on whether an account is enabled, and the tenant has it otherwise.

    Left out is whom an effect has reached that came long after its request: no product can know of that.
    """
    last: dict[str, Run] = {}
    late = set()
    for run in runs:
        if run.row["conflict_class"] != "account_enabled":
            continue
        if any(_came_late(entry) for entry in run.effects) or run.state == "needs_operator":
            late.add(run.object_id)
        if run.state == "succeeded" and (
            run.object_id not in last or run.row["ended_at"] > last[run.object_id].row["ended_at"]
        ):
            last[run.object_id] = run
    return [
        run
        for object_id, run in last.items()
        if object_id not in late and enabled[object_id] != (run.row["action"] == "enable_account")
    ]


def _came_late(entry: Row) -> bool:
    return entry["fault"] == "late"


@dataclass(frozen=True)
class Verdict:
    """What has come of it all."""

    runs: Sequence[Run]
    lost: Sequence[uuid.UUID]
    unexplained: Sequence[Row]
    otherwise: Sequence[Run]

    @property
    def offences(self) -> dict[str, Sequence[object]]:
        """What must be none, by its name."""
        return {
            "lost": self.lost,
            "stuck": [run for run in self.runs if run.is_stuck],
            "silently doubled": [run for run in self.runs if run.is_doubled],
            "wrongly told": [run for run in self.runs if run.is_a_lie],
            "otherwise in the tenant": self.otherwise,
            "changed by nobody": self.unexplained,
        }

    @property
    def is_clean(self) -> bool:
        return not any(self.offences.values())

    @property
    def ends(self) -> Counter[str]:
        return Counter(run.state for run in self.runs)

    @property
    def ways_out(self) -> Counter[str]:
        return Counter(run.way_out for run in self.runs if run.way_out)

    @property
    def resends(self) -> int:
        return sum(run.resends for run in self.runs)

    @property
    def noted_doubles(self) -> int:
        """How many runs were done more than once, as announced."""
        return sum(len(run.effects) > 1 and not run.is_doubled for run in self.runs)
