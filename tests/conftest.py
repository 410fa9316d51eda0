"""What all tests share: a client whose sign-in counts as a proof, and a plain word about what could not be run."""

import time
from collections import Counter
from typing import Any

import pytest
from django.test import Client

_sign_in = Client._login  # type: ignore[attr-defined]


def _sign_in_as_a_form_does(client: Client, user: Any, backend: str) -> None:
    """Signing in is a proof for some minutes: that of `force_login` and `login`, too. Tests of proofs take it away."""
    _sign_in(client, user, backend)
    session = client.session
    session["proved_at"] = time.time()
    session.save()


Client._login = _sign_in_as_a_form_does  # type: ignore[attr-defined]


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
