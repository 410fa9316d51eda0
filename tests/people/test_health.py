"""What is measured of the product's health, and from where on it is a problem."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from connectors.models import Gate
from people import health
from people.models import ActionRun, Pulse
from people.problems import Severity, problems_of, worst_of
from tests.factories import make_account, make_connector, make_credential, make_run
from tests.people.healthy import ago, all_is_well, beat, lose_sync, pause, run_in, tell

pytestmark = pytest.mark.django_db
State, Held = ActionRun.State, ActionRun.Held
RED, YELLOW = Severity.RED, Severity.YELLOW


def problems() -> dict[str, Severity]:
    return {problem.code: problem.severity for problem in problems_of(health.take())}


def sentence(code: str) -> str:
    return next(f"{found.title}. {found.text}" for found in problems_of(health.take()) if found.code == code)


def nearly(length: timedelta | None, seconds: float) -> bool:
    return length is not None and abs(length.total_seconds() - seconds) < 5


class TestFacts:
    def test_nothing_is_the_matter_where_nothing_is_done(self) -> None:
        all_is_well()
        now = health.take()
        assert set(now.runs) == {"queued", "running", "unknown", "held", "needs_operator"}
        assert not any(now.runs.values())
        assert not any(now.held.values())
        assert (now.past_lease, now.oldest_due, now.oldest_unknown, now.longest_past_lease) == (0, None, None, None)
        assert (now.paused, now.broken, now.lost_syncs) == ((), (), ())
        assert problems_of(now) == []
        assert worst_of([]) == Severity.GREEN

    def test_open_runs_are_counted_by_state_and_ended_ones_are_not(self) -> None:
        for state in State:
            run_in(state)
        run_in(State.QUEUED)
        assert health.take().runs == {"queued": 2, "running": 1, "unknown": 1, "held": 1, "needs_operator": 1}

    def test_held_ones_are_counted_by_reason(self) -> None:
        run_in(State.HELD, held_because=Held.CREDENTIAL)
        run_in(State.HELD, held_because=Held.RESTORE)
        run_in(State.HELD, held_because=Held.RESTORE)
        run_in(State.HELD)
        now = health.take()
        assert now.held == {"credential": 1, "restore": 2, "approval": 0}
        assert now.runs["held"] == 4

    def test_a_run_is_past_its_lease_as_long_as_it_runs(self) -> None:
        run_in(State.RUNNING, lease_until=ago(seconds=30))
        run_in(State.RUNNING, lease_until=ago(seconds=90))
        run_in(State.RUNNING, lease_until=ago(seconds=-30))
        run_in(State.SUCCEEDED, lease_until=ago(hours=3))
        now = health.take()
        assert now.past_lease == 2
        assert nearly(now.longest_past_lease, 90)

    def test_an_unknown_one_is_so_since_it_was_sent(self) -> None:
        run_in(State.UNKNOWN, created_at=ago(minutes=9), sent_at=ago(seconds=100))
        run_in(State.UNKNOWN, created_at=ago(minutes=9), sent_at=ago(seconds=40))
        assert nearly(health.take().oldest_unknown, 100)

    def test_pulses_are_told_from_each_other(self) -> None:
        beat(Pulse.SWEEPER, seconds=3)
        Pulse.objects.create(name=Pulse.WORKERS, rung_at=ago(seconds=20), heard_at=ago(seconds=80))
        now = health.take()
        assert nearly(now.sweeper_heard, 3)
        assert nearly(now.workers_rung, 20)
        assert nearly(now.workers_heard, 80)

    def test_it_takes_two_queries_however_much_there_is(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        all_is_well()
        for state in (State.QUEUED, State.RUNNING, State.HELD, State.UNKNOWN):
            for _ in range(3):
                run = run_in(state, held_because=Held.CREDENTIAL if state == State.HELD else "")
                pause(run.connector, minutes=1)
                lose_sync(run.connector, minutes=9)
        with django_assert_num_queries(2):
            found = problems_of(health.take())
        assert len(found) == 3 + 12 + 12


class TestOldestDue:
    def test_it_has_waited_since_it_was_asked_for(self) -> None:
        run_in(State.QUEUED, created_at=ago(seconds=50))
        run_in(State.QUEUED, created_at=ago(seconds=70))
        assert nearly(health.take().oldest_due, 70)

    def test_or_since_its_wait_was_over(self) -> None:
        run_in(State.QUEUED, created_at=ago(hours=1), not_before=ago(seconds=20))
        assert nearly(health.take().oldest_due, 20)

    def test_or_since_it_came_back_into_the_queue(self) -> None:
        run = run_in(State.QUEUED, created_at=ago(hours=1))
        tell(run, minutes=50)
        tell(run, seconds=10)
        assert nearly(health.take().oldest_due, 10)

    def test_or_since_its_gate_was_opened(self) -> None:
        run = run_in(State.QUEUED, created_at=ago(hours=1))
        pause(run.connector, seconds=-30)
        assert nearly(health.take().oldest_due, 30)

    def test_what_is_held_up_is_not_due(self) -> None:
        run_in(State.QUEUED, created_at=ago(hours=1), not_before=ago(seconds=-60))
        run_in(State.QUEUED, created_at=ago(hours=1), format=99)
        pause(run_in(State.QUEUED, created_at=ago(hours=1)).connector, minutes=1)
        written = make_account()
        run_in(State.RUNNING, written, lease_until=ago(seconds=-60))
        run = make_run(written, conflict_class="other")
        ActionRun.objects.filter(pk=run.pk).update(created_at=ago(hours=1))
        assert health.take().oldest_due is None


class TestProblems:
    @pytest.mark.parametrize(("seconds", "wrong"), [(110, False), (130, True)])
    def test_a_silent_sweeper_is_red(self, seconds: float, wrong: bool) -> None:
        all_is_well()
        beat(Pulse.SWEEPER, seconds=seconds)
        assert problems() == ({"sweeper": RED} if wrong else {})
        if wrong:
            assert "not been heard of for 2 min" in sentence("sweeper")

    def test_one_that_was_never_heard_is_too_and_nothing_is_said_of_workers_it_did_not_ring_for(self) -> None:
        assert problems() == {"sweeper": RED}
        assert "not been heard of at all" in sentence("sweeper")

    @pytest.mark.parametrize(("seconds", "wrong"), [(110, False), (130, True)])
    def test_workers_that_do_not_answer_are_yellow(self, seconds: float, wrong: bool) -> None:
        all_is_well()
        beat(Pulse.WORKERS, seconds=seconds)
        assert problems() == ({"workers": YELLOW} if wrong else {})
        if wrong:
            assert "The broker or the workers do not answer" in sentence("workers")
            assert "carried out by the sweeper, more slowly" in sentence("workers")

    def test_ringing_for_workers_is_not_hearing_of_them(self) -> None:
        all_is_well()
        Pulse.objects.filter(name=Pulse.WORKERS).update(rung_at=Now(), heard_at=ago(minutes=3))
        assert problems() == {"workers": YELLOW}
        Pulse.objects.filter(name=Pulse.WORKERS).update(heard_at=None)
        assert "heard of at all" in sentence("workers")

    @pytest.mark.parametrize(("seconds", "wrong"), [(50, False), (70, True)])
    def test_a_run_more_than_a_minute_past_its_lease_is_red(self, seconds: float, wrong: bool) -> None:
        all_is_well()
        run_in(State.RUNNING, lease_until=ago(seconds=seconds))
        assert problems() == ({"past_lease": RED} if wrong else {})

    @pytest.mark.parametrize(("seconds", "wrong"), [(290, False), (310, True)])
    def test_a_run_due_for_more_than_five_minutes_is_red(self, seconds: float, wrong: bool) -> None:
        all_is_well()
        run_in(State.QUEUED, created_at=ago(seconds=seconds))
        assert problems() == ({"queue": RED} if wrong else {})
        if wrong:
            assert "due for 5 min" in sentence("queue")

    @pytest.mark.parametrize(("seconds", "wrong"), [(-1, False), (40, True)])
    def test_a_paused_app_registration_is_yellow_until_it_is_over(self, seconds: float, wrong: bool) -> None:
        all_is_well()
        pause(make_connector("Contoso"), seconds=seconds)
        assert problems() == ({"paused": YELLOW} if wrong else {})
        if wrong:
            said = sentence("paused")
            assert "“Contoso act” has to wait" in said
            assert "Microsoft Graph is busy (429)." in said

    def test_an_app_registration_without_a_name_goes_by_what_is_known(self) -> None:
        all_is_well()
        filled_in = make_credential("", app_name="neurons-act")
        pause(make_connector(action_credential=filled_in), minutes=1)
        assert "“neurons-act” has to wait" in sentence("paused")
        filled_in.app_name = ""
        filled_in.save()
        assert f"“{filled_in.client_id}” has to wait" in sentence("paused")
        Gate.objects.update(client_id=make_credential("X").client_id)
        assert "“X” has to wait" in sentence("paused")

    @pytest.mark.parametrize(
        ("because", "state", "wrong"),
        [
            (Held.CREDENTIAL, State.HELD, True),
            (Held.RESTORE, State.HELD, False),
            ("", State.QUEUED, False),
        ],
    )
    def test_a_credential_that_holds_runs_is_yellow(self, because: str, state: str, wrong: bool) -> None:
        all_is_well()
        connector = make_connector("Contoso")
        for _ in range(2):
            run_in(state, make_account(connector=connector), held_because=because)
        assert problems() == ({"credential": YELLOW} if wrong else {})
        if wrong:
            assert sentence("credential").startswith(
                "2 runs are held: the action credential “Contoso act” does not work."
            )

    def test_one_credential_of_two_connectors_is_one_problem(self) -> None:
        all_is_well()
        shared = make_credential("Shared")
        for _ in range(2):
            run_in(
                State.HELD,
                make_account(connector=make_connector(action_credential=shared)),
                held_because=Held.CREDENTIAL,
            )
        (found,) = problems_of(health.take())
        assert found.title.startswith("2 runs are held: the action credential “Shared”")

    @pytest.mark.parametrize("columns", [{"action_credential": None}, {"action_credential": "filled in"}])
    def test_a_credential_without_a_name_goes_by_its_connector(self, columns: dict[str, Any]) -> None:
        all_is_well()
        if columns["action_credential"]:
            columns = {"action_credential": make_credential("")}
        run_in(State.HELD, make_account(connector=make_connector("Contoso", **columns)), held_because=Held.CREDENTIAL)
        assert "the action credential of the connector “Contoso” does not work" in sentence("credential")

    @pytest.mark.parametrize(("seconds", "wrong"), [(290, False), (310, True)])
    def test_a_synchronisation_without_a_worker_is_yellow(self, seconds: float, wrong: bool) -> None:
        all_is_well()
        lose_sync(make_connector("Contoso"), seconds=seconds)
        assert len(health.take().lost_syncs) == 1
        assert problems() == ({"sync": YELLOW} if wrong else {})

    def test_the_worst_stand_first(self) -> None:
        all_is_well()
        pause(make_connector(), minutes=1)
        beat(Pulse.SWEEPER, minutes=3)
        found = problems_of(health.take())
        assert [problem.severity for problem in found] == [RED, YELLOW]
        assert worst_of(found) == RED

    def test_every_limit_keeps_the_pace(self, settings: Any) -> None:
        all_is_well()
        beat(Pulse.SWEEPER, seconds=20)
        run_in(State.RUNNING, lease_until=ago(seconds=8))
        run_in(State.QUEUED, created_at=ago(seconds=40))
        lose_sync(make_connector(), seconds=40)
        assert problems() == {}
        settings.PACE = 0.1
        assert problems() == {"sweeper": RED, "past_lease": RED, "queue": RED, "sync": YELLOW}
        all_is_well()
        beat(Pulse.WORKERS, seconds=20)
        assert "workers" in problems()
