"""Sessions: how long they last, what ends them, and what is stored of them."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.utils import timezone

from neurons_admin.access import services, sessions
from neurons_admin.access.models import Session, User
from neurons_admin.access.session_store import SessionGoneError, SessionStore
from tests.factories import PASSWORD, make_user

COOKIE = django_settings.SESSION_COOKIE_NAME


@pytest.fixture
def ada(db: None) -> User:
    return make_user(is_superuser=True)


@pytest.fixture
def browser(ada: User) -> Client:
    """A browser in which Ada has signed in by the form."""
    browser = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    sign_in(browser, ada)
    return browser


def sign_in(browser: Client, member: User) -> None:
    answer = browser.post("/sign-in/", {"username": member.username, "password": PASSWORD})
    assert answer.status_code == 302, answer.content[:500]


def is_in(browser: Client) -> bool:
    """Whether the browser is still signed in."""
    answer = browser.get("/people/")
    assert answer.status_code in {200, 302}
    return bool(answer.status_code == 200)


def the_session(member: User) -> Session:
    return Session.objects.get(member=member)


def shift(member: User, **ago: timedelta) -> None:
    """Have things been longer ago than they were."""
    Session.objects.of(member).update(**{name: timezone.now() - since for name, since in ago.items()})


class TestLimits:
    def test_a_session_unused_for_too_long_lets_nobody_in(self, browser: Client, ada: User) -> None:
        shift(ada, seen_at=timedelta(minutes=29))
        assert is_in(browser)
        shift(ada, seen_at=timedelta(minutes=30, seconds=1))
        assert not is_in(browser)

    def test_use_does_not_lengthen_a_session_beyond_its_hours(self, browser: Client, ada: User) -> None:
        row = the_session(ada)
        assert timedelta(hours=9, minutes=59) < row.expires_at - timezone.now() <= timedelta(hours=10)
        shift(ada, expires_at=timedelta(seconds=1), seen_at=timedelta())
        assert not is_in(browser)

    def test_a_change_of_the_session_does_not_lengthen_it(self, browser: Client, ada: User) -> None:
        before = the_session(ada).expires_at
        store = browser.session
        store["something"] = 1
        store.save()
        assert the_session(ada).expires_at == before

    def test_use_is_written_down_once_a_minute(self, browser: Client, ada: User) -> None:
        shift(ada, seen_at=timedelta(minutes=5))
        assert is_in(browser)
        seen_at = the_session(ada).seen_at
        assert timezone.now() - seen_at < timedelta(minutes=1)
        assert is_in(browser)
        assert the_session(ada).seen_at == seen_at

    def test_the_cookie_ends_with_the_session(self, browser: Client) -> None:
        assert int(browser.cookies[COOKIE]["max-age"]) == django_settings.SESSION_HOURS * 3600

    def test_what_has_ended_is_cleared(self, browser: Client, ada: User) -> None:
        shift(ada, seen_at=timedelta(hours=1))
        SessionStore.clear_expired()
        assert not Session.objects.of(ada).exists()


class TestEnding:
    def test_a_cookie_kept_from_before_signing_out_opens_nothing(self, browser: Client) -> None:
        kept = browser.cookies[COOKIE].value
        browser.post("/sign-out/")
        thief = Client()
        thief.cookies[COOKIE] = kept
        assert not is_in(thief)

    def test_deactivating_a_member_ends_their_sessions(self, browser: Client, ada: User) -> None:
        services.deactivate(ada, by=make_user(is_superuser=True))
        assert not Session.objects.of(ada).exists()
        assert not is_in(browser)

    def test_activating_again_does_not_bring_a_session_back(self, browser: Client, ada: User) -> None:
        boss = make_user(is_superuser=True)
        services.deactivate(ada, by=boss)
        services.activate(ada, by=boss)
        assert not is_in(browser)

    def test_a_password_given_by_somebody_else_ends_all_sessions(self, browser: Client, ada: User) -> None:
        services.set_password(ada, "another-long-passphrase", by=make_user(is_superuser=True))
        assert not Session.objects.of(ada).exists()
        assert not is_in(browser)

    def test_one_session_can_be_ended_and_the_others_stay(self, browser: Client, ada: User) -> None:
        elsewhere = Client()
        sign_in(elsewhere, ada)
        latest = sessions.of(ada).first()
        assert latest
        assert Session.objects.of(ada).filter(reference=latest.reference).end()
        assert (is_in(browser), is_in(elsewhere)) == (True, False)

    def test_nobody_ends_the_session_of_somebody_else_by_its_reference(self, browser: Client, ada: User) -> None:
        assert not Session.objects.of(make_user()).filter(reference=the_session(ada).reference).end()
        assert is_in(browser)

    def test_all_but_the_own_one_can_be_ended(self, browser: Client, ada: User) -> None:
        own = the_session(ada).reference
        elsewhere = Client()
        sign_in(elsewhere, ada)
        assert Session.objects.of(ada).exclude(reference=own).end() == 1
        assert (is_in(browser), is_in(elsewhere)) == (True, False)

    def test_a_session_that_was_ended_is_not_brought_back_by_saving_it(self, browser: Client, ada: User) -> None:
        under_way = SessionStore(browser.cookies[COOKIE].value)
        under_way["something"] = 1
        Session.objects.of(ada).end()
        with pytest.raises(UpdateError):
            under_way.save()
        assert not Session.objects.of(ada).exists()

    def test_nor_by_another_key_nor_by_a_proof(self, browser: Client, ada: User) -> None:
        under_way = SessionStore(browser.cookies[COOKIE].value)
        assert under_way["_auth_user_id"] == str(ada.pk)
        Session.objects.of(ada).end()
        for go_on in (under_way.cycle_key, under_way.prove):
            with pytest.raises(SessionGoneError):
                go_on()
        assert not Session.objects.of(ada).exists()


class TestKeys:
    def test_the_key_in_the_cookie_is_nowhere_in_the_database(self, browser: Client) -> None:
        key = browser.cookies[COOKIE].value
        with connection.cursor() as cursor:
            cursor.execute("SELECT access_session::text FROM access_session")
            rows = [row for (row,) in cursor.fetchall()]
        assert rows
        assert not [row for row in rows if key in row]

    def test_the_key_is_another_one_after_signing_in(self, ada: User) -> None:
        browser = Client()
        sign_in(browser, ada)
        before = browser.cookies[COOKIE].value
        sign_in_again: Any = SessionStore(before)
        sign_in_again.prove()
        assert sign_in_again.session_key != before
        thief = Client()
        thief.cookies[COOKIE] = before
        assert not is_in(thief)

    def test_a_key_that_somebody_made_up_is_not_taken(self, ada: User) -> None:
        browser = Client()
        browser.cookies[COOKIE] = "a" * 32
        sign_in(browser, ada)
        assert browser.cookies[COOKIE].value != "a" * 32


class TestProofs:
    def test_signing_in_is_a_proof_and_it_does_not_last(self, browser: Client, ada: User, rf: Any) -> None:
        request = rf.get("/")
        request.session = SessionStore(browser.cookies[COOKIE].value)
        assert sessions.proved_within(request, 600)
        shift(ada, proved_at=timedelta(seconds=601))
        request.session = SessionStore(browser.cookies[COOKIE].value)
        assert not sessions.proved_within(request, 600)

    def test_a_proof_in_the_future_is_none(self, browser: Client, ada: User, rf: Any) -> None:
        shift(ada, proved_at=-timedelta(hours=1))
        request = rf.get("/")
        request.session = SessionStore(browser.cookies[COOKIE].value)
        assert not sessions.proved_within(request, 600)

    def test_proofs_are_forgotten_in_all_sessions(self, browser: Client, ada: User, rf: Any) -> None:
        Session.objects.of(ada).forget_proofs()
        request = rf.get("/")
        request.session = SessionStore(browser.cookies[COOKIE].value)
        assert not sessions.proved_within(request, 600)
        assert is_in(browser)

    def test_tries_are_counted_over_requests(self, browser: Client) -> None:
        key = browser.cookies[COOKIE].value
        assert [SessionStore(key).take_try(2) for _ in range(3)] == [True, True, False]


def test_a_session_says_where_it_is_used(browser: Client, ada: User) -> None:
    row = the_session(ada)
    assert (row.browser, row.address) == ("Firefox on Windows", "127.0.0.1")
