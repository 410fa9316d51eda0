"""One permission for each action, made from the registry after each migration; what roles can include of people."""

from collections.abc import Collection
from typing import Any, Final

from django.apps import apps as all_apps
from django.apps.registry import Apps

from connectors import actions
from connectors.actions import Action
from neurons_admin.access.offers import Offer, Section
from neurons_admin.access.roles import PEOPLE_ADMIN, SERVICE_DESK, VIEWER

PREFIX: Final = "act_"
OVERRIDE_CODENAME: Final = "override_protection"
OVERRIDE: Final = f"people.{OVERRIDE_CODENAME}"
APPROVE_CODENAME: Final = "approve_actionrun"
APPROVE: Final = f"people.{APPROVE_CODENAME}"
SET_RULES: Final = "people.change_approvalrule"
MATCH: Final = "people.match_people"
SEE: Final = "people.view_person"
SEE_RUNS: Final = "people.view_actionrun"
# The one permission for all actions that there was before each had its own.
ALL_AT_ONCE: Final = "add_actionrun"
# What a service desk should not do by default: it ends an account, or changes what somebody signs in with.
NOT_FOR_THE_DESK: Final = frozenset({"delete_account", "purge_account", "edit_identities", "change_sign_in_name"})


def code_of(action: type[Action]) -> str:
    """The permission to ask for an action, as `app.codename`."""
    return f"people.{PREFIX}{action.key}"


def is_for_the_desk(action: type[Action]) -> bool:
    """Whether the role Service desk has it by default."""
    return not action.off_by_default and action.key not in NOT_FOR_THE_DESK


def offered() -> list[Section]:
    """What a role can include: seeing people, each action under its group in the menu, and the protected."""
    see = (VIEWER, SERVICE_DESK, PEOPLE_ADMIN)
    groups: dict[str, list[Offer]] = {}
    for action in actions.ALL:
        roles = (SERVICE_DESK, PEOPLE_ADMIN) if is_for_the_desk(action) else (PEOPLE_ADMIN,)
        groups.setdefault(action.group, []).append(Offer(code_of(action), action.label, roles))
    return [
        Section(
            "See",
            [
                Offer(SEE, "See people", see),
                Offer(SEE_RUNS, "See what was done for people", see),
            ],
        ),
        *[Section(f"Actions: {label}", offers) for label, offers in groups.items()],
        Section(
            "Actions: protected people",
            [Offer(OVERRIDE, "Act on protected people, with a reason", (PEOPLE_ADMIN,))],
        ),
        Section(
            "Actions: a second person",
            [
                Offer(APPROVE, "Agree to what others ask for", (PEOPLE_ADMIN,)),
                Offer(SET_RULES, "Say when somebody else has to agree"),
            ],
        ),
        Section("Accounts of one person", [Offer(MATCH, "Join people and part them", (PEOPLE_ADMIN,))]),
    ]


def ensure_permissions(*, apps: Apps = all_apps, **_: Any) -> None:
    """Make the permissions of the actions there are, and remove those of actions that are gone."""
    try:
        apps.get_model("people", "ActionRun")
    except LookupError:
        return
    kinds = apps.get_model("contenttypes", "ContentType").objects
    kind, _made = kinds.get_or_create(app_label="people", model="actionrun")
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type=kind)
    present = dict(permissions.filter(codename__startswith=PREFIX).values_list("codename", "name"))
    wanted = {f"{PREFIX}{action.key}": f"Can ask for: {action.label}"[:255] for action in actions.ALL}
    gone = present.keys() - wanted.keys()
    permissions.filter(codename__in=gone).delete()
    _forget(apps, gone)
    for codename, name in wanted.items():
        if present.get(codename) != name:
            permissions.update_or_create(content_type=kind, codename=codename, defaults={"name": name})
    beside = {
        OVERRIDE_CODENAME: "Can act on protected people, with a reason",
        APPROVE_CODENAME: "Can agree to what others ask for",
    }
    for codename, name in beside.items():
        permissions.get_or_create(content_type=kind, codename=codename, defaults={"name": name})
    if not present:
        _carry_over(apps, permissions)


def _forget(apps: Apps, codenames: Collection[str]) -> None:
    """What is no more has never been offered: an action that comes back comes with its defaults."""
    gone = {f"people.{codename}" for codename in codenames}
    for role in apps.get_model("access", "Role").objects.all() if gone else ():
        if not gone.isdisjoint(role.offered):
            role.offered = [code for code in role.offered if code not in gone]
            role.save(update_fields=["offered"])


def _carry_over(apps: Apps, permissions: Any) -> None:
    """Whoever held the one permission for all actions, and not by a built-in role, gets what the desk has."""
    desk = [f"{PREFIX}{action.key}" for action in actions.ALL if is_for_the_desk(action)]
    given = list(permissions.filter(codename__in=desk))
    held = permissions.filter(codename=ALL_AT_ONCE)
    for group in apps.get_model("auth", "Group").objects.filter(permissions__in=held).exclude(name=SERVICE_DESK):
        group.permissions.add(*given)
    for user in apps.get_model("access", "User").objects.filter(user_permissions__in=held):
        user.user_permissions.add(*given)
