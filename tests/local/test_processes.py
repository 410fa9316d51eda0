"""A watched process: restarted when it dies, with growing pauses, and stopped with its children."""

import os
import signal
import sys
import time

import psutil
import pytest

from neurons_admin.local import processes
from neurons_admin.local.processes import Process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [sys.executable, "-c", "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"]
PARENT = [sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '60'])"]
FAILS = [sys.executable, "-c", "print('out of paper'); raise SystemExit(3)"]


@pytest.fixture
def make(tmp_path):
    made = []

    def process(command):
        made.append(Process("printer", command, environment=os.environ, logs=tmp_path))
        made[-1].start()
        return made[-1]

    yield process
    processes.stop(made, grace=0)


def wait_until(is_true, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_process_that_runs_is_left_alone(make):
    assert make(SLEEP).look_after() is None


def test_a_process_that_died_is_restarted_after_a_pause(make, monkeypatch):
    monkeypatch.setattr(processes, "FIRST_PAUSE", 0.1)
    process = make(SLEEP)
    first = process.pid
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not process.is_running)
    assert "printer ended (SIGKILL); restarting in 0.1 s" in process.look_after()
    wait_until(lambda: process.look_after() is None and process.is_running)
    assert process.pid != first


def test_repeated_failure_shows_the_log_and_takes_longer(make, monkeypatch):
    monkeypatch.setattr(processes, "FIRST_PAUSE", 0.01)
    process = make(FAILS)
    lines = []

    def has_failed_thrice():
        lines.extend(filter(None, [process.look_after()]))
        return len(lines) == 3

    wait_until(has_failed_thrice)
    assert "out of paper" not in lines[0]
    assert "exit code 3" in lines[1]
    assert "out of paper" in lines[1]
    assert "restarting in 0.04 s" in lines[2]


def test_stopping_takes_the_children_too(make):
    process = make(PARENT)
    wait_until(lambda: psutil.Process(process.pid).children())
    child = psutil.Process(process.pid).children()[0]
    processes.stop([process], grace=5)
    assert not process.is_running
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_one_that_does_not_listen_is_killed_after_the_grace(make):
    process = make(DEAF)
    time.sleep(0.3)
    processes.stop([process], grace=0.2)
    assert process.exit_code == -signal.SIGKILL


def test_impatience_shortens_the_grace(make):
    process = make(DEAF)
    time.sleep(0.3)
    began = time.monotonic()
    processes.stop([process], grace=30, hurry=lambda: True)
    assert time.monotonic() - began < 5


def test_a_long_log_is_put_aside(make, monkeypatch):
    process = make(FAILS)
    wait_until(lambda: not process.is_running)
    monkeypatch.setattr(processes, "LONGEST_LOG", 3)
    process.start()
    assert "out of paper" in process.log.with_suffix(".old.log").read_text()
