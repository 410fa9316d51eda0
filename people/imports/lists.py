"""Keeps what comes as plain lists, products and devices: a statement for any number of rows."""
# ruff: noqa: S608 - what is put into these statements are the names of tables and columns, from here

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from connectors.sync import DeviceRecord, LicenceRecord, Stored


def _upsert(table: str, columns: Mapping[str, str], *, marked: bool) -> str:
    """A statement that puts rows in place by the first of their columns, and counts the new and the changed ones."""
    key, *others = columns
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    mark, seen = (", seen_in", ", %(mark)s") if marked else ("", "")
    remark = ", seen_in = coalesce(EXCLUDED.seen_in, kept.seen_in)" if marked else ""
    return f"""
WITH given AS (SELECT * FROM json_to_recordset(%(rows)s::json) AS s ({typed})),
differing AS (
    SELECT FROM given JOIN {table} kept ON kept.connector_id = %(connector)s AND kept.{key} = given.{key}
    WHERE ({", ".join(f"kept.{name}" for name in others)})
        IS DISTINCT FROM ({", ".join(f"given.{name}" for name in others)})
),
put AS (
    INSERT INTO {table} AS kept (connector_id, {", ".join(columns)}, as_of{mark})
    SELECT %(connector)s, {", ".join(columns)}, now(){seen} FROM given ORDER BY {key}
    ON CONFLICT (connector_id, {key}) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in others)},
        as_of = now(){remark}
    RETURNING xmax = 0 AS fresh
)
SELECT (SELECT count(*) FROM put WHERE fresh), (SELECT count(*) FROM differing)
"""


def _columns(names: Sequence[str], **types: str) -> dict[str, str]:
    return {name: types.get(name, "text") for name in names}


_PUT_LICENCES = _upsert(
    "people_licence",
    _columns(
        LicenceRecord._fields,
        sku_id="uuid",
        enabled="integer",
        warning="integer",
        consumed="integer",
        plans="jsonb",
    ),
    marked=False,
)
_PUT_DEVICES = _upsert(
    "people_device",
    _columns(
        DeviceRecord._fields,
        object_id="uuid",
        owner_id="uuid",
        enabled="boolean",
        compliant="boolean",
        managed="boolean",
        last_seen_at="timestamptz",
        registered_at="timestamptz",
    ),
    marked=True,
)
_NO_OTHER_LICENCES = "DELETE FROM people_licence WHERE connector_id = %(connector)s AND sku_id <> ALL(%(ids)s::uuid[])"
_SWEEP_DEVICES = "DELETE FROM people_device WHERE connector_id = %(connector)s AND seen_in IS DISTINCT FROM %(mark)s"
_NO_OTHER_DEVICES = """
UPDATE people_device SET owner_id = NULL
WHERE connector_id = %(connector)s AND owner_id = %(owner)s AND object_id <> ALL(%(ids)s::uuid[])
"""


def store_licences(connector_id: uuid.UUID, records: Sequence[LicenceRecord]) -> Stored:
    """Have these products, and no others, be those of a directory."""
    rows = [{**record._asdict(), "plans": json.loads(record.plans)} for record in records]
    with connection.cursor() as cursor:
        added, changed = _put(cursor, _PUT_LICENCES, {"connector": connector_id}, rows)
        cursor.execute(_NO_OTHER_LICENCES, {"connector": connector_id, "ids": [record.sku_id for record in records]})
        return Stored(added, changed, cursor.rowcount)


def store_devices(connector_id: uuid.UUID, mark: uuid.UUID | None, records: Sequence[DeviceRecord]) -> Stored:
    """Store devices, inside the caller's transaction; `mark` is that of the round that saw them."""
    given = {"connector": connector_id, "mark": mark}
    with connection.cursor() as cursor:
        return Stored(*_put(cursor, _PUT_DEVICES, given, [record._asdict() for record in records]))


def sweep_devices(connector_id: uuid.UUID, mark: uuid.UUID) -> int:
    """Delete the devices that a full round has not seen; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP_DEVICES, {"connector": connector_id, "mark": mark})
        return int(cursor.rowcount)


def set_devices_of(connector_id: uuid.UUID, owner_id: uuid.UUID, records: Sequence[DeviceRecord]) -> None:
    """Have these devices, and no others, be registered to somebody."""
    store_devices(connector_id, None, records)
    given: dict[str, Any] = {
        "connector": connector_id,
        "owner": owner_id,
        "ids": [record.object_id for record in records],
    }
    with connection.cursor() as cursor:
        cursor.execute(_NO_OTHER_DEVICES, given)


def _put(cursor: Any, statement: str, given: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[int, int]:
    if not rows:
        return 0, 0
    cursor.execute(statement, {**given, "rows": json.dumps(rows)})
    added, changed = cursor.fetchone()
    return added, changed
