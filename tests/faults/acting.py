"""The app registration that acts, and what the tenant and the trail say of its sign-ins."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.records import Row
from tests.faults.stage import Stage

Change = Callable[..., None]


@pytest.fixture
def act(stage: Stage) -> Iterator[Change]:
    """Change the app registration that acts. A changed secret is put back: the tenant keeps it over a reset."""

    def change(**changes: Any) -> None:
        stage.control("POST", "apps/act", changes)

    yield change
    if not stage.demo.is_running:
        stage.start("demo")
    change(client_secret=described(stage)["client_secret"], secret_expired=False, certificates=[])


def described(stage: Stage) -> Row:
    """Its ids and its first secret, as the tenant has written them down."""
    app: Row = stage.tenant.described()["apps"]["act"]
    return app


def credential_path(stage: Stage) -> str:
    """The address of the page of the credential that acts."""
    client = described(stage)["client_id"]
    found = stage.rows("SELECT id FROM credentials_credential WHERE client_id = %s", [client])
    return f"/credentials/{found[0]['id']}/"


def new_secret(stage: Stage) -> str:
    """A value that is to stand nowhere in clear."""
    value = f"new8Q~{secrets.token_urlsafe(26)}"
    stage.secrets[f"the new client secret {len(stage.secrets)}"] = value
    return value


def save_secret(stage: Stage, secret: str, *, accepted: bool = True) -> str:
    """On the real page, by somebody who may; returns what the page says where it refuses."""
    path = f"{credential_path(stage)}replace-secret/"
    answer = stage.desk_of("credentials").fill(path, {"client_secret": secret})
    assert answer.status_code == (302 if accepted else 200), answer.text
    return answer.text


def token_requests(stage: Stage) -> int:
    """How often the acting app has asked for a token."""
    client = described(stage)["client_id"]
    return sum(entry["endpoint"] == "token" and entry["client_id"] == client for entry in stage.journal())


def audited(stage: Stage, verb: str) -> int:
    """How often this stands in the audit trail."""
    return len(stage.rows("SELECT 1 FROM audit_event WHERE verb = %s", [verb]))
