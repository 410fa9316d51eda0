"""What all tests share: the Graph contract, and a plain word about what could not be run."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTRACT = "graph-openapi-slice.yaml"


@pytest.fixture(scope="session")
def contract() -> Path:
    """Microsoft Graph's description, to check exchanges against. It is no part of the repository."""
    place = Path(os.environ.get("CONTRACT_DIR") or ROOT.parent / "shared" / "contract") / CONTRACT
    if not place.is_file():
        pytest.skip(f"the Graph contract ({CONTRACT}) is not at hand; set CONTRACT_DIR")
    return place


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run, and why: never a silent skip."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.section("not run on this machine")
        for reason, count in reasons.items():
            terminalreporter.line(f"{count} test{'s' if count > 1 else ''}: {reason}")
