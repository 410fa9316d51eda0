"""When a connector synchronises next."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from connectors.models import Connector

BERLIN = ZoneInfo("Europe/Berlin")


def next_time(repeat, start, moment):
    return Connector(sync_repeat=repeat, sync_start=start).next_after(moment)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def test_on_demand_is_never():
    assert next_time(0, time(2), utc(2026, 1, 1)) is None


def test_without_a_start_it_counts_from_the_last():
    assert next_time(60, None, utc(2026, 1, 1, 10, 17)) == utc(2026, 1, 1, 11, 17)


@pytest.mark.parametrize(
    ("repeat", "start", "moment", "expected"),
    [
        (1440, time(2), utc(2026, 1, 1, 1), utc(2026, 1, 1, 2)),
        (1440, time(2), utc(2026, 1, 1, 2), utc(2026, 1, 2, 2)),
        (1440, time(2), utc(2026, 1, 1, 23), utc(2026, 1, 2, 2)),
        (360, time(2), utc(2026, 1, 1, 3), utc(2026, 1, 1, 8)),
        (360, time(2), utc(2026, 1, 1, 21), utc(2026, 1, 2, 2)),
        (60, time(0, 30), utc(2026, 1, 1, 10, 31), utc(2026, 1, 1, 11, 30)),
        (15, time(23, 50), utc(2026, 1, 1, 10), utc(2026, 1, 1, 10, 5)),
    ],
)
def test_with_a_start_it_counts_from_there(repeat, start, moment, expected):
    assert next_time(repeat, start, moment) == expected


def test_the_start_is_by_the_clock_on_the_servers_wall():
    with timezone.override(BERLIN):
        assert next_time(1440, time(2), utc(2026, 1, 15, 12)) == utc(2026, 1, 16, 1)
        assert next_time(1440, time(2), utc(2026, 7, 15, 12)) == utc(2026, 7, 16, 0)


@pytest.mark.parametrize("repeat", [15, 60, 360, 1440])
@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_where_the_clock_is_turned_it_always_goes_on_and_never_stands_still(repeat, day):
    with timezone.override(BERLIN):
        moment = day - timedelta(hours=3)
        for _ in range(200):
            then = next_time(repeat, time(2, 30), moment)
            assert timedelta(0) < then - moment <= timedelta(minutes=repeat + 60)
            moment = then
