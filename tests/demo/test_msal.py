"""MSAL, unmodified, against the tenant: the settings that the product uses, and the traps that were met."""

import msal
import pytest

from neurons_admin.demo.tokens import LIFETIME

from .clients import SCOPE, Control


def application(tenant, key="act", *, name="tenant_id", secret=None, tenant_name=None):
    app = tenant["apps"][key]
    return msal.ConfidentialClientApplication(
        app["client_id"],
        client_credential=secret or app["client_secret"],
        authority=f"{tenant['authority_url']}/{tenant_name or tenant[name]}",
        instance_discovery=False,
        verify=tenant["ca_bundle"],
        timeout=5,
    )


@pytest.fixture(autouse=True)
def no_ca_bundle_of_the_machine(monkeypatch):
    """REQUESTS_CA_BUNDLE would override what MSAL is told to verify with."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("name", ["tenant_id", "tenant_domain"])
def test_msal_gets_a_token_and_then_serves_it_from_its_cache(tenant, name):
    app = application(tenant, name=name)
    first, second = app.acquire_token_for_client([SCOPE]), app.acquire_token_for_client([SCOPE])
    assert first["token_source"] == "identity_provider"
    assert second["token_source"] == "cache"
    assert first["access_token"] == second["access_token"]


def test_msal_reports_a_wrong_secret_as_a_dictionary(tenant):
    answer = application(tenant, secret="wrong").acquire_token_for_client([SCOPE])
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])


def test_msal_raises_value_error_for_an_unknown_tenant(tenant):
    with pytest.raises(ValueError, match="authority"):
        application(tenant, tenant_name="11111111-2222-4333-8444-555555555555")


def test_a_short_token_makes_msal_ask_each_time(tenant):
    Control(tenant).settings(token_lifetime=200)
    app = application(tenant)
    assert [app.acquire_token_for_client([SCOPE])["token_source"] for _ in range(2)] == ["identity_provider"] * 2
    assert LIFETIME > 300
