"""What happens to the product's processes and servers during the storm."""

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from random import Random

import psutil
import psycopg

from tests.faults.servers import Part
from tests.faults.stage import Stage

PARTS = ("worker", "sweeper", "web")
TICK_SECONDS = 0.05
BEATS = "SELECT 1 FROM people_pulse WHERE name = 'sweeper' AND heard_at > now() - interval '3 s'"
# Between two deeds of a kind. A part that is killed again before it has started does nothing at all.
FEWEST_SECONDS_BETWEEN = {
    "the worker is killed": 12.0,
    "the sweeper is killed": 20.0,
    "the database is killed": 40.0,
    "the secret expires": 60.0,
    # A late effect does not happen once the token it was asked with is revoked: there must be time for some.
    "the tokens are revoked": 60.0,
}
Mend = Callable[[], object]


class Havoc:
    """Does one deed after the other, and mends each after a random while. `run` is for a thread of its own."""

    def __init__(self, stage: Stage, random: Random, *, pause: float, pace: float) -> None:
        self.done: Counter[str] = Counter()
        self._stage = stage
        self._random = random
        self._pause = pause
        self._pace = pace
        self._mends: list[tuple[float, str, Mend]] = []
        self._last: dict[str, float] = {}

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Until it no longer `goes_on`; in the end everything is mended."""
        due = time.monotonic() + self._random.expovariate(1 / self._pause)
        while goes_on():
            self._mend_what_is_due(time.monotonic())
            self._raise_the_dead()
            if time.monotonic() >= due:
                self._do_something()
                due = time.monotonic() + self._random.expovariate(1 / self._pause)
            time.sleep(TICK_SECONDS)
        self._mend_what_is_due(float("inf"))
        self._stage.start(*[name for name in PARTS if not self._stage.parts[name].is_running])

    def _do_something(self) -> None:
        deeds, weights = zip(*DEEDS.items(), strict=True)
        what = self._random.choices(deeds, weights)[0]
        name, victim, deed = what
        rests = time.monotonic() - self._last.get(name, float("-inf")) < FEWEST_SECONDS_BETWEEN.get(name, 0)
        if rests or self._is_broken(victim) or not self._is_up(victim):
            return
        self._last[name] = time.monotonic()
        deed(self)
        self.done[name] += 1

    def _is_broken(self, victim: str) -> bool:
        return any(broken == victim for _, broken, _ in self._mends)

    def _is_up(self, victim: str) -> bool:
        """Whether a part that was started again works already. On a busy machine that takes long."""
        if victim == "worker":
            return self._stage.worker.is_running and bool(self._stage.worker.children())
        if victim == "sweeper":
            with contextlib.suppress(psycopg.OperationalError):
                return bool(self._stage.rows(BEATS))
            return False
        return True

    def _later(self, victim: str, mend: Mend, least: float = 0.2, most: float = 2.5) -> None:
        self._mends.append((time.monotonic() + self._random.uniform(least, most), victim, mend))

    def _mend_what_is_due(self, now: float) -> None:
        for mend in sorted((mend for mend in self._mends if mend[0] <= now), key=lambda mend: mend[0]):
            mend[2]()
            self._mends.remove(mend)

    def _raise_the_dead(self) -> None:
        """Who ended by himself, for the database was away at his start say, is started again, as a supervisor does."""
        for name in PARTS:
            if not self._stage.parts[name].is_running and not self._is_broken(name):
                self.done[f"the {name} ended by itself"] += 1
                self._later(name, lambda name=name: self._start(name), 0.5, 1.0)

    def _start(self, name: str) -> None:
        """Start a part again; nobody waits until it works."""
        process = self._stage.parts[name].process
        process.start()
        self._stage.note(process)

    # The deeds.

    def kill(self, name: str) -> None:
        """A whole part: parent and hands."""
        self._stage.parts[name].kill()
        self._later(name, lambda: self._start(name))

    def kill_hand(self, name: str) -> None:
        """One of its children; the parent makes a new one."""
        if hand := self._hand_of(self._stage.parts[name]):
            with contextlib.suppress(psutil.NoSuchProcess):
                hand.kill()

    def freeze_hand(self, name: str) -> None:
        """One of its children, perhaps for longer than a lease lasts."""
        if hand := self._hand_of(self._stage.parts[name]):
            with contextlib.suppress(psutil.NoSuchProcess):
                hand.suspend()
            self._later(f"a hand of the {name}", lambda: _thaw(hand), 0.5, 120 * self._pace)

    def freeze(self, name: str) -> None:
        """A whole part, perhaps for longer than a lease lasts."""
        part = self._stage.parts[name]
        part.freeze()
        self._later(name, part.thaw, 0.5, 100 * self._pace)

    def _hand_of(self, part: Part) -> psutil.Process | None:
        hands = part.children() if part.is_running else []
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self._random.choice(hands)) if hands else None
        return None

    def kill_broker(self) -> None:
        self._stage.broker.kill()
        without_data = self._random.random() < 0.5
        self._later("broker", lambda: self._start_broker(without_data))

    def _start_broker(self, without_data: bool) -> None:
        self._stage.broker.start(without_data=without_data)
        self._mend_bells()

    def freeze_broker(self) -> None:
        self._stage.broker.freeze()

        def thaw() -> None:
            self._stage.broker.thaw()
            self._mend_bells()

        self._later("broker", thaw)

    def flush_broker(self) -> None:
        self._stage.broker.flush()

    def _mend_bells(self) -> None:
        """Without this nobody would ring for half a minute, and the workers would have nothing to die of."""
        self._stage.sabotage("before ring", "mend bell", always=True)

    def kill_database(self) -> None:
        self._stage.database.kill()
        self._later("database", self._stage.database.start, 0.2, 2.0)

    def expire_secret(self) -> None:
        self._stage.control("POST", "apps/act", {"secret_expired": True})
        self._later("the app", lambda: self._stage.control("POST", "apps/act", {"secret_expired": False}), 1.0, 3.0)

    def revoke_tokens(self) -> None:
        self._stage.control("POST", "apps/act", {"revoke_tokens": True})

    def lag(self) -> None:
        """For a while Graph's reads show the directory as it is now."""
        self._stage.fault("stale", seconds=self._random.uniform(5, 60) * self._pace)


def _thaw(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.resume()


# What is told of it, whom it befalls (one who is broken is left alone), and how it is done; with its weight.
DEEDS: dict[tuple[str, str, Callable[[Havoc], None]], int] = {
    ("a worker's hand is killed", "worker", lambda havoc: havoc.kill_hand("worker")): 30,
    ("a worker's hand is frozen", "worker", lambda havoc: havoc.freeze_hand("worker")): 8,
    ("the worker is killed", "worker", lambda havoc: havoc.kill("worker")): 10,
    ("the sweeper is killed", "sweeper", lambda havoc: havoc.kill("sweeper")): 8,
    ("the sweeper is frozen", "sweeper", lambda havoc: havoc.freeze("sweeper")): 4,
    ("a web server's hand is killed", "web", lambda havoc: havoc.kill_hand("web")): 4,
    ("the broker is killed", "broker", Havoc.kill_broker): 8,
    ("the broker is frozen", "broker", Havoc.freeze_broker): 6,
    ("the broker is flushed", "broker", Havoc.flush_broker): 6,
    ("the database is killed", "database", Havoc.kill_database): 5,
    ("the tokens are revoked", "the app", Havoc.revoke_tokens): 6,
    ("reads begin to lag", "the tenant", Havoc.lag): 8,
    ("the secret expires", "the app", Havoc.expire_secret): 3,
}
