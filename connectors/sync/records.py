"""A user object of Microsoft Graph, as a record of plain values.

Properties: https://learn.microsoft.com/graph/api/resources/user. A property that was never set is absent from a delta
answer; a changed object repeats all that was selected, so absent and null both mean "empty" here. Not so the manager:
of that one a round of changes speaks only when it has changed.
"""

import json
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import orjson

from connectors.graph import USER_PROPERTIES

from .values import first, flag, moment, storable, text


class AccountRecord(NamedTuple):
    """One account. Timestamps are kept as Graph wrote them (ISO 8601, UTC): PostgreSQL reads them.

    `more` is JSON: what has no column of its own, under Graph's names, without what is empty. `manager_id` is empty for
    somebody without a manager, and None where nothing was said of one.
    """

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
    more: str
    manager_id: str | None

    @property
    def is_guest(self) -> bool:
        return self.user_type.lower() == "guest"


class Removal(NamedTuple):
    """An account that is not to be shown as being there.

    Why: it was `deleted` (and can be restored for 30 days), is `gone` for good, or is `excluded` from what is imported.
    `manager_id` is what was said of the manager all the same, as in an AccountRecord: nobody says it again when the
    account comes back.
    """

    object_id: str
    why: str
    manager_id: str | None = None


LONGEST_MORE: Final = 64_000
NOTHING_MORE: Final = "{}"

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
_MORE: tuple[str, ...] = tuple(name for name in USER_PROPERTIES if name not in dict(_PROPERTIES))
# Objects that Graph gives whole, with a null for each part that is empty.
_OF_PARTS: tuple[str, ...] = ("employeeOrgData", "onPremisesExtensionAttributes")


def _cleaner(name: str, longest: int) -> Callable[[Any], Any]:
    if name == "businessPhones":
        return first
    if name in ("accountEnabled", "onPremisesSyncEnabled"):
        return flag
    return text(longest) if longest else moment


_CLEANERS: tuple[tuple[str, Callable[[Any], Any]], ...] = tuple(
    (name, _cleaner(name, longest)) for name, longest in _PROPERTIES[1:]
)


def parse(user: dict[str, Any]) -> AccountRecord | Removal:
    """A user object as Graph wrote it. Raises KeyError for an object without an id."""
    removed = user.get("@removed")
    if removed is not None:
        return Removal(user["id"].lower(), "gone" if removed.get("reason") == "deleted" else "deleted")
    get = user.get
    columns = [clean(get(name)) for name, clean in _CLEANERS]
    return AccountRecord._make([user["id"].lower(), *columns, _more(user), _manager_id(user)])


def _manager_id(user: dict[str, Any]) -> str | None:
    """The manager's id; empty for nobody, None where nothing is said. After a change the one before is told too."""
    told = user.get("manager@delta")
    if not told:
        return _id_of(user["manager"]) if "manager" in user else None
    return next((_id_of(entry) for entry in told if "@removed" not in entry), "")


def _id_of(entry: dict[str, Any] | None) -> str:
    return str(entry["id"]).lower() if entry else ""


def _more(user: dict[str, Any]) -> str:
    get = user.get
    more = {name: value for name in _MORE if (value := get(name))}
    for name in _OF_PARTS:
        if name in more and isinstance(parts := more.pop(name), dict):
            more |= {name: filled} if (filled := {key: value for key, value in parts.items() if value}) else {}
    if not more:
        return NOTHING_MORE
    document = _as_json(more)
    if "\\u0000" in document:
        document = _as_json(storable(more))
    return document if len(document) <= LONGEST_MORE else _as_json(_shortened(more))


def _as_json(value: Any) -> str:
    """What only the slower encoder takes is a number of more than 64 bits, or a text with half a character."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(storable(value), ensure_ascii=False, separators=(",", ":"))


def _shortened(more: dict[str, Any]) -> dict[str, Any]:
    """Only those properties that are no longer than their share."""
    kept = storable(more)
    return {name: value for name, value in kept.items() if len(_as_json(value)) <= LONGEST_MORE // len(_MORE)}
