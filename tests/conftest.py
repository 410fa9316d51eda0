"""What all tests share: a plain word at the end about what could not be run."""

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not run, and why: never a silent skip."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if reasons:
        terminalreporter.section("not run on this machine")
        for reason, count in reasons.items():
            terminalreporter.line(f"{count} test{'s' if count > 1 else ''}: {reason}")


def _reason(report: pytest.TestReport) -> str:
    where_and_why = report.longrepr
    reason = where_and_why[2] if isinstance(where_and_why, tuple) else str(where_and_why)
    return reason.removeprefix("Skipped: ")
