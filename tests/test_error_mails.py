"""Errors by mail: told to ADMINS, without values, not too often; and the id that finds them in the log."""

import logging
import time
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from neurons_admin import error_mails, tracing
from neurons_admin.error_mails import ErrorMails

CANARY = "c4nary-value-that-nobody-may-see"


@pytest.fixture
def handler(settings: Any, monkeypatch: pytest.MonkeyPatch) -> ErrorMails:
    settings.ADMINS, settings.SENDS_MAIL = [("ops@example.com", "ops@example.com")], True
    # On this thread, so that what was sent can be looked at.
    monkeypatch.setattr(error_mails.threading, "Thread", Now)
    monkeypatch.setattr(error_mails, "_sending", type("Nothing", (), {})())
    return ErrorMails()


class Now:
    def __init__(self, *, target: Any, args: Any, **_: Any) -> None:
        self.run = lambda: target(*args)

    def start(self) -> None:
        self.run()
        error_mails._sending.is_on = False


def broken(client_secret: str) -> None:
    """Fail with what a traceback with values would show."""
    raise RuntimeError("It broke." if client_secret else "")


def failing(handler: ErrorMails) -> None:
    try:
        broken(CANARY)
    except RuntimeError:
        made = logging.LogRecord("people.views", logging.ERROR, __file__, 1, "Internal Server Error", (), None)
        made.exc_info = __import__("sys").exc_info()
        made.__dict__["request"] = f"<WSGIRequest: POST '/x?token={CANARY}'>"
        handler.emit(made)


def test_it_tells_the_place_and_no_value(handler: ErrorMails) -> None:
    with tracing.at("request-7"):
        failing(handler)
    (sent,) = mail.outbox
    assert sent.to == ["ops@example.com"]
    assert "RuntimeError: It broke." in sent.body
    assert "request-7" in sent.body
    assert CANARY not in sent.subject + sent.body


def test_it_does_not_send_without_end(handler: ErrorMails, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(error_mails.MOST_AN_HOUR + 5):
        failing(handler)
    assert len(mail.outbox) == error_mails.MOST_AN_HOUR
    later = time.monotonic() + error_mails.HOUR_SECONDS + 1
    monkeypatch.setattr(error_mails.time, "monotonic", lambda: later)
    failing(handler)
    assert len(mail.outbox) == error_mails.MOST_AN_HOUR + 1


def test_a_mail_server_that_refuses_is_told_to_the_log_alone(
    handler: ErrorMails, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("refused")

    monkeypatch.setattr(error_mails, "mail_admins", refuse)
    failing(handler)
    assert "An error could not be mailed." in caplog.text


def test_without_anybody_to_tell_nothing_is_sent(handler: ErrorMails, settings: Any) -> None:
    settings.ADMINS = []
    failing(handler)
    assert mail.outbox == []


@pytest.mark.django_db
class TestIds:
    def test_each_answer_has_one_of_its_own(self) -> None:
        names = {Client().get("/sign-in/", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"] for _ in range(3)}
        assert len(names) == 3
        assert "mine" not in names

    def test_the_page_for_errors_names_it_and_the_log_too(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError(f"broken by {CANARY}"[:9])

        monkeypatch.setattr("neurons_admin.access.views.sign_in.SignIn.get_context_data", fail)
        answer = Client(raise_request_exception=False).get(f"/sign-in/?x={CANARY}")
        assert answer.status_code == 500
        assert answer.headers["X-Request-ID"] in answer.text
        assert CANARY not in answer.text
        assert tracing.current() == ""
