"""What of the credentials needs a person, for the pages and messages that say so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from credentials.attention import needing_attention
from tests.factories import make_connector, make_credential, make_user

pytestmark = pytest.mark.django_db


def expiring(name, days):
    credential = make_credential(name)
    credential.set_expiry(timezone.localdate() + timedelta(days=days))
    credential.save()
    return credential


def test_the_most_urgent_come_first_and_what_is_well_is_left_out():
    expiring("Well", 31)
    make_credential("Nobody knows")
    soon = expiring("Soon", 7)
    refused = make_credential("Refused", check_code="wrong_secret", check_message="The secret is wrong.")
    gone = expiring("Gone", -1)
    found = needing_attention()
    assert [(each.name, each.kind, each.tone) for each in found] == [
        ("Gone", "expired", "bad"),
        ("Refused", "failing", "bad"),
        ("Soon", "expiring", "warning"),
    ]
    assert [each.words for each in found] == [
        "Its secret has expired: make a new one in Entra and replace it.",
        "The secret is wrong.",
        "Its secret expires in 7 days.",
    ]
    assert [each.url for each in found] == [credential.get_absolute_url() for credential in (gone, refused, soon)]


def test_a_filled_in_one_goes_by_its_connector():
    connector = make_connector("Contoso", action_credential=expiring("", 3))
    [found] = needing_attention()
    assert (found.name, found.url, found.days) == ("Contoso (acts)", connector.get_absolute_url(), 3)
    assert found.used_by == ("Contoso",)


def test_a_reader_is_told_only_of_what_they_may_look_at():
    make_connector("Contoso", action_credential=expiring("", 3))
    expiring("Shared", 3)

    def names(role):
        return [each.name for each in needing_attention(make_user(role))]

    assert names("Credential admin") == ["Shared"]
    assert names("Connector admin") == ["Contoso (acts)"]
    assert names("Service desk") == []
