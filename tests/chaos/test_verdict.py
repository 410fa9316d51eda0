"""The count of a chaos run: a count that finds nothing proves nothing unless it would find something."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.chaos.verdict import Run, Verdict, ascribe, not_as_told

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADELE, BIANCA = "adele", "bianca"
SENDING, RESENDING = "About to send: ...", "About to send once more (resend): ..."


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def run(*steps: tuple[float, str, str], state: str = "succeeded", **columns: Any) -> Run:
    """A run with these steps: when, state, reason."""
    row = {
        "id": uuid.uuid4(), "state": state, "action": "disable_account", "conflict_class": "account_enabled",
        "message": "", "ended_at": at(9), **columns,
    }  # fmt: skip
    return Run(row, ADELE, [{"at": at(when), "state": name, "reason": reason} for when, name, reason in steps], [])


def effect(seconds: float, person: str = ADELE, call: str = "", fault: str | None = None) -> dict[str, Any]:
    time = at(seconds).isoformat(timespec="milliseconds")
    return {
        "time": time, "path": f"/v1.0/users/{person}", "effect": True, "client_request_id": call, "fault": fault
    }  # fmt: skip


def sent(*seconds: float, state: str = "succeeded", **columns: Any) -> Run:
    """A run that was about to send at these times, each but the first one announced as a resend."""
    steps = [(when, "running", RESENDING if number else SENDING) for number, when in enumerate(seconds)]
    return run(*steps, state=state, **columns)


def test_an_effect_belongs_to_the_run_that_was_last_about_to_send() -> None:
    first, second = sent(1), sent(5)
    assert ascribe([effect(1.2), effect(5.0)], [first, second]) == []
    assert (len(first.effects), len(second.effects)) == (1, 1)


def test_an_effect_belongs_to_the_run_that_recorded_the_call() -> None:
    first, second = sent(1), sent(5)
    first.calls = [{"client_request_id": "c-1"}]
    ascribe([effect(6, call="c-1")], [first, second])
    assert (len(first.effects), len(second.effects)) == (1, 0)


@pytest.mark.parametrize("entry", [effect(0.5), effect(2, person=BIANCA)])
def test_an_effect_that_no_run_explains_is_told(entry: dict[str, Any]) -> None:
    assert ascribe([entry], [sent(1)]) == [entry]


def test_what_changed_nothing_is_no_effect() -> None:
    one = sent(1)
    assert ascribe([effect(1.1) | {"effect": False}], [one]) == []
    assert one.effects == []


@pytest.mark.parametrize(
    ("one", "effects", "doubled"),
    [
        (sent(1), 1, False),
        (sent(1), 2, True),
        (sent(1, 2), 2, False),
        (sent(1, 2), 3, True),
        (run((1, "running", SENDING), (2, "running", SENDING)), 2, True),
    ],
)
def test_what_was_done_more_often_than_announced(one: Run, effects: int, doubled: bool) -> None:
    one.effects = [effect(1)] * effects
    assert one.is_doubled == doubled


@pytest.mark.parametrize(
    ("one", "effects", "lie"),
    [
        (sent(1), 1, False),
        (sent(1), 0, True),
        (run((1, "succeeded", "It was already so; nothing was sent.")), 0, False),
        (run((1, "succeeded", "Confirmed by reading the directory")), 0, True),
        (sent(1, state="failed"), 0, False),
        (sent(1, state="failed"), 1, True),
        (sent(1, state="cancelled"), 1, True),
        (sent(1, state="needs_operator"), 0, False),
        (sent(1, state="needs_operator"), 1, False),
    ],
)
def test_what_was_told_wrongly(one: Run, effects: int, lie: bool) -> None:
    one.effects = [effect(1)] * effects
    assert one.is_a_lie == lie


@pytest.mark.parametrize(
    ("runs", "enabled", "found"),
    [
        ([sent(1)], False, 0),
        ([sent(1)], True, 1),
        ([sent(1), sent(5, action="enable_account", ended_at=at(20))], True, 0),
        ([sent(1), sent(5, action="enable_account", ended_at=at(20))], False, 1),
        ([sent(1, conflict_class="password")], True, 0),
        ([sent(1, state="failed")], True, 0),
    ],
)
def test_what_the_tenant_has_otherwise(runs: list[Run], enabled: bool, found: int) -> None:
    assert len(not_as_told(runs, {ADELE: enabled})) == found


def test_an_effect_that_comes_late_is_nobodys_fault() -> None:
    one = sent(1)
    one.effects = [effect(1, fault="late")]
    assert not_as_told([one], {ADELE: True}) == []


@pytest.mark.parametrize(
    ("one", "way"),
    [
        (sent(1), ""),
        (run((1, "unknown", "No answer."), (2, "succeeded", "Confirmed by reading the directory")), "by reading"),
        (run((1, "unknown", "No answer."), (2, "running", RESENDING), (3, "succeeded", "Accepted")), "by a resend"),
        (run((1, "unknown", "No answer."), (2, "succeeded", "Accepted by Microsoft Graph.")), "by a late answer"),
        (run((1, "unknown", "No answer."), state="needs_operator"), "left to a person"),
    ],
)
def test_how_an_unknown_outcome_became_known(one: Run, way: str) -> None:
    assert one.way_out.startswith(way)
    assert bool(one.way_out) == bool(way)


def test_a_verdict_is_clean_only_without_any_offence() -> None:
    one = sent(1)
    one.effects = [effect(1)]
    assert Verdict([one], [], [], []).is_clean
    assert not Verdict([one], [uuid.uuid4()], [], []).is_clean
    assert not Verdict([one], [], [effect(1)], []).is_clean
    assert not Verdict([one], [], [], [one]).is_clean
    assert not Verdict([sent(1, state="running")], [], [], []).is_clean
