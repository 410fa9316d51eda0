"""Who asks for the runs: one by the services, one by the pages, each for people of their own."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import requests

from tests.desk import Dialog, Person
from tests.faults.stage import Stage

KINDS = {"account_enabled": 50, "reset_password": 25, "revoke_sessions": 25}
REFUSED = ("people.asking.NotReady", "people.asking.AlreadyAsked")
AGAIN_SECONDS = 0.3
PATIENCE_SECONDS = 90.0


@dataclass(frozen=True)
class Order:
    """What was asked for and taken down, by what the one who asked was told."""

    click: uuid.UUID
    run: uuid.UUID
    person: Person
    action: str


# Asks for an action on a person; None where that is refused.
Ask = Callable[[str, Person], Order | None]


class Asker:
    """Asks for so many runs, evenly over a while. `ask` is one way to ask; see below. For a thread of its own."""

    def __init__(self, ask: Ask, people: list[Person], random: Random) -> None:
        self.orders: list[Order] = []
        self.refused = Counter[str]()
        self._ask = ask
        self._people = people
        self._random = random
        self._enabled = dict.fromkeys(people, True)

    def run(self, count: int, seconds: float) -> None:
        """Ask `count` times. What is refused (already so, already asked) is not counted, and somebody else chosen.

        When that takes far too long, because there are only few people say, it is left at what was asked.
        """
        started, asked = time.monotonic(), Counter[Person]()
        while len(self.orders) < count:
            due = started + seconds * len(self.orders) / count
            time.sleep(max(0.0, due - time.monotonic()))
            if time.monotonic() > started + seconds + PATIENCE_SECONDS:
                return
            person = min(self._random.sample(self._people, 2), key=lambda somebody: asked[somebody])
            action = self._action(person)
            order = self._ask(action, person)
            if order is None:
                self.refused[action] += 1
                time.sleep(AGAIN_SECONDS / 3)
                continue
            asked[person] += 1
            self.orders.append(order)

    def _action(self, person: Person) -> str:
        kind = self._random.choices(list(KINDS), KINDS.values())[0]
        if kind != "account_enabled":
            return kind
        self._enabled[person] = not self._enabled[person]
        return "enable_account" if self._enabled[person] else "disable_account"


def by_services(stage: Stage) -> Ask:
    """Ask without pages. Where the database died one asks again with the same click, as a browser would."""

    def ask(action: str, person: Person) -> Order | None:
        click, deadline = uuid.uuid4(), time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                run = stage.inside("ask", action=action, account=person.account, click=str(click))
                return Order(click, uuid.UUID(run), person, action)
            except AssertionError as exc:
                if any(refusal in str(exc) for refusal in REFUSED):
                    return None
                if "OperationalError" not in str(exc) or time.monotonic() > deadline:
                    raise
            time.sleep(AGAIN_SECONDS)

    return ask


def by_pages(stage: Stage) -> Ask:
    """Ask as a browser does: open the dialog, and press its button until an answer comes."""
    desk = stage.desk

    def ask(action: str, person: Person) -> Order | None:
        try:
            dialog = desk.open(action, person)
        except (RuntimeError, requests.RequestException):
            return None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _is_answered(dialog):
            assert time.monotonic() < deadline, "The page no longer answers."
            time.sleep(AGAIN_SECONDS)
        # The page shows another's run where that was faster; ours is known by its click.
        [run] = stage.wait_until(lambda: [stage.run_of_click(dialog.click)], PATIENCE_SECONDS)
        return Order(dialog.click, run, person, action) if run else None

    return ask


def _is_answered(dialog: Dialog) -> bool:
    try:
        return dialog.press().status < requests.codes.server_error
    except requests.RequestException:
        return False
