"""Whether an action will work: asked before the menu is shown, when it is asked for, and again when it runs.

Pure: facts in, a verdict out. The facts are what the action credential was last granted, what the connector offers, and
what is known of the account and of whatever else the order concerns.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from connectors import ranks
from connectors.actions import Action, Need, State, Target
from connectors.actions.permissions import ROLE_NAMES
from connectors.graph import UNKNOWN_ROLE
from connectors.models import Connector
from credentials.directory_roles import NAMES, names_of

ROLE: Final = "the directory role"
REMOVALS: Final = {
    "deleted": "The account was deleted, and can be restored for 30 days.",
    "gone": "The account was deleted for good.",
    "unseen": "The account is no longer in the directory.",
    "excluded": "The account is no longer imported.",
}
MASTERED: Final = "What this changes is mastered in on-premises Active Directory for this account."
CHANGE_THERE: Final = "Change it in Active Directory; the next synchronisation brings it to Entra."
NOT_CHECKED: Final = "The action credential has not been checked yet."
RESTRICTED: Final = (
    "The account is in a restricted management administrative unit: only an application with a role scoped to that unit"
    " may change it, and a token does not tell such roles."
)


@dataclass(frozen=True)
class Facts:
    """What is known about a connector's right to act. `granted` is None when its credential has never been checked."""

    acting: bool
    offered: bool
    granted: frozenset[str] | None
    roles: frozenset[str]
    credential_name: str = ""
    problem: str = ""
    # Why the connector's two credentials may not stand beside each other.
    objection: str = ""


@dataclass(frozen=True)
class Verdict:
    """It will work, it will fail, or that cannot be known; in the last two cases why, and what would cure it.

    `ready` says whether it may be asked for: also where nothing is known to stand in its way, and not everything is
    known (`known` is false).
    """

    ready: bool
    reason: str = ""
    cure: str = ""
    known: bool = True
    # What to know of it although it works.
    note: str = ""
    # Why the person is protected, where the action can be asked for all the same, with a reason.
    guard: str = ""

    @property
    def outcome(self) -> Literal["works", "fails", "unknown"]:
        """The three values, in a word."""
        if not self.ready:
            return "fails"
        return "works" if self.known else "unknown"

    @property
    def words(self) -> str:
        """The reason and the cure, for people."""
        return f"{self.reason} {self.cure}".strip()


def fails(reason: str, cure: str = "") -> Verdict:
    """It will fail."""
    return Verdict(False, reason, cure)


def cannot_know(reason: str, cure: str = "") -> Verdict:
    """It may be tried."""
    return Verdict(True, reason, cure, known=False)


def facts_about(connector: Connector, action: type[Action]) -> Facts:
    """The facts as the last check of the action credential left them. No network."""
    return facts_of(connector, offered=connector.offers(action.key))


def facts_of(connector: Connector, *, offered: bool = True) -> Facts:
    """The same, whatever the action: `offered` says whether it is one that the connector offers."""
    credential = connector.action_credential
    checked = credential is not None and credential.checked_at is not None
    return Facts(
        acting=connector.can_act,
        offered=offered,
        granted=frozenset(credential.granted_permissions) if credential and checked else None,
        roles=frozenset(credential.directory_roles) if credential else frozenset(),
        credential_name=credential.name if credential else "",
        problem=credential.check_message if credential and credential.check_code else "",
        objection=connector.pair.objection or "",
    )


def verdict(action: type[Action], facts: Facts, target: Target | None = None, *, state_matters: bool = True) -> Verdict:
    """For one action, with a target or (for the table in Action details) without.

    `state_matters` false leaves out whether the account is there and whether there is anything to do: the runner finds
    that out by reading, and what was deleted by its own lost call is no refusal.
    """
    return _verdict(action, action.needs, facts, target, state_matters=state_matters)


def verdict_of(order: Action, facts: Facts, target: Target, state: State, *, state_matters: bool = True) -> Verdict:
    """For one order with its parameters. `state` is what is known of everything that it concerns, as it reads it."""
    answer = _verdict(type(order), order.needs_for(state), facts, target, state_matters=state_matters)
    if not answer.ready or not state_matters:
        return answer
    reason = order.objection(target, state) or order.obstacle(state)
    return fails(reason) if reason else answer


def _verdict(
    action: type[Action], needs: Iterable[Need], facts: Facts, target: Target | None, *, state_matters: bool
) -> Verdict:
    lacking = missing(needs, action.roles, facts.granted, facts.roles) if facts.granted is not None else []
    answer = (
        _connector_says(facts)
        or (_account_says(action, target, state_matters) if target else None)
        or _lacks(lacking, facts)
        or (_needless(action, target) if target and state_matters else None)
        or (cannot_know(NOT_CHECKED, "Check it under Action details.") if facts.granted is None else None)
        or (_standing_says(action, facts, target) if target else None)
        or Verdict(True)
    )
    return replace(answer, note=action.if_synced) if answer.ready and target and target.synced else answer


def _connector_says(facts: Facts) -> Verdict | None:
    if not facts.acting:
        return fails("This connector does not act.", "Switch on Action details and give it Action Credentials.")
    if not facts.offered:
        return fails("This connector does not offer this action.", "Tick it under Action details.")
    if facts.objection:
        return fails(facts.objection, "Change one of the two credentials.")
    if facts.problem:
        return fails(f"The action credential does not work: {facts.problem}", "Mend it and check it again.")
    return None


def _account_says(action: type[Action], target: Target, state_matters: bool) -> Verdict | None:
    """What no permission would help against."""
    if state_matters and (removal := _removal_says(action, target)):
        return fails(removal)
    if refusal := action.refusal(target):
        return fails(refusal)
    if action.mastered_on_premises and target.synced:
        return fails(MASTERED, CHANGE_THERE)
    return None


def _removal_says(action: type[Action], target: Target) -> str:
    """What the account's being there or deleted means for it."""
    if action.for_deleted:
        return "" if target.removal in ("deleted", "unseen") else "This account is not among the deleted ones."
    return REMOVALS.get(target.removal, "") if target.removal else ""


def _lacks(lacking: list[str], facts: Facts) -> Verdict | None:
    if not lacking:
        return None
    name = f" “{facts.credential_name}”" if facts.credential_name else ""
    which = "it" if len(lacking) == 1 else "them"
    lacks_role = any(need.startswith(ROLE) for need in lacking)
    cures = ["Assign the role to the application in Entra."] if lacks_role else []
    if len(lacking) > len(cures):
        cures.insert(0, f"Grant {'the permission' if lacks_role else which} in Entra with admin consent.")
    return fails(
        f"Needs {' and '.join(lacking)}; the action credential{name} lacks {which}.",
        f"{' '.join(cures)} Then check the credential.",
    )


def _needless(action: type[Action], target: Target) -> Verdict | None:
    reason = action.needless(target)
    return fails(reason) if reason else None


def _standing_says(action: type[Action], facts: Facts, target: Target) -> Verdict | None:
    """What the account's own roles, groups and administrative unit mean for an application with these roles."""
    found = ranks.standing(action.rank, target, facts.roles) if action.rank else ranks.Standing(True)
    if found.suffices is False:
        holds = (
            f"holds the directory role {_role_name(found.because)}"
            if found.because
            else "is in a role-assignable group"
        )
        return fails(
            f"{target.name} {holds}. Microsoft lets an application do this to such a person only with one of the"
            f" directory roles {', '.join(names_of(found.wanted))}.",
            "Assign the application one of these roles in Entra, if it is to act on administrators; otherwise do it in"
            " the Entra admin center. Then check the credential.",
        )
    if target.restricted and action.on_the_account:
        return cannot_know(
            RESTRICTED, "Assign the application a role scoped to the unit, or do it in the admin center."
        )
    if found.suffices is None:
        return cannot_know(
            f"Which directory roles {target.name} holds is not known here. With an administrator it will be refused.",
            "Refresh the account; the credentials need Directory.Read.All to see roles.",
        )
    return None


def _role_name(role: str) -> str:
    return "of a kind that could not be read" if role == UNKNOWN_ROLE else NAMES.get(role, role)


def missing(
    needs: Iterable[Need], roles: Collection[str], granted: Collection[str], held_roles: Collection[str]
) -> list[str]:
    """The permissions and roles that are needed and that a credential lacks, by name; least privileged ones."""
    held = set(granted)
    lacking = [need.least for need in needs if not need.met_by(held)]
    if roles and not set(held_roles).intersection(roles):
        lacking.append(f"{ROLE} {ROLE_NAMES[ranks.USER]}")
    return lacking


def role_names(roles: Collection[str]) -> list[str]:
    """What directory roles are called, by their template ids."""
    return names_of(roles)
