"""The sign-in service: discovery, tokens, and each refusal that client credentials can meet."""

from typing import Any

import jwt
import pytest

from neurons_admin.demo.roles import NO_ROLE_AT_ALL, USER_ADMIN

from .clients import Client, Control

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def app(tenant: dict[str, Any], key: str = "act") -> dict[str, str]:
    given = tenant["apps"][key]
    return {"client_id": given["client_id"], "client_secret": given["client_secret"]}


@pytest.mark.parametrize("name", ["tenant_id", "tenant_domain"])
def test_discovery_by_guid_and_by_domain(tenant, name):
    url = f"{tenant['authority_url']}/{tenant[name]}/v2.0/.well-known/openid-configuration"
    document = Client(tenant).session.get(url).json()
    assert document["token_endpoint"] == f"{tenant['authority_url']}/{tenant['tenant_id']}/oauth2/v2.0/token"
    assert Client(tenant).session.get(document["jwks_uri"]).json()["keys"][0]["kty"] == "RSA"


@pytest.mark.parametrize("name", [UNKNOWN, "fabrikam.example", "not-a-guid"])
def test_discovery_of_an_unknown_tenant_is_invalid_tenant(tenant, name):
    answer = Client(tenant).session.get(f"{tenant['authority_url']}/{name}/v2.0/.well-known/openid-configuration")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_tenant")


def test_a_token_says_who_it_is_for_and_what_was_granted(tenant):
    answer = Client(tenant).sign_in(**app(tenant)).json()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == answer["ext_expires_in"] == 3599
    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    assert claims["aud"] == "https://graph.microsoft.com"
    assert claims["iss"] == f"https://sts.windows.net/{tenant['tenant_id']}/"
    assert claims["tid"] == tenant["tenant_id"]
    assert claims["appid"] == tenant["apps"]["act"]["client_id"]
    assert claims["app_displayname"] == "Contoso act"
    assert (claims["idtyp"], claims["appidacr"], claims["ver"]) == ("app", "1", "1.0")
    assert claims["oid"] == claims["sub"] != claims["appid"]
    assert set(claims["wids"]) == {USER_ADMIN, NO_ROLE_AT_ALL}
    assert "User-PasswordProfile.ReadWrite.All" in claims["roles"]
    assert "scp" not in claims


def test_without_consent_there_is_a_token_but_no_roles_claim(tenant):
    claims = jwt.decode(Client(tenant).token("noconsent"), options={"verify_signature": False})
    assert "roles" not in claims
    assert claims["wids"] == [NO_ROLE_AT_ALL]


def test_what_is_granted_later_needs_a_new_token(tenant):
    client = Client(tenant, "noconsent")
    assert client.get("/users").status_code == 403
    Control(tenant).post("/apps/noconsent", json={"permissions": ["User.Read.All"]})
    assert client.get("/users").status_code == 403
    assert Client(tenant, "noconsent").get("/users").status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error", "code"),
    [
        ({"client_secret": "a0e1f6f2-0c9c-4b0e-8c7a-111111111111"}, 401, "invalid_client", 7000215),
        ({"client_id": UNKNOWN}, 400, "unauthorized_client", 700016),
        ({"client_id": "no guid"}, 400, "unauthorized_client", 700016),
        ({"client_id": ""}, 400, "invalid_request", 900144),
        ({"grant_type": ""}, 400, "invalid_request", 900144),
        ({"scope": ""}, 400, "invalid_request", 900144),
        ({"client_secret": ""}, 401, "invalid_client", 7000218),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": "User.Read"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://graph.microsoft.com/User.Read.All"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://graph.microsoft.us/.default"}, 400, "invalid_resource", 500011),
        ({"tenant": UNKNOWN}, 400, "invalid_request", 90002),
        ({"tenant": "fabrikam.example"}, 400, "invalid_request", 90002),
        ({"tenant": "nonsense"}, 400, "invalid_request", 900023),
        ({"tenant": "common"}, 400, "invalid_request", 50059),
    ],
)
def test_a_wrong_request_is_refused_by_number(tenant, changes, status, error, code):
    answer = Client(tenant).sign_in(**{**app(tenant), **changes})
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])
    assert body["error_description"].startswith(f"AADSTS{code}: ")
    assert (
        f"Trace ID: {body['trace_id']} Correlation ID: {body['correlation_id']} Timestamp: "
        in body["error_description"]
    )
    assert body["error_uri"].endswith(f"/error?code={code}")


@pytest.mark.parametrize(
    ("key", "status", "error", "code"),
    [
        ("expired", 401, "invalid_client", 7000222),
        ("disabled", 400, "unauthorized_client", 7000112),
        ("absent", 401, "invalid_client", 7000229),
        ("blocked", 400, "access_denied", 53003),
    ],
)
def test_an_app_that_cannot_sign_in(tenant, key, status, error, code):
    answer = Client(tenant).sign_in(**app(tenant, key))
    assert (answer.status_code, answer.json()["error"], answer.json()["error_codes"]) == (status, error, [code])


def test_a_wrong_secret_is_told_before_an_expired_one(tenant):
    answer = Client(tenant).sign_in(client_id=tenant["apps"]["expired"]["client_id"], client_secret="wrong")
    assert answer.json()["error_codes"] == [7000215]


def test_the_correlation_id_is_the_callers(tenant):
    client = Client(tenant)
    client.session.headers["client-request-id"] = UNKNOWN
    assert client.sign_in(client_id="x", client_secret="y").json()["correlation_id"] == UNKNOWN


def test_the_token_endpoint_wants_post(tenant):
    answer = Client(tenant).session.get(f"{tenant['authority_url']}/{tenant['tenant_id']}/oauth2/v2.0/token")
    assert answer.json()["error_codes"] == [900561]


def test_a_secret_looks_like_a_real_one(tenant):
    secret = tenant["apps"]["act"]["client_secret"]
    assert len(secret) == 40
    assert secret[3:6] == "8Q~"


def test_an_unknown_path_of_the_sign_in_host_is_404(tenant):
    assert Client(tenant).session.get(f"{tenant['authority_url']}/favicon.ico").status_code == 404
