"""When synchronisations begin, and who is rung for."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from connectors.models import Connector, SyncRun
from connectors.sync import schedule
from neurons_admin import doorbell
from neurons_admin.audit.models import Event
from tests.factories import make_connector, make_user
from tests.fakes import Bell

pytestmark = pytest.mark.django_db
State = SyncRun.State


@pytest.fixture(autouse=True)
def bell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bell]:
    bell = Bell()
    monkeypatch.setattr(doorbell, "ring", bell.ring)
    return bell


@pytest.fixture
def contoso() -> Connector:
    return make_connector("Contoso")


def test_asked_for_by_somebody(contoso: Connector, bell: Bell, django_capture_on_commit_callbacks: Any) -> None:
    user = make_user()
    with django_capture_on_commit_callbacks(execute=True):
        run = schedule.start(contoso, asked_by=user)
    assert (run.state, run.trigger, run.asked_by) == (State.QUEUED, "manual", user)
    assert bell.rung == [("people.tasks.carry_out_sync", run.pk)]
    run.refresh_from_db()
    assert run.rung_at
    assert Event.objects.get(verb="connector.sync_asked").subject_id == str(contoso.pk)


def test_one_at_a_time(contoso: Connector, bell: Bell) -> None:
    run = schedule.start(contoso)
    assert schedule.start(contoso, asked_by=make_user()) == run
    assert SyncRun.objects.count() == 1
    assert not Event.objects.exists()
    SyncRun.objects.update(state=State.FAILED)
    assert schedule.start(contoso) != run


def test_due_ones_begin_and_get_their_next_time(contoso: Connector) -> None:
    now = timezone.now()
    contoso.next_sync_at, contoso.sync_repeat = now - timedelta(minutes=5), 60
    contoso.save()
    make_connector("Not yet", next_sync_at=now + timedelta(minutes=1))
    make_connector("Off", next_sync_at=now, active=False)
    make_connector("Without", next_sync_at=now, sync_credential=None)
    make_connector("Never")
    assert schedule.start_due() == 1
    assert SyncRun.objects.get().connector == contoso
    assert SyncRun.objects.get().trigger == "schedule"
    contoso.refresh_from_db()
    assert contoso.next_sync_at
    assert timedelta(minutes=59) < contoso.next_sync_at - now < timedelta(minutes=61)
    assert schedule.start_due() == 0


def test_once_only(contoso: Connector) -> None:
    Connector.objects.update(next_sync_at=timezone.now(), sync_repeat=0)
    assert schedule.start_due() == 1
    assert Connector.objects.get().next_sync_at is None


@pytest.mark.parametrize(
    ("columns", "rings"),
    [
        ({}, True),
        ({"rung_at": timedelta(seconds=-30)}, False),
        ({"rung_at": timedelta(seconds=-90)}, True),
        ({"not_before": timedelta(seconds=30)}, False),
        ({"not_before": timedelta(seconds=-1)}, True),
        ({"state": State.RUNNING, "lease_until": timedelta(seconds=30)}, False),
        ({"state": State.RUNNING, "lease_until": timedelta(seconds=-1), "rung_at": timedelta(minutes=-5)}, True),
        ({"state": State.SUCCEEDED}, False),
        ({"state": State.FAILED}, False),
    ],
)
def test_who_is_rung_for(contoso: Connector, bell: Bell, columns: dict[str, Any], rings: bool) -> None:
    now = timezone.now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in columns.items()}
    run = SyncRun.objects.create(connector=contoso, trigger="manual", **values)
    schedule.ring_waiting()
    assert bool(bell.rung) == rings
    schedule.ring_waiting()
    assert len(bell.rung) == int(rings)
    run.refresh_from_db()
    assert not rings or (run.rung_at and run.rung_at >= now)


def test_a_bell_that_nobody_hears_is_rung_again(contoso: Connector, bell: Bell) -> None:
    run = SyncRun.objects.create(connector=contoso, trigger="manual")
    bell.broken = True
    schedule.ring_waiting()
    run.refresh_from_db()
    assert run.rung_at is None
    bell.broken = False
    schedule.ring_waiting()
    assert len(bell.rung) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_start_one() -> None:
    contoso = make_connector("Contoso")
    Connector.objects.update(next_sync_at=timezone.now())
    together, runs = threading.Barrier(6), []

    def work(number: int) -> None:
        together.wait()
        if number % 2:
            schedule.start_due()
        else:
            runs.append(schedule.start(contoso))
        connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert SyncRun.objects.count() == 1
    assert {run.pk for run in runs} == {SyncRun.objects.get().pk}
