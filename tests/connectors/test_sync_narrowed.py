"""Who narrows what is imported is asked once, with the reason, however many pages those are on who are left out."""

from typing import Any

import pytest

from connectors.models import Connector, SyncRun
from connectors.sync import steering
from people.models import Account
from tests.factories import make_user
from tests.rounds import State, carry_out, delta_of, go_on, page, removed, user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_page_a_batch", "no_threads_left")]

IN_SALES = [user(number, department="Sales") for number in range(5)]
ELSEWHERE = [user(number, department="Legal") for number in range(5, 50)]
PAGES = {
    "first": page(*IN_SALES, following="page-2"),
    "page-2": page(*ELSEWHERE[:20], following="page-3"),
    "page-3": page(*ELSEWHERE[20:]),
    "delta-1": page(),
}
WHY = "It would remove 20 of 50 people. Who is wanted was changed since the last one: who is left out counts, and there may be more."  # fmt: skip # noqa: E501


@pytest.fixture
def fifty(contoso: Connector, reads: Any) -> Any:
    reader = reads(PAGES)
    assert carry_out(contoso).added == 50
    return reader


def narrow(connector: Connector) -> SyncRun:
    Connector.objects.update(import_departments=["Sales"], delta_link="")
    connector.refresh_from_db()
    return carry_out(connector)


def there() -> int:
    return Account.objects.filter(removal="").count()


def decide(run: SyncRun, name: str) -> SyncRun:
    assert steering.decide(run, name, actor=make_user("Connector admin"))
    run.refresh_from_db()
    return run


@pytest.mark.usefixtures("fifty")
def test_it_asks_and_names_the_reason(contoso: Connector) -> None:
    run = narrow(contoso)
    assert (run.state, there(), run.question_words) == (State.HELD, 50, WHY)


@pytest.mark.usefixtures("fifty")
def test_one_yes_is_enough_for_all_who_are_left_out(contoso: Connector) -> None:
    run = go_on(decide(narrow(contoso), "remove"))
    assert (run.state, run.removed, there(), delta_of(contoso)) == (State.SUCCEEDED, 45, 5, "delta-1")


@pytest.mark.usefixtures("fifty")
def test_after_a_no_and_a_wider_filter_nothing_was_lost(contoso: Connector) -> None:
    decide(narrow(contoso), "keep")
    Connector.objects.update(import_departments=[])
    contoso.refresh_from_db()
    run = carry_out(contoso)
    assert (run.state, run.full, there()) == (State.SUCCEEDED, True, 50)


def test_the_same_filter_excuses_nothing_in_the_next_round(contoso: Connector, fifty: Any) -> None:
    go_on(decide(narrow(contoso), "remove"))
    contoso.refresh_from_db()
    Connector.objects.update(import_departments=["Sales", "Legal"], delta_link="")
    contoso.refresh_from_db()
    assert (carry_out(contoso).state, there()) == (State.SUCCEEDED, 50)
    fifty.scripted["delta-1"] = page(*map(removed, range(30)), delta="delta-2")
    contoso.refresh_from_db()
    run = carry_out(contoso)
    assert run.question_words == "It would remove 30 of 50 people."
