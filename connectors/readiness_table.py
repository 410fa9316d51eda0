"""Action by action: what it needs, what of that has been granted, and what will work. For the administrator who asks
whether a credential suffices."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from connectors import actions
from connectors.actions import Action, Need
from connectors.actions.permissions import READING, USER_READ
from connectors.least import Scope, scope_of
from connectors.models import Connector
from connectors.readiness import Facts, Verdict, facts_of, verdict
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
    """An action, what it needs, whether it will work, and whether it is offered (None: no connector is asked)."""

    action: type[Action]
    permissions: list[Held]
    role: Held | None
    verdict: Verdict
    offered: bool | None = None


@dataclass(frozen=True)
class Matrix:
    """All actions, in the order of the menu, and what their credential has too little or too much for the offered ones.

    `checked` is false while nobody knows what the credential was granted.
    """

    rows: list[Row]
    scope: Scope
    checked: bool

    @property
    def offered(self) -> list[Row]:
        """The rows of what is offered; all of them where no connector is asked."""
        return [row for row in self.rows if row.offered is not False]

    @property
    def working(self) -> int:
        """How many of them will work."""
        return sum(row.verdict.outcome == "works" for row in self.offered)


def matrix_of(connector: Connector) -> Matrix:
    """For a connector, as the last check of its action credential left things. Looks past its being switched off."""
    credential = connector.action_credential
    facts = replace(facts_of(connector), acting=credential is not None, offered=True)
    rows = [_row(action, facts, offered=connector.offers(action.key)) for action in actions.ALL]
    scope = scope_of(connector.offered, facts.granted or (), facts.roles)
    return Matrix(rows, scope, facts.granted is not None)


def matrix_for(finding: Finding, credential: Credential, offered: Sequence[type[Action]] | None = None) -> Matrix:
    """For a credential, saved or not, as a check has just found it; `offered` is what its connector offers."""
    facts = Facts(
        acting=True,
        offered=True,
        granted=frozenset(finding.permissions) if finding.asked else None,
        roles=frozenset(finding.roles),
        credential_name=credential.name,
        problem="" if finding.works or not finding.asked else finding.message,
    )
    rows = [_row(action, facts, offered=None if offered is None else action in offered) for action in actions.ALL]
    usual = [action for action in actions.ALL if not action.off_by_default] if offered is None else offered
    return Matrix(rows, scope_of(usual, finding.permissions, finding.roles), finding.asked)


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


def _row(action: type[Action], facts: Facts, *, offered: bool | None) -> Row:
    held = [_held(need, facts.granted) for need in action.needs]
    return Row(action, held, _role(action, facts), _verdict(action, facts), offered)


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
