"""The app registration that members sign in with, and the way to Microsoft with it. MSAL does the OAuth part."""

from functools import lru_cache
from typing import Any, Final

import msal
from django.conf import settings

from connectors.graph import GraphError, Registration
from connectors.graph.sign_in import SignInHttp
from connectors.member_sign_in import id_tokens
from connectors.member_sign_in.id_tokens import Claims, Expected, TokenRefusedError
from connectors.registration import endpoints_of

# MSAL adds openid, profile and offline_access by itself; nothing is asked of Graph.
SCOPES: Final[list[str]] = []


class SignInFailedError(Exception):
    """Nobody was signed in. The message says why, for the log and the trail; it holds nothing that was sent."""


def is_on() -> bool:
    """Whether members can sign in with Microsoft here."""
    return bool(settings.MICROSOFT_SIGN_IN_TENANT)


def begin(redirect_uri: str, *, afresh: bool = False) -> dict[str, Any]:
    """What MSAL wants to see again when somebody comes back; `auth_uri` is where they go.

    `afresh`: Microsoft asks who they are, also if it knows. Raises SignInFailedError.
    """
    extra: dict[str, Any] = {"prompt": "login", "max_age": 0} if afresh else {"prompt": "select_account"}
    try:
        flow: dict[str, Any] = _application().initiate_auth_code_flow(SCOPES, redirect_uri=redirect_uri, **extra)
    except (GraphError, ValueError, KeyError) as exc:
        raise SignInFailedError("Microsoft's sign-in service could not be reached.") from exc
    return flow


def finish(flow: dict[str, Any], answer: dict[str, str]) -> Claims:
    """Who came back, by the ID token that Microsoft gives for their code. Raises SignInFailedError."""
    # Kept from MSAL, which would refuse a token without the time before we could say what it lacks.
    max_age = flow.pop("max_age", None)
    try:
        result: dict[str, Any] = _application().acquire_token_by_auth_code_flow(flow, answer)
    except GraphError as exc:
        raise SignInFailedError("Microsoft's sign-in service could not be reached.") from exc
    except (ValueError, RuntimeError, KeyError, TypeError, IndexError) as exc:
        raise SignInFailedError("The answer does not belong to what was asked.") from exc
    if "id_token" not in result:
        raise SignInFailedError(f"Microsoft refused: {str(result.get('error', 'no ID token'))[:60]}.")
    registration = _registration()
    expected = Expected(
        issuer=f"{registration.authority}/v2.0",
        client_id=registration.client_id,
        tenant_id=registration.tenant_id,
        nonce=str(flow.get("nonce", "")),
        max_age=max_age,
    )
    try:
        return id_tokens.verify(str(result["id_token"]), expected, _keys)
    except TokenRefusedError as exc:
        raise SignInFailedError(str(exc)) from exc


def _keys(*, afresh: bool) -> dict[str, Any]:
    """The tenant's public keys, from its own address; asked for again when a token names another one."""
    if afresh:
        _fetch_keys.cache_clear()
    try:
        return _fetch_keys(_registration().authority)
    except GraphError as exc:
        raise TokenRefusedError("The keys of the tenant could not be read.") from exc


@lru_cache(maxsize=2)
def _fetch_keys(authority: str) -> dict[str, Any]:
    answer = SignInHttp(_registration()).get(f"{authority}/discovery/v2.0/keys")
    return id_tokens.keys_in(answer.text)


def _registration() -> Registration:
    return Registration(
        tenant_id=str(settings.MICROSOFT_SIGN_IN_TENANT),
        client_id=str(settings.MICROSOFT_SIGN_IN_CLIENT_ID),
        secret=lambda: str(settings.MICROSOFT_SIGN_IN_CLIENT_SECRET),
        endpoints=endpoints_of(settings.MICROSOFT_SIGN_IN_CLOUD),
        ca_bundle=settings.ENTRA_CA_BUNDLE,
        proxy=settings.OUTBOUND_PROXY,
        pace=settings.PACE,
    )


def _application() -> msal.ConfidentialClientApplication:
    """Made anew each time: what MSAL remembers of one person's sign-in is not for the next."""
    registration = _registration()
    return msal.ConfidentialClientApplication(
        registration.client_id,
        client_credential=registration.client_credential(),
        authority=registration.authority,
        http_client=SignInHttp(registration),
        instance_discovery=None if registration.endpoints.known else False,
    )
