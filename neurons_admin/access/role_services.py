"""What can be done with roles: the rules, the transactions, the audit events."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction

from neurons_admin.access import offers
from neurons_admin.access.models import Role, User
from neurons_admin.access.offers import Section
from neurons_admin.access.services import Refused
from neurons_admin.audit.models import record

NAMED: Final = 5


@dataclass(frozen=True)
class RoleParticulars:
    """What can be said about a role. `codes` are permissions as `app.codename`."""

    name: str
    purpose: str
    codes: frozenset[str]


def what_can_be_given() -> list[Section]:
    """What a role can include, as far as the database has the permissions already; empty sections are left out."""
    known = _permissions(offers.labels())
    found = [
        Section(section.label, [offer for offer in section.offers if offer.code in known])
        for section in offers.sections()
    ]
    return [section for section in found if section.offers]


def role_particulars_of(role: Role) -> RoleParticulars:
    """What is said about a role now. Permissions that cannot be given here are left out."""
    held = {_code_of(permission) for permission in role.group.permissions.select_related("content_type")}
    return RoleParticulars(role.name, role.purpose, frozenset(held & offers.labels().keys()))


def add_role(wanted: RoleParticulars, *, by: User) -> Role:
    """Make a role that members can be given. Raises Refused when the name is taken."""
    try:
        with transaction.atomic():
            group = Group.objects.create(name=wanted.name)
            group.permissions.set(_permissions(wanted.codes).values())
            role = Role.objects.create(group=group, purpose=wanted.purpose)
            record("role.added", role, actor=by, detail={"may": _words(wanted.codes)})
    except IntegrityError as exc:
        raise Refused(_taken(wanted.name)) from exc
    return role


def change_role(role: Role, wanted: RoleParticulars, *, by: User) -> bool:
    """Save what differs, and record it; False when nothing does. A built-in role keeps its name and purpose.

    Raises Refused when the name is taken.
    """
    try:
        with transaction.atomic():
            locked = _locked(role)
            changes = {} if locked.builtin else _renamed(locked, wanted)
            changes |= _regranted(locked, wanted.codes)
            if changes:
                record("role.changed", locked, actor=by, detail=changes)
    except IntegrityError as exc:
        raise Refused(_taken(wanted.name)) from exc
    return bool(changes)


@transaction.atomic
def delete_role(role: Role, *, by: User) -> None:
    """Take a role out of the world. Raises Refused for a built-in one, and while members have it."""
    locked = _locked(role)
    reason = why_not_deleted(locked)
    if reason:
        raise Refused(reason)
    record("role.deleted", locked, actor=by)
    locked.group.delete()


def why_not_deleted(role: Role) -> str:
    """Why a role cannot be deleted; empty when it can."""
    if role.builtin:
        return "A built-in role cannot be deleted. What it may do can be changed, down to nothing."
    members = [user.label for user in role.holders]
    if not members:
        return ""
    named, more = ", ".join(members[:NAMED]), len(members) - NAMED
    who = f"{named} and {more} more have" if more > 0 else f"{named} {'has' if len(members) == 1 else 'have'}"
    return f"{who} this role. Take it from them first, so that nobody loses it unnoticed."


def _locked(role: Role) -> Role:
    """The role until the transaction ends. Nobody is given it meanwhile: that needs a hold on the group's row."""
    Group.objects.select_for_update().get(pk=role.group_id)
    return Role.objects.select_related("group").get(pk=role.pk)


def _renamed(role: Role, wanted: RoleParticulars) -> dict[str, object]:
    changes: dict[str, object] = {}
    if wanted.name != role.name:
        changes["name"] = {"before": role.name, "after": wanted.name}
        role.group.name = wanted.name
        role.group.save(update_fields=["name"])
    if wanted.purpose != role.purpose:
        changes["purpose"] = {"before": role.purpose, "after": wanted.purpose}
        role.purpose = wanted.purpose
        role.save(update_fields=["purpose"])
    return changes


def _regranted(role: Role, wanted: frozenset[str]) -> dict[str, object]:
    held = role_particulars_of(role).codes
    changes: dict[str, object] = {}
    if wanted - held:
        role.group.permissions.add(*_permissions(wanted - held).values())
        changes["may now"] = _words(wanted - held)
    if held - wanted:
        role.group.permissions.remove(*_permissions(held - wanted).values())
        changes["may no longer"] = _words(held - wanted)
    return changes


def _permissions(codes: Collection[str]) -> dict[str, Permission]:
    """The permissions by code; only such as can be given here, whatever was asked for."""
    wanted = set(codes) & offers.labels().keys()
    found = Permission.objects.select_related("content_type").filter(
        content_type__app_label__in={code.partition(".")[0] for code in wanted},
        codename__in={code.partition(".")[2] for code in wanted},
    )
    return {code: permission for permission in found if (code := _code_of(permission)) in wanted}


def _code_of(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def _words(codes: Collection[str]) -> list[str]:
    return [words for code, words in offers.labels().items() if code in codes]


def _taken(name: str) -> str:
    return f"There is a role with the name {name} already."
