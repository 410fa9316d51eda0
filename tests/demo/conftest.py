"""A demo tenant for the tests: one a session, as new before each test, its Graph answers held to the contract."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

os.environ["DEMO_TENANT"] = "1"

from neurons_admin.demo.server import running
from neurons_admin.demo.wire import Request, Response
from tests.contract import check_recorded, contract_file

SCOPE = "https://graph.microsoft.com/.default"
Json = dict[str, Any]


class Client:
    """A caller of the tenant's Graph on behalf of one app, or of nobody."""

    def __init__(self, tenant: Json, app: str | None = None) -> None:
        self.tenant = tenant
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = tenant["ca_bundle"]
        if app is not None:
            self.session.headers["Authorization"] = f"Bearer {self.token(app)}"

    def sign_in(self, tenant: str | None = None, **form: str) -> requests.Response:
        """Ask the token endpoint; fields that are not given are sensible, ones given as "" are left out."""
        fields = {"grant_type": "client_credentials", "scope": SCOPE, **form}
        url = f"{self.tenant['authority_url']}/{tenant or self.tenant['tenant_id']}/oauth2/v2.0/token"
        return self.session.post(url, data={name: value for name, value in fields.items() if value})

    def token(self, app: str) -> str:
        given = self.tenant["apps"][app]
        answer = self.sign_in(client_id=given["client_id"], client_secret=given["client_secret"])
        return str(answer.json()["access_token"])

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        url = path if path.startswith("https://") else self.tenant["graph_url"] + path
        return self.session.request(method, url, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def patch(self, path: str, body: object, **options: Any) -> requests.Response:
        return self.call("PATCH", path, json=body, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.call("POST", path, **options)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)


class Control(Client):
    """The control endpoints of the tenant."""

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.tenant["control_url"] + path, **options)

    def user(self, key: str) -> Json:
        """The true state of a member of the cast."""
        answer: Json = self.get(f"/users/{self.tenant['people'][key]['id']}").json()
        return answer

    def change(self, key: str, **values: object) -> None:
        assert self.post(f"/users/{self.tenant['people'][key]['id']}", json=values).ok

    def settings(self, **values: object) -> None:
        assert self.post("/settings", json=values).ok


def error(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a Graph error."""
    return answer.status_code, answer.json()["error"]["code"]


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
def read(tenant: Json) -> Client:
    return Client(tenant, "read")


@pytest.fixture
def ids(tenant: Json) -> dict[str, str]:
    """Object ids of the cast by key."""
    return {key: person["id"] for key, person in tenant["people"].items()}
