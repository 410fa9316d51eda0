"""What a member may do, and for whom: for all people, or for those of some scopes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.db import connection

from neurons_admin.access import scopes
from neurons_admin.access.models.scope import Membership, Scope


@dataclass(frozen=True)
class Rights:
    """Permissions as `app.codename`: those that hold for all, and by permission the scopes that others are for."""

    everywhere: frozenset[str] = frozenset()
    within: Mapping[str, tuple[Scope, ...]] = field(default_factory=dict)

    def __contains__(self, code: object) -> bool:
        """Whether it may be done at all, be it for some people only."""
        return code in self.everywhere or code in self.within

    @property
    def codes(self) -> set[str]:
        """All that may be done at all."""
        return {*self.everywhere, *self.within}


NONE: Final = Rights()
# The member, then their roles, then the scopes: whoever changes one of them locks in the same order.
_HELD: Final = (
    "SELECT 1 FROM access_user WHERE id = %s FOR SHARE",
    """SELECT 1 FROM auth_group
       WHERE id IN (SELECT group_id FROM access_user_groups WHERE user_id = %s) ORDER BY id FOR SHARE""",
    """SELECT 1 FROM access_scope
       WHERE id IN (SELECT scope_id FROM access_user_groups WHERE user_id = %s) ORDER BY id FOR SHARE""",
)


def rights_of(user: Any) -> Rights:
    """What roles and permissions of their own give a member. Two queries.

    What is not about people cannot be limited to some of them: a role that is given for a scope does not give it.
    """
    own = user.user_permissions.order_by().values_list("content_type__app_label", "codename")
    everywhere = {f"{app}.{codename}" for app, codename in own}
    within: dict[str, dict[int, Scope]] = defaultdict(dict)
    rows = Membership.objects.filter(user=user.pk, group__permissions__isnull=False).values_list(
        "scope_id",
        "scope__name",
        "scope__conditions",
        "group__permissions__content_type__app_label",
        "group__permissions__codename",
    )
    for scope_id, name, conditions, app, codename in rows:
        code = f"{app}.{codename}"
        if scope_id is None:
            everywhere.add(code)
        elif scopes.can_limit(code):
            within[code][scope_id] = Scope(pk=scope_id, name=name, conditions=conditions)
    limited = {code: tuple(found.values()) for code, found in within.items() if code not in everywhere}
    return Rights(frozenset(everywhere), limited)


def held_fast(user: Any) -> Any:
    """In a transaction: the member as they are now, whose rights nobody changes until it ends.

    Waits for whoever is changing them.
    """
    with connection.cursor() as cursor:
        for statement in _HELD:
            cursor.execute(statement, [user.pk])
    return get_user_model().objects.get(pk=user.pk)
