"""One supervisor per clone, and the end of what a killed one left behind.

The lock is the kernel's, so a killed supervisor holds none. Its children have process groups of their own and live on;
they are known by process number and start time, because a number alone may be another's by now.
"""

import contextlib
import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from . import LocalError

FILE = "supervisor.json"
PATIENCE = 1.5  # for one that is about to notice that it is no longer wanted
STOPPING_PATIENCE = 45.0
LEFTOVER_GRACE = 2.0  # then SIGKILL: the product is made to survive that


class Instance:
    """The right to run the product in this clone."""

    def __init__(self, var: Path) -> None:
        self.path = var / FILE
        self._file = self.path.open("a+")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it for as long as the product runs; refuses, saying where, when somebody else does."""
        deadline = time.monotonic() + PATIENCE
        while not self._try_lock():
            other = read(self.path)
            patience = STOPPING_PATIENCE - PATIENCE if other.get("stopping") else 0
            if time.monotonic() > deadline + patience:
                raise LocalError(_already_running(other))
            time.sleep(0.05)
        try:
            end_leftovers(read(self.path).get("children", []))
            self.note()
            yield
            self._file.truncate(0)
        finally:
            self._file.close()

    def note(self, **facts: Any) -> None:
        """Write down who we are, and what others may want to know of us."""
        self._file.truncate(0)
        self._file.write(json.dumps({"identity": identity(os.getpid()), **facts}))
        self._file.flush()

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def read(path: Path) -> dict[str, Any]:
    """What the supervisor noted; nothing when there is no note, or half of one."""
    try:
        noted = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return noted if isinstance(noted, dict) else {}


def identity(pid: int) -> list[float] | None:
    """What a process can be recognised by later; None when it is already gone."""
    try:
        return [pid, psutil.Process(pid).create_time()]
    except psutil.Error:
        return None


def end_leftovers(identities: Iterable[list[float]]) -> None:
    """Stop the process groups of those that still live, and wait until they are gone."""
    alive = [psutil.Process(int(pid)) for pid, created in identities if identity(int(pid)) == [pid, created]]
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    psutil.wait_procs(alive, timeout=LEFTOVER_GRACE)
    for process in alive:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=LEFTOVER_GRACE)


def _already_running(other: dict[str, Any]) -> str:
    where = f"at {other['address']}" if other.get("address") else "(still starting)"
    process = int((other.get("identity") or [0])[0])
    return f"Neurons Admin is already running {where}, as process {process}. Ctrl-C there stops it."
