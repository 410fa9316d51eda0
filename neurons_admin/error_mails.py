"""Errors by mail, for whoever runs the server: what the log says of them, and no more.

No values of variables, forms, cookies or addresses: a traceback of places alone, and what looks like a secret is taken
out of it.
"""

import logging
import threading
import time
from collections import deque
from typing import Final

from django.conf import settings
from django.core.mail import mail_admins

from neurons_admin.logs import Json

# Of one process; what comes beyond that stands in the log.
MOST_AN_HOUR: Final = 10
HOUR_SECONDS: Final = 3600.0
SUBJECT_LENGTH: Final = 100

_sending = threading.local()


class ErrorMails(logging.Handler):
    """Mails records to ADMINS, each on a thread of its own: a mail server that hangs must hold up nothing."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.formatter = Json()
        self._sent: deque[float] = deque(maxlen=MOST_AN_HOUR)

    def emit(self, record: logging.LogRecord) -> None:
        if not (settings.ADMINS and settings.SENDS_MAIL) or getattr(_sending, "is_on", False) or not self._may_send():
            return
        subject = f"{record.levelname} {record.name}"[:SUBJECT_LENGTH]
        threading.Thread(target=_send, args=[subject, self.format(record)], name="error-mail", daemon=True).start()

    def _may_send(self) -> bool:
        now = time.monotonic()
        is_full = len(self._sent) == MOST_AN_HOUR
        if is_full and now - self._sent[0] < HOUR_SECONDS:
            return False
        self._sent.append(now)
        return True


def _send(subject: str, line: str) -> None:
    """What goes wrong with it is for the log alone: a mail about a mail would be sent again and again."""
    _sending.is_on = True
    try:
        mail_admins(subject, line.replace("\\n", "\n"))
    except Exception:
        logging.getLogger(__name__).exception("An error could not be mailed.")
