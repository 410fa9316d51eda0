"""Who may do what to whom. Views, querysets, services, pickers and the runner all ask here; what fails is refused."""

import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from connectors import actions
from connectors.actions import Action, State
from connectors.models import Connector
from connectors.readiness import Verdict, facts_about, verdict, verdict_of
from neurons_admin.access.models import User
from people import protection, reach
from people.models import Account, ActionRun, Match, Person
from people.models.person import PersonQuerySet
from people.models.run import ActionRunQuerySet
from people.permissions import MATCH, OVERRIDE, SEE, SEE_RUNS, code_of

logger = logging.getLogger(__name__)

NOT_YOURS: Final = "Your role does not include this action."
FOR_OTHERS: Final = "Your role includes this action for other people only."

Actor = User | AnonymousUser
# What somebody wants to do: a permission, an action, or with None any action at all.
What = str | type[Action] | None
Rows = TypeVar("Rows", bound=QuerySet[Any])


def may(user: Actor, what: What, account: Account) -> bool:
    """Whether somebody may do this to an account. No right, no scope that holds it, or a failure on the way: no."""
    try:
        return reach.holds(user, _codes(what), account)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Whether somebody may could not be told, so they may not.")
        return False


def visible_accounts(user: Actor, *whats: What, among: "QuerySet[Account] | None" = None) -> "QuerySet[Account]":
    """The accounts (of some) that somebody may do any of these things to; with nothing said, see."""
    found = Account.objects.all() if among is None else among
    return _within(reach.accounts, user, whats, found)


def visible_people(user: Actor, *whats: What, among: PersonQuerySet | None = None) -> PersonQuerySet:
    """The people (of some) with an account that somebody may do any of these things to; with nothing said, see."""
    found = Person.objects.all() if among is None else among
    return _within(reach.people, user, whats, found)


def whole_people(user: Actor, *whats: What, among: "QuerySet[Person] | None" = None) -> "QuerySet[Person]":
    """The people (of some) whose accounts somebody may do any of these things to, all of them."""
    found = Person.objects.all() if among is None else among
    return _within(reach.whole_people, user, whats, found)


def visible_runs(user: Actor, *whats: What, among: ActionRunQuerySet | None = None) -> ActionRunQuerySet:
    """The runs (of some) for accounts that somebody may do any of these things to; with nothing said, see runs."""
    found = ActionRun.objects.all() if among is None else among
    return _within(reach.runs, user, whats or (SEE_RUNS,), found)


def runs_of_numbers(user: Actor) -> ActionRunQuerySet | None:
    """The runs that numbers and problems are told of; None for who sees all runs."""
    return visible_runs(user) if is_limited(user, SEE_RUNS) else None


def visible_matches(user: Actor, among: "QuerySet[Match] | None" = None) -> "QuerySet[Match]":
    """The matches (of some) that somebody may decide: of people whose accounts they may join and part, all of them."""
    found = Match.objects.all() if among is None else among
    return _within(reach.matches, user, (MATCH,), found)


def visible_connectors(user: Actor, among: "QuerySet[Connector]") -> "QuerySet[Connector]":
    """The connectors (of some) with an account that somebody sees; all of them for who sees everybody."""
    return _within(reach.connectors, user, (SEE,), among)


def is_limited(user: Actor, what: What = SEE) -> bool:
    """Whether somebody may do this to some only, or to nobody."""
    return reach.is_limited(user, _codes(what))


def _within(narrowed: Callable[..., Rows], user: Actor, whats: Collection[What], found: Rows) -> Rows:
    try:
        return narrowed(user, [code for what in whats or (SEE,) for code in _codes(what)], found)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Whom somebody may see could not be told, so it is nobody.")
        return found.none()


def _codes(what: What) -> list[str]:
    if isinstance(what, str):
        return [what]
    return [code_of(each) for each in (actions.ALL if what is None else (what,))]


def may_act(user: Actor, action: type[Action] | None = None) -> bool:
    """Whether somebody may ask for an action, for whomever; with None, for at least one of all."""
    return user.is_active and any(user.has_perm(code) for code in _codes(action))


def may_see_run(user: Actor) -> bool:
    """Whether somebody may see what was done, for whomever."""
    return user.is_active and user.has_perm(SEE_RUNS)


def may_override(user: Actor, account: Account) -> bool:
    """Whether somebody may act on this account although it is protected, with a reason."""
    return may(user, OVERRIDE, account)


def refusal(user: Actor, action: type[Action], account: Account) -> str:
    """Why somebody may not ask for an action for this account; empty when they may."""
    if may(user, action, account):
        return ""
    return FOR_OTHERS if may_act(user, action) else NOT_YOURS


def readiness(user: User, account: Account, action: type[Action], *, override_reason: str = "") -> Verdict:
    """What the menu says of an action for an account, by what is known here. No network.

    With an `override_reason` the protection of the person does not count, for those who may override it.
    """
    if not_theirs := refusal(user, action, account):
        return Verdict(False, not_theirs)
    answer = verdict(action, facts_about(account.connector, action), account.as_target())
    reasons = protection.reasons(account, user, action) if answer.ready else []
    if not reasons:
        return answer
    if not may_override(user, account):
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


def may_order(user: User, order: Action, account: Account) -> bool:
    """Whether somebody may ask, for this account, for all that an order amounts to."""
    return all(may(user, action, account) for action in order.comprises)


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
    if (power := order.empowers(state)) and not may_override(run.asked_by, run.account):
        return f"{power} Ask somebody who may act on protected people."
    return _protected(run, action)


def _protected(run: ActionRun, action: type[Action]) -> str:
    """Why the person is protected from whoever asked, unless they may override that and have said why."""
    reasons = protection.reasons(run.account, run.asked_by, action, must_know=True)
    if not reasons or (run.override_reason and may_override(run.asked_by, run.account)):
        return ""
    return f"{run.account.display_name} is protected. {' '.join(reasons)}"
