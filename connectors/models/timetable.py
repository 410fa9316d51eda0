"""When a connector synchronises, and when what it has brought in counts as out of date."""

from datetime import datetime, timedelta
from functools import cached_property
from typing import Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import models
from django.db.models import DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format

from connectors import timing

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# Missed more often than this, a schedule is not kept.
ROUNDS_TO_STALE = 3


class Repeat(models.IntegerChoices):
    """Minutes from one synchronisation to the next."""

    NEVER = 0, "Only on demand"
    QUARTER_HOUR = 15, "Every 15 minutes"
    HOUR = 60, "Every hour"
    SIX_HOURS = 360, "Every 6 hours"
    DAY = 1440, "Every day"


def usual_stale_after(repeat: int) -> timedelta | None:
    """The age at which data is stale where nothing else is set; None: never, for it comes on demand only."""
    return max(ROUNDS_TO_STALE * timedelta(minutes=repeat), DAY) if repeat else None


_T_co = TypeVar("_T_co", bound="Timetable", covariant=True)


class TimetableQuerySet(models.QuerySet[_T_co]):
    def stale(self) -> Self:
        """Those whose last synchronisation is longer ago than they allow, switched on or not."""
        limit = ExpressionWrapper(F("stale_after_hours") * HOUR, output_field=DurationField())
        is_stale = Q(last_synced_at__lt=Now() - limit)
        for repeat in Repeat:
            if usual := usual_stale_after(repeat):
                is_stale |= Q(stale_after_hours=None, sync_repeat=repeat, last_synced_at__lt=Now() - usual)
        return self.filter(is_stale)


class Timetable(models.Model):
    """What a connector has of times: the repeats, counted in a zone of its own, and what came of them."""

    Repeat = Repeat

    sync_repeat = models.PositiveSmallIntegerField(choices=Repeat, default=Repeat.HOUR)
    # A time of day, in the zone below, from which the repeats are counted; empty: from the last one.
    sync_start = models.TimeField(null=True, blank=True)
    # A name of IANA's; empty: the server's zone, whichever that is.
    time_zone = models.CharField(max_length=64, blank=True, db_default="")
    stale_after_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    next_sync_at = models.DateTimeField(null=True, editable=False)
    last_synced_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone to count in: the server's also for a name that this server does not know."""
        server = ZoneInfo(timezone.get_default_timezone_name())
        try:
            return ZoneInfo(self.time_zone) if self.time_zone else server
        except (ZoneInfoNotFoundError, ValueError):
            return server

    def next_after(self, moment: datetime) -> datetime | None:
        """When to synchronise next after `moment`; None for a connector that waits to be told."""
        step = timedelta(minutes=self.sync_repeat)
        if not step:
            return None
        return timing.next_after(moment, step, self.sync_start, self.zone) if self.sync_start else moment + step

    @property
    def gap_words(self) -> str:
        """Which start within a year the clock leaves out, and when it is made up for; empty for none."""
        if self.sync_start is None or not self.sync_repeat:
            return ""
        gap = timing.next_gap(timezone.now(), timedelta(minutes=self.sync_repeat), self.sync_start, self.zone)
        if gap is None:
            return ""
        day, next_day = date_format(gap.wall, "j F Y"), "" if gap.after.date() == gap.wall.date() else " the next day"
        return f"{gap.wall:%H:%M} does not exist on {day} in {self.zone}: it will start at {gap.after:%H:%M}{next_day}."

    @property
    def stale_after(self) -> timedelta | None:
        """The age at which its data is stale; None for never."""
        hours = self.stale_after_hours
        return usual_stale_after(self.sync_repeat) if hours is None else timedelta(hours=hours)

    @property
    def stale_after_words(self) -> str:
        """The same for people: "24 hours"."""
        if self.stale_after is None:
            return "never"
        hours = self.stale_after // HOUR
        return "1 hour" if hours == 1 else f"{hours} hours"

    @property
    def is_stale(self) -> bool:
        """Whether its last synchronisation is longer ago than it allows; what was never read is not stale."""
        return self.last_synced_at is not None and self.is_too_old(self.last_synced_at)

    def is_too_old(self, moment: datetime) -> bool:
        """Whether what was read at that time is stale."""
        return self.stale_after is not None and timezone.now() - moment > self.stale_after
