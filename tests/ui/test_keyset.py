"""Pages of a list: each row on exactly one of them, whatever the order."""

import random
import uuid
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from neurons_admin.access.models import User
from neurons_admin.ui import keyset
from people.models import ActionRun
from tests.factories import make_run

pytestmark = pytest.mark.django_db


def walk(rows, order, parameter, query="", size=7):
    """Every row from a page on, following the links."""
    for _ in range(50):
        page = keyset.page_of(RequestFactory().get(f"/{query}"), rows, order, size)
        yield page
        query = page.next_url if parameter == "after" else page.previous_url
        if not query:
            return
    pytest.fail("The links lead in a circle.")


@pytest.fixture
def runs():
    """Many in the same millisecond, some in the same microsecond."""
    first = make_run()
    moment = timezone.now()
    copies = []
    for number in range(30):
        copy = ActionRun.objects.get(pk=first.pk)
        copy.pk, copy.click, copy.state = uuid.uuid4(), uuid.uuid4(), "succeeded"
        copies.append((copy, moment + timedelta(microseconds=number // 2)))
    ActionRun.objects.bulk_create(copy for copy, _ in copies)
    for copy, created_at in copies:
        ActionRun.objects.filter(pk=copy.pk).update(created_at=created_at)
    return ActionRun.objects.all()


@pytest.mark.parametrize("order", [("-created_at", "-id"), ("created_at", "id")])
def test_times_are_followed_to_the_microsecond(runs, order):
    wanted = list(runs.order_by(*order))
    pages = list(walk(runs, order, "after"))
    assert [row for page in pages for row in page.rows] == wanted
    back = list(walk(runs, order, "before", pages[-1].previous_url))
    assert [row for page in reversed(back) for row in page.rows] == wanted[: -len(pages[-1].rows)]


@pytest.mark.parametrize("order", [("first_name", "last_name", "username"), ("-first_name", "-last_name", "-username")])
def test_names_that_are_the_same_or_odd(order):
    names = ["", "a", "A", "ä", "\u202e", "💩", "'", '"', "%", "\\", "a\nb", " "]
    luck = random.Random(1)
    User.objects.bulk_create(
        User(username=f"user{number}", first_name=luck.choice(names), last_name=luck.choice(names))
        for number in range(60)
    )
    rows = User.objects.all()
    assert [row for page in walk(rows, order, "after") for row in page.rows] == list(rows.order_by(*order))
