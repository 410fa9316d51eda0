"""What an application may hold: the sets of permissions and directory roles that are tried."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors import actions, ranks
from connectors.actions import Action
from credentials.directory_roles import NAMES
from neurons_admin.demo import roles
from neurons_admin.demo.apps import ACTING, EVERYTHING, NAMED, READING

DELEGATED_ONLY = "Directory.AccessAsUser.All"


@dataclass(frozen=True)
class PermissionSet:
    """One application's grants. `family` is the line that it belongs to in the summary."""

    name: str
    family: str
    permissions: tuple[str, ...]
    roles: tuple[str, ...] = ()


def permission_sets() -> Iterator[PermissionSet]:
    """All that are tried."""
    yield PermissionSet("none", "none", ())
    yield PermissionSet("reading only", "reading only", READING)
    for name in sorted(_relevant()):
        yield PermissionSet(name, "one permission alone", (name,))
    yield PermissionSet("the four named", "the four named", (*NAMED, DELEGATED_ONLY))
    yield PermissionSet("with passwords, no role", "named, passwords, no role", ACTING)
    for action in actions.ALL:
        yield least_of(action)
    for role in roles.NAMES:
        family = "named, passwords, User Administrator" if role == ranks.USER else "named, passwords, another role"
        yield PermissionSet(f"with passwords, {NAMES[role]}", family, ACTING, (role,))
    yield PermissionSet("everything, no role", "everything, no role", EVERYTHING)
    both = (roles.PRIVILEGED_AUTHENTICATION_ADMIN, roles.USER_ADMIN)
    yield PermissionSet("everything, highest role", "everything, highest role", EVERYTHING, both)


def least_of(action: type[Action]) -> PermissionSet:
    """The least that the action says it needs."""
    least = tuple(dict.fromkeys(need.least for need in action.needs))
    return PermissionSet(
        f"least for {action.key}", "the least for one action", least, (ranks.USER,) if action.roles else ()
    )


def _relevant() -> set[str]:
    needs = [need for action in actions.ALL for need in action.needs]
    return {name for need in needs for name in (need.least, *need.also)} | set(EVERYTHING) | {DELEGATED_ONLY}
