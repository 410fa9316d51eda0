"""Access tokens: issued in Entra's v1.0 format, with roles frozen at issue, and checked as Graph checks them."""

import base64
import hashlib
import secrets
import uuid
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from neurons_admin.demo.apps import App
from neurons_admin.demo.odata import unauthorized
from neurons_admin.demo.roles import NO_ROLE_AT_ALL
from neurons_admin.demo.wire import Json

AUDIENCE = "https://graph.microsoft.com"
LIFETIME = 3599
_KNOWN_TOKENS = 500


class TokenSigner:
    """Issues and checks the tenant's tokens with an RSA key that is made once and kept."""

    def __init__(self, key_file: Path, tenant_id: str, authority: str) -> None:
        self._key = _load_or_make_key(key_file)
        self._public_key = self._key.public_key()
        self._tenant_id = tenant_id
        self._authority = authority
        numbers = self._public_key.public_numbers()
        self.key_id = _base64(hashlib.sha1(str(numbers.n).encode(), usedforsecurity=False).digest())
        self._checked: dict[str, Json] = {}

    def issue(self, app: App, now: float, lifetime: int = LIFETIME, *, by_certificate: bool = False) -> str:
        """A token for `app`, carrying what is granted at this moment; no `roles` claim where nothing is."""
        issuer = f"https://sts.windows.net/{self._tenant_id}/"
        claims: Json = {
            "aud": AUDIENCE,
            "iss": issuer,
            "iat": int(now) - 300,
            "nbf": int(now) - 300,
            "exp": int(now) + lifetime,
            "aio": secrets.token_urlsafe(36),
            "app_displayname": app.name,
            "appid": app.client_id,
            "appidacr": "2" if by_certificate else "1",
            "idp": issuer,
            "idtyp": "app",
            "oid": app.service_principal_id,
            "rh": app.revalidation,
            "sub": app.service_principal_id,
            "tenant_region_scope": "EU",
            "tid": self._tenant_id,
            "uti": _base64(uuid.uuid4().bytes),
            "ver": "1.0",
            "wids": [*app.roles, NO_ROLE_AT_ALL],
        }
        if app.permissions:
            claims["roles"] = list(app.permissions)
        return jwt.encode(claims, self._key, "RS256", headers={"kid": self.key_id, "x5t": self.key_id})

    def sign(self, claims: Json, *, key_id: str = "") -> str:
        """A token of these claims; `key_id` names another key than the one that signs it."""
        return jwt.encode(claims, self._key, "RS256", headers={"kid": key_id or self.key_id})

    def check(self, authorization: str, now: float) -> Json:
        """The claims behind an `Authorization` header; 401 as Graph words it for everything that is not right."""
        token = authorization[7:].strip() if authorization[:7].lower() == "bearer " else ""
        if not token:
            raise unauthorized("Access token is empty.", authority=self._authority)
        claims = self._checked.get(token) or self._verify(token)
        if claims["exp"] <= now:
            raise unauthorized("Lifetime validation failed, the token is expired.", authority=self._authority)
        return claims

    def public_keys(self) -> Json:
        """The JSON Web Key Set that the discovery document points to."""
        numbers = self._public_key.public_numbers()
        modulus = _base64(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big"))
        exponent = _base64(numbers.e.to_bytes(3, "big"))
        return {
            "keys": [
                {
                    "kty": "RSA",
                    "use": "sig",
                    "kid": self.key_id,
                    "x5t": self.key_id,
                    "n": modulus,
                    "e": exponent,
                }
            ]
        }

    def _verify(self, token: str) -> Json:
        options: Any = {"verify_exp": False, "verify_aud": False, "verify_iat": False, "verify_nbf": False}
        try:
            claims: Json = jwt.decode(token, self._public_key, ["RS256"], options=options)
        except jwt.InvalidSignatureError:
            message = "Access token validation failure. Invalid signature."
            raise unauthorized(message, authority=self._authority) from None
        except jwt.PyJWTError:
            message = (
                "IDX14100: JWT is not well formed, there are no dots (.)."
                if "." not in token
                else ("InvalidAuthenticationToken: CompactToken parsing failed with error code: 80049217")
            )
            raise unauthorized(message, authority=self._authority) from None
        if claims.get("aud") != AUDIENCE:
            raise unauthorized("Access token validation failure. Invalid audience.", authority=self._authority)
        if claims.get("tid") != self._tenant_id:
            raise unauthorized("Access token validation failure. Invalid tenant.", authority=self._authority)
        if len(self._checked) >= _KNOWN_TOKENS:
            self._checked.clear()
        self._checked[token] = claims
        return claims


def _load_or_make_key(file: Path) -> rsa.RSAPrivateKey:
    if file.exists():
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        if isinstance(key, rsa.RSAPrivateKey):
            return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file.touch(mode=0o600)
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return key


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
