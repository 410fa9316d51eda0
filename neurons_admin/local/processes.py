"""One process of the product: started, watched, restarted with growing pauses, and stopped with all its children."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from .logs import tail

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0
LONGEST_LOG = 5_000_000  # bytes
POLL_SECONDS = 0.05


class Process:
    """A program in a process group of its own, with its output in `logs`/NAME.log."""

    def __init__(self, name: str, command: list[str], *, environment: Mapping[str, str], logs: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = logs / f"{name}.log"
        self.failures = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._due: float | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs and before it was started."""
        return self._child.poll() if self._child else None

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    def start(self) -> None:
        """Start it; its log goes on where it ended, until it is long."""
        self._due = None
        self._started = time.monotonic()
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def look_after(self) -> str | None:
        """Restart it if it died and its pause is over; returns a line for a person when something happened."""
        if self._child is None or self.is_running:
            return None
        if self._due is None:
            return self._plan_restart()
        if time.monotonic() >= self._due:
            self.start()
        return None

    def _plan_restart(self) -> str:
        self.send(signal.SIGKILL)  # children that outlived it
        if time.monotonic() - self._started > STEADY_SECONDS:
            self.failures = 0
        pause = min(FIRST_PAUSE * 2**self.failures, LONGEST_PAUSE)
        self.failures += 1
        self._due = time.monotonic() + pause
        line = f"{self.name} ended ({_reason(self.exit_code)}); restarting in {pause:g} s. Its log: {self.log}"
        return line if self.failures == 1 else f"{line}\n{tail(self.log)}"

    def send(self, what: signal.Signals) -> None:
        """Send a signal: SIGKILL to all of its group, any other to it alone, which knows how to stop its children."""
        if self._child is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if what is signal.SIGKILL:
                os.killpg(self._child.pid, what)
            elif self.is_running:
                os.kill(self._child.pid, what)


def stop(processes: Iterable[Process], *, grace: float, hurry: Callable[[], bool] = lambda: False) -> None:
    """Ask all of them to end, wait up to `grace` seconds or until `hurry` says so, and kill what is left."""
    all_of_them = list(processes)
    for process in all_of_them:
        process.send(signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(process.is_running for process in all_of_them) and time.monotonic() < deadline and not hurry():
        time.sleep(POLL_SECONDS)
    for process in all_of_them:
        process.send(signal.SIGKILL)  # also children that outlived it
    while any(process.is_running for process in all_of_them):
        time.sleep(POLL_SECONDS)


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
