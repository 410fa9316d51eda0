"""Groups and directory roles as they stand behind the people: who belongs where follows from rules over a user."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from neurons_admin.demo import roles
from neurons_admin.demo.cast import DOMAIN, NUMBER, PARTS
from neurons_admin.demo.dice import object_id
from neurons_admin.demo.names import DEPARTMENTS
from neurons_admin.demo.people import User
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


class Groups:
    """All groups and activated directory roles of the tenant."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.all = {group.id: group for group in _groups(seed)}
        self._roles_of = {NUMBER[part.key]: frozenset(part.roles) for part in PARTS if part.roles}

    def direct(self, user: User) -> list[Group]:
        """The groups that have this user as a direct member."""
        return [group for group in self.all.values() if group.has_member(user)]

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

    def roles_of(self, user: User) -> frozenset[str]:
        """The template ids of the directory roles that the user holds."""
        return self._roles_of.get(user.number, frozenset())

    def role_object(self, template_id: str) -> Json:
        """The `directoryRole` object for a role of the tenant."""
        name = roles.NAMES[template_id]
        return {
            "id": object_id(self._seed, sorted(roles.NAMES).index(template_id), "role"),
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
                   description=f"Everybody in {department}")  # fmt: skip
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
