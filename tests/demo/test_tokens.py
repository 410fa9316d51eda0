"""What Graph says to a token that is missing, broken, old, foreign, or of an app that is gone."""

import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from neurons_admin.demo.apps import App
from neurons_admin.demo.odata import GraphError
from neurons_admin.demo.tokens import TokenSigner

from .clients import Client, Control, error

NOW = 1_800_000_000.0


@pytest.mark.parametrize("header", [None, "", "Bearer ", "Basic abc"])
def test_no_token_is_an_empty_token(tenant, header):
    answer = Client(tenant).get("/organization", headers={"Authorization": header} if header is not None else {})
    assert error(answer) == (401, "InvalidAuthenticationToken")
    assert answer.json()["error"]["message"] == "Access token is empty."
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert 'client_id="00000003-0000-0000-c000-000000000000"' in answer.headers["WWW-Authenticate"]


def test_a_token_without_dots(tenant):
    answer = Client(tenant).get("/organization", headers={"Authorization": "Bearer garbage"})
    assert "IDX14100" in answer.json()["error"]["message"]


def test_a_token_signed_by_somebody_else(tenant):
    token = jwt.decode_complete(Client(tenant).token("act"), options={"verify_signature": False})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = jwt.encode(token["payload"], key, "RS256")
    answer = Client(tenant).get("/organization", headers={"Authorization": f"Bearer {forged}"})
    assert error(answer) == (401, "InvalidAuthenticationToken")
    assert "Invalid signature" in answer.json()["error"]["message"]


def test_an_unsigned_token_is_refused(tenant):
    claims = jwt.decode(Client(tenant).token("act"), options={"verify_signature": False})
    unsigned = jwt.encode(claims, None, "none")
    assert Client(tenant).get("/organization", headers={"Authorization": f"Bearer {unsigned}"}).status_code == 401


def test_a_token_of_a_service_principal_that_is_gone(tenant):
    client = Client(tenant, "act")
    Control(tenant).post("/apps/act", json={"has_service_principal": False})
    assert error(client.get("/organization")) == (401, "Authorization_IdentityNotFound")


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    return TokenSigner(tmp_path_factory.mktemp("keys") / "key.pem", "tenant", "https://localhost")


def test_a_token_ends_after_its_life(signer):
    header = f"Bearer {signer.issue(App('k', 'name'), NOW)}"
    assert signer.check(header, NOW + 3598)["idtyp"] == "app"
    with pytest.raises(GraphError, match="the token is expired"):
        signer.check(header, NOW + 3599)


def test_a_token_for_another_audience_or_tenant(signer):
    for changes, message in (
        ({"aud": "https://vault.azure.net"}, "Invalid audience"),
        ({"tid": "x"}, "Invalid tenant"),
    ):
        claims = jwt.decode(signer.issue(App("k", "name"), time.time()), options={"verify_signature": False}) | changes
        token = jwt.encode(claims, signer._key, "RS256")
        with pytest.raises(GraphError, match=message):
            signer.check(f"Bearer {token}", time.time())


def test_the_key_is_kept(signer, tmp_path_factory):
    file = tmp_path_factory.mktemp("again") / "key.pem"
    token = TokenSigner(file, "tenant", "https://localhost").issue(App("k", "name"), NOW)
    assert TokenSigner(file, "tenant", "https://localhost").check(f"Bearer {token}", NOW)["tid"] == "tenant"
    assert file.stat().st_mode & 0o077 == 0
