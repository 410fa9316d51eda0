"""The trail of a run: the database itself refuses to change it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from people.models import ActionRun, RunEvent
from tests.factories import make_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> ActionRun:
    run = make_run()
    run.tell("Asked for by Dana.")
    return run


@pytest.mark.parametrize(
    "change",
    [
        lambda: RunEvent.objects.update(reason="Nothing has happened."),
        lambda: RunEvent.objects.all().delete(),
        lambda: connection.cursor().execute("UPDATE people_runevent SET at = now()"),
        lambda: connection.cursor().execute("DELETE FROM people_runevent"),
        lambda: ActionRun.objects.all().delete(),
    ],
    ids=["update", "delete", "UPDATE", "DELETE", "with its run"],
)
def test_a_step_is_neither_changed_nor_deleted(run: ActionRun, change: Callable[[], object]) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
    assert list(run.events.values_list("reason", flat=True)) == ["Asked for by Dana."]


def test_a_step_is_told_by_the_databases_clock(run: ActionRun, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = timezone.now() - timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: wrong)
    run.tell("Taken up by a worker.")
    assert run.events.filter(at__gt=Now() - timedelta(minutes=1)).count() == 2


def test_a_long_reason_is_cut_to_what_the_column_holds(run: ActionRun) -> None:
    run.tell("x" * 900)
    assert list(run.events.values_list("reason", "state"))[-1] == ("x" * 500, ActionRun.State.QUEUED)
