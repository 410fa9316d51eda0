"""A Microsoft that misbehaves on demand, for the tests of the Graph client; an administrator, for those of pages."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.graph import tokens, wire
from connectors.models import Connector
from connectors.sync import engine
from tests.factories import make_connector, make_user
from tests.fakes import FakeReader
from tests.microsoft import FakeMicrosoft
from tests.signing_in import sign_in

__all__ = ["sign_in"]


@pytest.fixture(autouse=True)
def _no_applications() -> Iterator[None]:
    tokens._applications.clear()
    yield
    tokens._applications.clear()


@pytest.fixture
def microsoft(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeMicrosoft]:
    fake = FakeMicrosoft(tmp_path_factory.getbasetemp())
    yield fake
    fake.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All waits of the wire, shortened."""
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 1.0)
    monkeypatch.setattr(wire, "READ_SECONDS", 0.5)
    monkeypatch.setattr(wire, "WHOLE_SECONDS", 0.7)


@pytest.fixture
def admin(client, db):  # type: ignore[no-untyped-def]
    """A client signed in as a connector admin."""
    client.user = make_user("Connector admin", first_name="Conny", last_name="Link")
    client.force_login(client.user)
    return client


@pytest.fixture
def contoso() -> Connector:
    return make_connector("Contoso")


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, Any]], FakeReader]:
    """Have connectors read these pages."""

    def read(pages: dict[str, Any]) -> FakeReader:
        reader = FakeReader(dict(pages))
        monkeypatch.setattr(Connector, "graph_for_sync", lambda self: reader)
        return reader

    return read


@pytest.fixture
def one_page_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each page be a batch of its own."""
    monkeypatch.setattr(engine, "ROWS_A_BATCH", 1)


@pytest.fixture
def no_threads_left() -> Iterator[None]:
    """Nobody reads on when the test is over."""
    yield
    assert not [thread for thread in threading.enumerate() if thread.name == "page reader"]
