"""People sign in: the code flow with PKCE and ID tokens, for the one app registration that members sign in with.

Who it is is chosen on a page, without a password. `forged` in the settings makes the ID tokens wrong on purpose.
"""

import base64
import hashlib
import html
import secrets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import jwt

from neurons_admin.demo.apps import App
from neurons_admin.demo.people import User
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.wire import Json, Request, Response

CODE_SECONDS: Final = 600
OFFERED: Final = 8
ANOTHER: Final = "99999999-9999-4999-8999-999999999999"
NEEDED: Final = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
# What each forgery changes of the claims; the others are made in `_signed`.
FORGERIES: Final[dict[str, Json]] = {
    "issuer": {"iss": f"https://login.microsoftonline.com/{ANOTHER}/v2.0"},
    "audience": {"aud": ANOTHER},
    "nonce": {"nonce": "of-another-sign-in"},
    "tenant": {"tid": ANOTHER},
    "no object": {"oid": None},
    "no nonce": {"nonce": None},
    "odd object": {"oid": "1 OR 1=1"},
}


@dataclass(frozen=True)
class Grant:
    """What a code was given for."""

    asked: dict[str, str]
    object_id: str
    at: float


class PeopleSignIn:
    """Codes that were given and not redeemed yet; each is good once."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._grants: dict[str, Grant] = {}

    def authorize(self, request: Request) -> Response:
        """The page where somebody says who they are; with `login` in the query they are sent back with a code."""
        asked = request.query
        app = self._tenant.apps.by_client_id(asked.get("client_id", ""))
        if app is None or [name for name in NEEDED if not asked.get(name)]:
            return Response(400, b"The request is not complete.", content_type="text/plain; charset=utf-8")
        if not asked.get("login"):
            return self._page(request)
        code = secrets.token_urlsafe(32)
        self._grants[code] = Grant(asked, asked["login"], request.received)
        back = urlencode({"code": code, "state": asked["state"]})
        return Response(302, headers={"Location": f"{asked['redirect_uri']}?{back}", "Cache-Control": "no-store"})

    def redeem(self, app: App, form: dict[str, str], now: float) -> Json | None:
        """The tokens for a code; None for one that is not good, or not for who redeems it."""
        grant = self._grants.pop(form.get("code", ""), None)
        if grant is None or now - grant.at > CODE_SECONDS or grant.asked["client_id"].lower() != app.client_id:
            return None
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        is_theirs = grant.asked["code_challenge"] == base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if not is_theirs or form.get("redirect_uri") != grant.asked["redirect_uri"]:
            return None
        return {
            "token_type": "Bearer",
            "scope": "openid profile",
            "expires_in": 3599,
            "access_token": secrets.token_urlsafe(32),
            "id_token": self._id_token(grant, app, now),
        }

    def _id_token(self, grant: Grant, app: App, now: float) -> str:
        tenant = self._tenant
        user = tenant.directory.user(grant.object_id)
        forged = tenant.settings.forged
        shift = {"expired": -7200, "early": 7200}.get(forged, 0)
        claims: Json = {
            "iss": f"{tenant.authority}/{tenant.id}/v2.0",
            "aud": app.client_id,
            "iat": int(now) + shift,
            "nbf": int(now) + shift,
            "exp": int(now) + shift + 3600,
            "auth_time": int(now) - (3600 if forged == "long ago" else 0),
            "sub": secrets.token_urlsafe(24),
            "tid": tenant.id,
            "oid": grant.object_id,
            "nonce": grant.asked["nonce"],
            "name": _name(user),
            "ver": "2.0",
            **FORGERIES.get(forged, {}),
        }
        if forged == "no time":
            del claims["auth_time"]
        return self._signed({name: value for name, value in claims.items() if value is not None}, forged)

    def _signed(self, claims: Json, forged: str) -> str:
        signer = self._tenant.signer
        if forged == "unsigned":
            return jwt.encode(claims, "", "none", headers={"kid": signer.key_id})
        if forged == "symmetric":
            # Signed with what everybody can read, in the hope that it is taken for a shared secret.
            secret = str(signer.public_keys()["keys"][0]["n"])
            return jwt.encode(claims, secret, "HS256", headers={"kid": signer.key_id})
        if forged == "cut":
            return signer.sign(claims)[:-8] + "AAAAAAAA"
        return signer.sign(claims, key_id="another-key" if forged == "unknown key" else "")

    def _page(self, request: Request) -> Response:
        offered = filter(None, map(self._tenant.directory.at, range(OFFERED)))
        queries = [(urlencode({**request.query, "login": user.id}), _name(user)) for user in offered]
        links = "".join(f'<li><a href="?{html.escape(query)}">{html.escape(name)}</a></li>' for query, name in queries)
        page = f"<!doctype html><title>Contoso (demo)</title><h1>Who are you?</h1><ul>{links}</ul>"
        return Response(200, page.encode(), content_type="text/html; charset=utf-8")


def _name(user: User | None) -> str:
    return str(user.properties.get("displayName", "")) if user else ""
