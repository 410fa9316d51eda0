"""Tokens by MSAL: one long-lived application per app registration and process, built when first needed."""

import base64
import binascii
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import msal
import requests
from msal.exceptions import MsalServiceError

from .errors import CredentialRefused, TryLater
from .registration import Registration
from .token_problems import problem_of
from .wire import Session

# Present in every app-only token and no role at all.
NO_ROLE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"
APPLICATIONS_KEPT = 64

_lock = threading.Lock()
_applications: OrderedDict[str, msal.ConfidentialClientApplication] = OrderedDict()


@dataclass(frozen=True)
class Grant:
    """What a token says of its app registration. Fixed when the token was issued: a later consent needs a new one."""

    app_name: str
    tenant_id: str
    permissions: tuple[str, ...]
    directory_roles: tuple[str, ...]


def token_for(registration: Registration) -> str:
    """An access token, from MSAL's cache while it lasts. Raises CredentialRefused or TryLater; nothing was sent then."""
    return _acquire(_application(registration), registration)


def grant_for(registration: Registration) -> Grant:
    """What the token in use grants. Raises what `token_for` raises."""
    return read_grant(token_for(registration))


def sign_in_afresh(registration: Registration) -> Grant:
    """Sign in with a new application and an empty cache, as a check must: a cached token hides a wrong secret.

    Raises CredentialRefused with what is wrong, or TryLater when Microsoft could not be asked.
    """
    grant = read_grant(_acquire(_build(registration), registration))
    forget(registration)
    return grant


def forget(registration: Registration) -> None:
    """Drop the cached application, so that the next token is a new one."""
    with _lock:
        _applications.pop(registration.cache_key(), None)


def _application(registration: Registration) -> msal.ConfidentialClientApplication:
    key = registration.cache_key()
    with _lock:
        if key in _applications:
            _applications.move_to_end(key)
            return _applications[key]
    application = _build(registration)
    with _lock:
        _applications[key] = application
        if len(_applications) > APPLICATIONS_KEPT:
            _applications.popitem(last=False)
    return application


def _build(registration: Registration) -> msal.ConfidentialClientApplication:
    """The constructor asks the network (OpenID discovery), so it can fail in all the ways a network can."""
    session = Session(ca_bundle=registration.ca_bundle, proxy=registration.proxy)
    try:
        return msal.ConfidentialClientApplication(
            registration.client_id,
            client_credential=registration.secret(),
            authority=registration.authority,
            http_client=session,
            instance_discovery=None if registration.endpoints.known else False,
        )
    except ValueError as exc:
        # MSAL raises ValueError when discovery answers 4xx: the tenant does not exist in this cloud.
        problem = problem_of(90002)
        raise CredentialRefused(problem.message, code=problem.code, detail="AADSTS90002") from exc
    except MsalServiceError as exc:
        raise TryLater("Microsoft's sign-in service has a problem of its own.", code="sign_in_unavailable") from exc
    except requests.RequestException as exc:
        raise _unreachable(registration) from exc


def _acquire(application: msal.ConfidentialClientApplication, registration: Registration) -> str:
    try:
        answer: dict[str, Any] = application.acquire_token_for_client([registration.endpoints.scope])
    except (MsalServiceError, ValueError) as exc:
        raise TryLater("Microsoft's sign-in service has a problem of its own.", code="sign_in_unavailable") from exc
    except requests.RequestException as exc:
        raise _unreachable(registration) from exc
    if "access_token" in answer:
        return str(answer["access_token"])
    # MSAL answers the same question from memory for a minute after a failure: the next attempt starts clean.
    forget(registration)
    raise problem_error(answer)


def problem_error(answer: dict[str, Any]) -> CredentialRefused | TryLater:
    """The error for a token endpoint's answer without a token; `error_description` is left out, it carries app IDs."""
    numbers = [int(number) for number in answer.get("error_codes") or [] if str(number).isdigit()]
    number = numbers[0] if numbers else 0
    problem = problem_of(number, str(answer.get("error", "")))
    details = {
        "code": problem.code,
        "detail": f"AADSTS{number}" if number else str(answer.get("error", "")),
        "request_id": str(answer.get("trace_id") or answer.get("correlation_id") or ""),
    }
    if problem.passing:
        return TryLater(problem.message, **details)
    return CredentialRefused(problem.message, **details)


def _unreachable(registration: Registration) -> TryLater:
    return TryLater(
        f"{registration.endpoints.authority} could not be reached from this server. Check the network, the proxy and, for a"
        " test tenant, its certificate.",
        code="sign_in_unreachable",
    )


def read_grant(token: str) -> Grant:
    """What a token claims, for display only: whether Graph accepts it is for Graph to say."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        claims = {}
    return Grant(
        app_name=str(claims.get("app_displayname", "")),
        tenant_id=str(claims.get("tid", "")),
        permissions=tuple(sorted(claims.get("roles", []))),
        directory_roles=tuple(sorted(role for role in claims.get("wids", []) if role != NO_ROLE)),
    )
