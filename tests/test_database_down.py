"""The database is away: a page says so, nothing that was typed is on it or in the log, and it goes on by itself."""

import logging

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from tests.factories import make_user
from tests.signing_in import CANARY

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    client = Client(raise_request_exception=False)
    client.force_login(make_user(is_superuser=True))
    return client


@pytest.fixture(params=[OperationalError, InterfaceError])
def down(request, monkeypatch, client):
    """From here on, with somebody signed in before, the database gives no cursor."""

    def cursor(self):
        raise request.param("connection refused")

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", cursor)


@pytest.mark.usefixtures("down")
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("path", ["/people/", "/members/add/"])
def test_it_is_told_and_nothing_typed_is_repeated(client, caplog, path, headers):
    with caplog.at_level(logging.DEBUG):
        answers = [client.get(path, headers=headers), client.post(path, {"password1": CANARY}, headers=headers)]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "The database does not answer just now" in answer.text
        assert CANARY not in answer.text
    assert CANARY not in caplog.text


@pytest.mark.usefixtures("down")
def test_signing_in_is_told_too(caplog):
    answer = Client(raise_request_exception=False).post("/sign-in/", {"username": "ada", "password": CANARY})
    assert answer.status_code == 503
    assert CANARY not in answer.text + caplog.text


def test_a_fault_of_our_own_is_still_one(client, monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("neurons_admin.ui.keyset.page_of", fail)
    answer = client.get("/people/")
    assert answer.status_code == 500
    assert "Something failed on our side" in answer.text
