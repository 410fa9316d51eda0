"""Whoever is refused is on record, and cannot fill the trail by being refused."""

import pytest
from django.test import Client

from neurons_admin.audit.models import Event
from neurons_admin.audit.refusals import MOST_A_MINUTE
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def refusals() -> list[dict[str, object]]:
    return list(Event.objects.filter(verb="access.refused").values_list("detail", flat=True))


def test_who_asked_for_what_is_on_record(client: Client) -> None:
    member = make_user("Viewer")
    client.force_login(member)
    answer = client.get("/credentials/?q=secret-words")
    assert answer.status_code == 403
    assert "Your role does not include this" in answer.text
    assert refusals() == [{"method": "GET", "address": "/credentials/"}]
    assert Event.objects.get(verb="access.refused").actor_id == member.pk


def test_who_tries_every_address_does_not_fill_it(client: Client) -> None:
    client.force_login(make_user("Viewer"))
    for _ in range(MOST_A_MINUTE + 5):
        assert client.get("/credentials/").status_code == 403
    assert len(refusals()) == MOST_A_MINUTE


def test_who_is_not_signed_in_leaves_no_line(client: Client) -> None:
    assert client.get("/credentials/").status_code == 302
    assert refusals() == []
