"""How many wrong tries there may be: by account and address, by address; nobody is kept out by strangers."""

from datetime import timedelta

import pytest
import redis
from axes.models import AccessAttempt
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from django.utils import timezone

from neurons_admin.access.models import User
from neurons_admin.access.throttle import ADDRESS_LIMIT, PAIR_LIMIT
from neurons_admin.audit.models import Event
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def ada():
    return make_user("Viewer", username="ada", first_name="Ada", last_name="Lovelace")


def attempt(password="wrong-canary", username="ada", address=HERE, **headers):
    """Sign in with a fresh browser."""
    return Client(REMOTE_ADDR=address).post(
        "/sign-in/", {"username": username, "password": password, "next": "/next-canary/"}, headers=headers
    )


def try_often(times=PAIR_LIMIT, **how):
    return [attempt(**how).status_code for _ in range(times)]


def test_it_asks_to_wait_after_some_wrong_tries_even_with_the_right_password(ada):
    assert try_often(PAIR_LIMIT + 1) == [200] * (PAIR_LIMIT - 1) + [429, 429]
    page = attempt(PASSWORD)
    assert page.status_code == 429
    assert "Wait 15 minutes" in page.text
    assert 890 <= int(page.headers["Retry-After"]) <= 901
    assert "no-store" in page.headers["Cache-Control"]
    assert "_auth_user_id" not in page.client.session


def test_the_right_password_from_elsewhere_works_meanwhile(ada):
    try_often()
    assert attempt(PASSWORD, address=ELSEWHERE).status_code == 302


def test_another_browser_at_the_same_address_is_the_same_address(ada):
    for number in range(PAIR_LIMIT):
        attempt(**{"user-agent": f"browser {number}"})
    assert attempt(PASSWORD, **{"user-agent": "another"}).status_code == 429


def test_an_address_that_tries_many_names_has_to_wait(ada):
    for number in range(ADDRESS_LIMIT):
        attempt(username=f"nobody{number}")
    assert attempt(PASSWORD).status_code == 429
    assert attempt(PASSWORD, address=ELSEWHERE).status_code == 302


def test_addresses_of_one_network_are_one(ada):
    for number in range(PAIR_LIMIT):
        attempt(address=f"2001:db8:0:1::{number + 1:x}")
    assert attempt(PASSWORD, address="2001:db8:0:1:ffff::1").status_code == 429
    assert attempt(PASSWORD, address="2001:db8:0:2::1").status_code == 302


def test_capital_letters_are_no_other_name(ada):
    for name in ("ada", "Ada", "aDa", "adA", "ADA"):
        attempt(username=name)
    assert attempt(PASSWORD).status_code == 429


def test_waiting_helps_and_tries_meanwhile_do_not_make_it_longer(ada):
    try_often()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=30))
    page = attempt(PASSWORD)
    assert "Wait 1 minute," in page.text
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert attempt(PASSWORD).status_code == 302


def test_signing_in_forgets_ones_own_wrong_tries_and_no_others(ada):
    try_often(PAIR_LIMIT - 1)
    try_often(PAIR_LIMIT - 1, address=ELSEWHERE)
    try_often(1, username="grace")
    assert attempt(PASSWORD).status_code == 302
    assert try_often(PAIR_LIMIT - 1) == [200] * (PAIR_LIMIT - 1)
    assert attempt(address=ELSEWHERE).status_code == 429


def test_a_stranger_with_an_account_cannot_clear_an_address(ada):
    make_user(username="mallory")
    for number in range(ADDRESS_LIMIT):
        if number % 3 == 2:
            assert attempt(PASSWORD, username="mallory").status_code == 302
        attempt(username=f"nobody{number}")
    assert attempt(PASSWORD, username="mallory").status_code == 429


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP"])
def test_what_a_browser_says_of_its_address_has_no_effect(ada, header):
    for number in range(PAIR_LIMIT):
        attempt(**{header: f"203.0.113.{number}"})
    assert attempt(PASSWORD, **{header: "203.0.113.99"}).status_code == 429
    assert Event.objects.filter(verb="sign_in.refused").first().detail == {"address": HERE}


def test_behind_proxies_only_what_they_have_added_counts(ada, settings):
    settings.PROXIES = 2
    for number in range(PAIR_LIMIT):
        attempt(**{"x-forwarded-for": f"203.0.113.{number}, {ELSEWHERE}, 10.0.0.1"})
    assert attempt(PASSWORD, **{"x-forwarded-for": f"203.0.113.50, {ELSEWHERE}, 10.0.0.1"}).status_code == 429
    assert attempt(PASSWORD, **{"x-forwarded-for": f"{ELSEWHERE}, 203.0.113.9, 10.0.0.1"}).status_code == 302


@pytest.mark.parametrize("header", ["", "nonsense", f"{ELSEWHERE}", "nonsense, 10.0.0.1"])
def test_a_header_that_no_proxy_of_ours_wrote_counts_as_the_proxy(ada, settings, header):
    settings.PROXIES = 2
    attempt(**{"x-forwarded-for": header})
    assert AccessAttempt.objects.get().ip_address == HERE


def test_each_refusal_is_recorded_and_the_waiting_once(ada):
    try_often(PAIR_LIMIT + 5)
    verbs = list(Event.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["sign_in.refused"] * PAIR_LIMIT + ["sign_in.throttled"]
    last = Event.objects.get(verb="sign_in.throttled")
    assert (last.subject_id, last.detail) == (str(ada.pk), {"address": HERE})


def test_nothing_that_was_typed_is_kept(ada):
    try_often(2, username="name-canary")
    Client(REMOTE_ADDR=HERE).post("/sign-in/?next=/next-canary/", {"username": "name-canary", "password": "x"})
    assert "canary" not in str([attempt.__dict__ for attempt in AccessAttempt.objects.all()])


def test_it_works_with_the_broker_down(ada, monkeypatch):
    def is_down(_connection):
        raise redis.ConnectionError

    monkeypatch.setattr(redis.connection.AbstractConnection, "connect", is_down)
    assert try_often()[-1] == 429
    assert set(AccessAttempt.objects.values_list("failures_since_start", flat=True)) == {PAIR_LIMIT}


def test_the_page_to_wait_is_the_same_for_a_name_that_nobody_has(ada):
    try_often()
    try_often(username="nobody")
    assert attempt().text == attempt(username="nobody").text


def others():
    make_user(username="gone", is_active=False)
    elsewhere = User.objects.create(username="elsewhere")
    elsewhere.set_unusable_password()
    elsewhere.save()
    return ("nobody", "gone", "elsewhere")


def test_a_password_is_hashed_whoever_is_named(ada, settings, monkeypatch):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    hashed = []
    encode = PBKDF2PasswordHasher.encode
    names = ("ada", *others())
    for user in User.objects.exclude(username="elsewhere"):
        user.set_password(PASSWORD)
        user.save()
    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", lambda *given, **named: hashed.append(1) or encode(*given))
    counts = []
    for name in names:
        attempt(username=name)
        counts.append(len(hashed))
        hashed.clear()
    assert counts == [1, 1, 1, 1]
