"""Where somebody is signed in: to be seen and ended, by themselves and by whoever manages members."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from neurons_admin.access import sessions
from neurons_admin.access.models import Session, User
from neurons_admin.access.session_store import SessionStore
from neurons_admin.audit.models import Event
from people.sweeper import Sweeper
from tests.factories import PASSWORD, make_run, make_user

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(member: User, agent: str = "") -> Client:
    browser = Client(headers={"User-Agent": agent})
    browser.post("/sign-in/", {"username": member.username, "password": PASSWORD})
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/profile/").status_code == 200


@pytest.fixture
def ada() -> User:
    return make_user("Viewer", username="ada")


class TestOnesOwn:
    def test_each_says_where_it_is_and_which_is_this_one(self, ada: User) -> None:
        here, _ = signed_in(ada), signed_in(ada, FIREFOX)
        text = " ".join(here.get("/profile/").text.split())
        assert "Firefox on Windows" in text
        assert "127.0.0.1" in text
        assert text.count("This one") == 1
        assert text.count('name="session"') == 1

    def test_one_can_be_ended(self, ada: User) -> None:
        here, there = signed_in(ada), signed_in(ada, FIREFOX)
        reference = Session.objects.get(browser="Firefox on Windows").reference
        here.post("/profile/sessions/end/", {"session": str(reference)})
        assert (is_in(here), is_in(there)) == (True, False)
        event = Event.objects.get(verb="member.session_ended")
        assert event.detail == {"address": "127.0.0.1", "browser": "Firefox on Windows"}

    def test_all_others_can_be_ended(self, ada: User) -> None:
        here, there, elsewhere = signed_in(ada), signed_in(ada), signed_in(ada)
        here.post("/profile/sessions/end/")
        assert [is_in(browser) for browser in (here, there, elsewhere)] == [True, False, False]
        assert Event.objects.get(verb="member.sessions_ended").detail == {"sessions": 2}

    def test_those_of_others_cannot(self, ada: User) -> None:
        eve, victim = signed_in(make_user("Viewer", username="eve")), signed_in(ada)
        eve.post("/profile/sessions/end/", {"session": str(Session.objects.of(ada).get().reference)})
        assert is_in(victim)
        assert not Event.objects.filter(verb="member.session_ended").exists()

    @pytest.mark.parametrize("reference", ["x", "00000000-0000-0000-0000-000000000000", "1 OR 1=1"])
    def test_what_is_none_is_over_already(self, ada: User, reference: str) -> None:
        here = signed_in(ada)
        page = here.post("/profile/sessions/end/", {"session": reference}, follow=True)
        assert "It had ended already." in page.text
        assert is_in(here)


class TestOfMembers:
    def test_whoever_manages_members_sees_them_and_ends_them(self, ada: User) -> None:
        admin, victim = signed_in(make_user(username="boss", is_superuser=True)), signed_in(ada, FIREFOX)
        page = admin.get(f"/members/{ada.pk}/")
        assert "Firefox on Windows" in page.text
        assert "Sign out everywhere" in page.text
        admin.post(f"/members/{ada.pk}/sessions/end/")
        assert not is_in(victim)
        assert Event.objects.get(verb="member.sessions_ended").actor_name == "boss"
        assert "Not at this moment." in admin.get(f"/members/{ada.pk}/").text


class TestWhatPagesAskByThemselves:
    def test_every_page_that_asks_again_is_known(self) -> None:
        asking = [
            path.name
            for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
            if re.search(r'hx-trigger="[^"]*\bevery \d', path.read_text())
        ]
        assert sorted(asking) == ["_run.html", "_run_row.html", "_sync_run.html"]

    @pytest.mark.parametrize("name", ["people:run", "people:run_row"])
    def test_asking_again_keeps_nobody_signed_in(self, ada: User, name: str) -> None:
        browser, run = signed_in(ada), make_run()
        long_ago = timezone.now() - timedelta(minutes=20)
        Session.objects.of(ada).update(seen_at=long_ago)
        assert browser.get(reverse(name, args=[run.pk]), headers={"HX-Request": "true"}).status_code == 200
        assert sessions.of(ada).get().seen_at == long_ago
        browser.get(reverse(name, args=[run.pk]))
        assert sessions.of(ada).get().seen_at > long_ago


def test_the_sweeper_removes_sessions_that_are_over(ada: User, monkeypatch: Any) -> None:
    signed_in(ada)
    signed_in(ada)
    first = Session.objects.of(ada).order_by("began_at").first()
    assert first
    Session.objects.filter(pk=first.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    cleared: list[int] = []
    clear = SessionStore.clear_expired
    monkeypatch.setattr(SessionStore, "clear_expired", lambda: cleared.append(1) or clear())
    sweeper = Sweeper()
    sweeper.sweep()
    sweeper.close()
    assert cleared
    assert Session.objects.of(ada).count() == 1
