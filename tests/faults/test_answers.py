"""What comes back after a change was sent, and what does not: a run never succeeds by an answer that nobody can trust.

All cases of this file are asked for at once, each for a person of its own whose requests alone are spoilt, so that all
of them wait out the same schedule of looks; the tests see how each has ended.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from tests.faults.records import Written
from tests.faults.stage import Stage
from tests.faults.truth import assert_told_truth

pytestmark = pytest.mark.faults

WITHIN = 120.0
METHODS = {"disable_account": "PATCH", "reset_password": "PATCH", "revoke_sessions": "POST"}
RESENT = r"\(resend\)"
CONFIRMED = "Confirmed by reading"
DECIDE = "a person has to decide"

# Microsoft says that it was not carried out, and is believed.
SAYS_NOT = {"Directory_ReplicaUnavailable": {"status": 503, "code": "Directory_ReplicaUnavailable"}}
ERRORS: dict[str, dict[str, Any]] = {
    **SAYS_NOT,
    "503, and when to come back": {"status": 503, "code": "UnknownError", "retry_after": "2"},
    "503": {"status": 503, "code": "UnknownError"},
    "500": {"status": 500},
    "502 of a gateway": {"status": 502, "body": "html"},
    "504": {"status": 504},
}
SILENCES: dict[str, dict[str, Any]] = {"hang": {"seconds": 30}, "reset": {}}
NONSENSE: dict[str, dict[str, Any]] = {
    "html": {"kind": "html"},
    "cut off": {"kind": "truncated", "cut": "connection"},
    "half of the JSON": {"kind": "truncated", "cut": "json"},
    "error200": {"kind": "error200"},
    "garbage": {"kind": "garbage"},
    "redirect": {"kind": "redirect"},
}
DRIPS = {f"slow {part}": {"kind": "drip", "part": part, "seconds": 0.05} for part in ("head", "body")}
# Longer than all looks take together, on a machine that has much else to do as well.
LATE = 60.0


@dataclass(frozen=True)
class Case:
    """One run: what happens to its requests, and how it has to end."""

    name: str
    action: str
    fault: dict[str, Any] = field(repr=False)
    state: str = "succeeded"
    effects: int = 1
    names: str = CONFIRMED


def _after_sending(name: str, action: str, fault: dict[str, Any], *, applied: bool) -> Case:
    """The one call was made, and what came back says nothing that could be trusted."""
    fault = {"method": METHODS[action], "times": 1, "applied": applied, **fault}
    if fault["kind"] == "drip":
        del fault["applied"]
    if applied:
        return Case(name, action, fault)
    if action == "disable_account":
        return Case(name, action, fault, names=RESENT)
    return Case(name, action, fault, "needs_operator", 0, DECIDE)


def _error(name: str, action: str, *, applied: bool) -> Case:
    case = _after_sending(name, action, {"kind": "status", **ERRORS[name]}, applied=applied)
    if name in SAYS_NOT and action != "disable_account":
        # Should it not be true, it happens twice; but nobody can say that the trail was silent about it.
        return Case(name, action, case.fault, effects=1 + applied, names=RESENT)
    return case


def _before_sending(name: str, action: str, fault: dict[str, Any]) -> Case:
    fault = {"method": "GET", "times": 1, **fault}
    return Case(name, action, fault, names="Not sent, or not carried out.*Next attempt in.*Accepted")


BOTH = (False, True)
TWO = ("disable_account", "reset_password")
F14 = [_error(name, action, applied=applied) for name, action, applied in product(ERRORS, METHODS, BOTH)]
F15 = [
    _after_sending(kind, action, {"kind": kind, **SILENCES[kind]}, applied=applied)
    for kind, action, applied in product(SILENCES, METHODS, BOTH)
]
F16 = [
    Case("late", action, {"kind": "late", "method": METHODS[action], "times": 1, "seconds": LATE, "answer": "reset"},
         *((("succeeded", 2, RESENT)) if action == "disable_account" else ("needs_operator", 1, DECIDE)))
    for action in METHODS
]  # fmt: skip
F17 = [
    _after_sending(name, action, NONSENSE[name], applied=applied)
    for name, action, applied in product(NONSENSE, TWO, BOTH)
] + [
    _after_sending("slow head", "reset_password", DRIPS["slow head"], applied=True),
    _after_sending("slow body", "revoke_sessions", DRIPS["slow body"], applied=True),
]
BEFORE = {
    **{name: {"kind": "status", **ERRORS[name]} for name in ERRORS},
    **{kind: {"kind": kind, **SILENCES[kind]} for kind in SILENCES},
    **NONSENSE,
    **DRIPS,
}
F17_BEFORE = [_before_sending(name, "reset_password", BEFORE[name]) for name in BEFORE]
CASES = [*F16, *F15, *F14, *F17, *F17_BEFORE]

Ends = dict[int, Written]


@pytest.fixture(scope="module")
def asked(standing_stage: Stage) -> Iterator[Ends]:
    """All cases, asked for at once: the run of each, by the case's id."""
    standing_stage.reset()
    people = standing_stage.people(len(CASES))
    for case, person in zip(CASES, people, strict=True):
        standing_stage.fault(path=f"/users/{person.object_id}**", **case.fault)
    runs: Ends = {}
    for action in METHODS:
        meant = [(case, person) for case, person in zip(CASES, people, strict=True) if case.action == action]
        written = standing_stage.ask_many(action, [person for _, person in meant])
        runs |= {id(case): run for (case, _), run in zip(meant, written, strict=True)}
    yield runs
    standing_stage.control("DELETE", "faults")


def assert_ends(stage: Stage, asked: Ends, cases: list[Case]) -> None:
    """Each has ended as it should, and tells the truth about it."""
    assert cases
    for case in cases:
        run = asked[id(case)]
        row, sent = stage.wait_final(run, WITHIN), _times_sent(stage, run)
        story = f"{case}\n{stage.story(run)}"
        stage.wait_until(lambda case=case, run=run: stage.effects(run.person) >= case.effects, LATE, story)
        assert (row["state"], stage.effects(run.person)) == (case.state, case.effects), story
        assert re.search(case.names, _reasons(stage, run), re.DOTALL), f"{case.names} is not told. {story}"
        assert sent == 1 or "(resend)" in _reasons(stage, run), f"Sent {sent} times, and nobody says so. {story}"
        assert row["attempts"] <= sent, story


def _times_sent(stage: Stage, run: Written) -> int:
    return sum(call["purpose"] == "act" for call in stage.calls(run))


def _reasons(stage: Stage, run: Written) -> str:
    return "\n".join(step["reason"] for step in stage.trail(run))


@pytest.mark.parametrize("name", ERRORS)
def test_f14_an_error_after_the_change_was_sent(standing_stage: Stage, asked: Ends, name: str) -> None:
    """F14: before and after the effect; what could do harm is sent again only if Microsoft says it was not done."""
    assert_ends(standing_stage, asked, [case for case in F14 if case.name == name])


@pytest.mark.parametrize("name", SILENCES)
def test_f15_no_answer_after_the_change_was_sent(standing_stage: Stage, asked: Ends, name: str) -> None:
    """F15: a read timeout or a reset, before and after the effect: it is looked for, and found or not."""
    assert_ends(standing_stage, asked, [case for case in F15 if case.name == name])


@pytest.mark.parametrize("name", [*NONSENSE, *DRIPS])
def test_f17_an_answer_to_the_change_that_makes_no_sense(standing_stage: Stage, asked: Ends, name: str) -> None:
    """F17: never succeeded by such an answer, a redirect is not followed; the directory has the last word."""
    assert_ends(standing_stage, asked, [case for case in F17 if case.name == name])
    assert not [entry for entry in standing_stage.journal() if "_moved" in entry["path"]]


@pytest.mark.parametrize("name", BEFORE)
def test_f17_an_answer_to_the_reading_before_that_makes_no_sense(standing_stage: Stage, asked: Ends, name: str) -> None:
    """F17: whatever comes back for the reading before, nothing was sent: it is read again, and sent once."""
    cases = [case for case in F17_BEFORE if case.name == name]
    assert_ends(standing_stage, asked, cases)
    for case in cases:
        run = asked[id(case)]
        assert _times_sent(standing_stage, run) == 1, standing_stage.story(run)
        assert standing_stage.run(run)["attempts"] == 1
        assert standing_stage.run(run)["deferrals"] == 1


def test_f16_the_change_is_made_after_the_last_look(standing_stage: Stage, asked: Ends) -> None:
    """F16: a person has to decide, or it happens a second time and the trail has said so: a resend."""
    assert_ends(standing_stage, asked, F16)


@pytest.mark.parametrize("cases", [F14, F15, F16, F17, F17_BEFORE], ids=["f14", "f15", "f16", "f17", "f17_before"])
def test_none_of_these_answers_leaves_a_secret(standing_stage: Stage, asked: Ends, cases: list[Case]) -> None:
    """F14, F15, F16, F17: tables, logs and broker are searched once for all, and the pages of one of each."""
    last = cases[-1]
    assert_told_truth(standing_stage, asked[id(last)], state=last.state, effects=last.effects, names=last.names)
