"""What readiness says agrees with what the tenant answers, and docs/readiness.md shows it."""

import pytest

from connectors import actions, ranks, readiness
from connectors.actions import DisableAccount, ResetPassword
from tests.readiness.differential import Cell, Experiment
from tests.readiness.orders import MAKERS
from tests.readiness.summary import DOCS, written
from tests.readiness.tenant import Laboratory

MOST_UNKNOWN = 0.1


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("tenant"))


@pytest.fixture(scope="module")
def cells(laboratory: Laboratory) -> list[Cell]:
    return list(Experiment(laboratory).cells())


def disagreements(cells: list[Cell]) -> list[str]:
    return [str(cell) for cell in cells if not cell.agrees]


def test_every_action_takes_part() -> None:
    assert set(MAKERS) >= set(actions.BY_KEY)


def test_no_verdict_disagrees_with_the_tenant(cells: list[Cell]) -> None:
    assert disagreements(cells) == []


def test_cannot_know_is_rare(cells: list[Cell]) -> None:
    unknown = [cell for cell in cells if cell.verdict.outcome == "unknown"]
    assert 0 < len(unknown) < MOST_UNKNOWN * len(cells)


def test_what_does_not_work_comes_with_its_reason(cells: list[Cell]) -> None:
    assert all(cell.verdict.reason for cell in cells if cell.verdict.outcome != "works")


def test_every_action_works_for_somebody_with_the_least_it_says_it_needs(cells: list[Cell]) -> None:
    by_least = [cell for cell in cells if cell.permissions.name == f"least for {cell.action.key}"]
    assert {cell.action for cell in by_least if cell.answer == "done"} == set(actions.ALL)


def test_the_document_shows_it(cells: list[Cell]) -> None:
    text = DOCS.read_text()
    assert written(text, cells) == text, "python -m tests.readiness --write"


def test_what_the_application_sees_by_itself_is_never_taken_for_more_than_it_is(laboratory: Laboratory) -> None:
    ranked = [action for action in actions.ALL if action.rank]
    assert disagreements(list(Experiment(laboratory, locally=False).cells(ranked))) == []


def test_the_experiment_notices_a_rule_that_is_missing(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness.ranks, "standing", lambda *_: ranks.Standing(True))
    assert disagreements(list(Experiment(laboratory).cells([DisableAccount])))
    monkeypatch.setattr(readiness, "missing", lambda *_: [])
    assert disagreements(list(Experiment(laboratory).cells([ResetPassword])))
