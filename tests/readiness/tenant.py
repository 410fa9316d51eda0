"""The demo tenant without its sockets: a Graph client that asks its routes directly, and a directory to copy."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from connectors.graph import Endpoints, Graph, Registration
from connectors.graph.answers import Answer, json_of, raise_for
from neurons_admin.demo import roles
from neurons_admin.demo.apps import App
from neurons_admin.demo.cast import PARTS
from neurons_admin.demo.directory import Change
from neurons_admin.demo.graph import routes
from neurons_admin.demo.tenant import Settings, Tenant
from neurons_admin.demo.wire import Request, iso
from tests.readiness.permission_sets import PermissionSet

ORIGIN = "https://tenant.example"
PEOPLE = 60


class InProcess(Graph):
    """The product's client, whose exchanges reach a tenant in the same process with one app's token."""

    def __init__(self, tenant: Tenant, token: str) -> None:
        endpoints = Endpoints(ORIGIN, tenant.graph_url, "https://graph.microsoft.com", known=False)
        super().__init__(Registration(tenant.id, "", str, endpoints))
        self.tenant = tenant
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def exchange(
        self, method: str, path: str, body: dict[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        url = urlsplit(self._url(path))
        sent = b"" if body is None else json.dumps(body).encode()
        given = self._headers | {name.lower(): value for name, value in (headers or {}).items()}
        request = Request(method, url.path, url.query, given, sent)
        response = routes.answer(self.tenant, request).response
        answer = Answer(method, response.status, dict(response.headers), response.body)
        raise_for(answer)
        return json_of(answer)


class Laboratory:
    """One tenant, to which every experiment happens as if it were the first."""

    def __init__(self, folder: Path) -> None:
        self.tenant = Tenant(folder, ORIGIN, users=PEOPLE, seed=7, settings=Settings())
        self._app = self.tenant.apps["act"]
        _remember_people(self.tenant)
        _add_accounts(self.tenant)
        self.tenant.directory.user("nobody@contoso.example")
        self._untouched = self.tenant.directory
        self.start_again()

    def start_again(self) -> None:
        """Everything as it was; cheap, and needless after what changed nothing."""
        self.tenant.directory = self._untouched.as_of_now()

    @property
    def has_changed(self) -> bool:
        """Whether somebody has written since the start."""
        return len(self.tenant.directory.changes) > len(self._untouched.changes)

    def graph(self, permissions: PermissionSet) -> InProcess:
        """A client with the token of an app that holds these permissions and roles."""
        app: App = replace(self._app, permissions=permissions.permissions, roles=permissions.roles)
        return InProcess(self.tenant, self.tenant.signer.issue(app, time.time()))


def _remember_people(tenant: Tenant) -> None:
    """People are made from dice each time they are asked for; here the same sixty are, some hundred thousand times."""
    population = tenant.directory.population
    object.__setattr__(population, "make", cache(population.make))


def _numbers() -> Iterator[int]:
    """Of people beside the cast, to whom something is done before the experiments begin."""
    return iter(range(len(PARTS), PEOPLE))


_FREE = _numbers()
ROLES_BESIDE = {role: next(_FREE) for role in roles.NAMES if not any(role in part.roles for part in PARTS)}
WITHOUT_LOCATION, WITH_NOTHING, DELETED, DELETED_ADMINISTRATOR = (next(_FREE) for _ in range(4))


def _add_accounts(tenant: Tenant) -> None:
    """The role of each who holds one, and states that nobody of the cast has."""
    directory, now = tenant.directory, iso(time.time())
    member = {"userType": "Member", "accountEnabled": True, "onPremisesSyncEnabled": None, "usageLocation": "US"}
    nothing = {"assignedLicenses": [], "licenseAssignmentStates": []}
    values = dict.fromkeys(ROLES_BESIDE.values(), member) | {
        WITHOUT_LOCATION: {**member, **nothing, "usageLocation": None},
        WITH_NOTHING: {**member, **nothing},
        DELETED: member,
        DELETED_ADMINISTRATOR: member,
    }
    for number, changes in values.items():
        directory.apply(Change("update", directory.population.ids[number], now, changes))
    for role, number in ROLES_BESIDE.items():
        directory.groups._roles_of[number] = frozenset({role})
    directory.groups._roles_of[DELETED_ADMINISTRATOR] = frozenset({roles.GLOBAL_ADMIN})
