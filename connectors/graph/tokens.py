"""Tokens by MSAL: one long-lived application per app registration and process, built when first needed."""

import base64
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msal

from .errors import Busy, CredentialRefused, GraphError
from .own_problems import CHECK_NETWORK
from .registration import Registration
from .sign_in import SignInHttp
from .token_problems import NO_TENANT, problem_of

# Present in every app-only token and no role at all.
NO_ROLE = "0997a1d0-0d1d-4acb-b408-d5ca73121e90"
APPLICATIONS_KEPT = 64

_lock = threading.Lock()
_applications: OrderedDict[str, msal.ConfidentialClientApplication] = OrderedDict()


@dataclass(frozen=True)
class Grant:
    """What a token says of its app registration. Fixed when the token was issued: a later consent needs a new one.

    `readable` is false for a token that could not be looked into: what it grants is then not known here.
    """

    app_name: str
    tenant_id: str
    permissions: tuple[str, ...]
    directory_roles: tuple[str, ...]
    readable: bool = True


def token_for(registration: Registration) -> str:
    """An access token, from MSAL's cache while it lasts. Raises CredentialRefused or Busy; nothing was sent."""
    try:
        return _acquire(_application(registration), registration)
    except GraphError:
        # MSAL answers the same question from memory for a minute after a failure: the next attempt starts clean.
        forget(registration)
        raise


def grant_for(registration: Registration) -> Grant:
    """What the token in use grants. Raises what `token_for` raises."""
    return read_grant(token_for(registration))


def sign_in_afresh(registration: Registration) -> Grant:
    """Sign in with a new application and an empty cache, as a check must: a cached token hides a wrong secret.

    From then on the new token is the one in use. Raises CredentialRefused with what is wrong, or Busy when
    Microsoft could not be asked.
    """
    application = _build(registration)
    token = _acquire(application, registration)
    _keep(registration, application)
    return read_grant(token)


def renew(registration: Registration) -> None:
    """Have the next token be a new one."""
    with _lock:
        application = _applications.get(registration.cache_key())
    if application is not None:
        application.remove_tokens_for_client()


def forget(registration: Registration) -> None:
    """Drop the application with all it remembers."""
    with _lock:
        _applications.pop(registration.cache_key(), None)


def _application(registration: Registration) -> msal.ConfidentialClientApplication:
    key = registration.cache_key()
    with _lock:
        if key in _applications:
            _applications.move_to_end(key)
            return _applications[key]
    application = _build(registration)
    _keep(registration, application)
    return application


def _keep(registration: Registration, application: msal.ConfidentialClientApplication) -> None:
    with _lock:
        _applications[registration.cache_key()] = application
        if len(_applications) > APPLICATIONS_KEPT:
            _applications.popitem(last=False)


def _build(registration: Registration) -> msal.ConfidentialClientApplication:
    """The constructor asks the network (OpenID discovery), so it can fail in all the ways a network can."""
    try:
        return msal.ConfidentialClientApplication(
            registration.client_id,
            client_credential=registration.client_credential(),
            authority=registration.authority,
            http_client=SignInHttp(registration),
            instance_discovery=None if registration.endpoints.known else False,
        )
    except ValueError as exc:
        # Discovery answered 4xx: the tenant does not exist in this cloud.
        raise CredentialRefused(NO_TENANT.message, code=NO_TENANT.code, detail="AADSTS90002") from exc
    except KeyError as exc:
        raise _senseless() from exc


def _acquire(application: msal.ConfidentialClientApplication, registration: Registration) -> str:
    try:
        answer: dict[str, Any] = application.acquire_token_for_client([registration.endpoints.scope])
    except (ValueError, TypeError) as exc:
        raise _senseless() from exc
    if "access_token" in answer:
        return str(answer["access_token"])
    raise problem_error(answer)


def problem_error(answer: Mapping[str, Any]) -> CredentialRefused | Busy:
    """The error for a token endpoint's answer without a token; `error_description` is left out, it carries app IDs."""
    numbers = answer.get("error_codes")
    number = numbers[0] if isinstance(numbers, list) and numbers and isinstance(numbers[0], int) else 0
    problem = problem_of(number, str(answer.get("error", "")))
    kind = Busy if problem.passing else CredentialRefused
    return kind(
        problem.message,
        code=problem.code,
        detail=f"AADSTS{number}" if number else str(answer.get("error", "")),
        request_id=str(answer.get("trace_id") or answer.get("correlation_id") or ""),
    )


def _senseless() -> Busy:
    return Busy(f"Microsoft's sign-in service gave an answer that makes no sense. {CHECK_NETWORK}", code="not_sign_in")


def read_grant(token: str) -> Grant:
    """What a token claims. Its form is nobody's promise, so this never raises."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError):
        claims = None
    if not isinstance(claims, dict):
        return Grant("", "", (), (), readable=False)
    return Grant(
        app_name=str(claims.get("app_displayname") or ""),
        tenant_id=str(claims.get("tid") or ""),
        permissions=_names(claims.get("roles")),
        directory_roles=tuple(role for role in _names(claims.get("wids")) if role != NO_ROLE),
    )


def _names(claim: object) -> tuple[str, ...]:
    return tuple(sorted(str(name) for name in claim)) if isinstance(claim, list) else ()
