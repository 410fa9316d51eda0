"""Action by action: what it needs, what of that has been granted, and what will work. For the administrator who asks
whether a credential suffices."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from connectors import actions
from connectors.actions import Action, Need
from connectors.actions.permissions import READING, USER_READ
from connectors.models import Connector
from connectors.readiness import Facts, Verdict, facts_about, verdict
from credentials.directory_roles import NAMES
from credentials.directory_roles import READING as READING_ROLES
from credentials.finding import Finding
from credentials.models import Credential

LEAST_ROLE = "User Administrator"


class Held(NamedTuple):
    """One thing that is needed: whether it is held (None: not known), and through what else, if not by itself."""

    name: str
    held: bool | None
    through: str = ""


@dataclass(frozen=True)
class Row:
    """An action, what it needs, and whether it will work."""

    action: type[Action]
    permissions: list[Held]
    role: Held | None
    verdict: Verdict


def rows_of(connector: Connector) -> list[Row]:
    """For a connector, as the last check of its action credential left things. Looks past its being switched off."""
    has_credential = connector.action_credential_id is not None
    return [
        _row(action, replace(facts_about(connector, action), acting=has_credential, offered=True))
        for action in actions.ALL
    ]


def rows_for(finding: Finding, credential: Credential) -> list[Row]:
    """For a credential, saved or not, as a check has just found it."""
    facts = Facts(
        acting=True,
        offered=True,
        granted=frozenset(finding.permissions) if finding.asked else None,
        roles=frozenset(finding.roles),
        credential_name=credential.name,
        problem="" if finding.works or not finding.asked else finding.message,
    )
    return [_row(action, facts) for action in actions.ALL]


@dataclass(frozen=True)
class Reading:
    """Whether a credential can synchronise, and what it may do beyond that, which it should not."""

    can_read: bool
    beyond: list[str]
    needs: str = USER_READ


def reading_with(finding: Finding) -> Reading:
    """What a credential is good for as one that only reads."""
    granted = set(finding.permissions)
    beyond = [name for name in finding.permissions if not _only_reads(name)]
    beyond += [NAMES.get(role, "a directory role") for role in finding.roles if role not in READING_ROLES]
    return Reading(Need(USER_READ, also=READING).met_by(granted), beyond)


def _only_reads(permission: str) -> bool:
    """By Graph's way of naming: resource.operation.scope, the operation being Read or ReadBasic."""
    return not {"Read", "ReadBasic"}.isdisjoint(permission.split("."))


def _row(action: type[Action], facts: Facts) -> Row:
    held = [_held(need, facts.granted) for need in action.needs]
    return Row(action, held, _role(action, facts), _verdict(action, facts))


def _verdict(action: type[Action], facts: Facts) -> Verdict:
    if not facts.acting:
        return Verdict(False, "There are no Action Credentials yet.", "Fill them in, or choose a shared credential.")
    return verdict(action, facts)


def _held(need: Need, granted: frozenset[str] | None) -> Held:
    if granted is None:
        return Held(need.least, None)
    through = next((name for name in need.also if name in granted), "") if need.least not in granted else ""
    return Held(need.least, need.met_by(set(granted)), through)


def _role(action: type[Action], facts: Facts) -> Held | None:
    if not action.roles:
        return None
    if facts.granted is None:
        return Held(LEAST_ROLE, None)
    names = [NAMES[role] for role in action.roles if role in facts.roles]
    through = names[0] if names and LEAST_ROLE not in names else ""
    return Held(LEAST_ROLE, bool(names), through)
