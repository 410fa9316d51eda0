"""Who may do what to whom. Views, services and the runner all ask here."""

from collections.abc import Collection
from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from connectors import actions
from connectors.actions import Action
from connectors.readiness import Facts, Verdict, facts_about, verdict
from neurons_admin.access.models import User
from people.models import Account, ActionRun

MAY_ACT = "people.add_actionrun"


def may_act(user: User | AnonymousUser) -> bool:
    """Whether somebody may ask for actions at all."""
    return user.is_active and user.has_perm(MAY_ACT)


def may_see_run(user: User | AnonymousUser) -> bool:
    """Whether somebody may see what was done."""
    return user.is_active and user.has_perm("people.view_actionrun")


def readiness(user: User, account: Account, action: type[Action]) -> Verdict:
    """What the menu says of an action for an account, by what is known here. No network."""
    if not may_act(user):
        return Verdict(False, "Your role does not include actions on people.", "Ask for the role Service desk.")
    return _for_account(account, action, facts_about(account.connector, action))


def menu(user: User, account: Account) -> list[tuple[type[Action], Verdict]]:
    """Every action with its verdict, in the order of the menu."""
    return [(action, readiness(user, account, action)) for action in actions.ALL]


def refusal_at_run_time(run: ActionRun, permissions: Collection[str] | None, roles: Collection[str]) -> str:
    """Asked again with the token in hand, just before sending; empty when it may go ahead.

    `permissions` is None for a token that does not say what it grants: then Graph itself has to.
    """
    action = actions.BY_KEY[run.action]
    facts = facts_about(run.account.connector, action)
    granted = None if permissions is None else frozenset(permissions)
    facts = replace(facts, granted=granted, roles=frozenset(roles), problem="")
    answer = _for_account(run.account, action, facts, at_run_time=True)
    return "" if answer.ready else f"{answer.reason} {answer.cure}".strip()


def _for_account(account: Account, action: type[Action], facts: Facts, *, at_run_time: bool = False) -> Verdict:
    if account.removal:
        return Verdict(False, f"{account.get_removal_display()}.")
    return verdict(action, facts, account.as_target(), state_matters=not at_run_time)
