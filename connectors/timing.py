"""Times of day that repeat, by the clock on a wall somewhere: also on the days on which that clock is turned."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
# The next turn of a clock is less than a year away, where it is turned at all.
_DAYS_AHEAD = 366


class Gap(NamedTuple):
    """A time that a clock leaves out on one day, and the one it shows right after."""

    wall: datetime
    after: datetime


@cache
def zone_names() -> tuple[str, ...]:
    """The names of all zones, as IANA has them: "Europe/Berlin"; not what systems keep beside those."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


def next_after(moment: datetime, step: timedelta, start: time, zone: ZoneInfo) -> datetime:
    """The first moment later than `moment` of those that are counted in steps from `start`, each day anew.

    `step` divides a day. A time that the clock leaves out is made up for right after the gap; one that it shows twice
    counts once. Where the clock is turned by a whole step or more it is the steps that go on: those left out are left
    out, those shown twice count twice.
    """
    today = moment.astimezone(zone).date()
    return min(
        then
        for days in (-1, 0, 1, 2)
        for wall in _walls(today + days * DAY, step, start)
        for then in _moments(wall, step, zone)
        if then > moment
    )


def next_gap(moment: datetime, step: timedelta, start: time, zone: ZoneInfo) -> Gap | None:
    """The next time that is put off by a gap, within a year; None for none."""
    today = moment.astimezone(zone).date()
    for days in range(_DAYS_AHEAD):
        for wall in _walls(today + days * DAY, step, start):
            for then in _moments(wall, step, zone):
                after = then.astimezone(zone).replace(tzinfo=None)
                if after != wall and then > moment:
                    return Gap(wall, after)
    return None


def _walls(day: date, step: timedelta, start: time) -> Iterator[datetime]:
    """What the clock should show, on one day."""
    midnight = datetime.combine(day, time())
    wall = midnight + (datetime.combine(day, start) - midnight) % step
    while wall < midnight + DAY:
        yield wall
        wall += step


def _moments(wall: datetime, step: timedelta, zone: ZoneInfo) -> list[datetime]:
    """When the clock shows that. See PEP 495: for a time in a gap the second is before the first, and around it."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    turned_by = abs(second - first)
    if second < first:
        return [] if turned_by >= step else [_turn_between(second, first, zone)]
    return [first, second] if turned_by >= step else [first]


def _turn_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clock is turned."""
    offset = after.astimezone(zone).utcoffset()
    seconds = range((after - before) // _SECOND)
    return before + _SECOND * bisect_left(
        seconds, True, key=lambda second: (before + _SECOND * second).astimezone(zone).utcoffset() == offset
    )
