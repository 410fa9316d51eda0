"""The chain that holds the audit trail together: each event's link is an HMAC over the link before and the event.

Links are in a table of their own, written right before the commit of the transaction that recorded the event, under a
lock that all who record share. Their positions have no gaps: what is missing is missing by somebody's hand.
docs/decisions/0017-the-chain-of-events.md says why it is done so.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

# The advisory lock under which links are added ("neuc").
LOCK: Final = 0x6E657563
# What the first link stands on.
NOTHING_BEFORE: Final = bytes(32)
# What of an event a link covers, in this order. The time is a number: no zone of a session changes how it reads.
COLUMNS: Final = (
    "e.id, (extract(epoch FROM e.at) * 1000000)::bigint, e.actor_id, e.actor_name, e.verb,"
    " e.subject_type, e.subject_id, e.subject_name, e.detail::text, e.about"
)


class Recorded(NamedTuple):
    """An event as the database gives it by COLUMNS."""

    id: int
    at: int
    actor_id: int | None
    actor_name: str
    verb: str
    subject_type: str
    subject_id: str
    subject_name: str
    detail: str
    about: list[str]


class Head(NamedTuple):
    """The last link: its position, which is also how many there are, and its code."""

    position: int
    mac: bytes


@lru_cache(maxsize=8)
def _keyring(keys: tuple[str, ...]) -> dict[str, bytes]:
    """Key ids and keys, newest first. Raises ImproperlyConfigured for a key that is not 32 random bytes."""
    ring: dict[str, bytes] = {}
    for key in keys:
        try:
            raw = base64.urlsafe_b64decode(key.replace("+", "-").replace("/", "_"))
        except ValueError as exc:
            raise ImproperlyConfigured("AUDIT_KEYS: a key is not valid base64.") from exc
        if len(raw) != 32 or len(set(raw)) < 12:
            raise ImproperlyConfigured("AUDIT_KEYS: each key must be 32 random bytes, base64-encoded.")
        ring[hashlib.sha256(b"audit key id" + raw).hexdigest()[:8]] = raw
    if not ring:
        raise ImproperlyConfigured("AUDIT_KEYS is empty: name at least one key.")
    return ring


def keyring() -> Mapping[str, bytes]:
    """The keys in force, by id, newest first."""
    return _keyring(tuple(settings.AUDIT_KEYS))


def mac_of(key: bytes, before: bytes, position: int, event: Recorded) -> bytes:
    """The code of a link: over the code of the link before, its own position and everything the event says."""
    said = [position, *event[:8], json.loads(event.detail), list(event.about)]
    return hmac.digest(key, before + json.dumps(said, sort_keys=True, separators=(",", ":")).encode(), "sha256")


def append(cursor: Any, event_ids: Sequence[int]) -> None:
    """Add links for those of these events that the transaction still holds: a savepoint may have taken some back.

    Foreign keys are checked first: a check may wait for somebody else's row, and nothing is to be waited for under
    the lock. Then the end of the chain is read as it is once everybody before has committed.
    """
    cursor.execute("SELECT set_config('audit.chained', %s, true)", [",".join(map(str, event_ids))])
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(f"SELECT {COLUMNS} FROM audit_event e WHERE e.id = ANY(%s) ORDER BY e.id", [list(event_ids)])  # noqa: S608
    events = [Recorded(*row) for row in cursor.fetchall()]
    if events:
        link(cursor, events)


def link(cursor: Any, events: Iterable[Recorded]) -> None:
    """Add links for events, in their order, under the lock, which is held until the transaction ends."""
    key_id, key = next(iter(keyring().items()))
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    position, mac = head(cursor)
    rows: list[object] = []
    for event in events:
        position += 1
        mac = mac_of(key, mac, position, event)
        rows += [position, event.id, key_id, mac]
    values = ", ".join(["(%s, %s, %s, %s)"] * (len(rows) // 4))
    cursor.execute(f"INSERT INTO audit_link (position, event_id, key_id, mac) VALUES {values}", rows)  # noqa: S608


def require_key(**_: Any) -> None:
    """Raise ImproperlyConfigured if AUDIT_KEYS is missing, weak, or not what the chain was last written with.

    Web, worker and sweeper ask for this before they begin.
    """
    ring = keyring()
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_id FROM audit_link ORDER BY position DESC LIMIT 1")
        row = cursor.fetchone()
    if row and row[0] not in ring:
        raise ImproperlyConfigured(
            f"AUDIT_KEYS does not hold the key {row[0]}, with which the audit trail was last chained. Nothing was"
            " started and nothing was changed: put the key back (newest key first, older ones after it)."
        )


def head(cursor: Any) -> Head:
    """The last link; position 0 for a chain that has none."""
    cursor.execute("SELECT position, mac FROM audit_link ORDER BY position DESC LIMIT 1")
    row = cursor.fetchone()
    return Head(row[0], bytes(row[1])) if row else Head(0, NOTHING_BEFORE)
