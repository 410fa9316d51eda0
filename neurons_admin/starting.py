"""The moment before a process of the product begins its work: web, worker or sweeper.

Whoever has something to verify first connects to the signal; what a receiver raises keeps the process from starting.
"""

import logging
import sys
from typing import Final, NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.dispatch import Signal

logger = logging.getLogger(__name__)

process_starting = Signal()

# With this exit code of a worker gunicorn ends too; with any other it would start workers without end.
REFUSED: Final = 3


def begin(sender: str) -> None:
    """Ask every receiver. When one objects, say why in a sentence and end the process.

    It ends by SystemExit because Celery and gunicorn take an exception for a reason to carry on.
    """
    try:
        process_starting.send(sender=sender)
    except ImproperlyConfigured as exc:
        _refuse(sender, str(exc))
    except Error as exc:
        _refuse(sender, f"The database does not answer as it should, so nothing was started. {exc}")
    except Exception:
        logger.exception("What is looked at before the start has failed.")
        _refuse(sender, "A fault of this product kept it from starting.")


def _refuse(sender: str, sentence: str) -> NoReturn:
    sys.stderr.write(f"{sender}: {sentence.strip()}\n")
    raise SystemExit(REFUSED)
