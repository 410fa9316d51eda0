"""`make run` as a person meets it: started, started twice, stopped, killed, and started again."""

import os
import shlex
import signal
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import psutil
import pytest

from neurons_admin.local import instance, product
from neurons_admin.local.engines import Engines
from tests.engines import ROOT

PATIENCE = 120.0
NOT_HANDED_ON = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "CREDENTIAL_KEYS",
    "AUDIT_KEYS",
    "DJANGO_SETTINGS_MODULE",
    "MAKELEVEL",
)


class Run:
    """One `make run` on files in `var`. All its processes bear a mark in their environment."""

    def __init__(self, var: Path, mark: str, **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
        self.var = var
        self.output = var.with_name(f"output-{uuid.uuid4()}")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "neurons_admin.local", "--var", str(var), "run"],
                cwd=ROOT,
                env=kept | {"RUN_MARK": mark} | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def until_ready(self) -> str:
        """Wait for the line with the address; returns the address."""
        deadline = time.monotonic() + PATIENCE
        while "is ready: " not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.05)
        return self.said.partition("is ready: ")[2].split()[0]

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=60)


def marked(mark: str) -> list[psutil.Process]:
    """All processes that descend from runs with this mark."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("RUN_MARK") == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(scope="module")
def mark() -> str:
    return str(uuid.uuid4())


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory, mark: str):
    """One directory for the runs of this file, so that only the first makes a database."""
    place = tmp_path_factory.mktemp("clone") / "var"
    yield place
    for process in marked(mark):
        process.kill()
    Engines(place, database="postgres", given={}).remove()


def engine_processes(var: Path) -> list[psutil.Process]:
    places = {str(var.resolve()), str((var / "postgres").resolve())}
    return [process for process in psutil.process_iter(["cmdline"]) if any(
        place in argument for argument in process.info["cmdline"] or () for place in places
    )]  # fmt: skip


def status_of(url: str) -> int:
    try:
        return urllib.request.urlopen(url, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code


def test_it_starts_says_where_and_leaves_nothing_behind(var, mark):
    run = Run(var, mark, PORT="8300")
    address = run.until_ready()
    assert urllib.request.urlopen(f"{address}sign-in/").status == 200
    assert "sign in as admin, password " in run.said
    assert stat.S_IMODE((var / "local.env").stat().st_mode) == 0o600

    second = Run(var, mark)
    assert second.process.wait(timeout=30) == 1
    assert f"already running at {address}" in second.said

    assert run.end(signal.SIGINT) == 0
    assert marked(mark) == []
    assert engine_processes(var) == []


def test_it_starts_again_after_kill_9_on_the_same_data(var, mark):
    first = Run(var, mark, PORT="8300")
    first.until_ready()
    first.end(signal.SIGKILL)
    assert marked(mark), "the product outlives a killed supervisor, until the next start"
    second = Run(var, mark, PORT="8300")
    address = second.until_ready()
    assert address == "http://localhost:8300/", "the port of the killed one is free again"
    password = first.said.partition("password ")[2].split()[0]
    assert f"password {password} " in second.said
    assert second.end(signal.SIGTERM) == 0
    assert marked(mark) == []


def test_engines_that_are_killed_are_started_again(var, mark):
    run = Run(var, mark, PORT="8300")
    address = run.until_ready()
    for name in ("postgres", "valkey-server"):
        victims = [process for process in engine_processes(var) if process.name() == name]
        assert victims, name
        min(victims, key=psutil.Process.create_time).kill()
    deadline = time.monotonic() + PATIENCE
    while run.said.count("had ended, and was started again") < 2:
        assert time.monotonic() < deadline, run.said
        time.sleep(0.1)
    while (status := status_of(f"{address}sign-in/")) != 200:
        assert status == 503
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert run.end(signal.SIGTERM) == 0
    assert engine_processes(var) == []


def test_it_ends_with_its_make(var, mark):
    """Who kills `make` alone leaves a supervisor that nobody waits for: it takes everything down."""
    command = shlex.join([sys.executable, "-m", "neurons_admin.local", "--var", str(var), "run"]) + " & wait"
    surroundings = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON}
    output = var.with_name("output-of-make")
    with output.open("w") as file:
        make = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=surroundings | {"RUN_MARK": mark, "MAKELEVEL": "1"},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + PATIENCE
    while not instance.read(var / instance.FILE).get("address"):
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.1)
    make.kill()
    make.wait()
    while marked(mark):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_taken_port_is_passed_over():
    wanted = product.free_port(8400)
    with subprocess.Popen([sys.executable, "-m", "http.server", str(wanted), "--bind", "127.0.0.1"]) as server:
        deadline = time.monotonic() + 10
        while product.free_port(wanted) == wanted:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        server.terminate()
