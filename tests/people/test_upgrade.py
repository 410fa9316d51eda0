"""What migrations do to rows that an older version has left behind."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from people.models import ActionRun
from tests.factories import make_account, make_run
from tests.runs import again, reasons

State = ActionRun.State
SETTLE = import_module("people.migrations.0002_truthful_runs").SETTLE_THOSE_THAT_RUN_TOGETHER


@pytest.mark.django_db
def test_runs_that_write_to_one_account_at_once_are_settled_before_that_is_forbidden() -> None:
    now, account = timezone.now(), make_account()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_running_run_per_account")
    sent = make_run(account, state=State.RUNNING, conflict_class="a", sent_at=now, lease_until=now)
    unsent = make_run(account, state=State.RUNNING, conflict_class="b", lease_until=now + timedelta(minutes=1))
    alone = make_run(state=State.RUNNING, lease_until=now)
    with connection.cursor() as cursor:
        cursor.execute(SETTLE)
    assert (again(sent).state, again(sent).in_doubt, bool(again(sent).next_read_at)) == (State.UNKNOWN, True, True)
    assert (again(unsent).state, again(unsent).in_doubt, again(unsent).rung_at) == (State.QUEUED, False, None)
    assert again(alone).state == State.RUNNING
    assert "one after the other" in reasons(sent)
    assert "one after the other" in reasons(unsent)
