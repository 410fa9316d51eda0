"""A demo tenant that people sign in at, and a browser that goes there and comes back."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest
import requests
from django.test import Client

os.environ["DEMO_TENANT"] = "1"

from connectors.member_sign_in import application
from neurons_admin.access import identities
from neurons_admin.access.models import User
from neurons_admin.demo.server import running
from tests.factories import make_user

Json = dict[str, Any]


@dataclass
class Provider:
    """The demo tenant as the identity provider of these tests."""

    described: Json

    @property
    def tenant_id(self) -> UUID:
        return UUID(self.described["tenant_id"])

    def ask(self, method: str, url: str, **content: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            session.verify = self.described["ca_bundle"]
            return session.request(method, url, timeout=10, allow_redirects=False, **content)

    def forge(self, how: str) -> None:
        """From here on its ID tokens are wrong in this way; empty: not at all."""
        answer = self.ask("POST", f"{self.described['control_url']}/settings", json={"forged": how})
        assert answer.status_code == 200, answer.text

    def answer(self, begun: Any, object_id: UUID, **query: str) -> str:
        """What somebody who is this person is sent back to, from where the browser was led."""
        url = begun.headers["Location"]
        page = self.ask("GET", url)
        assert "Who are you?" in page.text
        answer = self.ask("GET", f"{url}&login={object_id}", params=query)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Json]:
    with running(tmp_path_factory.mktemp("provider"), control=True) as described:
        yield described


@pytest.fixture
def provider(_running: Json, settings: Any) -> Iterator[Provider]:
    """The product is set up for it."""
    app = _running["apps"]["sign_in"]
    settings.ENTRA_AUTHORITY_URL = _running["authority_url"]
    settings.ENTRA_CA_BUNDLE = _running["ca_bundle"]
    settings.MICROSOFT_SIGN_IN_TENANT = UUID(_running["tenant_id"])
    settings.MICROSOFT_SIGN_IN_CLIENT_ID = UUID(app["client_id"])
    settings.MICROSOFT_SIGN_IN_CLIENT_SECRET = app["client_secret"]
    application._fetch_keys.cache_clear()
    found = Provider(_running)
    yield found
    found.forge("")


@pytest.fixture
def adele_id(_running: Json) -> UUID:
    """Somebody in the tenant."""
    return UUID(next(iter(_running["people"].values()))["id"])


@pytest.fixture
def other_id(_running: Json) -> UUID:
    """Somebody else in the tenant."""
    return UUID(list(_running["people"].values())[1]["id"])


@pytest.fixture
def ada(db: None, provider: Provider, adele_id: UUID) -> User:
    """A member who signs in with Microsoft only."""
    boss = make_user(username="boss", is_superuser=True)
    member = make_user("Viewer", username="ada")
    identities.link(member, provider.tenant_id, adele_id, only=True, by=boss)
    return User.objects.get(pk=member.pk)


def path_of(url: str) -> str:
    """Path and query of an address of ours."""
    split = urlsplit(url)
    return f"{split.path}?{split.query}"


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def come_back(browser: Client, provider: Provider, object_id: UUID, start: str = "/sign-in/microsoft/") -> Any:
    """Go to Microsoft, be this person there, and come back."""
    return browser.get(path_of(provider.answer(browser.get(start), object_id)))
