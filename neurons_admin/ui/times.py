"""Times as people say them."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

_STEPS: Final = (
    (timedelta(days=365), "year"),
    (timedelta(days=30), "month"),
    (timedelta(days=7), "week"),
    (timedelta(days=1), "day"),
    (timedelta(hours=1), "hour"),
    (timedelta(minutes=1), "min"),
    (timedelta(seconds=1), "s"),
)


def since(moment: datetime, now: datetime) -> str:
    """Return the distance between two moments in its largest unit: "3 weeks ago", "in 2 min", "just now"."""
    words = _in_largest_unit(abs(now - moment))
    if not words:
        return "just now"
    return f"in {words}" if moment > now else f"{words} ago"


def lasting(length: timedelta) -> str:
    """Return a length of time in its largest unit: "3 weeks", "2 min", "less than 1 s"."""
    return _in_largest_unit(length) or "less than 1 s"


def _in_largest_unit(length: timedelta) -> str:
    for step, unit in _STEPS:
        count = length // step
        if count > 0:
            plural = "s" if count > 1 and unit not in {"min", "s"} else ""
            return f"{count} {unit}{plural}"
    return ""


def exactly(moment: datetime) -> str:
    """Return a moment to the second, in the server's time zone: "Mon 3 Mar 2025, 14:05:09 UTC"."""
    local = timezone.localtime(moment)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z}"
