"""When a connector synchronises next, by the clock of its own zone."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors import timing
from connectors.models import Connector

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)
STEPS = [15, 60, 360, 1440]
# Clocks that are turned: by an hour in both halves of the world, at midnight, over midnight, by half an hour, by two.
TURNED = [
    BERLIN, "America/New_York", "Australia/Sydney", "Africa/Cairo", "America/Nuuk", "Australia/Lord_Howe",
    "Antarctica/Troll", "Africa/Casablanca", "America/Santiago",
]  # fmt: skip
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
STARTS = st.times().map(lambda moment: moment.replace(second=0, microsecond=0))


def next_time(repeat, start, moment, zone=""):
    return Connector(sync_repeat=repeat, sync_start=start, time_zone=zone).next_after(moment)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def local_times(zone, repeat, start, moment, count):
    found = []
    for _ in range(count):
        moment = next_time(repeat, start, moment, zone)
        found.append(f"{moment.astimezone(ZoneInfo(zone)):%d %H:%M}")
    return found


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
    assert next_time(repeat, start, moment, "UTC") == expected


def test_the_start_is_by_the_clock_of_the_connectors_zone():
    assert next_time(1440, time(2), utc(2026, 1, 15, 12), BERLIN) == utc(2026, 1, 16, 1)
    assert next_time(1440, time(2), utc(2026, 7, 15, 12), BERLIN) == utc(2026, 7, 16, 0)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd"])
def test_without_a_zone_that_is_known_here_it_is_the_servers(zone):
    assert str(Connector(time_zone=zone).zone) == "UTC"


def test_a_start_in_a_gap_is_made_up_for_right_after_it_once():
    found = local_times(BERLIN, 1440, time(2, 30), utc(2027, 3, 26, 12), 3)
    assert found == ["27 02:30", "28 03:00", "29 02:30"]
    assert local_times(BERLIN, 360, time(2, 30), utc(2027, 3, 27, 20), 2) == ["28 03:00", "28 08:30"]


def test_a_start_that_the_clock_shows_twice_counts_once():
    assert local_times(BERLIN, 1440, time(2, 30), utc(2026, 10, 24, 12), 2) == ["25 02:30", "26 02:30"]
    assert local_times(BERLIN, 360, time(2, 30), utc(2026, 10, 24, 20), 2) == ["25 02:30", "25 08:30"]


def test_steps_no_longer_than_the_turn_go_on_by_what_has_passed():
    moment = utc(2026, 10, 24, 22)
    found = [moment := next_time(60, time(0, 30), moment, BERLIN) for _ in range(6)]
    assert {then - before for before, then in pairwise(found)} == {HOUR}
    moment = utc(2027, 3, 27, 22)
    found = [moment := next_time(15, time(0, 5), moment, BERLIN) for _ in range(24)]
    assert {then - before for before, then in pairwise(found)} == {timedelta(minutes=15)}


def test_a_gap_is_told_of_in_words(time_machine_at_2027):
    connector = Connector(sync_repeat=1440, sync_start=time(2, 30), time_zone=BERLIN)
    assert connector.gap_words == ("02:30 does not exist on 28 March 2027 in Europe/Berlin: it will start at 03:00.")
    assert Connector(sync_repeat=1440, sync_start=time(4), time_zone=BERLIN).gap_words == ""
    assert Connector(sync_repeat=60, sync_start=time(2, 30), time_zone=BERLIN).gap_words == ""
    assert Connector(sync_repeat=0, sync_start=time(2, 30), time_zone=BERLIN).gap_words == ""


@pytest.fixture
def time_machine_at_2027(monkeypatch):
    monkeypatch.setattr("connectors.models.timetable.timezone.now", lambda: utc(2027, 1, 10))


@settings(max_examples=150, deadline=None)
@given(zone=st.one_of(st.sampled_from(TURNED), st.sampled_from(timing.zone_names())), start=STARTS, moment=MOMENTS)
def test_once_a_day_is_once_on_each_local_day_in_every_zone(zone, start, moment):
    here, days = ZoneInfo(zone), []
    for _ in range(4):
        then = next_time(1440, start, moment, zone)
        assert then > moment
        days.append(then.astimezone(here).date())
        moment = then
    # Nuuk's gap ends at midnight: what the day before is left out is made up for on the next, beside its own.
    assert len(set(days)) == len(days) or zone in ("America/Nuuk", "America/Godthab", "America/Scoresbysund")


@settings(max_examples=150, deadline=None)
@given(zone=st.sampled_from(TURNED), repeat=st.sampled_from(STEPS), start=STARTS, data=st.data())
def test_where_the_clock_is_turned_it_goes_on_and_is_never_late_by_more_than_an_hour(zone, repeat, start, data):
    here = ZoneInfo(zone)
    turns = [
        day
        for day in (utc(2026, 1, 1) + timedelta(days=days) for days in range(730))
        if day.astimezone(here).utcoffset() != (day + timedelta(days=1)).astimezone(here).utcoffset()
    ]
    moment = data.draw(st.sampled_from(turns)) - timedelta(minutes=data.draw(st.integers(0, 1440)))
    most = timedelta(minutes=repeat) + (2 * HOUR if zone == "Antarctica/Troll" else HOUR)
    for _ in range(8):
        then = next_time(repeat, start, moment, zone)
        assert timedelta(0) < then - moment <= most
        moment = then
