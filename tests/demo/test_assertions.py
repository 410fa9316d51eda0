"""Sign-in with a certificate: what the token endpoint accepts, and each refusal."""

import base64
import hashlib
import time
import uuid

import jwt
import msal
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from neurons_admin.demo.assertions import TYPE
from tests.certificates import certificate, private, rsa_key

from .clients import SCOPE, Client, Control

PUBLIC = certificate()


@pytest.fixture
def registered(tenant):
    assert Control(tenant).post("/apps/act", json={"certificates": [certificate(rsa_key(1)), PUBLIC]}).ok
    return tenant


def thumbprint(kind, pem=PUBLIC):
    return base64.urlsafe_b64encode(x509.load_pem_x509_certificate(pem.encode()).fingerprint(kind)).decode().rstrip("=")


def assertion(tenant, *, key=None, algorithm="PS256", header=None, **changes):
    client_id = tenant["apps"]["act"]["client_id"]
    claims = {
        "aud": f"{tenant['authority_url']}/{tenant['tenant_id']}/oauth2/v2.0/token",
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "exp": int(time.time()) + 600,
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    header = header or {"x5t#S256": thumbprint(hashes.SHA256())}
    return jwt.encode(claims, key or rsa_key(), algorithm, headers=header)


def sign_in(tenant, text, **form):
    client_id = tenant["apps"]["act"]["client_id"]
    fields = {"client_assertion_type": TYPE, "client_assertion": text, **form}
    return Client(tenant).sign_in(client_id=client_id, **fields)


@pytest.mark.parametrize(
    ("algorithm", "header"),
    [("PS256", None), ("RS256", None), ("RS256", {"x5t": thumbprint(hashes.SHA1())})],
)
def test_it_is_accepted(registered, algorithm, header):
    answer = sign_in(registered, assertion(registered, algorithm=algorithm, header=header))
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (answer.status_code, claims["appidacr"]) == (200, "2")


REFUSED = {
    "an unknown certificate": ({"header": {"x5t#S256": hashlib.sha256(b"x").hexdigest()}}, 700027),
    "no thumbprint": ({"header": {"kid": "x"}}, 700027),
    "another key": ({"key": rsa_key(2)}, 700027),
    "another application": ({"iss": str(uuid.uuid4())}, 700021),
    "another place": ({"aud": "https://login.example/token"}, 700023),
    "an old one": ({"exp": int(time.time()) - 3600}, 700024),
    "one of tomorrow": ({"nbf": int(time.time()) + 86400}, 700024),
    "one without an id": ({"jti": None}, 50027),
    "a shared secret": ({"key": "a shared secret of 32 bytes or more.", "algorithm": "HS256"}, 50027),
}


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(registered, case):
    changes, code = REFUSED[case]
    answer = sign_in(registered, assertion(registered, **changes))
    assert (answer.status_code in {400, 401}, answer.json()["error_codes"]) == (True, [code])


def test_what_is_no_assertion_is_refused(registered):
    assert sign_in(registered, "hello").json()["error_codes"] == [50027]
    assert sign_in(registered, assertion(registered), client_assertion_type="x").json()["error_codes"] == [900144]


def test_a_certificate_that_is_not_registered_or_has_expired_is_refused(tenant):
    assert sign_in(tenant, assertion(tenant)).json()["error_codes"] == [700027]
    over = certificate(begins=-9, ends=-1)
    Control(tenant).post("/apps/act", json={"certificates": [over]})
    answer = sign_in(tenant, assertion(tenant, header={"x5t#S256": thumbprint(hashes.SHA256(), over)})).json()
    assert answer["error_codes"] == [700027]
    assert "The key used is expired" in answer["error_description"]


def test_msal_signs_in_with_it(registered):
    app = msal.ConfidentialClientApplication(
        registered["apps"]["act"]["client_id"],
        client_credential={"private_key": private(), "public_certificate": PUBLIC},
        authority=f"{registered['authority_url']}/{registered['tenant_id']}",
        instance_discovery=False,
        http_client=Client(registered).session,
    )
    assert "access_token" in app.acquire_token_for_client([SCOPE])
