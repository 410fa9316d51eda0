"""Groups and directory roles as they stand behind the people: who belongs where.

A dynamic group's members follow from a rule over the users as they are. Those of every other group follow from a rule
over the users as they were made, and from what was added and removed since.
"""

import copy
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby

from neurons_admin.demo import licences, roles
from neurons_admin.demo.cast import DOMAIN, NUMBER, PARTS
from neurons_admin.demo.dice import object_id
from neurons_admin.demo.names import DEPARTMENTS
from neurons_admin.demo.people import Population, User
from neurons_admin.demo.policy import Rank
from neurons_admin.demo.wire import Json

Rule = Callable[[User], bool]

GROUP_DEFAULTS = (
    "id", "deletedDateTime", "classification", "createdDateTime", "description", "displayName", "expirationDateTime",
    "groupTypes", "isAssignableToRole", "mail", "mailEnabled", "mailNickname", "membershipRule",
    "membershipRuleProcessingState", "onPremisesLastSyncDateTime", "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled", "preferredDataLocation", "preferredLanguage", "proxyAddresses", "renewedDateTime",
    "resourceBehaviorOptions", "resourceProvisioningOptions", "securityEnabled", "securityIdentifier", "theme",
    "uniqueName", "visibility", "onPremisesProvisioningErrors", "serviceProvisioningErrors",
)  # fmt: skip
GROUP_PROPERTIES = frozenset({*GROUP_DEFAULTS, "isManagementRestricted", "assignedLicenses", "licenseProcessingState"})
ROLE_DEFAULTS = ("id", "deletedDateTime", "description", "displayName", "roleTemplateId")

_LISTS = ("groupTypes", "proxyAddresses", "resourceBehaviorOptions", "resourceProvisioningOptions",
          "onPremisesProvisioningErrors", "serviceProvisioningErrors")  # fmt: skip
_COMMERCIAL = ("Retail", "Sales", "Marketing", "Customer Service")


@dataclass(frozen=True)
class Group:
    """One group: its properties, the rule that says who is a direct member, and the groups it is nested in."""

    id: str
    properties: Json
    has_member: Rule
    parents: tuple[str, ...] = ()

    @property
    def is_role_assignable(self) -> bool:
        """Whether membership makes a person protected."""
        return self.properties.get("isAssignableToRole") is True

    @property
    def is_dynamic(self) -> bool:
        """Whether nobody but the rule decides who is a member."""
        return "DynamicMembership" in self.properties["groupTypes"]

    @property
    def is_synced(self) -> bool:
        """Whether an on-premises directory is this group's master."""
        return self.properties.get("onPremisesSyncEnabled") is True

    @property
    def is_restricted(self) -> bool:
        """Whether a restricted management administrative unit holds it."""
        return self.properties.get("isManagementRestricted") is True

    @property
    def belongs_to_exchange(self) -> bool:
        """Whether it is a distribution list or a mail-enabled security group, which Graph only reads."""
        return self.properties["mailEnabled"] is True and "Unified" not in self.properties["groupTypes"]


class Groups:
    """All groups and directory roles of the tenant, and who is in them."""

    def __init__(self, population: Population) -> None:
        self._population = population
        self.all = {group.id: group for group in _groups(population.seed)}
        self._roles_of = {NUMBER[part.key]: frozenset(part.roles) for part in PARTS if part.roles}
        self._set: dict[str, dict[int, bool]] = {group_id: {} for group_id in self.all}
        self._as_made: dict[str, array[int]] = {}

    def as_of_now(self) -> "Groups":
        """A copy that stays as this one is."""
        lagging = copy.copy(self)
        lagging._set = {group_id: dict(members) for group_id, members in self._set.items()}
        return lagging

    def set_member(self, group_id: str, number: int, *, is_member: bool) -> None:
        """Have a user, by number, in a group or out of it, whatever the group's rule says."""
        self._set[group_id][number] = is_member

    def is_member(self, group: Group, user: User) -> bool:
        """Whether the user is a direct member."""
        return self._has(group, user, self._population.make(user.number))

    def direct(self, user: User) -> list[Group]:
        """The groups that have this user as a direct member."""
        as_made = self._population.make(user.number)
        return [group for group in self.all.values() if self._has(group, user, as_made)]

    def transitive(self, user: User) -> list[Group]:
        """The same, and the groups in which those are nested."""
        found = {group.id: group for group in self.direct(user)}
        waiting = list(found.values())
        while waiting:
            for parent in waiting.pop().parents:
                if parent not in found:
                    found[parent] = self.all[parent]
                    waiting.append(self.all[parent])
        return list(found.values())

    def nested_in(self, group: Group) -> list[Group]:
        """The groups that are direct members of this one."""
        return [other for other in self.all.values() if group.id in other.parents]

    def with_nested(self, group: Group) -> list[Group]:
        """This group and those nested in it, at any depth."""
        found = [group]
        for each in found:
            found += [other for other in self.nested_in(each) if other not in found]
        return found

    def candidates(self, group: Group, changed: Iterable[int], start: int) -> Iterator[int]:
        """The numbers, from `start` on and in order, of all who might be direct members; `is_member` knows.

        `changed` are the numbers of the users who are not as they were made.
        """
        if group.id not in self._as_made:
            self._as_made[group.id] = array("L", (user.number for user in self._population if group.has_member(user)))
        as_made = self._as_made[group.id]
        others = sorted(number for number in (changed if group.is_dynamic else self._set[group.id]) if number >= start)
        rest = (as_made[index] for index in range(bisect_left(as_made, start), len(as_made)))
        return (number for number, _ in groupby(merge(rest, others)))

    def _has(self, group: Group, user: User, as_made: User) -> bool:
        if group.is_dynamic:
            return group.has_member(user)
        known = self._set[group.id].get(user.number)
        return group.has_member(as_made) if known is None else known

    def roles_of(self, user: User) -> frozenset[str]:
        """The template ids of the directory roles that the user holds."""
        return self._roles_of.get(user.number, frozenset())

    def role_holders(self, template_id: str) -> list[str]:
        """The object ids of the users who hold a directory role, deleted or not."""
        found = [number for number, held in self._roles_of.items() if template_id in held]
        return [self._population.ids[number] for number in found]

    def role_object(self, template_id: str) -> Json:
        """The `directoryRole` object for a role of the tenant."""
        name = roles.NAMES[template_id]
        return {
            "id": object_id(self._population.seed, sorted(roles.NAMES).index(template_id), "role"),
            "deletedDateTime": None,
            "description": f"{name} of the tenant.",
            "displayName": name,
            "roleTemplateId": template_id,
        }

    def rank(self, user: User) -> Rank:
        """What protects this user from callers of lower rank."""
        return Rank(
            roles=self.roles_of(user),
            in_role_assignable_group=any(group.is_role_assignable for group in self.transitive(user)),
            is_restricted=user.properties.get("isManagementRestricted") is True,
        )


def _groups(seed: int) -> Iterator[Group]:
    def make(number: int, name: str, rule: Rule, *parents: str, **properties: object) -> Group:
        group_id = object_id(seed, number, "group")
        nickname = "".join(letter for letter in name if letter.isalnum())
        values: Json = dict.fromkeys(GROUP_DEFAULTS) | {name: [] for name in _LISTS}
        values |= {
            "id": group_id,
            "displayName": name,
            "mailNickname": nickname,
            "mailEnabled": False,
            "securityEnabled": True,
            "createdDateTime": f"2021-03-{1 + number % 28:02d}T09:00:00Z",
            "isManagementRestricted": None,
        }
        values |= properties
        if values["mailEnabled"]:
            values |= {"mail": f"{nickname}@{DOMAIN}", "proxyAddresses": [f"SMTP:{nickname}@{DOMAIN}"]}
        return Group(group_id, values, rule, parents)

    tops = (make(1, "SG Commercial", _nobody), make(2, "SG Technology and Services", _nobody))
    yield from tops
    for number, (department, _) in enumerate(DEPARTMENTS):
        parent = tops[0] if department in _COMMERCIAL else tops[1]
        yield make(10 + number, f"SG {department}", _in_department(department), parent.id,
                   description=f"Everybody in {department}",
                   assignedLicenses=licences.handed_down(department))  # fmt: skip
    yield make(30, "All employees", lambda user: not user.is_guest, groupTypes=["DynamicMembership"],
               membershipRule='(user.userType -eq "Member")', membershipRuleProcessingState="On")  # fmt: skip
    yield make(31, "All guests", lambda user: user.is_guest, groupTypes=["DynamicMembership"],
               membershipRule='(user.userType -eq "Guest")', membershipRuleProcessingState="On")  # fmt: skip
    unified = {
        "groupTypes": ["Unified"],
        "mailEnabled": True,
        "securityEnabled": False,
        "visibility": "Private",
    }
    yield make(32, "Project Northstar", lambda user: user.number % 7 == 1, **unified)
    yield make(33, "Contoso social", lambda user: user.number % 3 == 1, **unified)
    yield make(34, "DL All hands", lambda user: not user.is_guest, mailEnabled=True, securityEnabled=False)
    yield make(35, "MESG Finance approvals", _in_department("Finance"), mailEnabled=True)
    yield make(36, "CORP File share users", lambda user: user.is_synced, onPremisesSyncEnabled=True,
               onPremisesLastSyncDateTime="2026-05-31T22:10:00Z")  # fmt: skip
    yield make(37, "Tier 0 operators", _has_part("role_group"), isAssignableToRole=True, visibility="Private")
    yield make(38, "Board papers", _has_part("restricted"), isManagementRestricted=True)
    yield make(39, '<b>Markup</b> & "quotes" {{7*7}}', lambda user: user.number % 11 == 1)


def _nobody(user: User) -> bool:
    return False


def _in_department(department: str) -> Rule:
    return lambda user: user.properties.get("department") == department


def _has_part(what: str) -> Rule:
    if what == "role_group":
        numbers = {number for number, part in enumerate(PARTS) if part.role_group}
    else:
        numbers = {NUMBER[what]}
    return lambda user: user.number in numbers
