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
    distance = abs(now - moment)
    for length, unit in _STEPS:
        count = distance // length
        if count:
            return _phrase(count, unit, in_future=moment > now)
    return "just now"


def _phrase(count: int, unit: str, *, in_future: bool) -> str:
    plural = "s" if count > 1 and unit not in {"min", "s"} else ""
    words = f"{count} {unit}{plural}"
    return f"in {words}" if in_future else f"{words} ago"


def exactly(moment: datetime) -> str:
    """Return a moment to the second, in the server's time zone: "Mon 3 Mar 2025, 14:05:09 UTC"."""
    local = timezone.localtime(moment)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S %Z}"
