"""For the tests of runs: a directory behind the Graph client, and a bell that only notes who was rung for."""

from typing import Any

import pytest
from django.test import Client

from connectors.graph import Grant
from connectors.models import Connector
from neurons_admin import doorbell
from neurons_admin.access.models import User
from people.models import Account
from tests.factories import ALL_PERMISSIONS, USER_ADMINISTRATOR, make_account, make_user
from tests.fakes import TENANT, Bell, FakeDirectory, FakeGraph
from tests.people.tenant import contoso, exchanges, serving, tenant, unread
from tests.runs import known_to

__all__ = ["contoso", "exchanges", "serving", "tenant", "unread"]

FULL_GRANT = Grant("Contoso act", TENANT, ALL_PERMISSIONS, (USER_ADMINISTRATOR,))


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> Bell:
    bell = Bell()
    monkeypatch.setattr(doorbell, "ring", bell.ring)
    return bell


@pytest.fixture
def directory(monkeypatch: pytest.MonkeyPatch) -> FakeDirectory:
    """What every connector acts in."""
    directory = FakeDirectory(grant=FULL_GRANT)

    def graph_for_acting(connector: Connector, on_call: Any = None) -> FakeGraph:
        return FakeGraph(directory, on_call)

    monkeypatch.setattr(Connector, "graph_for_acting", graph_for_acting)
    return directory


@pytest.fixture
def dana() -> User:
    """Somebody at the service desk."""
    return make_user("Service desk", username="dana")


@pytest.fixture
def desk(client: Client, dana: User) -> Client:
    """Her browser, signed in; `user` is she."""
    client.force_login(dana)
    client.user = dana  # type: ignore[attr-defined]
    return client


@pytest.fixture
def adele(directory: FakeDirectory) -> Account:
    """An account that the directory knows, too."""
    account = make_account()
    known_to(directory, account)
    return account
