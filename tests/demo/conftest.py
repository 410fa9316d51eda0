"""A demo tenant for the tests: one a session, as new before each test, its Graph answers held to the contract."""

import os
from collections.abc import Callable, Iterator

import pytest

os.environ["DEMO_TENANT"] = "1"

from neurons_admin.demo.server import running
from neurons_admin.demo.wire import Request, Response
from tests.contract import check_recorded, contract_file

from .clients import Client, Control, Json
from .faulty import Faulty


@pytest.fixture(scope="session")
def exchanges() -> list[tuple[Request, Response]]:
    """All that went over the wire since the test began."""
    return []


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory, exchanges: list[tuple[Request, Response]]) -> Iterator[Json]:
    folder = tmp_path_factory.mktemp("tenant")
    with running(folder, observers=(lambda request, response: exchanges.append((request, response)),)) as tenant:
        yield tenant


@pytest.fixture
def tenant(serving: Json, exchanges: list[tuple[Request, Response]]) -> Iterator[Json]:
    """The tenant as `tenant.json` describes it, as new; afterwards each Graph answer is held against the contract."""
    Control(serving).post("/reset")
    exchanges.clear()
    yield serving
    if contract_file() is not None:
        for request, response in exchanges:
            check_recorded(request, response)


@pytest.fixture(scope="session")
def serving_faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    with running(tmp_path_factory.mktemp("faulty"), faults=True) as tenant:
        yield tenant


@pytest.fixture
def faulty(serving_faulty: Json) -> Faulty:
    """Another tenant, as new, with the fault kit open. Its answers are wrong on purpose: no contract."""
    Control(serving_faulty).post("/reset")
    return Faulty(serving_faulty)


@pytest.fixture
def control(tenant: Json) -> Control:
    return Control(tenant)


@pytest.fixture
def client(tenant: Json) -> Callable[[str | None], Client]:
    """Makes a client for an app of the tenant."""
    return lambda app: Client(tenant, app)


@pytest.fixture
def act(tenant: Json) -> Client:
    return Client(tenant, "act")


@pytest.fixture
def full(tenant: Json) -> Client:
    """The app that may also do what is off by default."""
    return Client(tenant, "full")


@pytest.fixture
def read(tenant: Json) -> Client:
    return Client(tenant, "read")


@pytest.fixture
def ids(tenant: Json) -> dict[str, str]:
    """Object ids of the cast by key."""
    return {key: person["id"] for key, person in tenant["people"].items()}


@pytest.fixture
def groups(act: Client) -> dict[str, str]:
    """Object ids of the groups by display name."""
    return {group["displayName"]: group["id"] for group in act.get("/groups?$select=id,displayName").json()["value"]}
