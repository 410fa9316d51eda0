"""Who may do what to whom. Views, services and the runner all ask here."""

from collections.abc import Collection
from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from connectors import actions
from connectors.actions import Action, State
from connectors.readiness import Verdict, facts_about, verdict, verdict_of
from neurons_admin.access.models import User
from people import protection
from people.models import Account, ActionRun
from people.permissions import code_of


def may_act(user: User | AnonymousUser, action: type[Action] | None = None) -> bool:
    """Whether somebody may ask for an action, and see to its runs; with None, for at least one of all.

    None is also what a run says whose action this version does not know.
    """
    wanted = actions.ALL if action is None else (action,)
    return user.is_active and any(user.has_perm(code_of(each)) for each in wanted)


def may_see_run(user: User | AnonymousUser) -> bool:
    """Whether somebody may see what was done."""
    return user.is_active and user.has_perm("people.view_actionrun")


def readiness(user: User, account: Account, action: type[Action], *, override_reason: str = "") -> Verdict:
    """What the menu says of an action for an account, by what is known here. No network.

    With an `override_reason` the protection of the person does not count, for those who may override it.
    """
    if not may_act(user, action):
        return Verdict(False, "Your role does not include this action.")
    answer = verdict(action, facts_about(account.connector, action), account.as_target())
    reasons = protection.reasons(account, user, action) if answer.ready else []
    if not reasons:
        return answer
    if not protection.may_override(user):
        cure = "Ask somebody who may act on protected people."
        return Verdict(False, f"{account.display_name} is protected. {' '.join(reasons)}", cure)
    return replace(answer, guard="" if override_reason else " ".join(reasons))


def readiness_of(user: User, account: Account, order: Action, *, override_reason: str = "") -> Verdict:
    """The same of one order, which may amount to several actions: the first answer that stands in its way."""
    answers = {each: readiness(user, account, each, override_reason=override_reason) for each in order.comprises}
    for action, answer in answers.items():
        if not answer.ready and action is not type(order):
            return replace(answer, reason=f"It includes “{action.label}”. {answer.reason}")
        if not answer.ready or answer.guard:
            return answer
    return answers[type(order)]


def may_order(user: User, order: Action) -> bool:
    """Whether somebody may ask for all that an order amounts to."""
    return all(may_act(user, action) for action in order.comprises)


def menu(user: User, account: Account) -> list[tuple[type[Action], Verdict]]:
    """Every action with its verdict, in the order of the menu."""
    return [(action, readiness(user, account, action)) for action in actions.ALL]


def refusal_at_run_time(
    run: ActionRun, state: State, permissions: Collection[str] | None, roles: Collection[str]
) -> str:
    """Asked again with the token in hand, just before sending; empty when it may go ahead. `state` was just read.

    `permissions` is None for a token that does not say what it grants: then Graph itself has to.
    """
    order = run.bound_action()
    action = type(order)
    facts = facts_about(run.account.connector, action)
    granted = None if permissions is None else frozenset(permissions)
    offered = all(run.account.connector.offers(each.key) for each in order.comprises)
    facts = replace(facts, offered=offered, granted=granted, roles=frozenset(roles), problem="")
    answer = verdict_of(order, facts, run.account.as_target(), state, state_matters=False)
    if not answer.ready:
        return answer.words
    if (power := order.empowers(state)) and not protection.may_override(run.asked_by):
        return f"{power} Ask somebody who may act on protected people."
    return _protected(run, action)


def _protected(run: ActionRun, action: type[Action]) -> str:
    """Why the person is protected from whoever asked, unless they may override that and have said why."""
    reasons = protection.reasons(run.account, run.asked_by, action, must_know=True)
    if not reasons or (run.override_reason and protection.may_override(run.asked_by)):
        return ""
    return f"{run.account.display_name} is protected. {' '.join(reasons)}"
