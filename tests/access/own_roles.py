"""Roles as somebody makes them, for the tests of roles."""

from typing import Any

from django.contrib.auth.models import Group

from neurons_admin.access.models import Role
from neurons_admin.access.role_services import RoleParticulars, change_role, role_particulars_of
from tests.factories import make_user


def make_role(name: str = "Night shift", **columns: Any) -> Role:
    """A role of somebody's own, which includes nothing yet."""
    return Role.objects.create(group=Group.objects.create(name=name), **columns)


def role_named(name: str) -> Role:
    return Role.objects.select_related("group").get(group__name=name)


def codes_of(name: str) -> frozenset[str]:
    """What the role includes now, of all that can be given."""
    return role_particulars_of(role_named(name)).codes


def regrant(name: str, codes: set[str] | frozenset[str]) -> None:
    """Have somebody decide what a role includes."""
    role = role_named(name)
    wanted = RoleParticulars(role.name, role.purpose, frozenset(codes))
    change_role(role, wanted, by=make_user(is_superuser=True))
