"""A user object of Microsoft Graph, as a record of plain values.

Properties: https://learn.microsoft.com/graph/api/resources/user. A property that was never set is absent from a delta
answer; a changed object repeats all that was selected, so absent and null both mean "empty" here.
"""

from collections.abc import Callable
from typing import Any, NamedTuple


class AccountRecord(NamedTuple):
    """One account. Timestamps are kept as Graph wrote them (ISO 8601, UTC): PostgreSQL reads them."""

    object_id: str
    user_principal_name: str
    display_name: str
    given_name: str
    surname: str
    mail: str
    job_title: str
    department: str
    company_name: str
    office_location: str
    mobile_phone: str
    business_phone: str
    employee_id: str
    city: str
    country: str
    usage_location: str
    user_type: str
    enabled: bool | None
    synced: bool | None
    created_in_directory_at: str | None
    password_changed_at: str | None
    sessions_valid_from: str | None

    @property
    def is_guest(self) -> bool:
        return self.user_type.lower() == "guest"


class Removal(NamedTuple):
    """An account that is not to be shown as being there.

    Why: it was `deleted` (and can be restored for 30 days), is `gone` for good, or is `excluded` from what is imported.
    """

    object_id: str
    why: str


# In the order of AccountRecord: the property and the longest text a column takes (0: not a text).
_PROPERTIES: tuple[tuple[str, int], ...] = (
    ("id", 36),
    ("userPrincipalName", 320),
    ("displayName", 256),
    ("givenName", 64),
    ("surname", 64),
    ("mail", 320),
    ("jobTitle", 128),
    ("department", 64),
    ("companyName", 64),
    ("officeLocation", 128),
    ("mobilePhone", 64),
    ("businessPhones", 64),
    ("employeeId", 64),
    ("city", 128),
    ("country", 128),
    ("usageLocation", 3),
    ("userType", 20),
    ("accountEnabled", 0),
    ("onPremisesSyncEnabled", 0),
    ("createdDateTime", 0),
    ("lastPasswordChangeDateTime", 0),
    ("signInSessionsValidFromDateTime", 0),
)
PROPERTIES: tuple[str, ...] = tuple(name for name, _ in _PROPERTIES)


def _text(longest: int) -> Callable[[Any], str]:
    def clean(value: Any) -> str:
        if not value:
            return ""
        text = value if isinstance(value, str) else str(value)
        # A directory value is whatever somebody once typed somewhere; PostgreSQL stores no NUL and no half a character.
        if "\0" in text:
            text = text.replace("\0", "")
        if not text.isascii():
            text = text.encode("utf-8", "ignore").decode()
        return text[:longest]

    return clean


def _first(value: Any) -> str:
    return _text(64)(value[0]) if isinstance(value, list) and value else ""


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _moment(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _cleaner(name: str, longest: int) -> Callable[[Any], Any]:
    if name == "businessPhones":
        return _first
    if name in ("accountEnabled", "onPremisesSyncEnabled"):
        return _flag
    return _text(longest) if longest else _moment


_CLEANERS: tuple[tuple[str, Callable[[Any], Any]], ...] = tuple(
    (name, _cleaner(name, longest)) for name, longest in _PROPERTIES[1:]
)


def parse(user: dict[str, Any]) -> AccountRecord | Removal:
    """A user object as Graph wrote it. Raises KeyError for an object without an id."""
    removed = user.get("@removed")
    if removed is not None:
        return Removal(user["id"].lower(), "gone" if removed.get("reason") == "deleted" else "deleted")
    get = user.get
    return AccountRecord._make([user["id"].lower(), *[clean(get(name)) for name, clean in _CLEANERS]])
