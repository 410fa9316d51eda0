"""What is read of a user and around one, and how: https://learn.microsoft.com/graph/api/resources/user.

Without `$select` Graph tells eleven properties of a user; a key that was not asked for is missing, not null.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from .client import Reader
from .errors import NotThere, TryLater

# What is imported of everybody.
USER_PROPERTIES: tuple[str, ...] = (
    "id", "userPrincipalName", "displayName", "givenName", "surname", "mail", "jobTitle", "department", "companyName",
    "officeLocation", "mobilePhone", "businessPhones", "employeeId", "city", "country", "usageLocation", "userType",
    "accountEnabled", "onPremisesSyncEnabled", "createdDateTime", "lastPasswordChangeDateTime",
    "signInSessionsValidFromDateTime", "otherMails", "streetAddress", "state", "postalCode", "employeeType",
    "employeeOrgData", "identities", "mailNickname", "preferredLanguage", "faxNumber",
    "onPremisesExtensionAttributes", "assignedLicenses", "licenseAssignmentStates",
)  # fmt: skip
# What lists and rounds of changes do not tell: only a look at one user does.
_ONLY_SINGLY = ("isManagementRestricted",)
GROUP_PROPERTIES: tuple[str, ...] = (
    "id", "displayName", "description", "mail", "groupTypes", "mailEnabled", "securityEnabled",
    "onPremisesSyncEnabled", "isAssignableToRole",
)  # fmt: skip
_GROUP_SINGLY = ("isManagementRestricted",)
_REMOVED = "@removed"
# Stands for a directory role of which Graph told no more than that it is held.
UNKNOWN_ROLE = "unknown"


def read_user(reader: Reader, object_id: str, *, also: Iterable[str] = ()) -> dict[str, Any]:
    """One user object with everything that is imported, and the properties in `also`. Raises GraphError."""
    select = ",".join((*USER_PROPERTIES, *_ONLY_SINGLY, *also))
    user = reader.get(f"/users/{object_id}?$select={select}")
    if str(user.get("id", "")).lower() != object_id.lower():
        raise TryLater("Microsoft Graph gave an answer that is not the person asked for.", code="not_the_person")
    return user


def read_user_or_deleted(reader: Reader, object_id: str) -> dict[str, Any]:
    """The user object, also of somebody who was deleted; then `@removed` says whether that was for good.

    The same form as a round of changes has it. Raises GraphError.
    """
    try:
        return read_user(reader, object_id)
    except NotThere:
        pass
    select = ",".join((*USER_PROPERTIES, "deletedDateTime"))
    try:
        user = reader.get(f"/directory/deletedItems/{object_id}?$select={select}")
    except NotThere:
        return {"id": object_id, _REMOVED: {"reason": "deleted"}}
    return {**user, _REMOVED: {"reason": "changed"}}


def removal_in(state: Any) -> str:
    """`changed` for somebody who was deleted and can be restored, `deleted` for good; empty: the account is there."""
    return str((state.get(_REMOVED) or {}).get("reason", ""))


def read_manager(reader: Reader, object_id: str) -> dict[str, Any] | None:
    """The manager's id and names; None for somebody without one. Raises GraphError."""
    try:
        manager = reader.get(f"/users/{object_id}/manager?$select=id,displayName,userPrincipalName")
    except NotThere:
        return None
    return {name: manager.get(name) for name in ("id", "displayName", "userPrincipalName")}


def read_group(reader: Reader, group_id: str) -> dict[str, Any]:
    """One group, with what decides whether its members can be changed. Raises GraphError."""
    return reader.get(f"/groups/{group_id}?$select={','.join((*GROUP_PROPERTIES, *_GROUP_SINGLY))}")


def read_groups_of(reader: Reader, object_id: str) -> list[dict[str, Any]]:
    """All groups that a user is a direct member of. Raises GraphError."""
    select = ",".join(GROUP_PROPERTIES)
    link = f"/users/{object_id}/memberOf/microsoft.graph.group?$select={select}&$top=999"
    return list(_values(reader, link))


def read_standing(reader: Reader, object_id: str) -> tuple[frozenset[str], bool | None]:
    """Template ids of a user's directory roles, and whether a role-assignable group has them. Raises GraphError.

    Of what the application may not read Graph tells only that it is there: a role without a template id counts as an
    unknown one, under the name `unknown`; with a group that has no name the second is None, unless another says True.
    """
    roles, in_role_group, is_hidden = set(), False, False
    link = f"/users/{object_id}/transitiveMemberOf?$select=id,displayName,isAssignableToRole,roleTemplateId&$top=999"
    for entry in _values(reader, link):
        kind = str(entry.get("@odata.type", "")).rpartition(".")[2]
        if kind == "directoryRole":
            roles.add(str(entry.get("roleTemplateId") or UNKNOWN_ROLE))
        in_role_group = in_role_group or entry.get("isAssignableToRole") is True
        is_hidden = is_hidden or (kind == "group" and not entry.get("displayName"))
    return frozenset(roles), None if is_hidden and not in_role_group else in_role_group


def _values(reader: Reader, link: str) -> Iterator[dict[str, Any]]:
    for page in reader.pages(link):
        yield from page.get("value", ())
