"""Rounds that break off: killed, taken over, expired, refused, busy, changed meanwhile; and taken up again."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from connectors import sync
from connectors.graph import CredentialMissing, CredentialRefused, Refused, StartOver, TryLater
from connectors.models import Connector, SyncRun
from connectors.sync import engine
from people import imports
from people.models import Account
from tests.factories import make_connector
from tests.fakes import Crash
from tests.rounds import (
    THREE_PAGES,
    Sink,
    State,
    begin,
    carry_out,
    delta_of,
    go_on,
    object_id,
    page,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]


@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_killed_at_any_page_it_goes_on_from_there(contoso: Connector, reads: Any, at: int, point: str) -> None:
    reader = reads(THREE_PAGES)

    def die(number: int) -> None:
        if number == at:
            raise Crash

    run = begin(contoso)
    with pytest.raises(Crash):
        sync.carry_out(run.pk, Sink(**{point: die}))
    run.refresh_from_db()
    stored = {1: 0, 2: 2, 3: 4}[at]
    assert (run.state, run.read, Account.objects.count()) == (State.RUNNING, stored, stored)
    assert delta_of(contoso) == ""
    reader.asked.clear()
    go_on(run)
    assert (run.state, run.read, run.added, run.removed) == (State.SUCCEEDED, 5, 5, 0)
    assert reader.asked[0] == ("first", "page-2", "page-3")[at - 1]
    assert Account.objects.filter(removal="").count() == 5
    assert delta_of(contoso) == "delta-1"


def test_killed_in_a_round_of_changes_it_stays_one(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    reader.scripted |= {"delta-1": page(user(1, city="Bonn"), following="d2"), "d2": page(user(6), delta="delta-2")}

    def die(number: int) -> None:
        if number == 2:
            raise Crash

    run = begin(contoso)
    with pytest.raises(Crash):
        sync.carry_out(run.pk, Sink(before=die))
    go_on(run)
    assert (run.state, run.full, run.removed) == (State.SUCCEEDED, False, 0)
    assert Account.objects.filter(removal="").count() == 6


def test_nobody_takes_up_what_somebody_works_on(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    run = begin(contoso)
    with pytest.raises(Crash):
        sync.carry_out(run.pk, Sink(before=lambda _: (_ for _ in ()).throw(Crash())))
    reader.asked.clear()
    sync.carry_out(run.pk, imports)
    assert reader.asked == []


@pytest.mark.parametrize("run_id", [uuid.UUID(int=7), str(uuid.UUID(int=8))])
def test_a_run_that_does_not_exist_is_nothing(run_id: Any) -> None:
    sync.carry_out(run_id, imports)


def test_with_the_lease_lost_nothing_more_is_stored(contoso: Connector, reads: Any) -> None:
    reads(THREE_PAGES)
    run = begin(contoso)

    def lose(number: int) -> None:
        if number == 1:
            SyncRun.objects.filter(pk=run.pk).update(lease=uuid.uuid4())

    sync.carry_out(run.pk, Sink(after=lose))
    run.refresh_from_db()
    assert (run.state, run.ended_at) == (State.RUNNING, None)
    assert Account.objects.count() == 2
    assert delta_of(contoso) == ""


def test_lists_that_have_expired_are_read_anew_and_nothing_is_wiped_first(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    there: list[int] = []
    reader.scripted |= {"delta-1": StartOver("The list of changes has expired.", code="syncStateNotFound")}
    reader.scripted["page-3"] = page(user(6), delta="delta-2")
    run = carry_out(contoso, Sink(before=lambda _: there.append(Account.objects.filter(removal="").count())))
    assert reader.asked[3:] == ["delta-1", "first", "page-2", "page-3"]
    assert there == [5, 5, 5]
    assert (run.state, run.full, run.restarts, run.read) == (State.SUCCEEDED, True, 1, 5)
    assert (run.added, run.changed, run.removed) == (1, 0, 1)
    assert Account.objects.get(object_id=object_id(5)).removal == "unseen"
    assert delta_of(contoso) == "delta-2"
    assert [call.error_code for call in run.calls.all()] == ["syncStateNotFound", "", "", ""]


def test_who_vanished_between_a_broken_round_and_the_next_is_noticed(contoso: Connector, reads: Any) -> None:
    """Somebody seen before the links expired, and gone for good after: the new round must not take them for seen."""
    reader = reads({**THREE_PAGES, "page-3": StartOver("Expired.", code="Directory_ExpiredPageToken")})
    changes = {"first": page(user(2), following="page-2"), "page-3": page(user(5), delta="delta-1")}
    run = carry_out(contoso, Sink(after=lambda number: reader.scripted.update(changes) if number == 2 else None))
    assert (run.state, run.restarts, run.removed) == (State.SUCCEEDED, 1, 1)
    assert Account.objects.get(object_id=object_id(1)).removal == "unseen"


@pytest.mark.parametrize("stored", ["v1:00000000:of-another-key", "damaged"])
def test_a_link_that_does_not_open_any_more_is_not_the_end(contoso: Connector, reads: Any, stored: str) -> None:
    """Nobody could mend it: links are in no form."""
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE connectors_connector SET delta_link = %s", [stored])
    run = carry_out(contoso)
    assert (run.state, run.full, run.restarts) == (State.SUCCEEDED, True, 1)
    assert reader.asked[3:] == ["first", "page-2", "page-3"]
    assert delta_of(contoso) == "delta-1"


def test_links_that_expire_again_and_again_end_it(contoso: Connector, reads: Any) -> None:
    reader = reads({"first": StartOver("The list of changes has expired.", code="syncStateNotFound")})
    run = carry_out(contoso)
    assert (run.state, run.error_code) == (State.FAILED, "syncStateNotFound")
    assert "again and again" in run.message
    assert len(reader.asked) == engine.RESTARTS + 1


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (CredentialRefused("The client secret has expired.", code="expired_secret"), "expired_secret", "expired"),
        (
            CredentialMissing("No credential has been set for this.", code="no_credential"),
            "no_credential",
            "credential",
        ),
        (Refused("Microsoft refused.", code="Authorization_RequestDenied"), "Authorization_RequestDenied", "refused"),
        (ValueError("a bug"), "fault", "fault of this product"),
        (KeyError("id"), "fault", "fault of this product"),
    ],
)
def test_how_it_fails(contoso: Connector, reads: Any, error: Exception, code: str, words: str) -> None:
    reads({**THREE_PAGES, "page-2": error})
    run = carry_out(contoso)
    assert (run.state, run.error_code, run.read) == (State.FAILED, code, 2)
    assert words in run.message
    assert run.ended_at
    assert run.lease_until is None
    assert run.calls.count() == 2 or code == "fault"


@pytest.mark.parametrize(
    ("retry_after", "least", "most"),
    [(None, 9, 11), (17.0, 16, 18), (0.0, 9, 11), (float("inf"), 1790, 1801), (1e300, 1790, 1801)],
)
def test_busy_means_later(contoso: Connector, reads: Any, retry_after: float | None, least: float, most: float) -> None:
    reader = reads({**THREE_PAGES, "page-2": TryLater("Microsoft Graph is busy.", code="x", retry_after=retry_after)})
    run = carry_out(contoso)
    assert (run.state, run.error_code, run.ended_at, run.read) == (State.QUEUED, "x", None, 2)
    assert "busy" in run.message
    assert run.not_before
    assert least <= (run.not_before - timezone.now()).total_seconds() <= most
    sync.carry_out(run.pk, imports)
    assert reader.asked == ["first", "page-2"]
    reader.scripted["page-2"] = THREE_PAGES["page-2"]
    go_on(run)
    assert (run.state, run.read, run.message, run.error_code) == (State.SUCCEEDED, 5, "", "")


def test_busy_for_too_long_is_a_failure(contoso: Connector, reads: Any) -> None:
    reads({**THREE_PAGES, "page-2": TryLater("Microsoft Graph is busy.", code="x")})
    run = carry_out(contoso)
    for _ in range(engine.ATTEMPTS):
        go_on(run)
    assert (run.state, run.error_code) == (State.FAILED, "x")
    assert "Given up" in run.message


def test_attempts_count_only_while_it_gets_no_further(contoso: Connector, reads: Any) -> None:
    busy = TryLater("Busy.", code="x")
    reader = reads({**THREE_PAGES, "page-2": busy})
    run = carry_out(contoso)
    for _ in range(5):
        go_on(run)
    reader.scripted |= {"page-2": THREE_PAGES["page-2"], "page-3": busy}
    go_on(run)
    assert (run.state, run.attempts) == (State.QUEUED, 0)


def test_a_page_that_fells_each_worker_ends_it(contoso: Connector, reads: Any) -> None:
    reads(THREE_PAGES)
    run = begin(contoso)

    def die(_: int) -> None:
        raise Crash

    for _ in range(engine.ATTEMPTS):
        SyncRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        with pytest.raises(Crash):
            sync.carry_out(run.pk, Sink(before=die))
    go_on(run, Sink(before=die))
    assert (run.state, run.error_code) == (State.FAILED, "attempts")


def test_a_database_in_trouble_is_left_to_the_lease(contoso: Connector, reads: Any) -> None:
    reads(THREE_PAGES)

    def deadlock(number: int) -> None:
        if number == 2:
            raise OperationalError("deadlock detected")

    run = begin(contoso)
    with pytest.raises(OperationalError):
        sync.carry_out(run.pk, Sink(before=deadlock))
    run.refresh_from_db()
    assert run.state == State.RUNNING
    assert go_on(run).state == State.SUCCEEDED


def test_what_to_read_is_changed_while_it_is_read(contoso: Connector, reads: Any) -> None:
    reads(THREE_PAGES)
    run = carry_out(contoso, Sink(after=lambda _: Connector.objects.update(import_guests=False)))
    assert run.state == State.SUCCEEDED
    assert delta_of(contoso) == ""


def test_what_to_read_is_changed_while_it_waits(contoso: Connector, reads: Any) -> None:
    reader = reads({**THREE_PAGES, "page-2": TryLater("Busy.")})
    run = carry_out(contoso)
    Connector.objects.update(import_guests=False)
    reader.scripted["page-2"] = THREE_PAGES["page-2"]
    go_on(run)
    assert reader.asked == ["first", "page-2", "first", "page-2", "page-3"]
    assert (run.state, run.full) == (State.SUCCEEDED, True)
    assert delta_of(contoso) == "delta-1"


def test_the_reader_stops_when_the_storing_does(contoso: Connector, reads: Any) -> None:
    endless = {str(number): page(user(number), following=str(number + 1)) for number in range(1, 500)}
    reader = reads({"first": page(user(0), following="1"), **endless})
    run = begin(contoso)
    with pytest.raises(Crash):
        sync.carry_out(run.pk, Sink(after=lambda _: (_ for _ in ()).throw(Crash())))
    assert len(reader.asked) < 10
    assert not [thread for thread in threading.enumerate() if thread.name == "page reader"]


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_does_it(reads: Any) -> None:
    contoso = make_connector("Contoso")
    reader = reads(THREE_PAGES)
    run, together = begin(contoso), threading.Barrier(4)

    def work() -> None:
        together.wait()
        sync.carry_out(run.pk, imports)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    run.refresh_from_db()
    assert (run.state, run.added) == (State.SUCCEEDED, 5)
    assert reader.asked == ["first", "page-2", "page-3"]
