"""Server time and number of queries of the long lists and of a person's page; runs with Django set up (see `child`)."""

import random
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors import actions
from neurons_admin.access.models import User
from neurons_admin.ui import keyset
from people.models import Account, ActionRun, Person
from people.views.lists import ORDERS
from people.words import words

REQUESTS = 50
RUNS_EACH = 200
WARM_UP = 5
FILTERS = ("state=disabled", "type=guest", "source=ad", "department=Sales", "state=enabled&type=member&source=cloud")


def main(rounds: str) -> dict[str, dict[str, Any]]:
    """For each kind of page: the milliseconds of each request, a list for each round, and the most queries of one."""
    dice = random.Random(4711)
    people = _sample(dice)
    _ensure_history(people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")  # what autovacuum does within a minute
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="admin"))
    kinds = {name: [make(dice, person) for person in people] for name, make in KINDS.items()}
    return {name: _measure(client, urls, int(rounds)) for name, urls in kinds.items()}


def _measure(client: Client, urls: list[str], rounds: int) -> dict[str, Any]:
    for url in urls[:WARM_UP]:
        _milliseconds(client, url)
    return {
        "milliseconds": [[_milliseconds(client, url) for url in urls] for _ in range(rounds)],
        "queries": max(_queries(client, url) for url in urls[:WARM_UP]),
    }


def _milliseconds(client: Client, url: str) -> float:
    started = time.perf_counter()
    response = client.get(url)
    spent = time.perf_counter() - started
    if response.status_code != 200:
        raise RuntimeError(f"{url} answered {response.status_code}.")
    return 1000 * spent


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        client.get(url)
    return len(queries)


def _sample(dice: random.Random) -> list[Person]:
    """People from all over the list."""
    everybody = list(Person.objects.filter(accounts__isnull=False).values_list("pk", flat=True))
    return list(Person.objects.filter(pk__in=dice.sample(everybody, REQUESTS)))


def _ensure_history(people: list[Person]) -> None:
    """Give each of them a long history."""
    ActionRun.objects.all().delete()
    asked_by = User.objects.get(username="admin")
    runs = []
    for account in Account.objects.with_connector().filter(person__in=people):
        runs += [_past_run(account, asked_by, number) for number in range(RUNS_EACH)]
    ActionRun.objects.bulk_create(runs, batch_size=1000)


def _past_run(account: Account, asked_by: User, number: int) -> ActionRun:
    action = actions.ALL[number % len(actions.ALL)]
    moment = timezone.now() - timedelta(hours=number)
    return ActionRun(
        person_id=account.person_id,
        account=account,
        connector=account.connector,
        action=action.key,
        conflict_class=action.conflict_class,
        click=uuid.uuid4(),
        asked_by=asked_by,
        expires_at=moment,
        state=ActionRun.State.SUCCEEDED,
        sent_at=moment,
        accepted_at=moment,
        observed_at=moment,
        ended_at=moment,
        message=f"{account.display_name}: done.",
    )


def _list(query: str) -> str:
    return f"{reverse('people:list')}?{query}"


def _deep_page(_: random.Random, person: Person) -> str:
    """The page after the one that begins with this person."""
    rows = Person.objects.filter(sort_key__gte=person.sort_key)
    page = keyset.page_of(RequestFactory().get("/"), rows, ORDERS["name"])
    return reverse("people:list") + (page.next_url or page.previous_url)


def _two_words(_: random.Random, person: Person) -> str:
    """The beginnings of the first two words of the name."""
    return _list("q=" + "+".join(word[:3] for word in words(person.display_name).split()[:2]))


KINDS: dict[str, Callable[[random.Random, Person], str]] = {
    "people list, first page": lambda _, __: reverse("people:list"),
    "people list, deep page": _deep_page,
    "people list, by department": lambda _, __: _list("sort=-department"),
    "people list, search for one letter": lambda dice, __: _list(f"q={dice.choice('abcdefghijklmnopqrstuvwxyz')}"),
    "people list, search for two words": _two_words,
    "people list, filters": lambda dice, __: _list(dice.choice(FILTERS)),
    "people list, filter and search": lambda dice, person: f"{_two_words(dice, person)}&{dice.choice(FILTERS)}",
    f"person page, {RUNS_EACH} runs": lambda _, person: person.get_absolute_url(),
    f"history page, {RUNS_EACH} runs": lambda _, person: reverse("people:history", args=[person.pk]),
    f"activity page, {REQUESTS * RUNS_EACH:,} runs": lambda _, __: reverse("people:activity"),
}
