"""A Microsoft that misbehaves on demand, for the tests of the Graph client; an administrator, for those of pages."""

from collections.abc import Iterator

import pytest

from connectors.graph import tokens, wire
from tests.factories import make_user
from tests.fakes import FakeMicrosoft
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
    monkeypatch.setattr(wire, "CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(wire, "READ_SECONDS", 0.3)
    monkeypatch.setattr(wire, "WHOLE_SECONDS", 0.5)


@pytest.fixture
def admin(client, db):  # type: ignore[no-untyped-def]
    """A client signed in as a connector admin."""
    client.user = make_user("Connector admin", first_name="Conny", last_name="Link")
    client.force_login(client.user)
    return client
