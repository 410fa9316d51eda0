"""Keeps who administers a tenant: the holders of directory roles, and the members of groups that can be given one."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from connectors.sync import RoleHolder, Stored

from .places import keep_places

# Who is in a group that holds a role holds it, too; such groups have no groups in them.
# https://learn.microsoft.com/entra/identity/role-based-access-control/groups-concept
_SAY = """
WITH holders AS (SELECT * FROM unnest(%(members)s::uuid[], %(roles)s::text[]) AS h (member_id, role)),
held AS (
    SELECT member_id, role FROM holders
    UNION
    SELECT m.member_id, h.role FROM holders h
    JOIN people_group g ON g.connector_id = %(connector)s AND g.object_id = h.member_id AND g.removed_at IS NULL
    JOIN people_membership m ON m.group_id = g.id
),
roles AS (SELECT member_id, array_agg(role::varchar ORDER BY role) AS roles FROM held GROUP BY member_id),
grouped AS (
    SELECT DISTINCT m.member_id FROM people_group g JOIN people_membership m ON m.group_id = g.id
    WHERE g.connector_id = %(connector)s AND g.role_assignable AND g.removed_at IS NULL
),
said AS (
    SELECT a.id, a.removal = '' AND cardinality(a.directory_roles) > 0 AS was_holder,
        CASE WHEN %(roles_known)s THEN coalesce(r.roles, CASE WHEN %(whole)s THEN '{}'::varchar[] END)
            ELSE a.directory_roles END AS directory_roles,
        CASE WHEN %(groups_known)s THEN g.member_id IS NOT NULL ELSE a.in_role_group END AS in_role_group
    FROM people_account a
    LEFT JOIN roles r ON r.member_id = a.object_id
    LEFT JOIN grouped g ON g.member_id = a.object_id
    WHERE a.connector_id = %(connector)s
)
UPDATE people_account a SET directory_roles = said.directory_roles, in_role_group = said.in_role_group
FROM said WHERE a.id = said.id
    AND (a.directory_roles, a.in_role_group) IS DISTINCT FROM (said.directory_roles, said.in_role_group)
RETURNING coalesce(said.was_holder AND cardinality(said.directory_roles) = 0, false)
"""


def store_standing(connector_id: uuid.UUID, holders: Sequence[RoleHolder] | None, *, groups_known: bool) -> Stored:
    """Say of all accounts of a directory which roles they hold and whether they are in a role-assignable group.

    Of roles nothing is said with None, of groups where those are not known. Where groups hold roles and are not known,
    it is unknown of everybody without a role of their own whether they hold one. Removed are those who held one before.
    """
    through_groups = any(holder.is_group for holder in holders or ())
    given: dict[str, Any] = {
        "connector": connector_id,
        "members": [holder.object_id for holder in holders or ()],
        "roles": [holder.role[:36] for holder in holders or ()],
        "roles_known": holders is not None,
        "whole": groups_known or not through_groups,
        "groups_known": groups_known,
    }
    if holders is None and not groups_known:
        return Stored()
    with connection.cursor() as cursor:
        keep_places(cursor)
        cursor.execute(_SAY, given)
        holders_no_more = sum(is_none for (is_none,) in cursor.fetchall())
        return Stored(changed=cursor.rowcount - holders_no_more, removed=holders_no_more)
