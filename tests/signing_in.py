"""A stand-in for signing in afresh, at the seam that checks use. Import the fixture in a conftest to have it."""

from datetime import date
from typing import NamedTuple

import pytest

from connectors.graph import Grant, Registration
from tests.factories import ALL_PERMISSIONS, TENANT_ID, USER_ADMINISTRATOR

CANARY = "zQ8Q~canary-value-that-nobody-may-see-4711"


class Tried(NamedTuple):
    """What Microsoft would have been given."""

    tenant_id: str
    client_id: str
    secret: str


def grant(*permissions: str, roles: tuple[str, ...] = (), name: str = "Contoso act", readable: bool = True) -> Grant:
    """What a token grants."""
    return Grant(name, str(TENANT_ID), permissions, roles, readable)


def full_grant() -> Grant:
    """Everything that acting needs."""
    return grant(*ALL_PERMISSIONS, roles=(USER_ADMINISTRATOR,))


class SignIn:
    """Answers with a grant or raises; remembers what it was asked with."""

    def __init__(self) -> None:
        self.answer: Grant | Exception = full_grant()
        self.last_day: date | None = None
        self.tried: list[Tried] = []

    def __call__(self, registration: Registration) -> Grant:
        self.tried.append(Tried(registration.tenant_id, registration.client_id, registration.secret()))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def sign_in(monkeypatch: pytest.MonkeyPatch) -> SignIn:
    """Microsoft, as far as signing in goes."""
    stand_in = SignIn()
    monkeypatch.setattr("connectors.checks.sign_in_afresh", stand_in)
    monkeypatch.setattr("connectors.checks.day_in_directory", lambda credential, grant: stand_in.last_day)
    return stand_in
