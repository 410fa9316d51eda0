"""Signing in with two steps: a password alone signs nobody in who has a second factor."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from neurons_admin.access import codes, factors
from neurons_admin.access.models import AuthenticatorApp, RecoveryCode, Session
from neurons_admin.access.throttle import SECOND_STEP_LIMIT
from neurons_admin.audit.models import Event
from tests.access.second_factors import code, give_app, wrong_code
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
SECOND_STEP = "/sign-in/second-step/"


@pytest.fixture
def ada():
    return make_user("Viewer", username="ada", first_name="Ada", last_name="Lovelace")


@pytest.fixture
def app(ada):
    return give_app(ada)


def give_password(client, next_="/audit/?actor=5", password=PASSWORD):
    return client.post("/sign-in/", {"username": "ada", "password": password, "next": next_})


def give_code(client, text):
    return client.post(SECOND_STEP, {"code": text})


def is_signed_in(client):
    return client.get("/profile/").status_code == 200


def test_a_code_after_the_password_signs_in_and_leads_on(client, ada, app):
    assert give_password(client).headers["Location"] == SECOND_STEP
    assert give_code(client, code(app)).headers["Location"] == "/audit/?actor=5"
    assert is_signed_in(client)
    assert client.session["signed_in_by"] == "password+totp"
    event = Event.objects.get(verb="sign_in.succeeded")
    assert event.detail == {"address": "127.0.0.1", "by": "totp"}


def test_nobody_is_signed_in_between_the_two(client, ada, app):
    give_password(client)
    assert not Session.objects.filter(member=ada).exists()
    assert "_auth_user_id" not in client.session
    assert client.get("/profile/").headers["Location"].startswith("/sign-in/")
    assert client.get(SECOND_STEP).status_code == 200
    assert not Event.objects.filter(verb="sign_in.succeeded").exists()


def test_each_step_has_a_session_key_of_its_own(client, ada, app):
    keys = []
    client.session.save()
    for step in (lambda: client.get("/sign-in/"), lambda: give_password(client), lambda: give_code(client, code(app))):
        step()
        keys.append(client.session.session_key)
    assert len(set(keys)) == 3


def test_without_the_password_there_is_no_second_step(client, app):
    assert client.get(SECOND_STEP).headers["Location"] == "/sign-in/"
    assert give_code(client, code(app)).headers["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_it_is_over_after_five_minutes(client, app, monkeypatch):
    give_password(client)
    late = time.time() + 301
    monkeypatch.setattr("neurons_admin.access.half_signed.time.time", lambda: late)
    assert (
        give_code(client, codes.code_at(app.secret.reveal(), int(late) // 30).decode()).headers["Location"]
        == "/sign-in/"
    )
    assert not is_signed_in(client)


@pytest.mark.parametrize("what", ["deactivated", "password", "reset"])
def test_what_changes_meanwhile_ends_it(client, ada, app, what):
    give_password(client)
    text = code(app)
    if what == "deactivated":
        ada.is_active = False
    elif what == "password":
        ada.set_password("another one altogether")
    else:
        factors.reset(ada, by=None)
    ada.save()
    assert give_code(client, text).headers["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_a_wrong_code_is_refused_and_recorded(client, ada, app):
    give_password(client)
    wrong = wrong_code(app)
    page = give_code(client, wrong)
    assert wrong not in page.text
    assert "This code is wrong" in page.text
    assert not is_signed_in(client)
    event = Event.objects.get(verb="sign_in.code_refused")
    assert (event.subject_id, event.actor_id) == (str(ada.pk), None)


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_thirty_seconds(client, app, steps, is_right, monkeypatch):
    now = (int(time.time()) // 30) * 30 + 15
    monkeypatch.setattr("neurons_admin.access.factors.time.time", lambda: now)
    give_password(client)
    give_code(client, codes.code_at(app.secret.reveal(), now // 30 + steps).decode())
    assert is_signed_in(client) == is_right


def test_a_code_works_once_and_older_ones_not_at_all(client, app):
    text, older = code(app), code(app, steps=-1)
    give_password(client)
    give_code(client, text)
    for used_up in (text, older):
        another = Client()
        give_password(another)
        assert "was used before" in give_code(another, used_up).text
        assert not is_signed_in(another)


def test_after_five_wrong_codes_it_begins_anew(client, app):
    give_password(client)
    for _ in range(5):
        assert give_code(client, wrong_code(app)).status_code == 200
    assert give_code(client, code(app)).headers["Location"] == "/sign-in/"
    assert client.get(SECOND_STEP).headers["Location"] == "/sign-in/"


def test_who_knows_the_password_cannot_go_on_guessing_codes_from_anywhere(ada, app):
    answers = []
    for number in range(SECOND_STEP_LIMIT + 1):
        browser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        give_password(browser)
        answers.append(give_code(browser, wrong_code(app)).status_code)
    assert answers == [200] * (SECOND_STEP_LIMIT - 1) + [429, 429]
    browser = Client()
    give_password(browser)
    assert give_code(browser, code(app)).status_code == 429
    assert Event.objects.filter(verb="sign_in.throttled").count() == 1


def test_a_recovery_code_signs_in_once(client, ada, app):
    made = factors.make_recovery_codes(ada)
    assert len(set(made)) == 10
    give_password(client)
    assert give_code(client, f" {made[3].upper().replace('-', ' ')} ").status_code == 302
    assert "9 recovery codes left" in client.get("/people/").text
    assert client.session["signed_in_by"] == "password+recovery"
    another = Client()
    give_password(another)
    assert give_code(another, made[3]).status_code == 200
    assert not is_signed_in(another)
    assert Event.objects.get(verb="member.recovery_code_used").detail == {"left": 9}


def test_recovery_codes_are_kept_hashed(ada, app):
    made = factors.make_recovery_codes(ada)
    stored = str(list(RecoveryCode.objects.values()))
    assert not any(text in stored or text.replace("-", "") in stored for text in made)


def test_somebody_elses_codes_do_not_work(client, ada, app):
    other = make_user(username="grace")
    text, recovery = code(give_app(other)), factors.make_recovery_codes(other)[0]
    give_password(client)
    for wrong in (text, recovery):
        give_code(client, wrong)
    assert not is_signed_in(client)


def test_the_secret_is_kept_sealed(app):
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM access_authenticatorapp")
        stored = cursor.fetchone()[0]
    assert stored.startswith("v1:")
    assert app.secret.reveal() not in stored


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_two_who_use_a_code_at_once_one_signs_in(kind):
    ada = make_user(username="ada")
    app = give_app(ada)
    text = code(app) if kind == "app" else factors.make_recovery_codes(ada)[0]
    barrier, accepted = threading.Barrier(2), []

    def use():
        barrier.wait()
        accepted.append(factors.accept(ada, text))
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bool(how) for how in accepted) == [False, True]


def test_an_app_that_never_showed_a_code_is_no_second_factor(client, ada):
    app = factors.begin_app(ada)
    assert give_password(client).headers["Location"] == "/audit/?actor=5"
    AuthenticatorApp.objects.update(added_at=timezone.now() - timedelta(minutes=16))
    assert client.get(f"/profile/ways/app/{app.pk}/").status_code == 404
