"""The stage, which all tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage


@pytest.fixture(scope="session")
def standing_stage() -> Iterator[Stage]:
    """The whole product on engines of its own; see the package's docstring."""
    with Stage() as standing:
        yield standing


@pytest.fixture
def stage(standing_stage: Stage) -> Stage:
    """The stage, whole and empty."""
    standing_stage.reset()
    return standing_stage
