"""Where a second factor is required, a password alone reaches the page to add one, and nothing else."""

import pytest
from django.test import Client
from django.urls import resolve

from neurons_admin.access import factors
from neurons_admin.access.models import Session
from tests.access.second_factors import code, give_app
from tests.factories import PASSWORD, make_user
from tests.test_policy_matrix import ANYBODY, NAMES, RULES, things, url_of

__all__ = ["things"]
pytestmark = pytest.mark.django_db
WAYS = "/profile/ways/"
# What is needed to add a second factor.
OPEN = {"access:ways", "access:way_add_app", "access:way_app", "access:confirm", "access:way_add_passkey",
        "access:confirm_passkey"}  # fmt: skip
CLOSED = [
    name for name in NAMES if name in RULES and name not in OPEN and ANYBODY not in (RULES[name].get, RULES[name].post)
]


@pytest.fixture(autouse=True)
def required(settings):
    settings.SECOND_FACTOR = "required"


@pytest.fixture
def ada():
    return make_user(username="ada", is_superuser=True)


@pytest.fixture
def browser(ada):
    """Signed in with a password, by the form."""
    browser = Client()
    browser.post("/sign-in/", {"username": "ada", "password": PASSWORD})
    return browser


def is_held(answer):
    return answer.status_code == 302 and answer.headers["Location"] == WAYS


@pytest.mark.parametrize("name", CLOSED)
def test_every_address_leads_to_the_page_to_add_one_even_for_a_superuser(browser, name, things):
    url = url_of(name, things)
    assert is_held(browser.get(url))
    assert is_held(browser.post(url))
    assert browser.get(url, headers={"HX-Request": "true"}).headers["HX-Redirect"] == WAYS


def test_what_is_open_is_declared(things):
    declared = {name for name in NAMES if getattr(resolve(url_of(name, things)).func, "is_before_second_factor", False)}
    assert declared == OPEN & set(NAMES)


def test_the_page_itself_leads_nowhere_else(browser):
    page = browser.get(WAYS)
    assert page.status_code == 200
    assert "Add a second factor" in page.text
    assert "/people/" not in page.text
    assert browser.post("/sign-out/").status_code == 302
    assert not Session.objects.filter(member__isnull=False).exists()


def test_adding_one_opens_everything_and_shows_recovery_codes(browser, ada):
    begun = browser.post("/profile/ways/app/")
    app = ada.authenticator_apps.get()
    assert begun.headers["Location"] == f"/profile/ways/app/{app.pk}/"
    key = browser.session.session_key
    page = browser.post(begun.headers["Location"], {"name": "My phone", "code": code(app)})
    assert page.text.count("<li><code>") == 10
    assert browser.get("/people/").status_code == 200
    assert browser.session.session_key != key


def test_who_has_one_and_signs_in_with_it_is_not_held(ada):
    app, browser = give_app(ada), Client()
    browser.post("/sign-in/", {"username": "ada", "password": PASSWORD})
    browser.post("/sign-in/second-step/", {"code": code(app)})
    assert browser.get("/people/").status_code == 200


def test_a_session_that_began_with_a_password_alone_cannot_add_one_beside_the_owners(browser, ada):
    begun = factors.begin_app(ada)
    app = give_app(ada)
    assert is_held(browser.get("/people/"))
    assert "Sign in once more" in browser.get(WAYS).text
    assert is_held(browser.post("/profile/ways/app/"))
    assert is_held(browser.post(f"/profile/ways/app/{begun.pk}/", {"name": "Mine", "code": code(begun)}))
    assert list(ada.authenticator_apps.filter(confirmed_at__isnull=False)) == [app]


def test_the_last_one_stays(ada):
    app, browser = give_app(ada), Client()
    browser.post("/sign-in/", {"username": "ada", "password": PASSWORD})
    browser.post("/sign-in/second-step/", {"code": code(app)})
    page = browser.post(f"/profile/ways/app/{app.pk}/remove/")
    assert "This is your last one" in page.text
    assert factors.has_any(ada)
    give_app(ada, "My tablet")
    assert browser.post(f"/profile/ways/app/{app.pk}/remove/").headers["Location"] == WAYS
    assert [app.name for app in ada.authenticator_apps.all()] == ["My tablet"]


def test_where_it_is_optional_a_password_is_enough(browser, settings):
    settings.SECOND_FACTOR = "optional"
    assert browser.get("/people/").status_code == 200
