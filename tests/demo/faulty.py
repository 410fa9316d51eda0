"""A demo tenant with the fault kit open, and what tests of it share."""

import time
from collections.abc import Callable
from typing import Any

import requests

from .clients import Client, Control, Json

JOB = {"jobTitle": "Lighthouse keeper"}


class Faulty:
    """The tenant, an app that acts on Adele, and the fault kit."""

    def __init__(self, tenant: Json) -> None:
        self.tenant = tenant
        self.control = Control(tenant)
        self.adele = tenant["people"]["adele"]["id"]
        self.path = f"/users/{self.adele}"
        self.act = Client(tenant, "act")
        self.read = Client(tenant, "read")
        self.control.delete("/journal")

    def fault(self, kind: str, **description: Any) -> Json:
        """Set a fault; returns what the tenant says of it."""
        answer = self.control.post("/faults", json={"kind": kind, **description})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def refused(self, **description: Any) -> str:
        """The sentence with which a description is refused."""
        answer = self.control.post("/faults", json=description)
        assert answer.status_code == 400
        return str(answer.json()["error"])

    def faults(self) -> Any:
        return self.control.get("/faults").json()

    def patch(self, **options: Any) -> requests.Response:
        """Give Adele another job."""
        return self.act.patch(self.path, JOB, **{"timeout": 5, **options})

    def sign_in(self, app: str = "act", **options: Any) -> requests.Response:
        given = self.tenant["apps"][app]
        form = {"client_id": given["client_id"], "client_secret": given["client_secret"]}
        form |= {"grant_type": "client_credentials", "scope": "https://graph.microsoft.com/.default"}
        url = f"{self.tenant['authority_url']}/{self.tenant['tenant_id']}/oauth2/v2.0/token"
        return self.act.session.post(url, data=form, headers={"Authorization": None}, **{"timeout": 5, **options})

    def discover(self, **options: Any) -> requests.Response:
        url = f"{self.tenant['authority_url']}/{self.tenant['tenant_id']}/v2.0/.well-known/openid-configuration"
        return self.act.session.get(url, headers={"Authorization": None}, **{"timeout": 5, **options})

    def has_job(self) -> bool:
        """Whether Adele truly has the job of `patch`."""
        return bool(self.control.get(self.path).json()["jobTitle"] == JOB["jobTitle"])

    def journal(self) -> list[Json]:
        return list(self.control.get("/journal").json())

    def last(self) -> Json:
        return self.journal()[-1]

    def effects(self) -> int:
        """How many requests changed the directory."""
        return sum(entry["effect"] for entry in self.journal())


def wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Until it is so; AssertionError when it takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.01)
