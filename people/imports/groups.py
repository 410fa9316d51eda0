"""Keeps groups and who is directly in them: a handful of statements for any number of them.

Everything is written in one order, so that two that write at the same time cannot wait for each other in a circle.
"""
# ruff: noqa: S608 - what is put into these statements are the names of columns, from here

import json
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from connectors.sync import GroupChange, GroupRecord, Stored

_COLUMNS = GroupRecord._fields[1:]
_TOLD = _COLUMNS[:-1]
_TYPES = dict.fromkeys(("dynamic", "synced", "role_assignable", "restricted"), "boolean")
_ROW = ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in _COLUMNS)

_KNOWN = f"""
SELECT object_id::text, id, removed_at IS NOT NULL, {", ".join(_COLUMNS)} FROM people_group
WHERE connector_id = %(connector)s AND object_id = ANY(%(ids)s::uuid[])
"""
_PUT = f"""
INSERT INTO people_group AS g (connector_id, object_id, {", ".join(_TOLD)}, restricted, as_of, seen_in)
SELECT %(connector)s, s.object_id, {", ".join(f"s.{name}" for name in _TOLD)}, coalesce(s.restricted, false), now(),
    %(mark)s
FROM json_to_recordset(%(rows)s::json) AS s (object_id uuid, {_ROW}) ORDER BY s.object_id
ON CONFLICT (connector_id, object_id) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _TOLD)},
    removed_at = NULL, as_of = now(), seen_in = coalesce(EXCLUDED.seen_in, g.seen_in)
RETURNING g.object_id::text, g.id
"""
_RESTRICT = """
UPDATE people_group g SET restricted = s.restricted
FROM unnest(%(ids)s::bigint[], %(restricted)s::boolean[]) AS s (id, restricted)
WHERE g.id = s.id AND g.restricted <> s.restricted
"""
_SEEN = """
UPDATE people_group SET as_of = now(), removed_at = NULL, seen_in = coalesce(%(mark)s, seen_in) WHERE id = ANY(%(ids)s)
"""
_JOIN = """
WITH put AS (
    INSERT INTO people_membership AS m (group_id, member_id, seen_in)
    SELECT s.group_id, s.member_id, %(mark)s
    FROM unnest(%(groups)s::bigint[], %(members)s::uuid[]) AS s (group_id, member_id) ORDER BY 1, 2
    ON CONFLICT (group_id, member_id) DO UPDATE SET seen_in = coalesce(EXCLUDED.seen_in, m.seen_in)
    RETURNING m.group_id, m.xmax = 0 AS fresh
)
SELECT DISTINCT group_id FROM put WHERE fresh
"""
_LEAVE = """
DELETE FROM people_membership m USING unnest(%(groups)s::bigint[], %(members)s::uuid[]) AS s (group_id, member_id)
WHERE m.group_id = s.group_id AND m.member_id = s.member_id RETURNING m.group_id
"""
_REMOVE = """
UPDATE people_group SET removed_at = now(), as_of = now()
WHERE connector_id = %(connector)s AND object_id = ANY(%(ids)s::uuid[]) AND removed_at IS NULL
"""
_EMPTY = """
DELETE FROM people_membership m USING people_group g
WHERE g.id = m.group_id AND g.connector_id = %(connector)s AND g.object_id = ANY(%(ids)s::uuid[])
"""
_SWEEP = """
UPDATE people_group SET removed_at = now(), as_of = now()
WHERE connector_id = %(connector)s AND seen_in IS DISTINCT FROM %(mark)s AND removed_at IS NULL
"""
_SWEEP_MEMBERS = """
DELETE FROM people_membership m USING people_group g
WHERE g.id = m.group_id AND g.connector_id = %(connector)s AND g.removed_at IS NULL
    AND m.seen_in IS DISTINCT FROM %(mark)s
"""
_LEAVE_ALL_BUT = """
DELETE FROM people_membership m USING people_group g
WHERE g.id = m.group_id AND g.connector_id = %(connector)s AND m.member_id = %(member)s
    AND g.removed_at IS NULL AND g.object_id <> ALL(%(ids)s::uuid[])
"""


class _Known(NamedTuple):
    """A group as it is kept."""

    group_id: int
    removed: bool
    record: GroupRecord


def store_groups(connector_id: uuid.UUID, mark: uuid.UUID | None, changes: Sequence[GroupChange]) -> Stored:
    """Store what was said of groups, each once, inside the caller's transaction. Storing it again changes nothing more.

    `mark` is that of the round that saw them; None for a look at single ones. A group has changed, too, when its
    members have.
    """
    given = {"connector": connector_id, "mark": mark}
    there = [change for change in changes if change.told]
    with connection.cursor() as cursor:
        _empty(cursor, given, [change.object_id for change in changes if change.emptied])
        known = _known(cursor, given, there)
        ids = _put(cursor, given, there, known)
        fresh = {ids[change.object_id] for change in there if change.object_id not in known}
        touched = _change_members(cursor, given, there, ids)
        touched |= {known[change.object_id].group_id for change in there if _differs(known, change)}
        removed = _remove(cursor, given, [change.object_id for change in changes if change.removal])
        return Stored(len(fresh), len(touched - fresh), removed)


def sweep_groups(connector_id: uuid.UUID, mark: uuid.UUID) -> int:
    """Note as removed the groups, and take out the members, that a full round has not seen; returns how many groups.

    Of a group that is not there nothing was told: it keeps its members, for it may come back with them.
    """
    given = {"connector": connector_id, "mark": mark}
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP, given)
        swept = int(cursor.rowcount)
        cursor.execute(_SWEEP_MEMBERS, given)
        return swept


def set_groups_of(connector_id: uuid.UUID, member_id: uuid.UUID, changes: Sequence[GroupChange]) -> None:
    """Have somebody be a member of these groups and of no others of the directory."""
    for change in changes:
        change.joined.add(str(member_id))
    store_groups(connector_id, None, changes)
    ids = [change.object_id for change in changes]
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_ALL_BUT, {"connector": connector_id, "member": member_id, "ids": ids})


def _known(cursor: Any, given: dict[str, Any], changes: Sequence[GroupChange]) -> dict[str, _Known]:
    if not changes:
        return {}
    cursor.execute(_KNOWN, {**given, "ids": [change.object_id for change in changes]})
    return {row[0]: _Known(row[1], row[2], GroupRecord(row[0], *row[3:])) for row in cursor.fetchall()}


def _differs(known: dict[str, _Known], change: GroupChange) -> bool:
    """Whether what is said of a known group is not what is kept; of `restricted` something is rarely said."""
    kept = known.get(change.object_id)
    if kept is None:
        return False
    return kept.removed or (change.record is not None and change.record[:-1] != kept.record[:-1])


def _put(
    cursor: Any, given: dict[str, Any], changes: Sequence[GroupChange], known: dict[str, _Known]
) -> dict[str, int]:
    """Write the properties, of those of which something was said. Returns the row of each group."""
    ids = {object_id: group.group_id for object_id, group in known.items()}
    records = [
        change.record or _nameless(change.object_id)
        for change in changes
        if change.record or change.object_id not in known
    ]
    if records:
        cursor.execute(_PUT, {**given, "rows": json.dumps([record._asdict() for record in records])})
        ids |= dict(cursor.fetchall())
    told = [(ids[record.object_id], record.restricted) for record in records if record.restricted is not None]
    if told:
        cursor.execute(_RESTRICT, {"ids": [row[0] for row in told], "restricted": [row[1] for row in told]})
    silent = sorted(ids[change.object_id] for change in changes if not change.record and change.object_id in known)
    if silent:
        cursor.execute(_SEEN, {**given, "ids": silent})
    return ids


def _nameless(object_id: str) -> GroupRecord:
    """A group of which no more is known than that it is there."""
    return GroupRecord(object_id, "", "", "", "security", False, False, False, None)


def _change_members(
    cursor: Any, given: dict[str, Any], changes: Sequence[GroupChange], ids: dict[str, int]
) -> set[int]:
    """Returns the groups whose members were changed by it."""
    changed: set[int] = set()
    for statement, pairs in (
        (_JOIN, [(ids[change.object_id], member) for change in changes for member in change.joined]),
        (_LEAVE, [(ids[change.object_id], member) for change in changes for member in change.left]),
    ):
        if pairs:
            groups, members = zip(*pairs, strict=True)
            cursor.execute(statement, {**given, "groups": list(groups), "members": list(members)})
            changed |= {group_id for (group_id,) in cursor.fetchall()}
    return changed


def _empty(cursor: Any, given: dict[str, Any], ids: Sequence[str]) -> None:
    """A deleted group keeps its members, for it comes back with them; one that is gone for good has none."""
    if ids:
        cursor.execute(_EMPTY, {**given, "ids": ids})


def _remove(cursor: Any, given: dict[str, Any], ids: Sequence[str]) -> int:
    if not ids:
        return 0
    cursor.execute(_REMOVE, {**given, "ids": ids})
    return int(cursor.rowcount)
