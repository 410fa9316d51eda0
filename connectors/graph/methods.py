"""With what somebody can sign in: https://learn.microsoft.com/graph/api/resources/authenticationmethods-overview."""

from dataclasses import dataclass
from typing import Any, Final

from .client import Reader
from .errors import NotThere, Refused

# By the end of the type's name: the collection through which an application deletes one, and what people call it.
_KINDS: Final = {
    "phone": ("phoneMethods", "Phone"),
    "microsoftAuthenticator": ("microsoftAuthenticatorMethods", "Microsoft Authenticator"),
    "fido2": ("fido2Methods", "Passkey"),
    "softwareOath": ("softwareOathMethods", "Code from an app"),
    "email": ("emailMethods", "E-mail, for resetting the password"),
    "windowsHelloForBusiness": ("windowsHelloForBusinessMethods", "Windows Hello for Business"),
    "platformCredential": ("platformCredentialMethods", "Platform credential"),
    "temporaryAccessPass": ("temporaryAccessPassMethods", "Temporary access pass"),
}
_PREFIX: Final = "#microsoft.graph."
_SUFFIX: Final = "AuthenticationMethod"
_PASSWORD: Final = "password"  # noqa: S105 - a name


@dataclass(frozen=True)
class Method:
    """One authentication method. `collection` is empty for one of a kind that cannot be deleted through Graph v1.0."""

    method_id: str
    collection: str
    name: str


def read_methods(reader: Reader, object_id: str) -> list[dict[str, Any]]:
    """Everything somebody has registered to sign in with, as Graph tells it. Raises GraphError."""
    return _entries(reader, f"/users/{object_id}/authentication/methods")


def read_access_passes(reader: Reader, object_id: str) -> list[dict[str, Any]]:
    """Somebody's temporary access pass, if there is one; without the pass itself. Raises GraphError."""
    return _entries(reader, f"/users/{object_id}/authentication/temporaryAccessPassMethods")


def _entries(reader: Reader, link: str) -> list[dict[str, Any]]:
    """All that stands there. A service of its own keeps it: whom it does not know may be too new rather than gone."""
    try:
        return [entry for page in reader.pages(link) for entry in page["value"]]
    except NotThere as exc:
        raise Refused(
            "Microsoft knows nothing of what this person signs in with: the account may be gone, or too new.",
            code=exc.code, detail=exc.detail, status=exc.status, request_id=exc.request_id,
        ) from exc  # fmt: skip


def methods_in(entries: list[dict[str, Any]]) -> list[Method]:
    """What people call them; without the password, which is no method that can be taken away."""
    return [method for entry in entries if (method := _method(entry)) is not None]


def _method(entry: dict[str, Any]) -> Method | None:
    kind = str(entry.get("@odata.type", "")).removeprefix(_PREFIX).removesuffix(_SUFFIX)
    if kind == _PASSWORD:
        return None
    collection, name = _KINDS.get(kind, ("", kind or "Of an unknown kind"))
    return Method(str(entry["id"]), collection, f"{name}{_details(entry)}")


def _details(entry: dict[str, Any]) -> str:
    """What tells it from others of its kind."""
    told = entry.get("phoneNumber") or entry.get("emailAddress") or entry.get("displayName")
    more = entry.get("phoneType") or entry.get("model")
    return (f": {told}" if told else "") + (f" ({more})" if told and more else "")
