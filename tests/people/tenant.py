"""The demo tenant behind a connector: real sign-in, real TLS, and what is true in the directory."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests

os.environ["DEMO_TENANT"] = "1"

from connectors import actions, sync
from connectors.graph import tokens
from connectors.models import Connector, SyncRun
from connectors.sync import schedule
from credentials.models import Credential
from neurons_admin.demo.server import running
from people import imports
from people.models import Account
from tests.contract import check_recorded, contract_file
from tests.factories import make_account, make_credential, make_person


class Tenant:
    """The demo tenant, as its owner sees it."""

    def __init__(self, description: dict[str, Any]) -> None:
        self.description = description
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = description["ca_bundle"]

    def control(self, method: str, path: str, **json: Any) -> Any:
        answer = self._session.request(method, self.description["control_url"] + path, json=json)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def id_of(self, key: str) -> str:
        return str(self.description["people"][key]["id"])

    def truth(self, key: str) -> Any:
        return self.control("GET", f"/users/{self.id_of(key)}")

    def change(self, key: str, **values: Any) -> None:
        self.control("POST", f"/users/{self.id_of(key)}", **values)

    def credential(self, app: str) -> Credential:
        given = self.description["apps"][app]
        return make_credential(
            f"{app} app",
            secret=given["client_secret"],
            tenant_id=self.description["tenant_id"],
            client_id=given["client_id"],
        )


@pytest.fixture(scope="module")
def exchanges() -> list[Any]:
    return []


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, exchanges: list[Any]) -> Iterator[Tenant]:
    folder = tmp_path_factory.mktemp("tenant")
    with running(folder, observers=(lambda *exchange: exchanges.append(exchange),)) as description:
        yield Tenant(description)


@pytest.fixture
def tenant(serving: Tenant, exchanges: list[Any], settings: Any) -> Iterator[Tenant]:
    settings.ENTRA_AUTHORITY_URL = serving.description["authority_url"]
    settings.GRAPH_URL = serving.description["graph_url"]
    settings.ENTRA_CA_BUNDLE = serving.description["ca_bundle"]
    serving.control("POST", "/reset")
    tokens._applications.clear()
    exchanges.clear()
    yield serving
    if contract_file() is not None:
        for request, response in exchanges:
            check_recorded(request, response)


@pytest.fixture
def unread(tenant: Tenant) -> Connector:
    """A connector that has not synchronised; it acts with the app that may do everything."""
    return Connector.objects.create(
        name="Contoso",
        sync_credential=tenant.credential("read"),
        action_credential=tenant.credential("full"),
        actions_enabled=True,
        actions_allowed=[action.key for action in actions.ALL if action.off_by_default],
    )


@pytest.fixture
def contoso(tenant: Tenant) -> Connector:
    """A connector that has synchronised once."""
    connector = Connector.objects.create(
        name="Contoso",
        sync_credential=tenant.credential("read"),
        action_credential=tenant.credential("act"),
        actions_enabled=True,
    )
    synchronise(connector)
    return connector


def synchronise(connector: Connector) -> SyncRun:
    run = schedule.start(connector)
    sync.carry_out(run.pk, imports)
    run.refresh_from_db()
    assert run.state == SyncRun.State.SUCCEEDED, run.message
    return run


def account_of(tenant: Tenant, key: str) -> Account:
    return Account.objects.with_connector().get(object_id=tenant.id_of(key))


def known(tenant: Tenant, connector: Connector, key: str) -> Account:
    """Somebody of the tenant, read by themselves: sooner than everybody."""
    name = tenant.truth(key)["displayName"]
    account = make_account(make_person(name), connector, object_id=tenant.id_of(key))
    imports.read_again(account)
    return account_of(tenant, key)
