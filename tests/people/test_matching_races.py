"""Decisions about people at the same time as other decisions, clicks and synchronisations, on real PostgreSQL."""

import uuid
from typing import Any

import pytest

from connectors.actions import DisableAccount, Order
from neurons_admin.access.models import User
from people import asking, matching
from people.asking import Asking
from people.models import Account, ActionRun, Person
from tests.accounts import store
from tests.factories import make_connector, make_user
from tests.people.test_matching import known, seen, third_account, two_apart
from tests.people.test_runner_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bell")]


@pytest.fixture
def people() -> tuple[Person, Person, Person]:
    return two_apart(make_connector("Contoso"), make_connector("Fabrikam"))


@pytest.fixture
def pia() -> User:
    return make_user("People admin", username="pia")


def nobody_is_without_an_account() -> bool:
    return not Person.objects.filter(accounts=None).exists() and Account.objects.count() == 3


def moved(results: list[Any]) -> list[bool]:
    return sorted(result[1] for result in results)


def test_a_double_click_on_join(people: tuple[Person, ...], pia: User) -> None:
    words = seen(people[0], people[2])
    results = at_once(*[lambda: matching.join(words, asked_by=pia)] * 6)
    assert moved(results) == [False] * 5 + [True]
    assert nobody_is_without_an_account()
    assert Person.objects.count() == 2


def test_two_different_joins_at_once(people: tuple[Person, ...], pia: User) -> None:
    ways = [seen(people[0], people[2]), seen(people[1], people[2])]
    results = at_once(*[lambda words=words: matching.join(words, asked_by=pia) for words in ways])  # type: ignore[misc]
    assert sum(isinstance(result, matching.Changed) for result in results) == 1
    assert nobody_is_without_an_account()
    assert Person.objects.count() == 2


def test_a_double_click_on_part(people: tuple[Person, ...], pia: User) -> None:
    matching.join(seen(people[0], people[2]), asked_by=pia)
    account = third_account()
    results = at_once(*[lambda: matching.part(account.pk, people[0].pk, asked_by=pia)] * 6)
    assert moved(results) == [False] * 5 + [True]
    assert nobody_is_without_an_account()
    assert Person.objects.count() == 3


def test_joins_and_parts_beside_synchronisations_and_clicks(people: tuple[Person, ...], pia: User) -> None:
    fabrikam = third_account().connector

    def synchronise() -> None:
        for number in range(20):
            store(fabrikam, known(3, displayName=f"Adele {number}"))

    def decide() -> None:
        for _ in range(10):
            account = Account.objects.get(pk=third.pk)
            if account.person_id == people[0].pk:
                matching.part(account.pk, people[0].pk, asked_by=pia)
            else:
                matching.join(seen(people[0], account.person), asked_by=pia)

    def click() -> None:
        account = Account.objects.with_connector().get(pk=third.pk)
        asking.ask([Order(DisableAccount())], Asking(account, pia, uuid.uuid4()))

    third = third_account()
    assert at_once(synchronise, decide, click) == [None, None, None]
    assert nobody_is_without_an_account()
    run = ActionRun.objects.get()
    assert run.person_id == run.account.person_id


def test_a_click_that_has_loaded_the_account_before_it_moved_asks_for_whose_it_is(
    people: tuple[Person, ...], pia: User
) -> None:
    stale = Account.objects.with_connector().get(pk=third_account().pk)
    matching.join(seen(people[0], people[2]), asked_by=pia)
    asked = asking.ask([Order(DisableAccount())], Asking(stale, pia, uuid.uuid4()))
    assert ActionRun.objects.get(pk=asked.run.pk).person == people[0]
