"""The head of the chain, kept once an hour where the database's owner cannot change it: in the log, and in a file.

Whoever cuts off the end of the trail cannot take back what was kept outside: `verify_audit --heads` compares.
"""

import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from neurons_admin.audit import chain
from neurons_admin.audit.chain import Head
from neurons_admin.audit.models import KeptHead

logger = logging.getLogger("neurons_admin.audit.heads")

EVERY: Final = timedelta(hours=1)
# Later than this, pages say that something is wrong.
OVERDUE: Final = timedelta(hours=3)
PROBLEM: Final = (
    "The end of the audit trail has not been kept outside the database for hours. See that the sweeper runs, and that"
    " it can write to the file that AUDIT_HEADS names."
)


def keep_if_due() -> bool:
    """Write the head down if an hour has passed and there are events since; True if it was. Raises nothing for a file
    that cannot be written: the log says so, and it is tried again.
    """
    if KeptHead.objects.filter(kept_at__gt=Now() - EVERY).exists():
        return False
    head = _head()
    if not head.position or KeptHead.objects.filter(position=head.position).exists():
        return False
    line = f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {written(head)}"
    logger.info("The head of the audit trail: %s", line)
    if settings.AUDIT_HEADS:
        try:
            _append(Path(settings.AUDIT_HEADS), line)
        except OSError:
            logger.exception("The head of the audit trail could not be kept in %s.", settings.AUDIT_HEADS)
            return False
    KeptHead.objects.create(position=head.position, mac=head.mac)
    return True


def written(head: Head) -> str:
    """A head in text: position, a colon, the code in hexadecimal digits."""
    return f"{head.position}:{head.mac.hex()}"


def read(text: str) -> Head:
    """The head that a text names. Raises ValueError for anything else."""
    position, _, mac = text.strip().partition(":")
    found = Head(int(position), bytes.fromhex(mac))
    if found.position < 1 or len(found.mac) != len(chain.NOTHING_BEFORE):
        raise ValueError(text)
    return found


def kept_in(path: Path) -> list[Head]:
    """The heads of a file that `keep_if_due` has written. Raises OSError, and ValueError for a line that is none."""
    return [read(line.split()[-1]) for line in path.read_text(encoding="ascii").splitlines() if line.strip()]


def problem() -> str:
    """What is wrong with keeping heads, in words for a page; empty if nothing is, or if no file is named."""
    if not settings.AUDIT_HEADS:
        return ""
    last = KeptHead.objects.order_by("-position").first()
    head = _head()
    if not head.position or (last and (last.position == head.position or last.kept_at > timezone.now() - OVERDUE)):
        return ""
    return PROBLEM


def _head() -> Head:
    with connection.cursor() as cursor:
        return chain.head(cursor)


def _append(path: Path, line: str) -> None:
    """Add a line, and see that it is on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}\n".encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
