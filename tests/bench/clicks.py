"""From a click to its effect: the dialog's form is sent to the running product, and the tenant changes."""

import itertools
import re
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

import requests

from .report import Figure, percentile
from .stage import Stage

CLICKS = 100
WARM_UP = 12
PAUSE_SECONDS = 0.15  # a person is no burst; and the worker is to have looked for the effect before the next one
PATIENCE_SECONDS = 30.0
ACTIONS = ("disable_account", "enable_account", "revoke_sessions", "reset_password")
FIELD = re.compile(r'name="(csrfmiddlewaretoken|click)" value="([^"]+)"')


class Target(NamedTuple):
    """Somebody to click on."""

    person: int
    account: int
    object_id: str
    name: str


@dataclass(frozen=True)
class Click:
    """One form that was sent: its key, when, and how long the page took to answer."""

    key: str
    sent: float
    answered_ms: float


class Desk:
    """Somebody from the service desk, with a signed-in browser."""

    def __init__(self, stage: Stage) -> None:
        self.address = stage.address
        self.browser = requests.Session()
        self.browser.trust_env = False
        self._sign_in(stage.settings["DEMO_PASSWORD"])

    def _sign_in(self, password: str) -> None:
        url = f"{self.address}/sign-in/"
        form = dict(FIELD.findall(self.browser.get(url, timeout=30).text))
        answer = self.browser.post(
            url, data={**form, "username": "admin", "password": password}, timeout=30, allow_redirects=False
        )
        if answer.status_code != 302:
            raise RuntimeError("Sign-in failed.")

    def click(self, action: str, target: Target) -> Click:
        """Open the dialog, then press its button; only the second is measured."""
        url = f"{self.address}/people/{target.person}/accounts/{target.account}/actions/{action}/"
        headers = {"HX-Request": "true"}
        fields = dict(FIELD.findall(self.browser.get(url, headers=headers, timeout=30).text))
        data = {**fields, "confirmation": target.name, "force_change": "on"}
        sent, clock = time.time(), time.perf_counter()
        answer = self.browser.post(url, data=data, headers=headers, timeout=30)
        answered_ms = 1000 * (time.perf_counter() - clock)
        if answer.headers.get("HX-Retarget") != "#runs":
            raise RuntimeError(f"{action} for {target.name} was refused ({answer.status_code}):\n{answer.text}")
        return Click(fields["click"], sent, answered_ms)


def measure(stage: Stage, repeats: int, clicks: int = CLICKS) -> list[Figure]:
    """Alternating actions on different people, one after the other."""
    targets = _targets(stage, repeats * clicks + WARM_UP)
    with stage.product():
        desk = Desk(stage)
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
        enabled = [Target(*row) for row in connection.execute(query, [True, 2 * wanted])]
        disabled = [Target(*row) for row in connection.execute(query, [False, wanted])]
    ordinary, blocked = (iter(_without_roles(stage, found)) for found in (enabled, disabled))
    return ((action, next(blocked if action == "enable_account" else ordinary)) for action in itertools.cycle(ACTIONS))


def _without_roles(stage: Stage, targets: list[Target]) -> Any:
    """Those who are no administrators: their passwords cannot be reset by just anybody."""
    return (target for target in targets if not stage.control("GET", f"users/{target.object_id}")["roles"])


def _warm_up(desk: Desk, targets: Any) -> None:
    """Quickly one after the other, so that every process gets its share: connections, tokens, compiled templates."""
    for action, target in itertools.islice(targets, WARM_UP):
        desk.click(action, target)
    time.sleep(3)


def _round(stage: Stage, desk: Desk, plan: list[tuple[str, Target]]) -> dict[str, list[float]]:
    clicks = []
    for action, target in plan:
        clicks.append(desk.click(action, target))
        time.sleep(PAUSE_SECONDS)
    writes = _writes(stage, [click.key for click in clicks])
    effects, starts = [], []
    for click in clicks:
        started, ended = writes[click.key]
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
    seen = {entry["client_request_id"] for entry in stage.control("GET", "journal") if entry["status"] < 300}
    if unseen := [row for row in rows if row[1] not in seen]:
        raise RuntimeError(f"The tenant knows nothing of {len(unseen)} writes.")
    return {key: (float(started), float(started) + spent / 1000) for key, _, started, spent in rows}
