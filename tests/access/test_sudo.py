"""Sudo mode: what does harm asks for a proof, at every address that is declared, and nothing else does."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from neurons_admin.access import services
from neurons_admin.access.models import Session, User
from neurons_admin.audit.models import Event
from tests.factories import make_user
from tests.test_policy_matrix import ANYBODY, NAMES, RULES, SIGNED_IN, things, url_of

__all__ = ["things"]
PASSWORD = "a perfectly good password"
ELSEWHERE = ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:evil(1)", "https:evil.example")
# Every other address that takes a form, and why it takes it without a proof.
WITHOUT_PROOF = {
    "access:confirm_passkey": "it is where one proves it",
    "access:confirm": "it is where one proves it",
    "access:sign_in": "it is where one signs in",
    "access:passkey_sign_in": "it is where one signs in",
    "access:second_step": "it is where one signs in",
    "access:sign_out": "leaving is never held up",
    "access:end_own_sessions": "stopping is never held up",
    "access:profile": "it asks for the present password, and counts wrong ones as the page for proofs does",
    "connectors:check_credential": "it tries what is stored, and changes nothing in Microsoft",
    "connectors:check_shared": "it tries what is stored, and changes nothing in Microsoft",
    "connectors:edit_import": "it narrows or widens what is read; what would go is asked about by itself",
    "connectors:edit_schedule": "it says when reading happens",
    "connectors:sync": "it reads",
    "csp_report": "browsers send it",
    "people:cancel": "stopping is never held up",
    "people:join": "it changes how accounts are shown together, can be undone, and gives nobody a right",
    "people:part": "it changes how accounts are shown together, can be undone, and gives nobody a right",
    "people:tell_apart": "it changes how accounts are shown together, can be undone, and gives nobody a right",
    "people:read_deleted": "it reads",
    "people:refresh": "it reads",
    "ui:dialog": "a sample that does nothing",
}
TAKES_POST = [name for name in NAMES if name in RULES and RULES[name].post is not None]


def guard_of(name: str, things: dict[str, Any]) -> str:
    return getattr(resolve(url_of(name, things)).func, "asks_for_proof", "")


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_superuser("ada", password=PASSWORD)


@pytest.fixture
def browser(ada: User) -> Client:
    browser = Client()
    browser.force_login(ada)
    return browser


def proved(member: User, ago: timedelta | None) -> None:
    at = None if ago is None else timezone.now() - ago
    Session.objects.of(member).update(proved_at=at)


def leads_to_confirm(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith("/confirm/")


def picture() -> list[tuple[str, int, str]]:
    """What every table holds that a person's doings change."""
    query = "SELECT count(*), coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {} t"
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name != "access_session"]
        seen = []
        for table in tables:
            cursor.execute(query.format(table))
            seen.append((table, *cursor.fetchone()))
    return seen


@pytest.mark.django_db
class TestEveryAddress:
    @pytest.mark.parametrize("name", TAKES_POST)
    def test_asks_for_a_proof_or_says_why_not(self, name: str, things: dict[str, Any]) -> None:
        guard = guard_of(name, things)
        assert bool(guard) != (name in WITHOUT_PROOF), f"{name}: guard it, or say in WITHOUT_PROOF why not"
        assert guard in {"", "form" if RULES[name].get is not None else "button"}

    def test_no_reason_is_given_for_what_is_not_there(self) -> None:
        assert set(WITHOUT_PROOF) <= set(TAKES_POST)

    def test_what_only_shows_never_asks(self, things: dict[str, Any]) -> None:
        shows = [name for name in NAMES if RULES[name].post is None]
        assert shows
        assert [name for name in shows if guard_of(name, things)] == []

    @pytest.mark.parametrize("name", [name for name in TAKES_POST if name not in WITHOUT_PROOF])
    @pytest.mark.parametrize("ago", [timedelta(minutes=10, seconds=1), None, timedelta(minutes=-5)])
    def test_leads_to_the_proof_when_opened_without(
        self, name: str, ago: timedelta | None, things: dict[str, Any], ada: User, browser: Client
    ) -> None:
        proved(ada, ago)
        url = url_of(name, things)
        if RULES[name].get is not None:
            assert leads_to_confirm(browser.get(url))
            fragment = browser.get(url, headers={"HX-Request": "true"})
            assert fragment.headers["HX-Redirect"].startswith("/confirm/?next=")
        else:
            assert leads_to_confirm(browser.post(url))

    @pytest.mark.parametrize("name", [name for name in TAKES_POST if name not in WITHOUT_PROOF])
    def test_changes_nothing_when_sent_without(
        self, name: str, things: dict[str, Any], ada: User, browser: Client
    ) -> None:
        proved(ada, timedelta(minutes=15, seconds=1))
        before = picture()
        answer = browser.post(url_of(name, things), {"username": "eve", "name": "Eve", "happened": "yes"})
        assert answer.status_code == (403 if RULES[name].get is not None else 302)
        assert picture() == before

    @pytest.mark.parametrize("name", [name for name in TAKES_POST if name not in WITHOUT_PROOF])
    def test_opens_with_a_proof(self, name: str, things: dict[str, Any], ada: User, browser: Client) -> None:
        proved(ada, timedelta(minutes=9, seconds=30))
        url = url_of(name, things)
        answer = browser.get(url) if RULES[name].get is not None else browser.post(url)
        assert not leads_to_confirm(answer)

    @pytest.mark.parametrize("name", [name for name in TAKES_POST if name not in WITHOUT_PROOF])
    def test_takes_a_form_that_was_filled_in_slowly_and_no_button(
        self, name: str, things: dict[str, Any], ada: User, browser: Client
    ) -> None:
        proved(ada, timedelta(minutes=14, seconds=30))
        answer = browser.post(url_of(name, things))
        if RULES[name].get is None:
            assert leads_to_confirm(answer)
        else:
            assert b"Nothing was done yet" not in answer.content

    def test_whoever_may_not_is_refused_and_not_asked(self, things: dict[str, Any]) -> None:
        nobody = make_user()
        browser = Client()
        browser.force_login(nobody)
        proved(nobody, None)
        for name in TAKES_POST:
            if name not in WITHOUT_PROOF and RULES[name].post not in (ANYBODY, SIGNED_IN):
                assert browser.post(url_of(name, things)).status_code == 403, name


@pytest.mark.django_db
class TestSendingAgain:
    def test_a_dialog_keeps_what_was_typed(self, ada: User, browser: Client, things: dict[str, Any]) -> None:
        proved(ada, None)
        headers = {"HX-Request": "true", "HX-Target": "dialog"}
        answer = browser.post(url_of("people:ask", things), {"reason": "kept"}, headers=headers)
        assert answer.status_code == 200
        assert answer.headers["HX-Retarget"] == "#dialog .dialog-messages"
        assert b"Nothing was done yet" in answer.content
        assert b"kept" not in answer.content

    def test_what_was_sent_is_kept_nowhere(self, ada: User, browser: Client) -> None:
        proved(ada, None)
        answer = browser.post("/credentials/add/", {"name": "Shared", "client_secret": "canary-4711-secret"})
        assert b"canary-4711" not in answer.content
        row = Session.objects.of(ada).get()
        assert "canary-4711" not in str(browser.session.items()) + row.data

    def test_a_button_leads_back_to_its_page(self, ada: User, browser: Client, things: dict[str, Any]) -> None:
        proved(ada, None)
        url = url_of("people:reveal", things)
        page = "http://testserver/people/7/?tab=1"
        answer = browser.post(url, headers={"referer": page})
        assert answer.headers["Location"] == "/confirm/?next=%2Fpeople%2F7%2F%3Ftab%3D1"
        answer = browser.post(url, headers={"HX-Request": "true", "HX-Current-URL": page})
        assert answer.headers["HX-Redirect"] == "/confirm/?next=%2Fpeople%2F7%2F%3Ftab%3D1"
        answer = browser.post(url, headers={"referer": "https://evil.example/people/7/"})
        assert answer.headers["Location"] == "/confirm/"


@pytest.mark.django_db
class TestConfirming:
    def test_the_password_opens_what_was_wanted(self, ada: User, browser: Client) -> None:
        proved(ada, None)
        key = browser.cookies["session"].value
        answer = browser.post("/confirm/", {"password": PASSWORD, "next": "/members/add/"})
        assert answer.headers["Location"] == "/members/add/"
        assert browser.get("/members/add/").status_code == 200
        assert browser.cookies["session"].value != key
        assert Event.objects.filter(verb="sign_in.proved", actor_id=ada.pk, detail={"way": "password"}).exists()

    def test_a_wrong_one_does_not_and_is_on_record(self, ada: User, browser: Client) -> None:
        proved(ada, None)
        answer = browser.post("/confirm/", {"password": "wrong", "next": "/members/add/"})
        assert b"That is not right." in answer.content
        assert b"wrong" not in answer.content.replace(b"wrong answer", b"")
        assert leads_to_confirm(browser.get("/members/add/"))
        assert Event.objects.filter(verb="sign_in.not_proved", actor_id=ada.pk).count() == 1

    def test_too_many_wrong_ones_end_the_session(self, ada: User, browser: Client) -> None:
        proved(ada, None)
        for _ in range(5):
            assert browser.post("/confirm/", {"password": "wrong"}).status_code == 200
        answer = browser.post("/confirm/", {"password": PASSWORD})
        assert answer.headers["Location"] == "/sign-in/"
        assert not Session.objects.of(ada).exists()
        assert Event.objects.filter(verb="sign_in.shut_out", actor_id=ada.pk).exists()

    def test_a_right_one_forgives_the_wrong_ones(self, ada: User, browser: Client) -> None:
        for _ in range(3):
            proved(ada, None)
            for _ in range(4):
                browser.post("/confirm/", {"password": "wrong"})
            assert browser.post("/confirm/", {"password": PASSWORD, "next": "/"}).status_code == 302

    def test_wrong_present_passwords_on_the_own_page_count_too(self, ada: User, browser: Client) -> None:
        for _ in range(5):
            proved(ada, None)
            browser.post("/profile/", {"old_password": "wrong", "new_password1": "x", "new_password2": "y"})
        answer = browser.post("/profile/", {"old_password": PASSWORD, "new_password1": "x", "new_password2": "y"})
        assert answer.headers["Location"] == "/sign-in/"

    def test_nobody_is_let_through_for_having_no_way(self, ada: User, browser: Client) -> None:
        ada.set_unusable_password()
        ada.save()
        browser.force_login(ada)
        proved(ada, None)
        page = browser.get("/confirm/?next=/members/add/")
        assert b"You have no way to confirm who you are" in page.content
        assert browser.post("/confirm/", {"password": "", "next": "/members/add/"}).status_code == 200
        assert leads_to_confirm(browser.get("/members/add/"))

    @pytest.mark.parametrize(
        "away",
        ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "https:evil.example"],
    )
    def test_nobody_is_led_away(self, away: str, ada: User, browser: Client) -> None:
        assert browser.get("/confirm/", {"next": away}).status_code == 200
        proved(ada, None)
        answer = browser.post("/confirm/", {"password": PASSWORD, "next": away})
        assert answer.status_code == 200
        assert b"evil" not in answer.content

    def test_without_a_way_back_it_says_that_the_other_tab_goes_on(self, ada: User, browser: Client) -> None:
        proved(ada, None)
        answer = browser.post("/confirm/", {"password": PASSWORD})
        assert b"go back to the other one" in answer.content


@pytest.mark.django_db
class TestWhatEndsAProof:
    def test_another_role(self, ada: User) -> None:
        desk = make_user("desk-2")
        browser = Client()
        browser.force_login(desk)
        wanted = services.Particulars("", "", "", frozenset({"Viewer"}), is_superuser=False)
        assert services.change_member(desk, wanted, by=ada)
        assert Session.objects.of(desk).get().proved_at is None

    def test_another_password_of_ones_own(self, ada: User, browser: Client) -> None:
        new = "quite another good password"
        browser.post("/profile/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
        assert leads_to_confirm(browser.get("/members/add/"))
        assert browser.post("/confirm/", {"password": PASSWORD}).status_code == 200
        assert browser.post("/confirm/", {"password": new, "next": "/"}).status_code == 302

    def test_leaving(self, ada: User, browser: Client) -> None:
        key = browser.cookies["session"].value
        browser.post("/sign-out/")
        thief = Client()
        thief.cookies["session"] = key
        assert thief.get("/members/add/").headers["Location"].startswith("/sign-in/")


@pytest.mark.django_db(transaction=True)
def test_of_two_proofs_at_once_one_goes_on_and_the_other_signs_in_again(ada: User, browser: Client) -> None:
    proved(ada, None)
    key = browser.cookies["session"].value
    start, seen = threading.Barrier(2), []

    def confirm() -> None:
        one = Client()
        one.cookies["session"] = key
        start.wait()
        try:
            answer = one.post("/confirm/", {"password": PASSWORD, "next": "/members/add/"})
            seen.append((answer.headers["Location"], one.cookies["session"].value))
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen)[0][0] == "/members/add/"
    assert {where.partition("?")[0] for where, _ in seen} <= {"/members/add/", "/sign-in/"}
    assert Session.objects.of(ada).count() == 1
