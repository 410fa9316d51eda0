"""Walks the chain of events from its beginning, or from a head that somebody has kept, and says where it breaks."""

import hmac
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from django.db import connection

from neurons_admin.audit import chain
from neurons_admin.audit.chain import Head, Recorded

BATCH: Final = 5_000
LINKS: Final = f"""
SELECT l.position, l.event_id, l.key_id, l.mac, {chain.COLUMNS}
FROM audit_link l LEFT JOIN audit_event e ON e.id = l.event_id
WHERE l.position > %s ORDER BY l.position LIMIT {BATCH}
"""  # noqa: S608 - constants only
UNCHAINED: Final = """
SELECT e.id FROM audit_event e
WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.event_id = e.id) ORDER BY e.id LIMIT 1
"""


class BrokenChainError(Exception):
    """The audit trail is not what was recorded. The message names the first place and what is wrong with it."""


class Linked(NamedTuple):
    """A link with the event it names; None for an event that is not there."""

    position: int
    event_id: int
    key_id: str
    mac: bytes
    event: Recorded | None


def verify(start: Head | None = None, kept: Sequence[Head] = ()) -> Head:
    """Compare every link with its event; returns the last link.

    start: a head to begin after, trusted; without it everything is read. kept: heads that were kept outside, which the
    chain must still go through. Raises BrokenChainError. Memory is that of a batch, however many events there are.
    """
    head = start or Head(0, chain.NOTHING_BEFORE)
    if start and start.position:
        _require_kept(start)
    for batch in _batches(head.position):
        for place, linked in enumerate(batch):
            _require_next(linked, head, batch, place)
            head = Head(linked.position, linked.mac)
    for each in kept:
        _require_kept(each)
    with connection.cursor() as cursor:
        cursor.execute(UNCHAINED)
        if row := cursor.fetchone():
            raise BrokenChainError(f"Event {row[0]} is in no link: it was inserted past the product.")
    return head


def _batches(after: int) -> Iterator[list[Linked]]:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(LINKS, [after])
            rows = [_linked(row) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = rows[-1].position


def _linked(row: Sequence[Any]) -> Linked:
    position, event_id, key_id, mac, *event = row
    return Linked(position, event_id, key_id, bytes(mac), Recorded(*event) if event[0] is not None else None)


def _require_next(linked: Linked, before: Head, batch: Sequence[Linked], place: int) -> None:
    """Raises BrokenChainError unless `linked` is what comes after `before`."""
    due = before.position + 1
    if linked.position != due:
        raise BrokenChainError(f"Position {due} is missing: the link was deleted, or the trail before it.")
    name = f"Position {due}, event {linked.event_id}"
    if linked.event is None:
        raise BrokenChainError(f"{name}: the event was deleted.")
    key = chain.keyring().get(linked.key_id)
    if key is None:
        raise BrokenChainError(f"{name}: chained with the key {linked.key_id}, which is not in AUDIT_KEYS.")
    if _fits(key, before, linked, linked.event):
        return
    for other in batch[place + 1 :]:
        if other.event and _swapped(key, before, linked, other.event):
            raise BrokenChainError(f"{name}: in the place of event {other.event.id}, their order was swapped.")
    raise BrokenChainError(f"{name}: the event or its link was changed, or made without the key.")


def _swapped(key: bytes, before: Head, linked: Linked, other: Recorded) -> bool:
    """Whether the link fits another event: as it is, or with what it says under this one's number."""
    return any(_fits(key, before, linked, each) for each in (other, other._replace(id=linked.event_id)))


def _fits(key: bytes, before: Head, linked: Linked, event: Recorded) -> bool:
    return hmac.compare_digest(chain.mac_of(key, before.mac, linked.position, event), linked.mac)


def _require_kept(kept: Head) -> None:
    """Raises BrokenChainError unless the chain still goes through a head that was kept outside."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mac FROM audit_link WHERE position = %s", [kept.position])
        row = cursor.fetchone()
    if row is None:
        raise BrokenChainError(f"Position {kept.position}, named by a head kept outside, is missing: the end was cut.")
    if not hmac.compare_digest(bytes(row[0]), kept.mac):
        raise BrokenChainError(f"Position {kept.position} is not the one kept outside: the trail was replaced.")
