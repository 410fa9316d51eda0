"""What keeps a long list quick: rows are counted up to a limit, and few rows are sorted after they were found."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from neurons_admin.ui import keyset
from people.models import Person
from tests.factories import make_person

pytestmark = pytest.mark.django_db
ORDERS = [("sort_key", "id"), ("-sort_key", "-id"), ("department", "sort_key", "id")]


@pytest.fixture
def people():
    for number in range(10):
        make_person(f"Adele Vance {number // 3}", department=f"Department {number % 2}")
    return Person.objects.all()


@pytest.mark.parametrize(("most", "counted"), [(9, None), (10, 10), (11, 10)])
def test_rows_are_counted_up_to_a_limit(people, most, counted):
    assert keyset.counted(people, most) == counted


@pytest.mark.parametrize("order", ORDERS)
def test_few_rows_come_in_the_same_order(people, order):
    query, rows = "", []
    while len(rows) < len(people):
        page = keyset.page_of(RequestFactory().get(f"/{query}"), people, order, 3, few=True)
        rows, query = rows + page.rows, page.next_url
    assert rows == list(people.order_by(*order))
    assert not query


def test_few_rows_are_not_looked_for_along_an_index(people):
    with CaptureQueriesContext(connection) as queries:
        keyset.page_of(RequestFactory().get("/"), people, ORDERS[0], few=True)
    assert 'ORDER BY COALESCE("people_person"."sort_key", "people_person"."sort_key") ASC' in queries[0]["sql"]
