"""Sign-in with a certificate: the signed assertion that stands in for a secret, and why Microsoft refuses one.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

import base64
from typing import Any, Final

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from neurons_admin.demo.apps import App
from neurons_admin.demo.wire import Json

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = ("PS256", "RS256")
_CLAIMS = ("aud", "exp", "iss", "sub", "jti")
_SKEW = 300


class AssertionRefused(Exception):
    """Why an assertion is not accepted: AADSTS number, OAuth error name, text."""

    def __init__(self, code: int, text: str, error: str = "invalid_client") -> None:
        super().__init__(text)
        self.code = code
        self.error = error
        self.text = text


def verify(app: App, assertion: str, *, audiences: frozenset[str], now: float) -> None:
    """Raise AssertionRefused unless `assertion` was signed for one of `audiences` by a certificate of the app."""
    header = _header(assertion)
    certificate = _certificate(app, header)
    claims = _claims(assertion, certificate, header["alg"])
    if {claims["iss"], claims["sub"]} != {app.client_id}:
        text = "Client assertion application identifier doesn't match 'client_id' parameter."
        raise AssertionRefused(700021, text, "invalid_request")
    if claims["aud"] not in audiences:
        raise AssertionRefused(700023, "Client assertion audience claim does not match Realm issuer.")
    if not _in_time(claims, now):
        raise AssertionRefused(700024, "Client assertion is not within its valid time range.")
    if certificate.not_valid_after_utc.timestamp() <= now:
        raise _refused_key(app, header, "The key used is expired")


def _header(assertion: str) -> Json:
    try:
        header: Json = jwt.get_unverified_header(assertion)
    except jwt.PyJWTError:
        raise _malformed() from None
    if header.get("alg") not in _ALGORITHMS:
        raise _malformed()
    return header


def _certificate(app: App, header: Json) -> x509.Certificate:
    """The registered certificate whose thumbprint the header names."""
    for pem in app.certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        names = {"x5t#S256": hashes.SHA256(), "x5t": hashes.SHA1()}  # noqa: S303 - what the standard names so
        if any(
            str(header.get(name)).rstrip("=") == _base64(certificate.fingerprint(kind)) for name, kind in names.items()
        ):
            return certificate
    raise _refused_key(app, header, "The key was not found")


def _claims(assertion: str, certificate: x509.Certificate, algorithm: str) -> Json:
    options: Any = dict.fromkeys(("verify_exp", "verify_aud", "verify_iat", "verify_nbf"), False)
    options["require"] = list(_CLAIMS)
    try:
        claims: Json = jwt.decode(assertion, certificate.public_key(), [algorithm], options=options)  # type: ignore[arg-type]
    except jwt.InvalidSignatureError:
        text = (
            "Client assertion failed signature validation. [Reason - The key was found, but use of the key to verify"
            " the signature failed.]"
        )
        raise AssertionRefused(700027, text) from None
    except jwt.PyJWTError:
        raise _malformed() from None
    return claims


def _in_time(claims: Json, now: float) -> bool:
    begin, end = claims.get("nbf", now), claims["exp"]
    numbers = isinstance(begin, int | float) and isinstance(end, int | float)
    return numbers and begin - _SKEW <= now < end + _SKEW


def _refused_key(app: App, header: Json, reason: str) -> AssertionRefused:
    return AssertionRefused(
        700027,
        "The certificate with identifier used to sign the client assertion is not registered on application."
        f" [Reason - {reason}., Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see"
        f" configured keys for app Id '{app.client_id}'.]",
    )


def _malformed() -> AssertionRefused:
    return AssertionRefused(50027, "JWT token is invalid or malformed.", "invalid_request")


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
