"""The generator: the same people for the same seed, each made only when somebody asks for them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from neurons_admin.demo import licences
from neurons_admin.demo.cast import DOMAIN, LEADERS, NUMBER, PARTS, Part
from neurons_admin.demo.dice import Dice, object_id
from neurons_admin.demo.names import (
    COST_CENTERS,
    DEPARTMENTS,
    EMPLOYEE_TYPES,
    GUEST_COMPANIES,
    REGIONS,
    Region,
)
from neurons_admin.demo.wire import Json

_NEWEST = datetime(2026, 6, 1, tzinfo=UTC)
_DAYS = [(_NEWEST - timedelta(days=days)).strftime("%Y-%m-%d") for days in range(4000)]
_TIMES = [f"T{minute // 60:02d}:{minute % 60:02d}:{minute % 59:02d}Z" for minute in range(1440)]
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "æ": "ae", "Æ": "Ae"})
_NUMBERED_FROM = 1000
"""From here on every sign-in name ends in the person's number, so that it is unique without a look at the others."""


@dataclass(frozen=True, slots=True)
class User:
    """One user of the directory. Never changed in place: a change makes a new one.

    A property that was never set is not in `properties`; one that was cleared is there as None.
    """

    id: str
    number: int
    properties: Json
    password: str
    manager_id: str | None = None
    deleted: str | None = None
    former_manager_id: str | None = None

    @property
    def upn(self) -> str:
        """The user principal name."""
        return str(self.properties["userPrincipalName"])

    @property
    def is_guest(self) -> bool:
        """Whether this is somebody from another tenant."""
        return self.properties.get("userType") == "Guest"

    @property
    def is_synced(self) -> bool:
        """Whether an on-premises directory is this user's master now."""
        return self.properties.get("onPremisesSyncEnabled") is True


class Population:
    """`size` people of one `seed`, numbered from 0; the first ones are the fixed cast."""

    def __init__(self, size: int, seed: int) -> None:
        self.size = max(size, len(PARTS))
        self.seed = seed
        self.ids = [object_id(seed, number) for number in range(self.size)]
        self.number = {object_id_: number for number, object_id_ in enumerate(self.ids)}
        self._taken: set[str] = {part.alias.lower() for part in PARTS}
        self._aliases: dict[int, str] = {}
        for number in range(len(PARTS), min(self.size, _NUMBERED_FROM)):
            self._aliases[number] = self._free_alias(number)

    def __iter__(self) -> Iterator[User]:
        return (self.make(number) for number in range(self.size))

    def id_of(self, key: str) -> str:
        """The object id of a member of the cast."""
        return self.ids[NUMBER[key]]

    def make(self, number: int) -> User:
        """Person number `number`, as they were when the tenant was made."""
        dice = Dice(self.seed, number)
        if number < len(PARTS):
            part = PARTS[number]
            manager = None if part.manager is None else self.id_of(part.manager)
            properties = _played(part, dice, number)
        else:
            region, given, surname = _name(dice)
            alias = self._aliases.get(number) or f"{_alias(region, given, surname)}{number}"
            properties, is_guest = _anybody(dice, number, region, given, surname, alias)
            manager = None if is_guest else self.ids[_boss(number)]
        properties["id"] = self.ids[number]
        licences.inherit(properties, self.seed, number)
        return User(self.ids[number], number, properties, f"Start-{number:06d}-{dice.below(10**8):08d}!", manager)

    def reports_of(self, number: int) -> list[int]:
        """The numbers of those who may have been made with this person as their manager, and of no one else."""
        cast = [NUMBER[part.key] for part in PARTS if part.manager and NUMBER[part.manager] == number]
        bosses = [boss for boss in range(len(PARTS)) if LEADERS[boss % len(LEADERS)] == number]
        bosses += [number] if number >= len(PARTS) else []
        made = (report for boss in bosses for report in range(boss * 8, boss * 8 + 8))
        return cast + [report for report in made if len(PARTS) <= report < self.size]

    def _free_alias(self, number: int) -> str:
        alias = _alias(*_name(Dice(self.seed, number)))
        if alias in self._taken:
            alias = f"{alias}{number}"
        self._taken.add(alias)
        return alias


def _boss(number: int) -> int:
    boss = number // 8
    return boss if boss >= len(PARTS) else LEADERS[boss % len(LEADERS)]


def _name(dice: Dice) -> tuple[Region, str, str]:
    region = dice.pick(REGIONS)
    return region, dice.pick(region.given), dice.pick(region.surnames)


def _alias(region: Region, given: str, surname: str) -> str:
    return f"{_roman(given)}.{_roman(surname)}"


@lru_cache(maxsize=2000)
def _roman(name: str) -> str:
    """The name in the letters that a user principal name allows, small and without spaces."""
    roman = name.partition("/")[2] or name
    plain = unicodedata.normalize("NFKD", roman.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return plain.replace(" ", "").lower()


def _moment(dice: Dice, newest: int, oldest: int) -> str:
    return _DAYS[newest + dice.below(oldest - newest)] + dice.pick(_TIMES)


def _base(dice: Dice, upn: str, alias: str, *, enabled: bool) -> Json:
    created = _moment(dice, 300, 3900)
    changed = _moment(dice, 1, 300)
    return {
        "userPrincipalName": upn,
        "mailNickname": alias,
        "accountEnabled": enabled,
        "userType": "Member",
        "createdDateTime": created,
        "lastPasswordChangeDateTime": changed,
        "signInSessionsValidFromDateTime": changed,
        "businessPhones": [],
        "otherMails": [],
        "identities": [{"signInType": "userPrincipalName", "issuer": DOMAIN, "issuerAssignedId": upn}],
        "assignedLicenses": [],
        "licenseAssignmentStates": [],
    }


def _add_mail(user: Json, mail: str) -> None:
    user["mail"] = mail
    user["proxyAddresses"] = [f"SMTP:{mail}"]


def _played(part: Part, dice: Dice, number: int) -> Json:
    upn = f"{part.alias}@{DOMAIN}"
    user = _base(dice, upn, part.alias.replace("'", ""), enabled=part.enabled)
    user["displayName"] = part.display_name
    given = {"givenName": part.given, "surname": part.surname, "jobTitle": part.job, "department": part.department,
             "officeLocation": part.office}  # fmt: skip
    user.update({name: value for name, value in given.items() if value is not None})
    if part.kind == "guest":
        _make_guest(user, part.alias, "fabrikam.example", "Fabrikam")
    elif part.job:
        _add_mail(user, upn)
        user.update(companyName="Contoso", usageLocation="US", preferredLanguage="en-US", employeeType="Employee",
                    businessPhones=[f"+1 425 555 01{number:02d}"], employeeId=f"1000{number:02d}")  # fmt: skip
        licences.give(user, dice, part.licences)
    if part.kind == "synced":
        _make_synced(user, part.alias, part.display_name, dice)
    elif part.kind == "once_synced":
        user["onPremisesSyncEnabled"] = False
        user["onPremisesLastSyncDateTime"] = "2025-02-11T09:30:00Z"
    user.update(part.extra)
    return user


def _anybody(dice: Dice, number: int, region: Region, given: str, surname: str, alias: str) -> tuple[Json, bool]:
    upn = f"{alias}@{DOMAIN}"
    user = _base(dice, upn, alias.replace("'", ""), enabled=not dice.in_hundred(5))
    first, last = given.partition("/")[0], surname.partition("/")[0]
    user["displayName"] = f"{last} {first}" if region.family_name_first else f"{first} {last}"
    user["givenName"] = first
    user["surname"] = last
    user["preferredLanguage"] = region.language
    if dice.in_hundred(6):
        company, domain = dice.pick(GUEST_COMPANIES)
        _make_guest(user, alias, domain, company)
        return user, True
    if not dice.in_hundred(3):
        _add_mail(user, upn)
    _add_job(user, dice, number)
    _add_place(user, dice, number, region)
    licences.give(user, dice)
    if dice.in_hundred(16):
        _make_synced(user, alias, user["displayName"], dice)
    return user, False


def _add_job(user: Json, dice: Dice, number: int) -> None:
    department, jobs = dice.pick(DEPARTMENTS)
    if not dice.in_hundred(8):
        user["department"] = department
    if not dice.in_hundred(6):
        user["jobTitle"] = dice.pick(jobs)
    user["companyName"] = "Contoso"
    user["employeeType"] = dice.pick(EMPLOYEE_TYPES)
    if not dice.in_hundred(15):
        user["employeeId"] = f"{100000 + number}"
    if dice.in_hundred(30):
        user["employeeOrgData"] = {"division": department, "costCenter": dice.pick(COST_CENTERS)}


def _add_place(user: Json, dice: Dice, number: int, region: Region) -> None:
    if not dice.in_hundred(10):
        user["officeLocation"] = f"{1 + dice.below(99)}/{1 + dice.below(3)}{100 + dice.below(20)}"
    if dice.in_hundred(70):
        user["businessPhones"] = [f"{region.phone}{dice.below(1000):03d}"]
    if dice.in_hundred(60):
        user["mobilePhone"] = f"{region.mobile}{dice.below(1000):03d}"
    if not dice.in_hundred(5):
        user["usageLocation"] = region.code
    user["country"] = region.country
    user["city"] = region.city
    if not dice.in_hundred(20):
        user["state"] = region.state
        user["postalCode"] = region.postal_code
        user["streetAddress"] = region.street


def _make_guest(user: Json, alias: str, domain: str, company: str) -> None:
    mail = f"{alias}@{domain}"
    upn = f"{alias}_{domain}#EXT#@{DOMAIN}"
    user.update(
        userType="Guest",
        userPrincipalName=upn,
        mail=mail,
        otherMails=[mail],
        proxyAddresses=[f"SMTP:{mail}"],
        companyName=company,
        creationType="Invitation",
        externalUserState="Accepted",
        externalUserStateChangeDateTime=user["createdDateTime"],
        identities=[{"signInType": "federated", "issuer": "ExternalAzureAD", "issuerAssignedId": None},
                    {"signInType": "userPrincipalName", "issuer": DOMAIN, "issuerAssignedId": upn}],
    )  # fmt: skip


def _make_synced(user: Json, alias: str, display_name: str, dice: Dice) -> None:
    sam = alias.replace(".", "")[:20]
    user.update(
        onPremisesSyncEnabled=True,
        onPremisesLastSyncDateTime=_moment(dice, 0, 2),
        onPremisesDomainName="corp.contoso.example",
        onPremisesSamAccountName=sam,
        onPremisesUserPrincipalName=user["userPrincipalName"],
        onPremisesImmutableId=f"{dice.below(2**60):015x}aQ==",
        onPremisesSecurityIdentifier=f"S-1-5-21-1004336348-1177238915-682003330-{1000 + dice.below(90000)}",
        onPremisesDistinguishedName=f"CN={display_name},OU=People,DC=corp,DC=contoso,DC=example",
        onPremisesExtensionAttributes=_extension_attributes(dice),
    )


def _extension_attributes(dice: Dice) -> dict[str, Any]:
    values: dict[str, Any] = {f"extensionAttribute{number}": None for number in range(1, 16)}
    values["extensionAttribute1"] = dice.pick(COST_CENTERS)
    return values
