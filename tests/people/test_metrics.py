"""What Prometheus reads: who may, that it can be parsed, and that the figures are right."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries

from connectors.actions import ResetPassword
from connectors.models import Connector
from people import metrics
from people.models import ActionCall, ActionRun, Pulse
from tests.factories import make_account, make_connector, make_user
from tests.people.healthy import ago, all_is_well, beat, lose_sync, pause, run_in

pytestmark = pytest.mark.django_db
State, Held = ActionRun.State, ActionRun.Held
TOKEN = "a-token-that-nobody-guesses"
# Of `run_in`.
DISABLE = "disable_account"


def families() -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(metrics.exposition().decode())}


def values(name: str) -> dict[tuple[str, ...], float]:
    """The samples of a family: by their labels' values, in the order of the labels' names."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value for sample in families()[name].samples
    }


def value(name: str) -> float:
    (sample,) = families()[name].samples
    return sample.value


def ended(state: str, seconds: float, *, ended_ago: float = 60.0, **columns: Any) -> ActionRun:
    """A run that took so many seconds, and ended so many ago."""
    end = ago(seconds=ended_ago)
    return run_in(state, ended_at=end, created_at=end - timedelta(seconds=seconds), **columns)


def call(run: ActionRun, *, started_ago: float = 60.0, **columns: Any) -> None:
    made = ActionCall.objects.create(
        run=run,
        client_request_id=str(uuid.uuid4()),
        started_at=run.created_at,
        milliseconds=12,
        **{"purpose": "act", "method": "PATCH", "path": "/users/x", "status": 204, **columns},
    )
    ActionCall.objects.filter(pk=made.pk).update(started_at=ago(seconds=started_ago))


class TestWhoMay:
    @pytest.mark.parametrize("header", ["", f"Bearer {TOKEN}", "Bearer "])
    def test_without_the_setting_there_is_no_such_page(self, client: Client, settings: Any, header: str) -> None:
        settings.METRICS_TOKEN = ""
        assert client.get("/metrics", headers={"Authorization": header}).status_code == 404

    @pytest.mark.parametrize(
        "header",
        [
            "",
            TOKEN,
            f"Basic {TOKEN}",
            f"Bearer {TOKEN}x",
            f"Bearer {TOKEN[:-1]}",
            "Bearer ",
            "Bearer ünïcode",
            "bearer",
        ],
    )
    def test_who_does_not_know_the_token_is_refused(self, client: Client, settings: Any, header: str) -> None:
        settings.METRICS_TOKEN = TOKEN
        answer = client.get("/metrics", headers={"Authorization": header})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "neurons_" not in answer.text
        assert TOKEN not in answer.text

    def test_being_signed_in_is_no_token(self, client: Client, settings: Any) -> None:
        settings.METRICS_TOKEN = TOKEN
        client.force_login(make_user(is_superuser=True))
        assert client.get("/metrics").status_code == 401

    def test_who_knows_it_is_answered_in_six_queries(
        self, client: Client, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        settings.METRICS_TOKEN = TOKEN
        with django_assert_num_queries(6):
            answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert "no-store" in answer.headers["Cache-Control"]

    def test_a_database_that_does_not_answer_is_an_answer_too(
        self, client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.METRICS_TOKEN = TOKEN

        def cursor(self: BaseDatabaseWrapper) -> None:
            raise OperationalError("connection refused by db.internal.example")

        monkeypatch.setattr(BaseDatabaseWrapper, "cursor", cursor)
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer.text) == (503, "The database does not answer.\n")


class TestFigures:
    def test_every_family_has_a_help_and_a_type(self) -> None:
        for family in families().values():
            assert family.name.startswith("neurons_")
            assert family.documentation.endswith(".")
            assert family.type != "unknown"

    def test_a_quiet_product_says_so(self) -> None:
        all_is_well()
        assert set(values("neurons_runs").values()) == {0}
        assert values("neurons_runs_held") == {("credential",): 0, ("restore",): 0, ("approval",): 0}
        assert values("neurons_problems") == {("yellow",): 0, ("red",): 0}
        assert value("neurons_oldest_due_run_seconds") == 0
        assert value("neurons_oldest_unknown_run_seconds") == 0
        assert value("neurons_runs_past_lease") == value("neurons_syncs_past_lease") == 0
        assert value("neurons_sweeper_heard_seconds") < 5

    def test_who_was_never_heard_is_infinitely_late(self) -> None:
        for name in ("sweeper_heard", "workers_heard", "workers_rung"):
            assert value(f"neurons_{name}_seconds") == float("inf")
        assert values("neurons_problems")[("red",)] == 1

    def test_what_is_wrong_is_in_them(self) -> None:
        connector = make_connector("Contoso")
        beat(Pulse.SWEEPER, seconds=20)
        Pulse.objects.create(name=Pulse.WORKERS, rung_at=ago(seconds=30), heard_at=ago(seconds=150))
        pause(connector, seconds=50)
        lose_sync(connector, seconds=20)
        run_in(State.RUNNING, lease_until=ago(seconds=70))
        run_in(State.UNKNOWN, sent_at=ago(seconds=80))
        run_in(State.HELD, make_account(connector=connector), held_because=Held.CREDENTIAL)
        run_in(State.NEEDS_OPERATOR)
        run_in(State.QUEUED, created_at=ago(seconds=100))
        assert set(values("neurons_runs").values()) == {1}
        assert values("neurons_runs_held")[("credential",)] == 1
        assert value("neurons_sweeper_heard_seconds") == pytest.approx(20, abs=5)
        assert value("neurons_workers_rung_seconds") == pytest.approx(30, abs=5)
        assert value("neurons_workers_heard_seconds") == pytest.approx(150, abs=5)
        assert values("neurons_app_paused_seconds") == {("Contoso act",): pytest.approx(50, abs=5)}
        assert values("neurons_credential_held_runs") == {("Contoso", "Contoso act"): 1}
        assert value("neurons_syncs_past_lease") == 1
        assert value("neurons_runs_past_lease") == 1
        assert value("neurons_oldest_unknown_run_seconds") == pytest.approx(80, abs=5)
        assert value("neurons_oldest_due_run_seconds") == pytest.approx(100, abs=5)
        assert values("neurons_problems") == {("red",): 1, ("yellow",): 3}

    def test_names_are_escaped(self) -> None:
        name = 'Con"to\\so\n{x="1"} 7'
        Connector.objects.filter(pk=make_connector(name).pk).update(last_synced_at=ago(seconds=10))
        pause(Connector.objects.get(), seconds=50)
        assert list(values("neurons_sync_age_seconds")) == [(name,)]
        assert list(values("neurons_app_paused_seconds")) == [(f"{name} act",)]

    def test_the_age_of_a_connectors_data_is_that_of_the_active_ones(self) -> None:
        for connector, columns in (
            (make_connector("A"), {"last_synced_at": ago(minutes=10)}),
            (make_connector("B"), {"last_synced_at": ago(minutes=10), "active": False}),
            (make_connector("C"), {"last_synced_at": None}),
        ):
            Connector.objects.filter(pk=connector.pk).update(**columns)
        assert values("neurons_sync_age_seconds") == {("A",): pytest.approx(600, abs=5)}

    def test_ended_runs_are_counted_since_the_first_by_action_and_end(self) -> None:
        for state in State:
            run_in(state, created_at=ago(days=400))
        run_in(State.SUCCEEDED)
        run_in(State.SUCCEEDED, action=ResetPassword.key)
        assert values("neurons_runs_ended") == {
            (DISABLE, "succeeded"): 2,
            (DISABLE, "failed"): 1,
            (DISABLE, "cancelled"): 1,
            (ResetPassword.key, "succeeded"): 1,
        }
        assert families()["neurons_runs_ended"].type == "counter"

    def test_times_are_those_of_runs_that_ended_within_the_hour(self) -> None:
        ended(State.SUCCEEDED, 0.4)
        ended(State.SUCCEEDED, 3)
        ended(State.FAILED, 7, ended_ago=3500)
        ended(State.FAILED, 2.5 * 3600)
        ended(State.SUCCEEDED, 3, ended_ago=3700)
        ended(State.NEEDS_OPERATOR, 3)
        run_in(State.RUNNING)
        samples = {
            (sample.name.removeprefix("neurons_run_seconds_last_hour"), sample.labels.get("le")): sample.value
            for family in families().values()
            for sample in family.samples
            if sample.name.startswith("neurons_run_seconds_last_hour")
        }
        counts = {bound: number for (name, bound), number in samples.items() if name == "_bucket"}
        assert counts == {
            "0.5": 1, "1.0": 1, "2.0": 1, "5.0": 2, "10.0": 3, "30.0": 3, "60.0": 3, "300.0": 3, "1800.0": 3, "+Inf": 4
        }  # fmt: skip
        assert samples["_gcount", None] == 4
        assert samples["_gsum", None] == pytest.approx(0.4 + 3 + 7 + 9000)

    def test_what_somebody_decided_days_later_says_nothing_of_the_speed(self) -> None:
        ended(State.SUCCEEDED, 3 * 86400)
        assert families()["neurons_run_seconds_last_hour"].samples == []

    def test_calls_are_those_of_the_last_hour_by_what_came_back(self) -> None:
        run = run_in(State.SUCCEEDED)
        call(run)
        call(run)
        call(run, status=429)
        call(run, status=None)
        call(run, purpose="look", method="GET", status=200)
        call(run, started_ago=3700)
        assert values("neurons_calls_last_hour") == {
            ("PATCH", "act", "204"): 2,
            ("PATCH", "act", "429"): 1,
            ("PATCH", "act", "none"): 1,
            ("GET", "look", "200"): 1,
        }

    def test_two_apps_of_one_name_do_not_spoil_it(self) -> None:
        """Prometheus refuses an answer that has the same series twice."""
        for _ in range(2):
            connector = make_connector()
            assert connector.action_credential
            type(connector.action_credential).objects.filter(pk=connector.action_credential_id).update(
                name="", app_name="neurons-act"
            )
            pause(connector, seconds=50)
        assert len(families()["neurons_app_paused_seconds"].samples) == 1
