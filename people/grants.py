"""What a member may do, from where, and for whom; and what the policy says of one action for one person."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from connectors.actions import Action
from connectors.readiness import Verdict
from neurons_admin.access import offers
from neurons_admin.access.models import Membership, User
from people import policy, reach
from people.models import Account
from people.permissions import code_of

SUPERUSER = "Superuser"
OWN = "given to them alone"
EVERYBODY = "everybody"


@dataclass(frozen=True)
class Right:
    """One permission in words, and each of what gives it: a role, and whom it is for."""

    label: str
    given_by: tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """Rights under one heading."""

    label: str
    rights: tuple[Right, ...]


@dataclass(frozen=True)
class Answer:
    """What the policy says of an action for an account, and what gives the right, if anything does."""

    verdict: Verdict
    given_by: tuple[str, ...]


def rights_of(member: User) -> list[Heading]:
    """All that a member may do, under the headings of the page of roles; nothing for who is deactivated."""
    if not member.is_active:
        return []
    sources = _sources(member)
    headings = []
    for section in reversed(offers.sections()):
        rights = [Right(offer.label, tuple(_words(sources, member, offer.code))) for offer in section.offers]
        held = tuple(right for right in rights if right.given_by)
        if held:
            headings.append(Heading(section.label, held))
    return headings[::-1]


def answer(member: User, action: type[Action], account: Account) -> Answer:
    """What happens when this member asks for this action for this account: the policy's own answer."""
    verdict = policy.readiness(member, account, action)
    if not policy.may(member, action, account):
        return Answer(verdict, ())
    code = code_of(action)
    reach.look(member, [account])
    held = member.held_by.get(account.pk, frozenset())
    rows = [row for row in _sources(member)[code] if row[1] is None or row[2] in held]
    return Answer(verdict, tuple(_given(member, rows, code)))


def _sources(member: User) -> dict[str, list[tuple[str, str | None, int | None]]]:
    """By permission: each role that includes it, the name and the id of the scope that it is given for."""
    rows: Any = Membership.objects.filter(user=member, group__permissions__isnull=False).values_list(
        "group__name",
        "scope__name",
        "scope_id",
        "group__permissions__content_type__app_label",
        "group__permissions__codename",
    )
    found = defaultdict(list)
    for role, scope, scope_id, app, codename in rows:
        found[f"{app}.{codename}"].append((role, scope, scope_id))
    return found


def _words(sources: dict[str, list[tuple[str, str | None, int | None]]], member: User, code: str) -> list[str]:
    """What gives a permission; a role for a scope gives what is about people only, which the policy knows."""
    if not member.is_superuser and code not in member.rights:
        return []
    return _given(member, sources.get(code, []), code)


def _given(member: User, rows: list[tuple[str, str | None, int | None]], code: str) -> list[str]:
    within = {scope.pk for scope in member.rights.within.get(code, ())}
    words = [f"{SUPERUSER}, for {EVERYBODY}"] if member.is_superuser else []
    words += [
        f"{role}, for {scope or EVERYBODY}"
        for role, scope, scope_id in sorted(rows, key=str)
        if scope_id is None or scope_id in within
    ]
    return words or [f"{OWN}, for {EVERYBODY}"]
