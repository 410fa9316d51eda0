"""Which groups can be changed, and why others cannot: https://learn.microsoft.com/graph/api/resources/groups-overview."""

from collections.abc import Collection, Mapping
from typing import Any

from connectors.graph.kinds import DISTRIBUTION, MAIL_SECURITY, kind_of

from .directory import GroupFacts
from .permissions import ROLE_WRITE

GONE = "The group is no longer in the directory."
_FOR_ROLES = f"It can have directory roles: only an application with {ROLE_WRITE} may change its members."


def group_refusal(facts: GroupFacts, granted: Collection[str] | None = None) -> str:
    """Why an application cannot change the members of a group; empty when it can.

    `granted` are its permissions, on which it depends for some groups; None where they are not known, or are looked at
    by somebody else.
    """
    lacks_right = granted is not None and ROLE_WRITE not in granted
    reasons = (
        (facts.dynamic, "Its members follow from a rule: change the rule, or what it looks at."),
        (facts.kind in (MAIL_SECURITY, DISTRIBUTION), "Its members can only be changed in the Exchange admin center."),
        (facts.synced, "It comes from on-premises Active Directory: its members have to be changed there."),
        (
            facts.restricted,
            "It is in a restricted administrative unit: only an administrator of that unit may change it.",
        ),
        (facts.role_assignable and lacks_right, _FOR_ROLES),
    )
    return next((reason for holds, reason in reasons if holds), "")


def facts_of(group: Mapping[str, Any]) -> GroupFacts:
    """What a group object of Graph says of these matters."""
    kinds = group.get("groupTypes") or ()
    return GroupFacts(
        object_id=str(group.get("id") or "").lower(),
        name=str(group.get("displayName") or ""),
        kind=kind_of(group),
        dynamic="DynamicMembership" in kinds,
        synced=group.get("onPremisesSyncEnabled") is True,
        role_assignable=group.get("isAssignableToRole") is True,
        restricted=group.get("isManagementRestricted") is True,
    )


def is_in(state: Mapping[str, Any], group_id: str) -> bool | None:
    """Whether a state with `memberOf` has somebody in the group directly; None where it does not say."""
    groups = state.get("memberOf")
    if groups is None:
        return None
    return any(str(group.get("id")).lower() == group_id.lower() for group in groups)
