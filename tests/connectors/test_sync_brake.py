"""A synchronisation that would remove much stops before it does, and asks; and one can be paused and stopped."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from connectors import attention, sync
from connectors.graph import Refused, TryLater
from connectors.models import Connector, SyncRun
from connectors.sync import engine, schedule, steering
from neurons_admin.audit.models import Event
from people import imports
from people.models import Account, Device, Group, Licence
from tests.factories import make_user
from tests.rounds import THREE_PAGES, Sink, State, begin, carry_out, delta_of, go_on, object_id, page, removed, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]


def some(*numbers: int) -> dict[str, Any]:
    return page(*(user(number) for number in numbers))


def there() -> int:
    return Account.objects.filter(removal="").count()


def decide(run: SyncRun, name: str) -> SyncRun:
    assert steering.decide(run, name, actor=make_user("Connector admin"))
    run.refresh_from_db()
    return run


def read_anew(connector: Connector) -> SyncRun:
    Connector.objects.update(delta_link="", groups_delta_link="")
    connector.refresh_from_db()
    return carry_out(connector)


@pytest.fixture
def fifty(contoso: Connector, reads: Any) -> Any:
    """Fifty people are known; what is read next is to be put into `scripted`."""
    reader = reads({"first": some(*range(50))})
    assert carry_out(contoso).added == 50
    return reader


def test_a_full_round_that_misses_many_is_held_and_removes_nobody(contoso: Connector, fifty: Any) -> None:
    fifty.scripted["first"] = some(*range(39))
    run = read_anew(contoso)
    assert (run.state, run.removed, there()) == (State.HELD, 0, 50)
    assert run.question == {"stream": "people", "removes": 11, "of": 50, "changed": False}
    assert run.message == "It would remove 11 of 50 people."
    assert (run.ended_at, run.lease_until, delta_of(contoso)) == (None, None, "")
    assert run.calls.count() == 1


@pytest.mark.parametrize("left", [40, 49])
def test_a_fifth_or_less_is_removed_without_asking(contoso: Connector, fifty: Any, left: int) -> None:
    fifty.scripted["first"] = some(*range(left))
    run = read_anew(contoso)
    assert (run.state, run.removed, there()) == (State.SUCCEEDED, 50 - left, left)


def test_of_a_handful_nobody_asks(contoso: Connector, reads: Any) -> None:
    reader = reads({"first": some(*range(10))})
    carry_out(contoso)
    reader.scripted["first"] = some(1)
    assert read_anew(contoso).state == State.SUCCEEDED
    assert there() == 1


def test_an_empty_answer_is_not_believed_however_few_are_known(contoso: Connector, reads: Any) -> None:
    reader = reads({"first": some(1, 2)})
    carry_out(contoso)
    reader.scripted["first"] = some()
    run = read_anew(contoso)
    assert (run.state, run.message, there()) == (State.HELD, "It would remove 2 of 2 people.", 2)


def test_changes_that_carry_many_removals_are_held_before_the_page_that_crosses_the_line(
    contoso: Connector, fifty: Any
) -> None:
    fifty.scripted["delta-1"] = page(*map(removed, range(8)), following="d2")
    fifty.scripted["d2"] = page(*map(removed, range(8, 30)), delta="delta-2")
    run = carry_out(contoso)
    assert (run.state, run.removed, there()) == (State.HELD, 8, 42)
    assert run.question == {"stream": "people", "removes": 30, "of": 50, "changed": False}
    assert (run.page_link.reveal(), delta_of(contoso)) == ("d2", "delta-1")


def test_what_was_accepted_is_removed_from_the_page_on_that_was_held(contoso: Connector, fifty: Any) -> None:
    fifty.scripted["delta-1"] = page(*map(removed, range(8)), following="d2")
    fifty.scripted["d2"] = page(*map(removed, range(8, 30)), delta="delta-2")
    run = decide(carry_out(contoso), "remove")
    assert (run.state, run.accepted, run.question) == (State.QUEUED, {"people": 30}, {})
    fifty.asked.clear()
    go_on(run)
    assert fifty.asked[0] == "d2"
    assert (run.state, run.removed, there(), delta_of(contoso)) == (State.SUCCEEDED, 30, 20, "delta-2")
    event = Event.objects.get(verb="connector.removal_accepted")
    assert event.detail == {"stream": "people", "removes": 30, "of": 50, "changed": False}


def test_whoever_accepts_some_has_not_accepted_all(contoso: Connector, fifty: Any) -> None:
    fifty.scripted["delta-1"] = page(*map(removed, range(15)), following="d2")
    fifty.scripted["d2"] = page(*map(removed, range(15, 40)), delta="delta-2")
    run = go_on(decide(carry_out(contoso), "remove"))
    assert (run.state, run.removed, there()) == (State.HELD, 15, 35)
    assert run.question["removes"] == 40


def test_who_keeps_everything_has_it_all_read_again(contoso: Connector, fifty: Any) -> None:
    fifty.scripted["delta-1"] = page(*map(removed, range(30)), delta="delta-2")
    run = decide(carry_out(contoso), "keep")
    assert (run.state, there(), delta_of(contoso)) == (State.STOPPED, 50, "")
    assert run.ended_at
    assert "everything was kept" in run.message
    fifty.asked.clear()
    contoso.refresh_from_db()
    assert carry_out(contoso).state == State.SUCCEEDED
    assert fifty.asked[0] == "first"
    assert there() == 50


def test_while_one_is_held_no_other_begins(contoso: Connector, fifty: Any) -> None:
    fifty.scripted["first"] = some(1)
    run = read_anew(contoso)
    fifty.asked.clear()
    assert schedule.start(contoso) == run
    sync.carry_out(run.pk, imports)
    run.refresh_from_db()
    assert (run.state, fifty.asked, SyncRun.objects.open().count()) == (State.HELD, [], 1)


OTHERS = {
    "groups": page(*({"id": object_id(100 + n), "displayName": f"G{n}"} for n in range(3)), delta="g1"),
    "licences": {"value": [{"skuId": str(uuid.UUID(int=n + 1)), "skuPartNumber": f"P{n}"} for n in range(3)]},
    "devices": {"value": [{"id": object_id(200 + n), "displayName": f"D{n}"} for n in range(3)]},
    "roles": {"value": [{"id": "r", "roleTemplateId": "62e90394-69f5-4237-9190-012177145e10"}]},
    "/directoryRoles/r/members": {"value": [{"id": object_id(n)} for n in (1, 2)]},
}


@pytest.mark.parametrize("stream", [stream.key for stream in engine.ALL])
def test_the_brake_can_count_what_there_is_of_every_stream(contoso: Connector, stream: str) -> None:
    assert imports.known(contoso.pk, stream) == 0


@pytest.mark.parametrize("stream", ["groups", "licences", "devices", "roles"])
def test_an_empty_list_of_anything_clears_nothing(contoso: Connector, reads: Any, stream: str) -> None:
    reader = reads({"first": some(1, 2, 3), "delta-1": some(), **OTHERS})
    assert carry_out(contoso).state == State.SUCCEEDED
    reader.scripted["delta-1"] = page(delta="delta-1")
    reader.scripted["g1"] = page(delta="g1")
    reader.scripted[stream] = page(delta="x") if stream == "groups" else {"value": []}
    Connector.objects.update(groups_delta_link="")
    contoso.refresh_from_db()
    run = carry_out(contoso)
    holders = Account.objects.filter(directory_roles__len__gt=0).count()
    assert (run.state, run.question.get("stream")) == (State.HELD, stream)
    assert (Group.objects.present().count(), Licence.objects.count(), Device.objects.count(), holders) == (3, 3, 3, 2)
    assert go_on(decide(run, "remove")).state == State.SUCCEEDED
    assert {"groups": Group.objects.present().count(), "licences": Licence.objects.count(),
            "devices": Device.objects.count(), "roles": Account.objects.filter(directory_roles__len__gt=0).count()
            }[stream] == 0  # fmt: skip


class TestPauseAndStop:
    def test_a_paused_one_keeps_its_place_and_goes_on_from_there(self, contoso: Connector, reads: Any) -> None:
        reader = reads(THREE_PAGES)
        run = begin(contoso)
        # The worker is at its first page when somebody pauses it: what comes after is not stored.
        sync.carry_out(run.pk, Sink(after=lambda number: decide(run, "pause") if number == 1 else None))
        run.refresh_from_db()
        assert (run.state, run.page_link.reveal(), there()) == (State.PAUSED, "page-2", 2)
        reader.asked.clear()
        sync.carry_out(run.pk, imports)
        assert reader.asked == []
        go_on(decide(run, "resume"))
        assert reader.asked == ["page-2", "page-3"]
        assert (run.state, there(), run.message) == (State.SUCCEEDED, 5, "")
        verbs = set(Event.objects.values_list("verb", flat=True))
        assert verbs == {"sync.began", "connector.sync_paused", "connector.sync_resumed"}

    def test_a_stopped_one_keeps_what_was_read_and_sweeps_nothing(self, contoso: Connector, reads: Any) -> None:
        reads({**THREE_PAGES, "page-2": TryLater("Busy.", code="x")})
        run = decide(carry_out(contoso), "stop")
        assert (run.state, run.is_over, there(), delta_of(contoso)) == (State.STOPPED, True, 2, "")
        assert schedule.start(contoso).pk != run.pk

    @pytest.mark.parametrize("name", ["pause", "resume", "stop", "remove", "keep"])
    def test_what_is_over_cannot_be_decided_on(self, contoso: Connector, reads: Any, name: str) -> None:
        reads(THREE_PAGES)
        run = carry_out(contoso)
        recorded = Event.objects.count()
        assert not steering.decide(run, name, actor=make_user("Connector admin"))
        run.refresh_from_db()
        assert (run.state, Event.objects.count()) == (State.SUCCEEDED, recorded)


class TestPages:
    def test_the_page_asks_with_numbers_and_two_buttons(self, admin: Any, contoso: Connector, fifty: Any) -> None:
        fifty.scripted["first"] = some(1)
        run = read_anew(contoso)
        for url in (reverse("connectors:sync_run", args=[run.pk]), contoso.get_absolute_url()):
            content = admin.get(url).content.decode()
            for words in ("It would remove 49 of 50 people.", "Remove them", "Keep everything", "Waits for a decision"):
                assert words in content
            assert 'hx-trigger="every 2s"' not in content
        assert "Waits for a decision" in admin.get(reverse("connectors:list")).content.decode()
        url = reverse("connectors:decide_sync", args=[run.pk])
        assert admin.post(url, {"decision": "burn"}).status_code == 400
        assert admin.post(url, {"decision": "keep"}).url == reverse("connectors:sync_run", args=[run.pk])
        assert "Somebody else was first" in admin.post(url, {"decision": "remove"}, follow=True).content.decode()
        assert there() == 50

    def test_who_may_not_synchronise_decides_nothing(self, client: Any, contoso: Connector, fifty: Any) -> None:
        fifty.scripted["first"] = some(1)
        run = read_anew(contoso)
        client.force_login(make_user("Viewer"))
        assert client.post(reverse("connectors:decide_sync", args=[run.pk]), {"decision": "remove"}).status_code == 403

    def test_it_is_among_what_needs_a_person(self, contoso: Connector, fifty: Any) -> None:
        assert attention.needing_attention() == []
        fifty.scripted["first"] = some(1)
        run = read_anew(contoso)
        (held,) = attention.needing_attention()
        assert (held.kind, held.name, held.url) == ("held", "Contoso", reverse("connectors:sync_run", args=[run.pk]))
        assert "49 of 50 people" in held.words
        decide(run, "keep")
        assert attention.needing_attention() == []

    def test_one_that_failed_is_so_too(self, contoso: Connector, reads: Any) -> None:
        reads({"first": Refused("Microsoft Graph refused.", code="x", status=403)})
        carry_out(contoso)
        (failed,) = attention.needing_attention()
        assert (failed.kind, failed.tone) == ("failed", "bad")
        assert failed.words.startswith("Its last synchronisation failed. Microsoft refused: the credential lacks")
