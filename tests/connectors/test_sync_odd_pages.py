"""Pages as Graph should not give them, and a consent that is withdrawn: a clear end, and nothing is lost."""

from typing import Any

import pytest

from connectors.graph import Reader, Refused, TryLater, client
from connectors.models import Connector
from connectors.registration import registration_of
from people.models import Account
from tests.rounds import THREE_PAGES, State, carry_out, go_on, page, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]
ROOT = "https://graph.microsoft.com/v1.0"


@pytest.fixture
def serve(contoso: Connector, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have the real reader follow the links of these pages; returns what it asked for."""

    def start(pages: dict[str, Any]) -> list[str]:
        reader, asked = Reader(registration_of(contoso.sync_credential)), []

        def get(path: str, **_: Any) -> Any:
            asked.append(path)
            return pages["first" if path.startswith("/users/delta") else path]

        monkeypatch.setattr(reader, "get", get)
        monkeypatch.setattr(Connector, "graph_for_sync", lambda self: reader)
        return asked

    return start


@pytest.mark.parametrize("back_to", [f"{ROOT}/2", f"{ROOT}/3"])
def test_pages_that_lead_round_in_a_circle_end_it_at_once(contoso: Connector, serve: Any, back_to: str) -> None:
    asked = serve(
        {
            "first": page(user(1), following=f"{ROOT}/2"),
            f"{ROOT}/2": page(user(2), following=f"{ROOT}/3"),
            f"{ROOT}/3": page(user(3), following=back_to),
        }
    )
    run = carry_out(contoso)
    assert (run.state, run.error_code) == (State.FAILED, "circle")
    assert run.message.startswith(
        "Microsoft Graph's pages lead round in a circle: this list has no end. What is known stays"
    )
    assert len(asked) == 3
    assert Account.objects.filter(removal="").count() == 3


def test_empty_pages_with_ever_other_links_end_some_time_and_remove_nobody(contoso: Connector, reads: Any) -> None:
    reads(THREE_PAGES)
    carry_out(contoso)
    Connector.objects.update(delta_link="")
    contoso.refresh_from_db()
    reader, asked = Reader(registration_of(contoso.sync_credential)), []

    def get(path: str, **_: Any) -> Any:
        asked.append(path)
        return page(following=f"{ROOT}/{len(asked)}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "MOST_EMPTY_PAGES", 20)
        patch.setattr(reader, "get", get)
        patch.setattr(Connector, "graph_for_sync", lambda self: reader)
        run = carry_out(contoso)
    assert (run.state, run.error_code) == (State.FAILED, "no_end")
    assert run.message.startswith(
        "Microsoft Graph gave 20 empty pages in a row: this list seems to have no end. What is"
    )
    assert len(asked) == 20
    assert Account.objects.filter(removal="").count() == 5


def test_an_empty_page_among_others_is_nothing_odd(contoso: Connector, reads: Any) -> None:
    reads({"first": page(following="page-2"), "page-2": page(user(1), following="page-3"), "page-3": page(delta="d")})
    assert carry_out(contoso).state == State.SUCCEEDED
    assert Account.objects.filter(removal="").count() == 1


def test_a_page_that_comes_twice_changes_nothing_more(contoso: Connector, reads: Any) -> None:
    again = page(user(1), user(2), following="page-3")
    reads({"first": page(user(1), user(2), following="page-2"), "page-2": again, "page-3": page(user(3), delta="d")})
    run = carry_out(contoso)
    assert (run.state, run.added, run.changed, run.removed) == (State.SUCCEEDED, 3, 0, 0)
    assert Account.objects.filter(removal="").count() == 3


def test_a_host_that_answers_html_is_asked_again_and_believed_nothing(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    Connector.objects.update(delta_link="")
    contoso.refresh_from_db()
    reader.scripted["page-2"] = TryLater("The answer did not come from Microsoft Graph.", code="not_graph")
    run = carry_out(contoso)
    assert (run.state, run.error_code) == (State.QUEUED, "not_graph")
    assert "did not come from Microsoft Graph" in run.message
    assert Account.objects.filter(removal="").count() == 5
    reader.scripted["page-2"] = THREE_PAGES["page-2"]
    assert go_on(run).state == State.SUCCEEDED


def test_consent_that_was_withdrawn_between_two_rounds_removes_nobody(contoso: Connector, reads: Any) -> None:
    reader = reads(THREE_PAGES)
    carry_out(contoso)
    refusal = Refused("Microsoft refused: the credential lacks a permission.", code="Authorization_RequestDenied")
    reader.scripted["delta-1"] = refusal
    run = carry_out(contoso)
    assert (run.state, run.error_code) == (State.FAILED, "Authorization_RequestDenied")
    assert "lacks a permission" in run.message
    assert Account.objects.filter(removal="").count() == 5
    reader.scripted["delta-1"] = page(delta="delta-2")
    assert carry_out(contoso).full is False
