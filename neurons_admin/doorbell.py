"""Tells the workers that a row waits for them. Losing a ring costs time, never work: the sweeper rings again."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from celery.app import app_or_default
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

QUIET_SECONDS = 30.0
FAILURES_BEFORE_QUIET = 2
# A frozen broker may hold up a connection and then a command, each for its own time-out: a page waits this long in all.
LONGEST_SECONDS = 0.8
RINGERS = 4


class _Breaker:
    """After two failures in a row nobody rings for 30 seconds, so that no page waits for a dead broker."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._quiet_until = 0.0

    def is_open(self) -> bool:
        return time.monotonic() < self._quiet_until

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES_BEFORE_QUIET:
                self._quiet_until = time.monotonic() + QUIET_SECONDS
                self._failures = 0


breaker = _Breaker()
_ringers = ThreadPoolExecutor(RINGERS, thread_name_prefix="doorbell")


def prepare() -> None:
    """Load what the first ring needs, so that no page waits for it. Asks nobody."""
    app = app_or_default()
    app.finalize()
    _ = app.amqp.router, app.connection_for_write().transport


def ring(task: str, row_id: object) -> bool:
    """Send `task` the id of a row that is committed; True when the broker took it. Never raises for a broker's sake.

    Of a broker that takes too long nobody knows whether it took it: rung for twice, a row is carried out once.
    """
    if breaker.is_open():
        return False
    # The application is the caller's: to another thread Celery would give its default one.
    send = app_or_default().send_task
    try:
        _ringers.submit(send, task, args=[str(row_id)], retry=False).result(LONGEST_SECONDS)
    except (OperationalError, OSError):  # a TimeoutError is an OSError
        logger.warning("The broker did not take %s; the sweeper will see to it.", task)
        breaker.failed()
        return False
    breaker.succeeded()
    return True
