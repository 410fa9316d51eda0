"""What a credential says of itself."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from connectors.actions.permissions import ROLE_NAMES
from credentials.directory_roles import NAMES, names_of
from credentials.finding import Finding
from credentials.models import Credential
from tests.factories import USER_ADMINISTRATOR, make_checked_credential, make_credential

pytestmark = pytest.mark.django_db


def in_days(days):
    return timezone.localdate() + timedelta(days)


@pytest.mark.parametrize(
    ("days", "words", "soon", "expired"),
    [
        (-1, "Expired", True, True),
        (0, "Expires today", True, False),
        (1, "Expires tomorrow", True, False),
        (30, "Expires in 30 days", True, False),
        (31, "Until", False, False),
    ],
)
def test_when_a_secret_expires(days, words, soon, expired):
    credential = make_credential(secret_expires_on=in_days(days))
    credential.set_expiry(in_days(days))
    assert credential.expiry_words.startswith(words)
    assert (credential.expires_soon, credential.has_expired) == (soon, expired)


def test_a_secret_whose_last_day_nobody_knows():
    credential = make_credential()
    assert (credential.days_left, credential.expires_soon, credential.has_expired) == (None, False, False)
    assert credential.expiry_words == "Expiry not known"


def test_the_hint_is_what_entra_shows_and_too_much_of_a_short_secret():
    assert make_credential(secret="abc8Q~a-long-enough-value").secret_hint == "abc"
    assert make_credential(secret="short").secret_hint == ""


def test_what_is_said_of_the_stored_secret_is_not_the_secret():
    credential = make_credential(secret="abc8Q~a-long-enough-value")
    assert credential.stored_words.startswith("starts with abc · set on ")


def test_names_are_unique_whatever_their_case_and_a_filled_in_one_has_none():
    make_credential("Contoso")
    make_credential("")
    make_credential("")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_credential("CONTOSO")
    with pytest.raises(ValidationError):
        Credential(name="n" * 101, tenant_id="x", client_id="y").full_clean()


def test_shared_ones_are_those_with_a_name():
    shared = make_credential("Contoso")
    make_credential("")
    assert list(Credential.objects.shared()) == [shared]


def test_what_a_check_found_is_kept():
    credential = make_credential("Contoso")
    credential.keep(Finding(app_name="App", permissions=("User.Read.All",), roles=(USER_ADMINISTRATOR,)))
    credential.refresh_from_db()
    assert credential.check_passed
    assert credential.role_names == ["User Administrator"]
    assert credential.finding.permissions == ("User.Read.All",)


def test_a_check_that_could_not_ask_leaves_what_is_known():
    credential = make_checked_credential("Contoso")
    before = credential.checked_at
    credential.keep(Finding("sign_in_unreachable", "No way.", signed_in=False, asked=False))
    credential.refresh_from_db()
    assert (credential.checked_at, credential.check_code) == (before, "")
    assert credential.granted_permissions


@pytest.mark.parametrize(("known", "kept"), [(None, 0), (200, 0), (-5, -5)])
def test_that_microsoft_refused_it_as_expired_is_noted_with_the_day(known, kept):
    credential = make_credential("Contoso")
    credential.set_expiry(in_days(known) if known is not None else None)
    credential.save()
    credential.keep(Finding("expired_secret", "The client secret has expired.", signed_in=False))
    credential.refresh_from_db()
    assert credential.has_expired
    assert credential.secret_expires_on == in_days(kept)


def test_a_tenant_with_very_long_names_is_cut_to_what_a_column_takes():
    credential = make_credential("Contoso")
    credential.note_check(code="c" * 99, message="m" * 999, app_name="a" * 999, permissions=[], roles=[])
    credential.refresh_from_db()
    assert (len(credential.check_code), len(credential.check_message), len(credential.app_name)) == (40, 500, 256)


def test_roles_are_named_and_an_unlisted_one_is_shown_by_its_id():
    assert names_of([USER_ADMINISTRATOR, "0000"]) == ["User Administrator", "another role (0000)"]


def test_the_names_of_roles_agree_with_those_that_actions_refer_to():
    assert {role: NAMES[role] for role in ROLE_NAMES} == ROLE_NAMES
