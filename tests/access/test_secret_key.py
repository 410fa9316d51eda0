"""SECRET_KEY is replaced while people are signed in: with the old value as a fallback nobody notices."""

import pytest
from django.test import Client
from django.urls import reverse

from neurons_admin.access.models import User

pytestmark = pytest.mark.django_db
NEW = "another-key-that-is-long-enough-and-was-never-used-before-0123456789"


@pytest.fixture
def signed_in(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada"))
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("home")).status_code == 200


def replace_key(settings, *, fallback: bool) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if fallback else []
    settings.SECRET_KEY = NEW


def test_with_the_old_one_as_a_fallback_nobody_is_signed_out(signed_in, settings):
    replace_key(settings, fallback=True)
    assert is_in(signed_in)


def test_without_a_fallback_everybody_signs_in_again(signed_in, settings):
    replace_key(settings, fallback=False)
    assert not is_in(signed_in)


def test_who_signs_in_afterwards_does_not_need_the_fallback(client, settings):
    member = User.objects.create_superuser("ada")
    replace_key(settings, fallback=True)
    client.force_login(member)
    settings.SECRET_KEY_FALLBACKS = []
    assert is_in(client)
