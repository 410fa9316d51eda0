"""Ringing for the workers: what travels, and that a broker in whatever state keeps nobody waiting."""

import logging
import socket
import threading
import time
import uuid
from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.conf import settings

from neurons_admin import celery_app, doorbell

TASK = "people.tasks.carry_out_run"


@pytest.fixture(autouse=True)
def breaker(monkeypatch):
    """A breaker that has seen nothing yet, and the patience that a busy machine needs."""
    monkeypatch.setattr(doorbell, "LONGEST_SECONDS", 10.0)
    monkeypatch.setattr(doorbell, "breaker", doorbell._Breaker())
    return doorbell.breaker


@pytest.fixture
def use_broker():
    """Ring with the product's own settings, but at another broker and in a queue of our own."""
    apps = []

    def use(url):
        app = Celery(set_as_current=True)
        app.config_from_object("django.conf:settings", namespace="CELERY")
        app.conf.broker_url = url
        app.conf.task_default_queue = f"doorbell-{uuid.uuid4()}"
        apps.append(app)
        return app

    yield use
    celery_app.set_current()
    for app in apps:
        app.close()


class Broker(threading.Thread):
    """Something that listens on a socket, and answers each command with the same words; with none, it never answers."""

    def __init__(self, path, says):
        super().__init__(daemon=True)
        self.heard = 0
        self.says = says
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()

    def run(self):
        while True:
            try:
                guest, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(guest,), daemon=True).start()

    def serve(self, guest):
        with guest:
            while self.says != "hang up" and guest.recv(65536):
                self.heard += 1
                if self.says:
                    guest.sendall(f"{self.says}\r\n".encode())


class Gate(threading.Thread):
    """A socket through which one reaches the real broker, as long as the gate is open."""

    def __init__(self, path, url):
        super().__init__(daemon=True)
        self.path = path
        self.url = url
        self.is_open = threading.Event()
        self.is_open.set()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.is_open.set()
        self.listener.close()

    def run(self):
        while True:
            try:
                guest, _ = self.listener.accept()
            except OSError:
                return
            broker = self.reach()
            for pair in ((guest, broker), (broker, guest)):
                threading.Thread(target=self.pump, args=pair, daemon=True).start()

    def reach(self):
        url = urlsplit(self.url)
        if "socket" not in url.scheme:
            return socket.create_connection((url.hostname, url.port or 6379))
        broker = socket.socket(socket.AF_UNIX)
        broker.connect(url.path)
        return broker

    def pump(self, source, target):
        with suppress(OSError):
            while words := source.recv(65536):
                self.is_open.wait()
                target.sendall(words)


def forget_queue(app):
    """Leave nothing behind in the broker."""
    with app.connection() as connection, connection.channel() as channel:
        channel.queue_delete(app.conf.task_default_queue)


@pytest.fixture
def broker_that(tmp_path, use_broker):
    """A broker that says the given words, to ring at."""
    listeners = []

    def make(says):
        path = tmp_path / "b.sock"
        broker = Broker(path, says)
        broker.start()
        listeners.append(broker.listener)
        use_broker(f"redis+socket://{path}")
        return broker

    yield make
    for listener in listeners:
        listener.close()


@pytest.fixture
def dead_broker(tmp_path, use_broker):
    """An address where nobody listens."""
    return use_broker(f"redis+socket://{tmp_path / 'nobody.sock'}")


def test_only_the_id_travels(use_broker):
    app = use_broker(settings.CELERY_BROKER_URL)
    row = uuid.uuid4()
    assert doorbell.ring(TASK, row)
    with app.connection() as connection, closing(connection.SimpleQueue(app.conf.task_default_queue)) as queue:
        message = queue.get(timeout=5)
        message.ack()
        queue.queue.delete()
    args, kwargs, _ = message.payload
    assert message.headers["task"] == TASK
    assert (args, kwargs) == ([str(row)], {})
    assert message.headers["argsrepr"].strip("[](),'") == str(row)


def test_nobody_listens(dead_broker, caplog):
    with caplog.at_level(logging.WARNING):
        assert doorbell.ring(TASK, 1) is False
    assert "the sweeper will see to it" in caplog.text


@pytest.mark.parametrize(
    "says",
    [
        pytest.param("", id="nothing, ever"),
        pytest.param("hang up", id="hangs up"),
        pytest.param("HTTP/1.1 400 Bad Request", id="is no broker"),
        pytest.param("-OOM command not allowed when used memory > 'maxmemory'.", id="is full"),
        pytest.param("-NOAUTH Authentication required.", id="wants a password"),
        pytest.param("-LOADING Redis is loading the dataset in memory", id="is starting"),
        pytest.param("-READONLY You can't write against a read only replica.", id="is a replica"),
        pytest.param("-MISCONF Redis is configured to save RDB snapshots", id="has no disk"),
    ],
)
def test_a_broker_that(broker_that, says):
    broker_that(says)
    assert doorbell.ring(TASK, 1) is False


def test_a_page_waits_a_second_at_most():
    """Each wait that a ring can meet has its limit, and nothing is tried twice."""
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    assert options["socket_timeout"] <= 1
    assert options["socket_connect_timeout"] <= 1
    assert options["max_retries"] == 0
    assert settings.CELERY_TASK_PUBLISH_RETRY_POLICY["max_retries"] == 0


def test_a_page_waits_no_longer_than_it_is_told(broker_that, monkeypatch):
    """Not for a connection, then for a command, each with a time-out of its own."""
    monkeypatch.setattr(doorbell, "LONGEST_SECONDS", 0.0)
    broker_that("")
    assert doorbell.ring(TASK, 1) is False


def test_getting_ready_to_ring_asks_nobody(dead_broker):
    doorbell.prepare()


def test_a_frozen_broker_is_asked_once(broker_that):
    broker = broker_that("")
    started = time.monotonic()
    doorbell.ring(TASK, 1)
    assert broker.heard <= 2
    assert time.monotonic() - started < 10


def test_after_two_failures_nobody_rings_for_a_while(broker_that):
    broker = broker_that("-OOM no")
    for _ in range(2):
        doorbell.ring(TASK, 1)
    heard = broker.heard
    assert heard
    assert doorbell.breaker.is_open()
    assert [doorbell.ring(TASK, 1) for _ in range(20)] == [False] * 20
    assert broker.heard == heard


def test_one_failure_between_successes_silences_nobody(dead_broker, use_broker):
    for _ in range(3):
        dead_broker.set_current()
        assert not doorbell.ring(TASK, 1)
        app = use_broker(settings.CELERY_BROKER_URL)
        assert doorbell.ring(TASK, 1)
        forget_queue(app)


def test_ringing_begins_again_when_the_broker_is_back(dead_broker, use_broker, monkeypatch):
    monkeypatch.setattr(doorbell, "QUIET_SECONDS", 0.05)
    for _ in range(2):
        doorbell.ring(TASK, 1)
    app = use_broker(settings.CELERY_BROKER_URL)
    assert not doorbell.ring(TASK, 1)
    time.sleep(0.06)
    assert doorbell.ring(TASK, 1)
    forget_queue(app)


def test_a_broker_that_freezes_and_comes_back(tmp_path, use_broker):
    """A connection that the process holds already is as silent then as a new one."""
    with Gate(tmp_path / "b.sock", settings.CELERY_BROKER_URL) as gate:
        app = use_broker(f"redis+socket://{gate.path}")
        assert doorbell.ring(TASK, 1)
        gate.is_open.clear()
        started = time.monotonic()
        assert not doorbell.ring(TASK, 1)
        assert time.monotonic() - started < 10
        gate.is_open.set()
        assert doorbell.ring(TASK, 1)
        forget_queue(app)
