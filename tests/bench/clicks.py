"""From a click to its effect: the dialog's form is sent to the running product, and the tenant changes."""

import itertools
import time
import uuid
from dataclasses import dataclass
from typing import Any

from tests.desk import Desk, Person

from .report import Figure, percentile
from .stage import Stage

CLICKS = 100
WARM_UP = 12
PAUSE_SECONDS = 0.15  # a person is no burst; and the worker is to have looked for the effect before the next one
PATIENCE_SECONDS = 30.0
ACTIONS = ("disable_account", "enable_account", "revoke_sessions", "reset_password")


@dataclass(frozen=True)
class Click:
    """One form that was sent: its key, when, and how long the page took to answer."""

    key: uuid.UUID
    sent: float
    answered_ms: float


def _click(desk: Desk, action: str, target: Person) -> Click:
    """Open the dialog, then press its button; only the second is measured."""
    dialog = desk.open(action, target)
    sent = time.time()
    answer = dialog.press()
    if answer.run is None:
        raise RuntimeError(f"{action} for {target.name} was refused ({answer.status}):\n{answer.text}")
    return Click(dialog.click, sent, 1000 * answer.seconds)


def measure(stage: Stage, repeats: int, clicks: int = CLICKS) -> list[Figure]:
    """Alternating actions on different people, one after the other."""
    targets = _targets(stage, repeats * clicks + WARM_UP)
    with stage.product():
        desk = Desk(stage.address, "admin", stage.settings["DEMO_PASSWORD"])
        _warm_up(desk, targets)
        rounds = [_round(stage, desk, [next(targets) for _ in range(clicks)]) for _ in range(repeats)]
    return [
        _figure("click to effect in the tenant", rounds, "effect", 0.5, "≤100"),
        _figure("click to effect in the tenant", rounds, "effect", 0.95, "≤300"),
        _figure("click to the page's answer", rounds, "answer", 0.5),
        _figure("click to the page's answer", rounds, "answer", 0.95),
        _figure("click to the start of the write", rounds, "write", 0.5),
    ]


def _figure(name: str, rounds: list[dict[str, list[float]]], what: str, share: float, goal: str = "") -> Figure:
    values = [percentile(each[what], share) for each in rounds]
    return Figure(f"{name}, p{100 * share:.0f}", "ms", values, goal)


def _targets(stage: Stage, wanted: int) -> Any:
    """Pairs of an action and somebody for it, without end: cloud accounts without a directory role, enabled or not."""
    query = """
        SELECT person_id, id, object_id::text, display_name FROM people_account
        WHERE removal = '' AND NOT coalesce(synced, false) AND user_type = 'Member' AND enabled = %s
        ORDER BY md5(object_id::text) LIMIT %s
    """
    with stage.database() as connection:
        enabled = [Person(*row) for row in connection.execute(query, [True, 2 * wanted])]
        disabled = [Person(*row) for row in connection.execute(query, [False, wanted])]
    ordinary, blocked = (iter(_without_roles(stage, found)) for found in (enabled, disabled))
    return ((action, next(blocked if action == "enable_account" else ordinary)) for action in itertools.cycle(ACTIONS))


def _without_roles(stage: Stage, targets: list[Person]) -> Any:
    """Those who are no administrators: their passwords cannot be reset by just anybody."""
    return (target for target in targets if not stage.control("GET", f"users/{target.object_id}")["roles"])


def _warm_up(desk: Desk, targets: Any) -> None:
    """Quickly one after the other, so that every process gets its share: connections, tokens, compiled templates."""
    for action, target in itertools.islice(targets, WARM_UP):
        _click(desk, action, target)
    time.sleep(3)


def _round(stage: Stage, desk: Desk, plan: list[tuple[str, Person]]) -> dict[str, list[float]]:
    clicks = []
    for action, target in plan:
        clicks.append(_click(desk, action, target))
        time.sleep(PAUSE_SECONDS)
    writes = _writes(stage, [str(click.key) for click in clicks])
    effects, starts = [], []
    for click in clicks:
        started, ended = writes[str(click.key)]
        starts.append(1000 * (started - click.sent))
        effects.append(1000 * (ended - click.sent))
    return {"effect": effects, "write": starts, "answer": [click.answered_ms for click in clicks]}


def _writes(stage: Stage, keys: list[str]) -> dict[str, tuple[float, float]]:
    """When each click's write began and was answered: by the worker's record, if the tenant's journal has it too."""
    query = """
        SELECT run.click::text, call.client_request_id, extract(epoch FROM call.started_at), call.milliseconds
        FROM people_actioncall call JOIN people_actionrun run ON run.id = call.run_id
        WHERE call.purpose = 'act' AND call.status < 300 AND run.click = ANY(%s::uuid[])
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    with stage.database() as connection:
        while len(rows := connection.execute(query, [keys]).fetchall()) < len(keys):
            if time.monotonic() > deadline:
                raise RuntimeError(f"Of {len(keys)} clicks only {len(rows)} had an effect.")
            time.sleep(0.2)
    seen = {entry["client_request_id"] for entry in stage.control("GET", "journal") if entry["effect"]}
    if unseen := [row for row in rows if row[1] not in seen]:
        raise RuntimeError(f"The tenant knows nothing of {len(unseen)} writes.")
    return {key: (float(started), float(started) + spent / 1000) for key, _, started, spent in rows}
