"""ID tokens, verified: signature, issuer, audience, tenant, times, nonce. MSAL leaves all of that to its caller.

Plain Python. The rules are those of https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation and
https://learn.microsoft.com/entra/identity-platform/id-tokens#validate-tokens; ours are narrower: one issuer, one
algorithm.
"""

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any, Final, Protocol

import jwt

ALGORITHM: Final = "RS256"
# How much the clocks of two servers may differ.
SKEW_SECONDS: Final = 120
NO_TIME: Final = "The ID token does not say when they proved who they are: it lacks the optional claim auth_time."
REQUIRED: Final = ("iss", "aud", "exp", "iat", "nbf", "sub", "tid", "oid", "nonce")


class TokenRefusedError(Exception):
    """It is not believed; the message says why and holds nothing of it."""


class Keys(Protocol):
    """Gives public keys by their ids; `afresh` asks for them again."""

    def __call__(self, *, afresh: bool) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Expected:
    """What a token has to say. `nonce` is what MSAL keeps; the token has its hash. `max_age` in seconds, or None."""

    issuer: str
    client_id: str
    tenant_id: str
    nonce: str
    max_age: int | None = None


@dataclass(frozen=True)
class Claims:
    """Who it is: tenant and object never change hands. `name` is for greeting, and for nothing else."""

    tenant_id: uuid.UUID
    object_id: uuid.UUID
    name: str
    # Whether they proved it at Microsoft just before, and were not let in for having done so earlier.
    is_proof: bool


def keys_in(text: str) -> dict[str, Any]:
    """The RSA keys of a JSON Web Key Set, by id; anything else in it is left out."""
    try:
        listed = json.loads(text).get("keys", [])
        return {
            str(key["kid"]): jwt.PyJWK.from_dict(key, algorithm=ALGORITHM).key
            for key in listed
            if key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and key.get("kid")
        }
    except (ValueError, TypeError, KeyError, AttributeError, jwt.PyJWTError) as exc:
        raise TokenRefusedError("The keys of the tenant make no sense.") from exc


def verify(token: str, expected: Expected, keys: Keys) -> Claims:
    """Who a token speaks of. Raises TokenRefusedError for whatever is not exactly as it has to be."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            _key_of(token, keys),
            algorithms=[ALGORITHM],
            audience=expected.client_id,
            issuer=expected.issuer,
            leeway=SKEW_SECONDS,
            options={"require": list(REQUIRED), "strict_aud": True},
        )
    except jwt.PyJWTError as exc:
        raise TokenRefusedError(f"The ID token is not valid: {type(exc).__name__}.") from exc
    nonce = hashlib.sha256(expected.nonce.encode()).hexdigest()
    if not expected.nonce or not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise TokenRefusedError("The ID token belongs to another sign-in.")
    try:
        tenant_id, object_id = uuid.UUID(str(claims["tid"])), uuid.UUID(str(claims["oid"]))
    except ValueError as exc:
        raise TokenRefusedError("The ID token names nobody.") from exc
    if tenant_id != uuid.UUID(expected.tenant_id):
        raise TokenRefusedError("The ID token is of another tenant.")
    if expected.max_age is not None:
        _require_recent(claims, expected.max_age)
    return Claims(tenant_id, object_id, str(claims.get("name") or ""), _is_recent(claims, 0))


def _key_of(token: str, keys: Keys) -> Any:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as exc:
        raise TokenRefusedError("The ID token is no token.") from exc
    if header.get("alg") != ALGORITHM:
        raise TokenRefusedError("The ID token is not signed as it has to be.")
    kid = str(header.get("kid"))
    key = keys(afresh=False).get(kid) or keys(afresh=True).get(kid)
    if key is None:
        raise TokenRefusedError("The ID token is signed with a key that the tenant does not have.")
    return key


def _require_recent(claims: dict[str, Any], max_age: int) -> None:
    if not isinstance(claims.get("auth_time"), int):
        raise TokenRefusedError(NO_TIME)
    if not _is_recent(claims, max_age):
        raise TokenRefusedError("They proved too long ago who they are.")


def _is_recent(claims: dict[str, Any], max_age: int) -> bool:
    """Whether they proved who they are within so many seconds; no for a token that does not say when."""
    proved_at = claims.get("auth_time")
    return isinstance(proved_at, int) and -SKEW_SECONDS <= time.time() - proved_at <= max_age + SKEW_SECONDS
