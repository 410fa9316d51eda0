"""The tenant's app registrations: what was granted to each, and its secret. Made at the first start, then kept."""

import json
import secrets
import string
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from neurons_admin.demo import roles
from neurons_admin.demo.wire import Json, iso

NAMED = ("User.ReadWrite.All", "User.ManageIdentities.All", "Directory.ReadWrite.All")
"""The permissions that the product's mission names, less the one that cannot be granted to an application."""

READING = (
    "User.Read.All", "Group.Read.All", "GroupMember.Read.All", "LicenseAssignment.Read.All",
    "Organization.Read.All", "Device.Read.All", "RoleManagement.Read.Directory", "AuditLog.Read.All",
)  # fmt: skip
ACTING = (*NAMED, "User-PasswordProfile.ReadWrite.All")
EVERYTHING = (
    *ACTING, "UserAuthenticationMethod.ReadWrite.All", "UserAuthMethod-TAP.ReadWrite.All",
    "User-LifeCycleInfo.ReadWrite.All", "User-Mail.ReadWrite.All", "User-Phone.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
)  # fmt: skip
"""What the optional family of actions needs too."""
_IN_FORCE = "2029-11-30T00:00:00Z"
_OVER = "2025-03-31T00:00:00Z"
_SECRET_CHARACTERS = string.ascii_letters + string.digits + "_.~-"


def _new_secret() -> str:
    """A client secret in the shape of a real one: forty characters, `abc8Q~` and 34 more."""
    head = "".join(secrets.choice(string.ascii_letters) for _ in range(3))
    return f"{head}8Q~" + "".join(secrets.choice(_SECRET_CHARACTERS) for _ in range(34))


@dataclass(frozen=True)
class App:
    """One app registration and its service principal in the tenant."""

    key: str
    name: str
    permissions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    secret_expires: str = _IN_FORCE
    disabled: bool = False
    has_service_principal: bool = True
    blocked: bool = False
    client_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    client_secret: str = field(default_factory=_new_secret)
    object_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    service_principal_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    key_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    revocations: int = 0
    certificates: tuple[str, ...] = ()
    """The public certificates in PEM that were uploaded for it."""

    @property
    def revalidation(self) -> str:
        """The claim by which Graph knows whether a token was issued since the app's tokens were last revoked."""
        return f"1.{self.revocations}"

    @property
    def public(self) -> Json:
        """What an administrator who registered the app would have written down."""
        return {"name": self.name, "client_id": self.client_id, "client_secret": self.client_secret}


def _first_apps() -> list[App]:
    return [
        App("read", "Contoso read", READING),
        App("act", "Contoso act", ACTING, (roles.USER_ADMIN,)),
        App(
            "full",
            "Contoso act, with the optional family",
            EVERYTHING,
            (roles.PRIVILEGED_AUTHENTICATION_ADMIN, roles.USER_ADMIN),
        ),
        App("sign_in", "Neurons Admin sign-in"),
        App("weak", "Contoso act without a role", NAMED),
        App("expired", "Contoso expired secret", ACTING, (roles.USER_ADMIN,), secret_expires=_OVER),
        App("noconsent", "Contoso without consent"),
        App("disabled", "Contoso disabled", ACTING, (roles.USER_ADMIN,), disabled=True),
        App("absent", "Contoso without service principal", ACTING, has_service_principal=False),
        App("blocked", "Contoso blocked by Conditional Access", ACTING, blocked=True),
    ]


class AppRegistry:
    """The app registrations, kept in one file so that client ids and secrets outlive a restart."""

    def __init__(self, file: Path) -> None:
        self._file = file
        stored = json.loads(file.read_text()) if file.exists() else []
        known = {entry["key"]: _from_json(entry) for entry in stored}
        self._apps = {app.key: known.get(app.key, app) for app in _first_apps()}
        self._save()

    def __iter__(self) -> Iterator[App]:
        return iter(self._apps.values())

    def __getitem__(self, key: str) -> App:
        return self._apps[key]

    def by_client_id(self, client_id: str) -> App | None:
        """The app with this client id, in any letter case."""
        return next((app for app in self if app.client_id == client_id.lower()), None)

    def change(self, key: str, changes: Json) -> App:
        """Grant, withdraw, disable or expire behind the product's back.

        Two names are orders of their own: `secret_expired` sets the secret's end to now, or far ahead again;
        `revoke_tokens` lets Graph refuse what was issued before, which otherwise stays good with its old grants.
        KeyError for an app that there is not, TypeError for a property that there is not or a value that does not fit.
        """
        app = self._apps[key]
        for name, value in changes.items():
            _check(app, name, value)
        changes = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
        if "secret_expired" in changes:
            changes["secret_expires"] = iso(time.time()) if changes.pop("secret_expired") else _IN_FORCE
        if changes.pop("revoke_tokens", False):
            changes["revocations"] = app.revocations + 1
        self._apps[key] = replace(app, **changes)
        self._save()
        return self._apps[key]

    def reset(self) -> None:
        """Back to the first grants, with the same ids and secrets."""
        for app in _first_apps():
            old = self._apps[app.key]
            kept = {name: getattr(old, name) for name in _KEPT}
            self._apps[app.key] = replace(app, **kept)
        self._save()

    def _save(self) -> None:
        text = json.dumps([asdict(app) for app in self], indent=1)
        self._file.touch(mode=0o600, exist_ok=True)
        self._file.write_text(text)


_ORDERS = frozenset({"secret_expired", "revoke_tokens"})
_KEPT = ("client_id", "client_secret", "object_id", "service_principal_id", "key_id", "revocations")


def _check(app: App, name: str, value: Any) -> None:
    if name in _ORDERS:
        fits = isinstance(value, bool)
    else:
        old = asdict(app).get(name)
        fits = type(value) is type(list(old) if isinstance(old, tuple) else old)
    if not fits:
        raise TypeError(name)


def _from_json(entry: Json) -> App:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return App(**values)
