"""What can be done with scopes: the rules, the transactions, the audit events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction

from neurons_admin.access import scopes
from neurons_admin.access.models import Scope, User
from neurons_admin.access.services import Refused
from neurons_admin.audit.models import record

NAMED: Final = 5


@dataclass(frozen=True)
class ScopeParticulars:
    """What can be said about a scope. `conditions` are as `scopes.checked` gives them."""

    name: str
    purpose: str
    conditions: Mapping[str, list[str]]


def scope_choices() -> list[tuple[str, str]]:
    """Every scope that a role can be given for, with what it is for."""
    return [
        (name, f"{name}: {purpose}" if purpose else name)
        for name, purpose in Scope.objects.values_list("name", "purpose")
    ]


def add_scope(wanted: ScopeParticulars, *, by: User) -> Scope:
    """Make a scope that roles can be given for. Raises Refused when the name is taken or a condition is none."""
    conditions = _checked(wanted)
    try:
        with transaction.atomic():
            scope = Scope.objects.create(name=wanted.name, purpose=wanted.purpose, conditions=conditions)
            record("scope.added", scope, actor=by, detail={"who": scopes.words(conditions)})
    except IntegrityError as exc:
        raise Refused(_taken(wanted.name)) from exc
    return scope


def change_scope(scope: Scope, wanted: ScopeParticulars, *, by: User) -> bool:
    """Save what differs, and record it; False when nothing does. What it holds changes for all who have it at once.

    Raises Refused when the name is taken or a condition is none.
    """
    conditions = _checked(wanted)
    try:
        with transaction.atomic():
            locked = Scope.objects.select_for_update().get(pk=scope.pk)
            before = _facts(locked)
            locked.name, locked.purpose, locked.conditions = wanted.name, wanted.purpose, conditions
            after = _facts(locked)
            changes = {key: {"before": before[key], "after": after[key]} for key in before if before[key] != after[key]}
            if changes:
                locked.save(update_fields=["name", "purpose", "conditions"])
                record("scope.changed", locked, actor=by, detail=dict(changes))
    except IntegrityError as exc:
        raise Refused(_taken(wanted.name)) from exc
    return bool(changes)


@transaction.atomic
def delete_scope(scope: Scope, *, by: User) -> None:
    """Take a scope out of the world. Raises Refused while a member has a role for it."""
    locked = Scope.objects.select_for_update().get(pk=scope.pk)
    if reason := why_not_deleted(locked):
        raise Refused(reason)
    record("scope.deleted", locked, actor=by)
    locked.delete()


def why_not_deleted(scope: Scope) -> str:
    """Why a scope cannot be deleted; empty when it can."""
    members = [user.label for user in holders(scope)]
    if not members:
        return ""
    named, more = ", ".join(members[:NAMED]), len(members) - NAMED
    who = f"{named} and {more} more have" if more > 0 else f"{named} {'has' if len(members) == 1 else 'have'}"
    return f"{who} a role for this scope. Give it for another scope first, or take it from them."


def holders(scope: Scope) -> list[User]:
    """Who has a role for a scope, by username."""
    return list(User.objects.filter(pk__in=scope.memberships.values("user")).order_by("username"))


def _checked(wanted: ScopeParticulars) -> dict[str, list[str]]:
    try:
        return scopes.checked(wanted.conditions)
    except scopes.NotUnderstood as exc:
        raise Refused(str(exc)) from exc


def _facts(scope: Scope) -> dict[str, object]:
    return {"name": scope.name, "purpose": scope.purpose, "who": scopes.words(scope.conditions)}


def _taken(name: str) -> str:
    return f"There is a scope with the name {name} already."
