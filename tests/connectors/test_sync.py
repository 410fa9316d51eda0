"""Rounds of a synchronisation: whole, by changes, with removals, repeats and guests."""

from typing import Any

import pytest
from django.db import connections

from connectors.graph import TryLater
from connectors.models import Connector
from connectors.sync import engine
from neurons_admin.audit.models import Event, mark
from people.models import Account, Person
from tests.rounds import THREE_PAGES, State, carry_out, delta_of, page, removed, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]


def test_a_full_round(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    run = carry_out(contoso)
    assert (run.state, run.full, run.read, run.pages) == (State.SUCCEEDED, True, 5, 3)
    assert (run.added, run.changed, run.removed, run.message) == (5, 0, 0, "")
    assert run.started_at
    assert run.ended_at
    assert not run.page_link
    assert reader.asked == ["first", "page-2", "page-3"]
    assert delta_of(contoso) == "delta-1"
    assert Connector.objects.get().last_synced_at
    assert Person.objects.count() == 5
    assert [call.status for call in run.calls.all()] == [200, 200, 200]


def test_it_is_on_record_whose_credential_read_once_for_each_synchronisation(contoso: Connector, reads: Any) -> None:
    reads(THREE_PAGES)
    run = carry_out(contoso)
    event = Event.objects.get(verb="sync.began")
    assert contoso.sync_credential
    assert set(event.about) == {mark(run), mark(contoso), mark(contoso.sync_credential)}
    assert event.detail == {"credential": str(contoso.sync_credential)}


def test_a_round_of_changes(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    reader.scripted["delta-1"] = page(user(1, jobTitle="Boss"), user(6), removed(2), delta="delta-2")
    run = carry_out(contoso)
    assert (run.state, run.full, run.read) == (State.SUCCEEDED, False, 3)
    assert (run.added, run.changed, run.removed) == (1, 1, 1)
    assert reader.asked[3:] == ["delta-1"]
    assert delta_of(contoso) == "delta-2"
    assert Account.objects.filter(removal="").count() == 5


def test_both_ways_of_being_removed_and_restored(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    reader.scripted["delta-1"] = page(removed(1), removed(2, "deleted"), removed(99), delta="delta-2")
    assert carry_out(contoso).removed == 2
    kept = dict(Account.objects.exclude(removal="").values_list("display_name", "removal"))
    assert kept == {"Bianca 1": "deleted", "Cornelius 2": "gone"}
    reader.scripted["delta-2"] = page(user(1), delta="delta-3")
    assert carry_out(contoso).changed == 1
    assert Account.objects.get(display_name="Bianca 1").removal == ""


@pytest.mark.parametrize(
    ("value", "there"),
    [
        ([user(1), user(1, displayName="Later")], "Later"),
        ([removed(1), user(1, displayName="Back")], "Back"),
        ([user(1), removed(1)], None),
        ([user(1), removed(1), user(1, displayName="Back"), user(1, displayName="Later")], "Later"),
    ],
)
def test_of_an_object_that_occurs_twice_in_a_page_the_last_counts(
    contoso: Connector, reads: Any, value: list[dict[str, Any]], there: str | None
) -> None:
    reads({"first": page(*value)})
    assert carry_out(contoso).state == State.SUCCEEDED
    found = Account.objects.filter(removal="").first()
    assert (found.display_name if found else None) == there


def test_an_object_that_occurs_on_two_pages(contoso: Connector, reads: Any) -> None:
    reads(
        {"first": page(user(1), following="2"), "2": page(removed(1), following="3"), "3": page(user(1, city="Bonn"))}
    )
    run = carry_out(contoso)
    assert (run.added, run.removed, run.changed) == (1, 1, 1)
    assert Account.objects.get().city == "Bonn"


def test_empty_pages(contoso: Connector, reads: Any) -> None:
    reads({"first": page(following="2"), "2": page(user(1), following="3"), "3": page(following="4"), "4": page()})
    run = carry_out(contoso)
    assert (run.state, run.pages, run.added) == (State.SUCCEEDED, 4, 1)


@pytest.mark.parametrize(
    "answer", [{}, {"value": []}, {"@odata.deltaLink": "d"}, {"value": None, "@odata.deltaLink": "d"},
               {"value": [], "@odata.deltaLink": "d", "@odata.nextLink": "n"}]
)  # fmt: skip
def test_what_is_no_page_is_not_taken_for_the_last_one(contoso: Connector, reads: Any, answer: dict[str, Any]) -> None:
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    Connector.objects.update(delta_link="")
    reader.scripted["first"] = answer
    run = carry_out(contoso)
    assert (run.state, run.error_code) == (State.QUEUED, "not_a_page")
    assert Account.objects.filter(removal="").count() == 5


def test_several_pages_in_one_batch(contoso: Connector, reads: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "ROWS_A_BATCH", 1000)
    reads(THREE_PAGES)
    run = carry_out(contoso)
    assert (run.pages, run.added, run.calls.count()) == (3, 5, 3)


def test_without_guests(contoso: Connector, reads: Any) -> None:
    reader = reads({"first": page(user(1), user(2, userType="Guest")), "delta-1": page(user(1, userType="guest"))})
    contoso.import_guests = False
    contoso.save()
    assert (carry_out(contoso).added, Account.objects.count()) == (1, 1)
    assert carry_out(contoso).removed == 1
    assert Account.objects.get().removal == "excluded"
    contoso.import_guests, contoso.delta_link = True, ""
    contoso.save()
    reader.scripted["first"] = page(user(1, userType="guest"), user(2, userType="Guest"))
    run = carry_out(contoso)
    assert (run.full, run.added, run.changed) == (True, 1, 1)
    assert Account.objects.filter(removal="").count() == 2


def test_links_are_kept_encrypted(contoso: Connector, reads: Any) -> None:
    reads({**THREE_PAGES, "page-2": TryLater("Busy.")})
    run = carry_out(contoso)
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT page_link::text FROM connectors_syncrun WHERE id = %s", [run.pk])
        assert "page-2" not in cursor.fetchone()[0]
    assert run.page_link.reveal() == "page-2"


def test_without_a_credential(contoso: Connector) -> None:
    contoso.sync_credential = None
    contoso.save()
    run = carry_out(contoso)
    assert (run.state, run.error_code) == (State.FAILED, "no_credential")


def test_a_user_without_an_id_is_a_fault(contoso: Connector, reads: Any) -> None:
    reads({"first": page({"displayName": "Nobody"})})
    assert carry_out(contoso).error_code == "fault"


def test_how_many_there_are_is_counted_where_that_may_have_changed(contoso: Connector, reads: Any) -> None:
    reads({**THREE_PAGES, "delta-1": page(delta="delta-2"), "delta-2": page(removed(1), delta="delta-3")})
    known = []
    for _ in range(3):
        known.append(carry_out(contoso).counts["people"].get("known"))
        contoso.refresh_from_db()
    assert known == [5, None, 4]
