"""The sweeper process: settles what was lost and rings for what waits, about once a second."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from neurons_admin import doorbell
from neurons_admin.starting import begin
from people.sweeper import Sweeper

logger = logging.getLogger("people.sweeper")


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT. Several may run: one leads, the others wait."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=1.0, metavar="SECONDS", help="Pause between two passes.")
        parser.add_argument("--once", action="store_true", help="One pass, then stop.")

    def handle(self, *args: Any, every: float, once: bool, **options: Any) -> None:
        begin("sweeper")
        doorbell.prepare()
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())
        sweeper = Sweeper()
        try:
            while not stop.is_set():
                self._pass(sweeper)
                if once:
                    break
                stop.wait(every)
        finally:
            sweeper.close()

    @staticmethod
    def _pass(sweeper: Sweeper) -> None:
        try:
            sweeper.sweep()
        except Error:
            logger.exception("The database did not answer; trying again.")
            connection.close()
