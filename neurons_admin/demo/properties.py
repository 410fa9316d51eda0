"""The properties of a user: which exist, which come unasked, which may be written, and within what limits.

Limits and traps are those of Microsoft's reference (section 4.5 of the fact sheet); the list of names is the v1.0 type.
"""

import re
from datetime import datetime
from typing import Any

from neurons_admin.demo.odata import GraphError, bad_request, invalid_property
from neurons_admin.demo.wire import Json

DEFAULT = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
BASIC = frozenset({"id", "displayName", "givenName", "surname", "mail", "userPrincipalName", "securityIdentifier"})

READ_ONLY = frozenset({
    "id", "assignedLicenses", "assignedPlans", "createdDateTime", "creationType", "deletedDateTime",
    "deviceEnrollmentLimit", "externalUserStateChangeDateTime", "identityParentId", "imAddresses",
    "isManagementRestricted", "isResourceAccount", "lastPasswordChangeDateTime", "legalAgeGroupClassification",
    "licenseAssignmentStates", "onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesLastSyncDateTime",
    "onPremisesProvisioningErrors", "onPremisesSamAccountName", "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled", "onPremisesUserPrincipalName", "provisionedPlans", "proxyAddresses",
    "securityIdentifier", "serviceProvisioningErrors", "signInActivity", "signInSessionsValidFromDateTime",
})  # fmt: skip
ALONE = frozenset({
    "aboutMe", "birthday", "interests", "mySite", "pastProjects", "responsibilities", "schools", "skills",
})  # fmt: skip
DELEGATED_ONLY = ALONE | {"employeeHireDate", "hireDate", "preferredName"}

_TEXT_LIMITS = {
    "displayName": 256, "givenName": 64, "surname": 64, "department": 64, "companyName": 64, "mailNickname": 64,
    "mobilePhone": 64, "jobTitle": 128, "city": 128, "country": 128, "state": 128, "streetAddress": 1024,
    "postalCode": 40, "employeeId": 16, "employeeType": 256, "officeLocation": 128, "usageLocation": 2,
    "userPrincipalName": 113, "mail": 320, "faxNumber": 64, "preferredLanguage": 32, "preferredDataLocation": 8,
    "passwordPolicies": 256, "onPremisesImmutableId": 256, "ageGroup": 32, "consentProvidedForMinor": 32,
    "externalUserState": 64, "userType": 32, "employeeLeaveDateTime": 32,
}  # fmt: skip
_FLAGS = frozenset({"accountEnabled", "showInAddressList"})
_LISTS = {"businessPhones": 1, "otherMails": 250}
_OBJECTS = frozenset({"employeeOrgData", "onPremisesExtensionAttributes", "passwordProfile"})
OBJECT_PARTS = {
    "employeeOrgData": frozenset({"division", "costCenter"}),
    "onPremisesExtensionAttributes": frozenset(f"extensionAttribute{number}" for number in range(1, 16)),
}
WRITABLE = frozenset(_TEXT_LIMITS) | _FLAGS | frozenset(_LISTS) | _OBJECTS | {"identities"}
KNOWN = WRITABLE | READ_ONLY | DELEGATED_ONLY

NEVER_NULL = frozenset({
    "displayName", "usageLocation", "userPrincipalName", "mail", "accountEnabled", "businessPhones", "otherMails",
    "identities", "mailNickname",
})  # fmt: skip
LISTS = frozenset(
    {
        "assignedLicenses",
        "assignedPlans",
        "businessPhones",
        "otherMails",
        "proxyAddresses",
        "identities",
        "licenseAssignmentStates",
        "provisionedPlans",
        "imAddresses",
        "onPremisesProvisioningErrors",
        "serviceProvisioningErrors",
        "interests",
        "pastProjects",
        "responsibilities",
        "schools",
        "skills",
    }
)

MASTERED_ON_PREMISES = frozenset({
    "givenName", "surname", "displayName", "jobTitle", "department", "companyName", "officeLocation", "businessPhones",
    "mobilePhone", "faxNumber", "streetAddress", "city", "state", "postalCode", "country", "employeeId", "employeeType",
    "userPrincipalName", "mail", "mailNickname", "otherMails", "onPremisesExtensionAttributes", "employeeOrgData",
    "employeeHireDate", "passwordProfile", "onPremisesImmutableId", "preferredLanguage", "identities",
})  # fmt: skip
"""What a cloud caller cannot write on a user whose master is an on-premises directory."""

_UPN = re.compile(r"^[A-Za-z0-9'._\-!#^~]{1,64}@([A-Za-z0-9.\-]+)$")
INVALID_VALUES = "One or more property values specified are invalid."


def check_names(body: Json) -> None:
    """Refuse unknown and read-only properties, and ones that must travel alone, before anything else is looked at."""
    if not body:
        raise bad_request("Empty Payload. JSON content expected.", "BadRequest")
    for name in body:
        if name.startswith("@odata."):
            continue
        if name not in KNOWN or name in READ_ONLY:
            raise invalid_property(name)
    if ALONE & body.keys() and body.keys() - ALONE:
        raise bad_request("The request is currently not supported on the targeted entity set")


def check_values(body: Json, domains: tuple[str, ...]) -> None:
    """Refuse values that are of the wrong type, too long, cleared where that is forbidden, or otherwise impossible."""
    for name, value in body.items():
        if value is None:
            if name in NEVER_NULL:
                raise _invalid(name)
        elif name in _TEXT_LIMITS:
            _check_text(name, value)
        elif name in _FLAGS:
            _require(isinstance(value, bool), name)
        elif name in _LISTS:
            _require(_is_list_of_text(value, _LISTS[name]), name)
        elif name in _OBJECTS:
            _require(isinstance(value, dict) and _fits(name, value), name)
        elif name == "identities":
            _check_identities(value)
    _check_principal_names(body, domains)


def _check_principal_names(body: Json, domains: tuple[str, ...]) -> None:
    """The name that is given and the one that is an identity must be possible, and the same."""
    named = {body["userPrincipalName"]} if "userPrincipalName" in body else set()
    if "identities" in body:
        named.add(upn_identity(body["identities"])["issuerAssignedId"])
    for upn in named:
        _check_upn(upn, domains)
    _require(len(named) < 2, "userPrincipalName")


def upn_identity(identities: list[Json]) -> Json:
    """The identity that is the user principal name; StopIteration without one."""
    return next(entry for entry in identities if entry["signInType"] == "userPrincipalName")


def _check_text(name: str, value: Any) -> None:
    _require(isinstance(value, str) and 0 < len(value) <= _TEXT_LIMITS[name] and "\x00" not in value, name)
    if name == "employeeLeaveDateTime":
        _require(_is_moment(value), name)
    if name == "usageLocation":
        _require(len(value) == 2 and value.isascii() and value.isalpha(), name)


def _check_upn(upn: str, domains: tuple[str, ...]) -> None:
    match = _UPN.match(upn)
    if match is None:
        raise _invalid("userPrincipalName")
    if match[1].lower() not in domains:
        raise bad_request(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified "
            "domain names in your organization."
        )


def _check_identities(value: Any) -> None:
    _require(isinstance(value, list) and all(isinstance(entry, dict) for entry in value), "identities")
    names = [entry for entry in value if entry.get("signInType") == "userPrincipalName"]
    _require(len(names) == 1, "identities")
    for entry in value:
        _require(set(entry) - {"@odata.type"} == {"signInType", "issuer", "issuerAssignedId"}, "identities")
        issuer, assigned = entry["issuer"], entry["issuerAssignedId"]
        _require(isinstance(issuer, str) and 0 < len(issuer) <= 512, "identities")
        is_text = isinstance(assigned, str) and 0 < len(assigned) <= (113 if entry in names else 64)
        _require(is_text or (assigned is None and entry["signInType"] == "federated"), "identities")


def _fits(name: str, value: Json) -> bool:
    """Whether an object has only the parts that it may have; those of a password are looked at elsewhere."""
    parts = OBJECT_PARTS.get(name)
    if parts is None:
        return True
    is_text = all(part is None or (isinstance(part, str) and 0 < len(part) <= 1024)
                  for key, part in value.items() if key != "@odata.type")  # fmt: skip
    return is_text and parts.issuperset(set(value) - {"@odata.type"})


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _is_list_of_text(value: Any, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most and all(isinstance(text, str) and text for text in value)


def _require(condition: bool, name: str) -> None:
    if not condition:
        raise _invalid(name)


def _invalid(name: str) -> GraphError:
    return bad_request(f"Invalid value specified for property '{name}' of resource 'User'.")
