"""The moment before a process of the product begins its work: web, worker or sweeper.

Whoever has something to verify first connects to the signal; what a receiver raises keeps the process from starting.
"""

import logging
import sys
import time
from typing import Final, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.db import Error, InterfaceError, OperationalError, close_old_connections
from django.dispatch import Signal

logger = logging.getLogger(__name__)

process_starting = Signal()

# With this exit code of a worker gunicorn ends too; with any other it would start workers without end.
REFUSED: Final = 3

# A database that is just being started again is waited for: a worker that refused would take its whole server along.
DATABASE_PATIENCE_SECONDS = 15.0
DATABASE_PAUSE_SECONDS = 0.5


def begin(sender: str) -> None:
    """Ask every receiver. When one objects, say why in a sentence and end the process.

    It ends by SystemExit because Celery and gunicorn take an exception for a reason to carry on.
    """
    try:
        _ask_every_receiver(sender)
    except ImproperlyConfigured as exc:
        _refuse(sender, str(exc))
    except Error as exc:
        _refuse(sender, f"The database does not answer as it should, so nothing was started. {exc}")
    except Exception:
        logger.exception("What is looked at before the start has failed.")
        _refuse(sender, "A fault of this product kept it from starting.")


def _ask_every_receiver(sender: str) -> None:
    """Again and again while the database cannot be reached; its error is raised after a while."""
    deadline = time.monotonic() + DATABASE_PATIENCE_SECONDS
    while True:
        try:
            process_starting.send(sender=sender)
        except (OperationalError, InterfaceError):
            if time.monotonic() >= deadline:
                raise
            close_old_connections()
            time.sleep(DATABASE_PAUSE_SECONDS)
        else:
            return


def _refuse(sender: str, sentence: str) -> NoReturn:
    sys.stderr.write(f"{sender}: {sentence.strip()}\n")
    raise SystemExit(REFUSED)
