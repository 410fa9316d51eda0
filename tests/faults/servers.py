"""What can happen to a server: it stops, dies, freezes, thaws, forgets everything, and comes back.

Real processes get real signals. PostgreSQL runs with `fsync` off: that loses data when the machine dies, and nothing
when processes do, for what was written is in the kernel's hands then. A commit is answered only when it is written
(`synchronous_commit` on), or the death of PostgreSQL would lose what the product was told is safe. Valkey keeps its
append-only file.
"""

import contextlib
import os
import shutil
import signal
from collections.abc import Iterable
from pathlib import Path

import psutil
import redis

from neurons_admin.local.postgres import Postgres
from neurons_admin.local.processes import Process
from neurons_admin.local.valkey import Valkey
from tests.faults.waiting import wait_until

GONE_SECONDS = 10.0
LONGEST_LOG = 4_000


class Tree:
    """A process with all its descendants; some of them may stand in groups or sessions of their own."""

    def __init__(self, pid: int) -> None:
        self.root = psutil.Process(pid)

    def children(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return self.root.children(recursive=True)
        return []

    def send(self, what: signal.Signals) -> None:
        """Send a signal to all of them: the root first, so that it does not notice what happens to the others."""
        send(what, [self.root, *self.children()])

    def kill(self) -> None:
        """SIGKILL to all of them, and wait until they are gone."""
        everybody = [self.root, *self.children()]
        send(signal.SIGKILL, everybody)
        wait_until(lambda: are_gone(everybody), GONE_SECONDS)


def send(what: signal.Signals, processes: Iterable[psutil.Process]) -> None:
    """Send a signal to those that still live."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(what)


def are_gone(processes: Iterable[psutil.Process]) -> bool:
    """Whether none of them lives; one that only waits for init to notice its end does not."""
    return not any(_lives(process) for process in processes)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Part:
    """A process of the product, or the demo tenant."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.log_begins = 0

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self.process.is_running

    def log(self) -> str:
        """What it has logged since it was started; of a long log the end."""
        with self.process.log.open("rb") as log:
            log.seek(max(self.log_begins, log.seek(0, os.SEEK_END) - LONGEST_LOG))
            return log.read().decode(errors="replace")

    def children(self) -> list[int]:
        """The process numbers of its children: a worker's hands, a web server's workers."""
        return [child.pid for child in Tree(self.pid).children()]

    def stop(self, grace: float = 10.0) -> None:
        """SIGTERM, as at a deployment; after `grace` seconds SIGKILL to all that is left."""
        everybody = [Tree(self.pid).root, *Tree(self.pid).children()]
        self.process.send(signal.SIGTERM)
        with contextlib.suppress(AssertionError):
            wait_until(lambda: not self.is_running, grace)
        self.process.send(signal.SIGKILL)
        wait_until(lambda: not self.is_running and are_gone(everybody), GONE_SECONDS)

    def kill(self) -> None:
        """SIGKILL to it and all its children: the machine's power, or the kernel's out-of-memory killer."""
        if self.is_running:
            Tree(self.pid).kill()
        self.process.send(signal.SIGKILL)
        wait_until(lambda: not self.is_running, GONE_SECONDS)

    def freeze(self) -> None:
        """SIGSTOP to it and all its children."""
        Tree(self.pid).send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT to it and all its children."""
        if self.is_running:
            Tree(self.pid).send(signal.SIGCONT)


class Database:
    """The stage's own PostgreSQL."""

    def __init__(self, var: Path) -> None:
        self.server = Postgres(var, durable=False)
        self.server.settings |= {"synchronous_commit": "on"}

    def start(self) -> None:
        """Have it running; after a crash it recovers first."""
        self.thaw()
        self.server.ensure()

    def stop(self) -> None:
        """`pg_ctl stop -m immediate`: every connection is cut, nothing is finished."""
        self._end(signal.SIGQUIT)

    def kill(self) -> None:
        """SIGKILL to the postmaster: its children notice, and die of it."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """SIGSTOP: it takes connections, as the kernel does that, and answers nothing."""
        Tree(self._pid()).send(signal.SIGSTOP)

    def thaw(self) -> None:
        wake(self.server.process())

    def dump(self, url: str, *options: str) -> str:
        """A backup of the database at `url`, as `pg_dump` writes it."""
        done = self.server.run([str(self.server.programs / "pg_dump"), f"--dbname={url}", *options])
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _pid(self) -> int:
        process = self.server.process()
        assert process is not None, "PostgreSQL does not run."
        return process.pid

    def _end(self, how: signal.Signals) -> None:
        tree = Tree(self._pid())
        children = tree.children()
        send(how, [tree.root])
        wait_until(lambda: are_gone([tree.root, *children]), GONE_SECONDS)


class Broker:
    """The stage's own Valkey, with an append-only file."""

    def __init__(self, var: Path) -> None:
        self.server = Valkey(var, durable=True)

    def client(self) -> "redis.Redis[bytes]":
        """A connection to it."""
        address = f"unix://{self.server.sockets / 'redis.sock'}"
        return redis.Redis.from_url(address, socket_timeout=5)

    def start(self, *, without_data: bool = False) -> None:
        """Have it running, with what the append-only file holds, or as if the file had been lost."""
        self.thaw()
        if without_data:
            assert self.server.process() is None, "Stop it first."
            shutil.rmtree(self.server.home / "appendonlydir", ignore_errors=True)
        self.server.ensure()

    def stop(self) -> None:
        """SIGTERM: it writes what it holds, and ends."""
        self.server.stop()

    def kill(self) -> None:
        """SIGKILL."""
        Tree(self._pid()).kill()

    def freeze(self) -> None:
        """SIGSTOP: it takes connections, as the kernel does that, and answers nothing."""
        Tree(self._pid()).send(signal.SIGSTOP)

    def thaw(self) -> None:
        wake(self.server.process())

    def flush(self) -> None:
        """FLUSHALL: every message is gone."""
        with self.client() as client:
            client.flushall()

    def _pid(self) -> int:
        process = self.server.process()
        assert process is not None, "Valkey does not run."
        return process.pid


def wake(process: psutil.Process | None) -> None:
    """SIGCONT to a server, if there is one, and all its children."""
    if process is not None:
        Tree(process.pid).send(signal.SIGCONT)
