"""The sign-in service: OpenID discovery and the token endpoint, with the AADSTS errors of client credentials."""

import hmac
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from neurons_admin.demo import assertions
from neurons_admin.demo.apps import App
from neurons_admin.demo.people_sign_in import PeopleSignIn
from neurons_admin.demo.tenant import Tenant
from neurons_admin.demo.tokens import AUDIENCE
from neurons_admin.demo.wire import Json, Request, Response, iso

_PATH = re.compile(r"^/([^/]+)/(.+)$")
_DOMAIN = re.compile(r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
CODE = "authorization_code"
_NO_TENANT = frozenset({"common", "organizations", "consumers"})


class SignInError(Exception):
    """A refusal of the sign-in service: AADSTS number, OAuth error name, HTTP status."""

    def __init__(self, code: int, error: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code = code
        self.error = error
        self.text = text
        self.status = status


class SignIn:
    """Discovery documents and tokens of one tenant, which answers to its GUID and to its domains."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._authority = tenant.authority
        self._tenant_id = tenant.id
        self._names = {tenant.id, *tenant.domains}
        self._people = PeopleSignIn(tenant)

    def answer(self, request: Request) -> Response:
        """The answer to any request that is meant for the sign-in service; 404 for paths it does not have."""
        routes: dict[str, Callable[[str, Request], Response]] = {
            "v2.0/.well-known/openid-configuration": self._discovery,
            ".well-known/openid-configuration": self._discovery,
            "oauth2/v2.0/token": self._token,
            "oauth2/v2.0/authorize": lambda tenant, request: self._people.authorize(request),
            "discovery/v2.0/keys": lambda tenant, request: Response.json(self._tenant.signer.public_keys()),
            "discovery/instance": self._instance_discovery,
        }
        match = _PATH.match(request.path)
        route = routes.get(match[2]) if match else None
        if match is None or route is None:
            return Response.json({"error": "not_found"}, 404)
        try:
            return route(match[1].lower(), request)
        except SignInError as error:
            return refusal(error, request, self._authority)

    def _discovery(self, tenant: str, request: Request) -> Response:
        self._check_tenant(tenant, error="invalid_tenant")
        base = f"{self._authority}/{self._tenant_id}"
        return Response.json(
            {
                "issuer": f"{base}/v2.0",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "response_types_supported": ["code", "id_token", "code id_token"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "claims_supported": [
                    "sub",
                    "iss",
                    "aud",
                    "exp",
                    "iat",
                    "nonce",
                    "name",
                    "oid",
                    "tid",
                    "ver",
                    "email",
                ],
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
                "msgraph_host": "graph.microsoft.com",
            }
        )

    def _instance_discovery(self, tenant: str, request: Request) -> Response:
        endpoint = f"{self._authority}/{self._tenant_id}/v2.0/.well-known/openid-configuration"
        return Response.json({"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": []})

    def _token(self, tenant: str, request: Request) -> Response:
        if request.method != "POST":
            text = f"The endpoint only accepts POST requests. Received a {request.method} request."
            raise SignInError(900561, "invalid_request", text, 405)
        self._check_tenant(tenant, error="invalid_request")
        form = request.form
        _check_form(form)
        app = self._authenticate(form, request.received)
        if form["grant_type"] == CODE:
            return self._redeemed(app, form, request.received)
        life = self._tenant.settings.token_lifetime
        token = self._tenant.signer.issue(app, request.received, life, by_certificate="client_assertion" in form)
        body: Json = {
            "token_type": "Bearer",
            "expires_in": life,
            "ext_expires_in": life,
            "access_token": token,
        }
        return Response.json(body, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})

    def _redeemed(self, app: App, form: dict[str, str], now: float) -> Response:
        body = self._people.redeem(app, form, now)
        if body is None:
            raise SignInError(70008, "invalid_grant", "The provided authorization code is expired, used or not yours.")
        return Response.json(body, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})

    def _check_tenant(self, tenant: str, error: str) -> None:
        if tenant in self._names:
            return
        if tenant in _NO_TENANT:
            text = (
                "No tenant-identifying information found in either the request or implied by any provided credentials."
            )
            raise SignInError(50059, error, text)
        if not _is_guid(tenant) and not _DOMAIN.match(tenant):
            text = (
                f"Specified tenant identifier '{tenant[:80]}' is neither a valid DNS name, nor a valid external domain."
            )
            raise SignInError(900023, error, text)
        text = (
            f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into "
            "the correct cloud. Check with your subscription administrator, this may happen if there are no active "
            "subscriptions for the tenant."
        )
        raise SignInError(90002, error, text)

    def _authenticate(self, form: dict[str, str], now: float) -> App:
        client_id = form["client_id"]
        app = self._tenant.apps.by_client_id(client_id)
        if app is None:
            text = (
                f"Application with identifier '{client_id[:80]}' was not found in the directory 'Contoso'. "
                "This can happen if the application has not been installed by the administrator of the tenant or "
                "consented to by any user in the tenant. You may have sent your authentication request to the wrong "
                "tenant."
            )
            raise SignInError(700016, "unauthorized_client", text)
        if app.disabled:
            raise SignInError(7000112, "unauthorized_client", f"Application '{app.client_id}'({app.name}) is disabled.")
        if form.get("client_assertion"):
            self._check_assertion(app, form, now)
        else:
            _check_secret(app, form["client_secret"], now)
        self._check_service_principal(app)
        return app

    def _check_assertion(self, app: App, form: dict[str, str], now: float) -> None:
        if form.get("client_assertion_type") != assertions.TYPE:
            raise _missing("client_assertion_type")
        base = f"{self._authority}/{self._tenant_id}"
        audiences = frozenset({f"{base}/oauth2/v2.0/token", f"{base}/v2.0"})
        try:
            assertions.verify(app, form["client_assertion"], audiences=audiences, now=now)
        except assertions.AssertionRefused as error:
            raise SignInError(error.code, error.error, error.text, 400 if "request" in error.error else 401) from None

    def _check_service_principal(self, app: App) -> None:
        if not app.has_service_principal:
            text = (
                f"The client application {app.client_id} is missing service principal in the tenant {self._tenant_id}."
            )
            raise SignInError(7000229, "invalid_client", text, 401)
        if app.blocked:
            text = "Access has been blocked by Conditional Access policies."
            raise SignInError(53003, "access_denied", text)


def refusal(error: SignInError, request: Request, authority: str) -> Response:
    """The answer that says `error` in the sign-in service's words."""
    trace_id = str(uuid.uuid4())
    stamp = datetime.fromtimestamp(request.received, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    correlation_id = request.client_request_id
    description = (
        f"AADSTS{error.code}: {error.text} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {stamp}"
    )
    body = {
        "error": error.error,
        "error_description": description,
        "error_codes": [error.code],
        "timestamp": stamp,
        "trace_id": trace_id,
        "correlation_id": correlation_id,
        "error_uri": f"{authority}/error?code={error.code}",
    }
    return Response.json(body, error.status, {"x-ms-request-id": trace_id, "Cache-Control": "no-store, no-cache"})


def _check_form(form: dict[str, str]) -> None:
    for name in ("grant_type", "client_id"):
        if not form.get(name):
            raise _missing(name)
    if form["grant_type"] not in {"client_credentials", CODE}:
        text = f"The app requested an unsupported grant type '{form['grant_type'][:40]}'."
        raise SignInError(70003, "unsupported_grant_type", text)
    if not form.get("client_secret") and not form.get("client_assertion"):
        text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise SignInError(7000218, "invalid_client", text, 401)
    if form["grant_type"] == CODE:
        return
    if not form.get("scope"):
        raise _missing("scope")
    _check_scope(form["scope"])


def _check_secret(app: App, secret: str, now: float) -> None:
    if not hmac.compare_digest(secret.encode(), app.client_secret.encode()):
        text = (
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret "
            f"value, not the client secret ID, for a secret added to app '{app.client_id}'."
        )
        raise SignInError(7000215, "invalid_client", text, 401)
    if app.secret_expires <= iso(now):
        text = (
            f"The provided client secret keys for app '{app.client_id}' are expired. Visit the Azure "
            "portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate "
            "credentials for added security: https://aka.ms/certCreds."
        )
        raise SignInError(7000222, "invalid_client", text, 401)


def _check_scope(scope: str) -> None:
    resource, _, name = scope.strip().rpartition("/")
    if " " in scope.strip() or name != ".default":
        text = (
            f"The provided value for scope {scope[:120]} is not valid. Client credential flows must have a scope value "
            "with /.default suffixed to the resource identifier (application ID URI)."
        )
        raise SignInError(1002012, "invalid_scope", text)
    if resource.rstrip("/") not in {AUDIENCE, "00000003-0000-0000-c000-000000000000"}:
        text = (
            f"The resource principal named {resource[:120]} was not found in the tenant named Contoso. This can happen "
            "if the application has not been installed by the administrator of the tenant."
        )
        raise SignInError(500011, "invalid_resource", text)


def _missing(name: str) -> SignInError:
    return SignInError(900144, "invalid_request", f"The request body must contain the following parameter: '{name}'.")


def _is_guid(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text))
