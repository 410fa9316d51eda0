"""Both embedded engines, shared by every process of one clone that needs them.

Whoever uses them holds a shared lock on a file; the last one to let go stops them. The kernel lets
go of the locks of a process that was killed, so nothing has to be cleaned up after it.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from . import places
from .postgres import Postgres
from .valkey import Valkey


class Engines:
    """PostgreSQL and Valkey under `var`, without those that `given` (an environment) already names."""

    def __init__(
        self, var: Path, *, database: str, durable: bool = True, given: Mapping[str, str] = os.environ
    ) -> None:
        self.var = var
        self.database = database
        self.postgres = None if given.get("DATABASE_URL") else Postgres(var, durable=durable)
        self.valkey = None if given.get("REDIS_URL") else Valkey(var, durable=durable)
        self._use: IO[bytes] | None = None

    def start(self) -> dict[str, str]:
        """Have the engines running and in use by us; returns DATABASE_URL and REDIS_URL of those we run."""
        places.make_var(self.var)
        environment = {}
        with self._changing():
            if self.valkey:
                self.valkey.ensure()
                environment["REDIS_URL"] = self.valkey.url()
            if self.postgres:
                self.postgres.ensure()
                environment["DATABASE_URL"] = self.postgres.url(self.database)
            self._use = (self.var / "engines.users").open("ab")
            fcntl.flock(self._use, fcntl.LOCK_SH)
        return environment

    def revive(self) -> list[str]:
        """Start again what has died while we use it; returns the names. Raises LocalError when one does not start."""
        if self._use is None:
            return []
        dead = [engine for engine in (self.postgres, self.valkey) if engine and engine.process() is None]
        if not dead:
            return []
        with self._changing():
            for engine in dead:
                engine.ensure()
        return [engine.NAME for engine in dead]

    def let_go(self, *, keep_running: bool = False) -> None:
        """Use them no longer; stops them unless they are to stay or somebody else uses them."""
        with self._changing():
            if self._use is not None:
                self._use.close()
                self._use = None
            if not keep_running and not self._in_use():
                self.stop()

    def stop(self) -> None:
        """Stop them, whoever uses them."""
        for engine in (self.postgres, self.valkey):
            if engine:
                engine.stop()

    def remove(self) -> None:
        """Stop them, and remove their data, also what is outside of `var`."""
        for engine in (self.postgres, self.valkey):
            if engine:
                engine.remove()

    def _in_use(self) -> bool:
        with (self.var / "engines.users").open("ab") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """One process at a time starts or stops the engines."""
        with (self.var / "engines.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
