"""Members whose roles are for some people only, and somebody who is not one of them."""

from typing import Any

from django.contrib.auth.models import Group

from neurons_admin.access.models import Membership, Scope, User
from neurons_admin.access.roles import ensure_roles
from people.models import Account
from tests.factories import make_account, make_connector, make_person, make_run, make_user

# Stands in everything that is known of somebody beyond reach, and nowhere else.
CANARY = "Zyxwvut"


def make_scope(name: str = "Retail people", **conditions: list[str]) -> Scope:
    """The people of a department, unless told otherwise."""
    return Scope.objects.create(name=name, conditions=conditions or {"department": ["Retail"]})


def give(user: User, role: str, *scopes: Scope) -> User:
    """Give a role for these scopes, instead of what they had of it; returns the member as a request finds them."""
    ensure_roles()
    group = Group.objects.get(name=role)
    Membership.objects.filter(user=user, group=group).delete()
    Membership.objects.bulk_create(Membership(user=user, group=group, scope=scope) for scope in scopes)
    return User.objects.get(pk=user.pk)


def make_limited(role: str, *scopes: Scope, **columns: Any) -> User:
    """Somebody with one role, for these scopes only."""
    return give(make_user(**columns), role, *scopes)


def somebody_beyond(**columns: Any) -> Account:
    """An account of another department and directory, whose every word is the canary; with a run."""
    person = make_person(
        f"{CANARY} Bowen",
        department=f"{CANARY} Sales",
        user_principal_name=f"{CANARY}@fabrikam.example",
        job_title=CANARY,
    )
    account = make_account(person, make_connector(f"{CANARY} directory"), **columns)
    make_run(account, asked_by=make_user(is_superuser=True), message=f"{CANARY} message")
    return account
