"""Whose an account is: kept while people are joined and parted, and where several people have one e-mail address."""

from collections.abc import Iterable
from typing import Any, Final

# Taken by many at once while accounts are stored, and by one alone while they go from one person to another.
_LOCK: Final = 0x50454F504C45
_KEEP: Final = "SELECT pg_advisory_xact_lock_shared(%s)"
_MOVE: Final = "SELECT pg_advisory_xact_lock(%s)"
_HERE: Final = "AND email_key = ANY(%(keys)s)"
_NOTE: Final = """
WITH shared AS (
    SELECT email_key FROM people_person WHERE email_key <> '' {here} GROUP BY email_key HAVING count(*) > 1
)
INSERT INTO people_match (email_key)
SELECT s.email_key FROM shared s
JOIN people_person p ON p.email_key = s.email_key AND p.email_key <> '' JOIN people_account a ON a.person_id = p.id
WHERE NOT EXISTS (SELECT FROM people_match m WHERE m.email_key = s.email_key)
GROUP BY s.email_key HAVING count(DISTINCT a.connector_id) > 1 ORDER BY s.email_key
ON CONFLICT (email_key) DO NOTHING
"""
_NOTE_SOME: Final = _NOTE.format(here=_HERE)
_NOTE_ALL: Final = _NOTE.format(here="")


def keep_places(cursor: Any) -> None:
    """Until the transaction ends, no account goes from one person to another. Many may keep them so at once."""
    cursor.execute(_KEEP, [_LOCK])


def change_places(cursor: Any) -> None:
    """Until the transaction ends, nobody else stores accounts or moves them; waits for the batches under way."""
    cursor.execute(_MOVE, [_LOCK])


def note_matches(cursor: Any, keys: Iterable[str] | None = None) -> None:
    """Note the e-mail addresses that several people of several directories have: of these keys, or (None) of all."""
    if keys is None:
        cursor.execute(_NOTE_ALL)
    elif wanted := sorted(set(keys) - {""}):
        cursor.execute(_NOTE_SOME, {"keys": wanted})
