"""Whether an action will work: asked before the menu is shown, when it is asked for, and again when it runs.

Pure: facts in, a verdict out. The facts are what the action credential was last granted, what the connector offers and
what is known of the account.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from connectors.actions import Action, Target
from connectors.actions.permissions import ROLE_NAMES
from connectors.models import Connector
from credentials.directory_roles import names_of

ROLE: Final = "the directory role"
REMOVALS: Final = {
    "deleted": "The account was deleted, and can be restored for 30 days.",
    "gone": "The account was deleted for good.",
    "unseen": "The account is no longer in the directory.",
    "excluded": "The account is no longer imported.",
}


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
    """Whether it will work; if not, why, and what would cure it."""

    ready: bool
    reason: str = ""
    cure: str = ""
    known: bool = True
    # Why the person is protected, where the action can be asked for all the same, with a reason.
    guard: str = ""


def facts_about(connector: Connector, action: type[Action]) -> Facts:
    """The facts as the last check of the action credential left them. No network."""
    credential = connector.action_credential
    checked = credential is not None and credential.checked_at is not None
    return Facts(
        acting=connector.can_act,
        offered=connector.offers(action.key),
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
    return (
        _connector_says(facts)
        or _grant_says(action, facts)
        or _target_says(action, target, state_matters)
        or _well(facts)
    )


def _connector_says(facts: Facts) -> Verdict | None:
    if not facts.acting:
        return Verdict(
            False, "This connector does not act.", "Switch on Action details and give it Action Credentials."
        )
    if not facts.offered:
        return Verdict(False, "This connector does not offer this action.", "Tick it under Action details.")
    if facts.objection:
        return Verdict(False, facts.objection, "Change one of the two credentials.")
    if facts.problem:
        return Verdict(False, f"The action credential does not work: {facts.problem}", "Mend it and check it again.")
    return None


def _grant_says(action: type[Action], facts: Facts) -> Verdict | None:
    lacking = missing(action, facts.granted, facts.roles) if facts.granted is not None else []
    if not lacking:
        return None
    name = f" “{facts.credential_name}”" if facts.credential_name else ""
    which = "it" if len(lacking) == 1 else "them"
    lacks_role = any(need.startswith(ROLE) for need in lacking)
    cures = ["Assign the role to the application in Entra."] if lacks_role else []
    if len(lacking) > len(cures):
        cures.insert(0, f"Grant {'the permission' if lacks_role else which} in Entra with admin consent.")
    return Verdict(
        False,
        f"Needs {' and '.join(lacking)}; the action credential{name} lacks {which}.",
        f"{' '.join(cures)} Then check the credential.",
    )


def _target_says(action: type[Action], target: Target | None, state_matters: bool) -> Verdict | None:
    if target is None:
        return None
    reason = action.refusal(target)
    if state_matters:
        reason = _removal_says(action, target) or reason or action.needless(target)
    return Verdict(False, reason) if reason else None


def _removal_says(action: type[Action], target: Target) -> str:
    """What the account's being there or deleted means for it."""
    if action.for_deleted:
        return "" if target.removal in ("deleted", "unseen") else "This account is not among the deleted ones."
    return REMOVALS.get(target.removal, "") if target.removal else ""


def _well(facts: Facts) -> Verdict:
    if facts.granted is None:
        return Verdict(True, "The action credential has not been checked yet.", known=False)
    return Verdict(True)


def missing(action: type[Action], granted: Collection[str], roles: Collection[str]) -> list[str]:
    """The permissions and roles an action needs and a credential lacks, by name; least privileged ones."""
    held = set(granted)
    lacking = [need.least for need in action.needs if not need.met_by(held)]
    if action.roles and not set(roles).intersection(action.roles):
        lacking.append(f"{ROLE} {ROLE_NAMES['fe930be7-5e62-47db-91af-98c3a49a38b1']}")
    return lacking


def role_names(roles: Collection[str]) -> list[str]:
    """What directory roles are called, by their template ids."""
    return names_of(roles)
