"""What programs and people are told of the product's health."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from people import health
from people.models import ActionRun, Pulse
from tests.factories import make_account, make_connector, make_person, make_user
from tests.people.healthy import ago, all_is_well, beat, lose_sync, pause, run_in

pytestmark = pytest.mark.django_db
State, Held = ActionRun.State, ActionRun.Held
Down = Callable[[], None]


@pytest.fixture
def viewer(client: Client) -> Client:
    client.force_login(make_user("Viewer"))
    return client


@pytest.fixture(params=[OperationalError, InterfaceError])
def down(request: Any, monkeypatch: pytest.MonkeyPatch) -> Down:
    """Called, it takes the database away."""

    def cursor(self: BaseDatabaseWrapper) -> None:
        raise request.param("connection refused by db.internal.example")

    return lambda: monkeypatch.setattr(BaseDatabaseWrapper, "cursor", cursor)


class TestLivez:
    def test_it_says_alive_to_anybody_and_asks_nothing(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(0):
            answer = client.get("/livez")
        assert (answer.status_code, answer.text) == (200, "alive\n")

    def test_it_does_so_without_a_database_to_who_is_signed_in_too(self, viewer: Client, down: Down) -> None:
        down()
        assert viewer.get("/livez").status_code == 200


class TestHealthz:
    def test_it_is_200_when_all_is_well(self, client: Client) -> None:
        all_is_well()
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "green",
            "problems": [],
            "database": "answers",
            "runs": {"queued": 0, "running": 0, "unknown": 0, "held": 0, "needs_operator": 0},
            "held": {"credential": 0, "restore": 0, "approval": 0},
            "past_lease": 0,
            "longest_past_lease_seconds": None,
            "oldest_due_seconds": None,
            "oldest_unknown_seconds": None,
            "sweeper_heard_seconds": pytest.approx(0, abs=5),
            "workers_rung_seconds": pytest.approx(0, abs=5),
            "workers_heard_seconds": pytest.approx(0, abs=5),
            "paused_apps": 0,
            "broken_credentials": 0,
            "syncs_past_lease": 0,
        }

    def test_it_is_200_and_yellow_when_it_goes_on_more_slowly(self, client: Client) -> None:
        all_is_well()
        beat(Pulse.WORKERS, minutes=3)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (200, "yellow")
        assert answer.json()["problems"] == ["workers"]

    def test_it_is_503_when_something_is_red(self, client: Client) -> None:
        all_is_well()
        beat(Pulse.SWEEPER, minutes=3)
        answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["status"]) == (503, "red")
        assert answer.json()["problems"] == ["sweeper"]
        assert answer.json()["sweeper_heard_seconds"] == pytest.approx(180, abs=5)

    def test_a_head_is_answered_alike_without_a_body(self, client: Client) -> None:
        assert client.head("/healthz").status_code == 503
        all_is_well()
        answer = client.head("/healthz")
        assert (answer.status_code, answer.content) == (200, b"")

    def test_it_tells_figures_and_no_names(self, client: Client) -> None:
        everything_is_wrong("Hush Ltd", "Sigrid Secret")
        text = client.get("/healthz").text
        assert json.loads(text)["paused_apps"] == 1
        assert json.loads(text)["broken_credentials"] == 1
        assert "Hush" not in text
        assert "Sigrid" not in text
        assert "busy" not in text

    def test_it_takes_two_queries_with_a_session_too(
        self, viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(2):
            viewer.get("/healthz")

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_it_is_never_kept(self, client: Client, method: str) -> None:
        assert "no-store" in getattr(client, method)("/healthz").headers["Cache-Control"]

    def test_a_database_that_does_not_answer_is_red_and_its_address_is_not_told(
        self, viewer: Client, down: Down
    ) -> None:
        down()
        answer = viewer.get("/healthz")
        assert answer.status_code == 503
        assert answer.json() == {"status": "red", "problems": ["database"], "database": "does not answer"}
        assert "no-store" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize(("path", "status"), [("/livez", 200), ("/healthz", 503), ("/metrics", 301)])
    def test_load_balancers_may_ask_without_https_and_prometheus_may_not(
        self, client: Client, settings: Any, path: str, status: int
    ) -> None:
        settings.SECURE_SSL_REDIRECT = True
        assert client.get(path).status_code == status


def everything_is_wrong(connector_name: str = "Contoso", person_name: str = "Adele Vance") -> None:
    """One of each problem."""
    connector = make_connector(connector_name)
    beat(Pulse.SWEEPER, minutes=3)
    pause(connector, minutes=2)
    lose_sync(connector, minutes=9)
    for number, state in enumerate((State.HELD, State.UNKNOWN, State.RUNNING, State.QUEUED, State.NEEDS_OPERATOR)):
        run_in(
            state,
            make_account(make_person(f"{person_name} {number}"), connector),
            held_because=Held.CREDENTIAL if state == State.HELD else "",
            lease_until=ago(minutes=2) if state == State.RUNNING else None,
            sent_at=ago(minutes=4) if state == State.UNKNOWN else None,
            created_at=ago(minutes=9),
        )
    run_in(State.QUEUED, created_at=ago(minutes=7))


class TestStatusPage:
    def test_it_says_that_all_is_well(self, viewer: Client) -> None:
        all_is_well()
        text = viewer.get(reverse("people:status")).text
        assert "All is well" in text
        assert "carried out and settled as they should be" in text
        assert "callout tone-bad" not in text
        assert "callout tone-warning" not in text

    def test_what_is_wrong_stands_on_top_the_worst_first(self, viewer: Client) -> None:
        everything_is_wrong()
        text = viewer.get(reverse("people:status")).text
        places = [
            text.index(words)
            for words in (
                "Out of order",
                "The sweeper has not been heard of for 3 min",
                "1 run is past the time the worker had",
                "A run has been due for 7 min",
                "1 run is held: the action credential “Contoso act” does not work",
                "“Contoso act” has to wait",
                "The synchronisation of “Contoso” has been without a worker for 9 min",
                "Who carries runs out",
            )
        ]
        assert places == sorted(places)

    def test_facts_lead_to_the_runs_they_speak_of(self, viewer: Client) -> None:
        everything_is_wrong()
        text = viewer.get(reverse("people:status")).text
        for state in (State.QUEUED, State.RUNNING, State.UNKNOWN, State.HELD, State.NEEDS_OPERATOR):
            assert f'href="/activity/?state={state}"' in text
        assert "the oldest for 4 min" in text
        assert "1 past the worker’s time" in text
        assert "the action credential does not work (1)" in text

    def test_of_workers_nothing_is_known_while_nobody_rings_for_them(self, viewer: Client) -> None:
        text = viewer.get(reverse("people:status")).text
        assert "Not known" in text
        assert "never heard of" in text
        beat(Pulse.SWEEPER)
        assert "Not known" not in viewer.get(reverse("people:status")).text

    def test_hostile_names_are_text(self, viewer: Client) -> None:
        everything_is_wrong('"><script>alert(1)</script>')
        assert "<script>alert(1)" not in viewer.get(reverse("people:status")).text

    def test_it_belongs_to_activity(self, viewer: Client) -> None:
        text = viewer.get(reverse("people:status")).text
        assert '<li><a href="/activity/">Activity</a></li>' in text
        assert 'href="/status/"' in viewer.get(reverse("people:activity")).text

    def test_it_is_few_queries(self, viewer: Client, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
        everything_is_wrong()
        with django_assert_max_num_queries(6):  # session, user, permissions, and two for the facts
            viewer.get(reverse("people:status"))


class TestBanner:
    @pytest.fixture(params=["activity", "run", "person"])
    def url(self, request: Any) -> str:
        if request.param == "activity":
            return reverse("people:activity")
        run = run_in(State.SUCCEEDED)
        return run.get_absolute_url() if request.param == "run" else run.person.get_absolute_url()

    def test_nothing_is_said_when_all_is_well(self, viewer: Client, url: str) -> None:
        all_is_well()
        text = viewer.get(url).text
        assert "callout tone-bad" not in text
        assert "callout tone-warning" not in text

    def test_the_worst_is_named_with_the_way_to_the_rest(self, viewer: Client, url: str) -> None:
        everything_is_wrong()
        text = viewer.get(url).text
        assert "The sweeper has not been heard of for 3 min" in text
        assert "What you ask for is kept, and may take longer. There are 5 other problems." in text
        assert "has to wait" not in text
        assert 'href="/status/"' in text

    def test_one_alone_is_said_to_be_no_more(self, viewer: Client, url: str) -> None:
        all_is_well()
        beat(Pulse.WORKERS, minutes=5)
        text = viewer.get(url).text
        assert "The broker or the workers do not answer" in text
        assert "other problem" not in text
        pause(make_connector(), minutes=1)
        assert "There is another problem." in viewer.get(url).text

    def test_it_costs_two_queries(self, viewer: Client, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        all_is_well()
        viewer.get(url)
        with CaptureQueriesContext(connection) as with_it:
            viewer.get(url)
        now = health.take()
        monkeypatch.setattr(health, "take", lambda _among: now)
        with CaptureQueriesContext(connection) as without_it:
            viewer.get(url)
        assert len(with_it) - len(without_it) == 2
