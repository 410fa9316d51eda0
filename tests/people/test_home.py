"""Home: what needs a person, for each who may see it, and the numbers of the charts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.models import Connector, SyncRun
from people import home
from people.models import ActionRun
from tests.factories import make_account, make_connector, make_credential, make_person, make_run, make_user
from tests.people.healthy import ago, all_is_well, run_in

pytestmark = pytest.mark.django_db
State = ActionRun.State


@pytest.fixture(autouse=True)
def well():
    all_is_well()


def page_of(client, *roles, **columns):
    client.force_login(make_user(*roles, **columns))
    response = client.get("/")
    assert response.status_code == 200
    return response


def titles(response):
    return {block.title: [need.title for need in block.needs] for block in response.context["blocks"]}


def expiring(name):
    credential = make_credential(name)
    credential.set_expiry(timezone.localdate() + timedelta(days=5))
    credential.save()


def everything_needs_somebody():
    connector = make_connector("Contoso")
    run_in(State.FAILED, make_account(connector=connector), created_at=ago(hours=1))
    SyncRun.objects.create(
        connector=connector, trigger=SyncRun.Trigger.MANUAL, state=SyncRun.State.FAILED, message="Refused."
    )
    expiring("Contoso spare")


EVERYTHING = {"Runs": ["1 run has failed"], "Synchronisations": ["Contoso"], "Credentials": ["Contoso spare"]}
CHARTS = ("runs_per_day", "people_by_state", "freshness")


@pytest.mark.parametrize(
    ("role", "blocks", "charts"),
    [
        ("Viewer", {"Runs"}, {"runs_per_day", "people_by_state"}),
        ("Service desk", {"Runs"}, {"runs_per_day", "people_by_state"}),
        ("Connector admin", {"Synchronisations"}, {"freshness"}),
        ("Credential admin", {"Credentials"}, set()),
    ],
)
def test_each_role_sees_its_own_blocks(client, role, blocks, charts):
    everything_needs_somebody()
    response = page_of(client, role)
    assert titles(response) == {name: EVERYTHING[name] for name in blocks}
    assert {name for name in CHARTS if response.context[name]} == charts


def test_a_superuser_sees_all_with_links_to_where_it_is_seen_to(client):
    everything_needs_somebody()
    response = page_of(client, is_superuser=True)
    assert titles(response) == EVERYTHING
    assert "3 things to look at." in response.text
    for url in ("/activity/?state=failed", SyncRun.objects.get().pk, "/credentials/"):
        assert str(url) in response.text


def test_nothing_needs_anybody_where_all_is_well(client):
    make_account(connector=make_connector(last_synced_at=timezone.now()))
    response = page_of(client, is_superuser=True)
    assert "Nothing needs you." in response.text
    assert response.context["count"] == 0


def test_who_has_no_role_is_told_so_and_shown_nothing(client):
    everything_needs_somebody()
    response = page_of(client)
    assert "You have no role yet" in response.text
    assert not response.context["blocks"]
    assert '<svg class="chart' not in response.text


def test_what_is_wrong_with_the_product_stands_among_the_runs(client):
    home.health.Pulse.objects.all().delete()
    response = page_of(client, "Viewer")
    assert titles(response) == {"Runs": ["The sweeper has not been heard of at all"]}


def test_runs_that_wait_for_somebody_are_counted_by_how_they_stand(client):
    for state in (State.NEEDS_OPERATOR, State.NEEDS_OPERATOR, State.UNKNOWN):
        run_in(state, make_account())
    response = page_of(client, "Viewer")
    assert titles(response) == {"Runs": ["2 runs need your decision", "1 run is being checked"]}
    assert response.context["count"] == 3


def test_what_failed_longer_ago_or_was_asked_again_since_needs_nobody():
    old, again, other = make_account(), make_account(), make_account()
    run_in(State.FAILED, old, created_at=ago(days=8))
    run_in(State.FAILED, again, created_at=ago(hours=2))
    run_in(State.SUCCEEDED, again, created_at=ago(hours=1))
    run_in(State.FAILED, other, created_at=ago(hours=1))
    make_run(other, conflict_class="something else", state=State.SUCCEEDED)
    assert home.failed_lately() == 1


def test_more_than_anybody_wants_to_know_is_not_counted(monkeypatch):
    monkeypatch.setattr(home, "MOST_FAILED", 1)
    for _ in range(3):
        run_in(State.FAILED, make_account())
    assert [need.title for need in home.runs()] == ["More than 1 runs have failed"]


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", datetime(2025, 3, 30, 23, 59, 59, tzinfo=UTC), date(2025, 3, 30)),
        ("Europe/Berlin", datetime(2025, 3, 30, 21, 59, 59, tzinfo=UTC), date(2025, 3, 30)),
        ("Europe/Berlin", datetime(2025, 3, 30, 22, 0, tzinfo=UTC), date(2025, 3, 31)),
        ("Pacific/Auckland", datetime(2025, 3, 30, 11, 0, tzinfo=UTC), date(2025, 3, 31)),
        ("America/Los_Angeles", datetime(2025, 3, 31, 6, 59, tzinfo=UTC), date(2025, 3, 30)),
    ],
)
def test_a_run_counts_on_the_day_it_was_asked_for_in_the_time_zone_at_hand(monkeypatch, zone, moment, day):
    run_in(State.SUCCEEDED, created_at=moment)
    monkeypatch.setattr(timezone, "localdate", lambda: date(2025, 4, 2))
    with timezone.override(zone):
        rows = home.runs_per_day().rows
    assert [label for label, _, total in rows if total] == [f"{day.day} {day:%b}"]


def test_thirty_days_are_shown_the_first_from_its_midnight_on():
    with timezone.override("Asia/Kolkata"):
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        first = midnight - timedelta(days=29)
        account = make_account()
        run_in(State.SUCCEEDED, account, created_at=first)
        run_in(State.SUCCEEDED, account, created_at=first - timedelta(microseconds=1))
        run_in(State.FAILED, account, created_at=midnight)
        chart = home.runs_per_day()
    assert len(chart.rows) == 30
    assert (chart.rows[0][2], chart.rows[-1][1][1], chart.total) == (1, 1, 2)


def test_every_state_of_a_run_is_counted_once():
    for state in State:
        run_in(state, make_account())
    chart = home.runs_per_day()
    assert {series.label: series.total for series in chart.series} == {
        "Done": 1,
        "Failed": 1,
        "Needs you": 1,
        "Cancelled": 1,
        "Not ended": 4,
    }


def test_few_people_are_counted():
    for state in ("enabled", "enabled", "disabled"):
        make_person(state=state)
    chart = home.people_by_state()
    assert [(bar.label, bar.words) for bar in chart.bars] == [("Enabled", "2"), ("Disabled", "1"), ("Deleted", "0")]


def test_very_many_people_are_estimated_and_that_is_said(monkeypatch):
    monkeypatch.setattr(home, "MOST_COUNTED", 100)
    for number in range(300):
        make_person(f"P {number}", state="disabled" if number % 3 == 0 else "enabled")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE people_person")
    with CaptureQueriesContext(connection) as queries:
        chart = home.people_by_state()
    assert [bar.words for bar in chart.bars] == ["about 200", "about 100", "about 0"]
    assert "Estimated" in chart.description
    assert len(queries) == 1


def test_the_data_of_each_connector_has_its_age_the_oldest_first(client):
    now = timezone.now()
    make_connector("Fresh", last_synced_at=now - timedelta(minutes=5))
    make_connector("Old", last_synced_at=now - timedelta(days=9))
    make_connector("Never")
    make_connector("Off", active=False)
    bars = page_of(client, "Connector admin").context["freshness"].bars
    assert [(bar.label, bar.words, bar.state) for bar in bars] == [
        ("Old", "1 week ago", "Stale"),
        ("Fresh", "5 min ago", ""),
        ("Never", "never", ""),
    ]
    assert (bars[0].share, bars[2].share) == (100, 0)


def test_the_number_of_queries_does_not_grow(client):
    everything_needs_somebody()
    page_of(client, is_superuser=True)
    with CaptureQueriesContext(connection) as few:
        client.get("/")
    for number in range(20):
        connector = make_connector(f"C {number}", last_synced_at=timezone.now() - timedelta(days=30))
        run_in(State.FAILED, make_account(connector=connector))
        expiring(f"K {number}")
    assert Connector.objects.count() == 21
    with CaptureQueriesContext(connection) as many:
        client.get("/")
    assert len(many) == len(few) <= 20
