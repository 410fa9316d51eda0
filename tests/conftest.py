"""What all tests share: a client whose sign-in counts as a proof, and a plain word about what could not be run."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.utils import timezone

_sign_in = Client._login  # type: ignore[attr-defined]


def _sign_in_as_a_form_does(client: Client, user: Any, backend: str) -> None:
    """Signing in is a proof for some minutes: that of `force_login` and `login`, too. Tests of proofs take it away."""
    _sign_in(client, user, backend)
    session = client.session
    session.note(proved_at=timezone.now())
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


@pytest.fixture(scope="session", autouse=True)
def the_audit_trail_is_emptied_between_tests() -> Iterator[None]:
    """The database refuses to empty it. A test with real transactions has the tables emptied after it all the same."""
    guarded = {"audit_event": "audit_event_never_emptied", "audit_link": "audit_link_never_emptied"}
    flush = DatabaseOperations.sql_flush

    def without_guard(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        guards = [(table, guarded[table]) for table in tables if table in guarded]
        return [
            *(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}" for table, trigger in guards),
            *flush(self, style, tables, **options),
            *(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}" for table, trigger in guards),
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", without_guard)
        yield
