"""An embedded Valkey on a private unix socket."""

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

import psutil

from . import LocalError, binaries, places
from .logs import tail

DATABASES = 1024  # a test run takes two, so that runs do not meet
SOCKET_NAME = "redis.sock"
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class Valkey:
    """One server, with its append-only file in `var`. `durable=False` is for tests: nothing is kept."""

    NAME: Final = "Valkey"

    def __init__(self, var: Path, *, durable: bool = True) -> None:
        self.home = var / "redis"
        self.durable = durable
        self.log = var / "log" / "redis.log"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def sockets(self) -> Path:
        return places.socket_directory(self.home, SOCKET_NAME)

    def url(self, database: int = 0) -> str:
        """The value of REDIS_URL for a database of this server."""
        address = f"redis+socket://{self.sockets / SOCKET_NAME}"
        return f"{address}?virtual_host={database}" if database else address

    def answers(self) -> bool:
        """Whether the server answers a ping now (asked without redis-py, which would try for seconds)."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.sockets / SOCKET_NAME))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def ensure(self) -> None:
        """Have the server running: one that answers is used as it is, whoever started it."""
        if self.answers():
            return
        places.make_private(self.home)
        places.make_private(self.sockets)
        self.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._leftover_recovers():
            self._launch()
            self._wait()

    def stop(self) -> None:
        """Shut the server down; does nothing when none is running."""
        process = self.process()
        if process is None:
            return
        process.terminate()
        if psutil.wait_procs([process], timeout=STOP_SECONDS)[1]:
            process.kill()
            psutil.wait_procs([process], timeout=STOP_SECONDS)
        if self._child is not None:
            self._child.poll()

    def remove(self) -> None:
        """Stop the server and remove its data."""
        self.stop()
        for place in (self.home, self.sockets):
            shutil.rmtree(place, ignore_errors=True)

    def _launch(self) -> None:
        options = {
            "port": "0",
            "unixsocket": str(self.sockets / SOCKET_NAME),
            "unixsocketperm": "700",
            "dir": str(self.home),
            "pidfile": str(self.home / "redis.pid"),
            "appendonly": "yes" if self.durable else "no",
            "databases": str(DATABASES),
            "maxmemory-policy": "noeviction",
        }
        command = [str(binaries.valkey())]
        for name, value in options.items():
            command += [f"--{name}", value]
        command += ["--save", ""]  # the append-only file is enough
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if (self._child is not None and self._child.poll() is not None) or time.monotonic() > deadline:
                raise LocalError(f"Valkey did not start. The end of {self.log}:\n{tail(self.log)}")
            time.sleep(0.01)

    def process(self) -> psutil.Process | None:
        """The server that was started in our directory, if it lives."""
        try:
            process = psutil.Process(int((self.home / "redis.pid").read_text()))
            is_ours = process.name().startswith(("valkey", "redis")) and process.cwd() == str(self.home.resolve())
        except (OSError, ValueError, psutil.Error):
            return None
        return process if is_ours else None

    def _leftover_recovers(self) -> bool:
        """A server that lives but does not answer gets time to finish loading, then is stopped."""
        deadline = time.monotonic() + STOP_SECONDS
        while self.process() is not None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.05)
        self.stop()
        return False
