"""Keeps what a synchronisation brings: COPY into a staging table, then a few statements for any number of rows."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, transaction

from connectors.graph import NotThere
from connectors.sync import PROPERTIES, AccountRecord, Removal, Stored, parse
from people.models import Account
from people.words import plain, words

# The account's own columns, in the order of AccountRecord after `object_id`.
_COLUMNS = AccountRecord._fields[1:]
_SORT_KEY_LENGTH = 300

_STAGING = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS staged_account (
    object_id uuid PRIMARY KEY, {", ".join(f"{name} text" for name in _COLUMNS[:16])},
    enabled boolean, synced boolean,
    created_in_directory_at timestamptz, password_changed_at timestamptz, sessions_valid_from timestamptz,
    email_key text, sort_key text, words text,
    account_id bigint, person_id bigint, is_new_person boolean NOT NULL DEFAULT false
) ON COMMIT DELETE ROWS
"""
_COPY = f"""
COPY staged_account (object_id, {", ".join(_COLUMNS)}, email_key, sort_key, words) FROM STDIN
"""
_FIND = """
UPDATE staged_account s SET account_id = a.id, person_id = a.person_id
FROM people_account a WHERE a.connector_id = %(connector)s AND a.object_id = s.object_id
"""
_COUNT_CHANGED = f"""
SELECT count(*) FROM staged_account s JOIN people_account a ON a.id = s.account_id
WHERE a.removal <> '' OR ({", ".join(f"a.{name}" for name in _COLUMNS)})
    IS DISTINCT FROM ({", ".join(f"s.{name}" for name in _COLUMNS)})
"""
_UPDATE = f"""
UPDATE people_account a SET {", ".join(f"{name} = s.{name}" for name in _COLUMNS)},
    removal = '', removed_at = NULL, as_of = now(), seen_in = coalesce(%(run)s, a.seen_in)
FROM staged_account s WHERE a.id = s.account_id
"""
# A person known from another directory by the same e-mail; only where exactly one would match, never two of one directory.
_MATCH_BY_EMAIL = """
UPDATE staged_account s SET person_id = m.person_id
FROM (
    SELECT p.email_key, min(p.id) AS person_id FROM people_person p
    WHERE p.email_key IN (SELECT email_key FROM staged_account WHERE account_id IS NULL AND email_key <> '')
    GROUP BY p.email_key HAVING count(*) = 1
) m
WHERE s.account_id IS NULL AND s.email_key = m.email_key
    AND NOT EXISTS (
        SELECT FROM people_account a WHERE a.person_id = m.person_id AND a.connector_id = %(connector)s)
    AND NOT EXISTS (
        SELECT FROM staged_account t WHERE t.email_key = s.email_key AND t.object_id <> s.object_id)
"""
_NEW_PEOPLE = """
UPDATE staged_account SET person_id = nextval(pg_get_serial_sequence('people_person', 'id')), is_new_person = true
WHERE person_id IS NULL
"""
_PERSON_VALUES = """
    left(coalesce(nullif(s.display_name, ''), nullif(s.user_principal_name, ''), s.object_id::text), 256),
    coalesce(nullif(s.mail, ''), ''), s.email_key, s.user_principal_name, s.job_title, s.department,
    CASE WHEN s.enabled IS FALSE THEN 'disabled' ELSE 'enabled' END,
    lower(s.user_type) = 'guest', coalesce(s.synced, false), s.sort_key, to_tsvector('simple', s.words)
"""
_PERSON_COLUMNS = (
    "display_name, email, email_key, user_principal_name, job_title, department, state, guest, synced, sort_key, search"
)
_INSERT_PEOPLE = f"""
INSERT INTO people_person (id, {_PERSON_COLUMNS}) SELECT s.person_id, {_PERSON_VALUES} FROM staged_account s
WHERE s.is_new_person ORDER BY s.person_id
"""
# A person shows what the first of their accounts says, as long as that one is there; else what this one says.
_UPDATE_PEOPLE = f"""
UPDATE people_person p SET ({_PERSON_COLUMNS}) = ({_PERSON_VALUES})
FROM staged_account s WHERE p.id = s.person_id AND NOT s.is_new_person AND NOT EXISTS (
    SELECT FROM people_account a WHERE a.person_id = p.id AND a.removal = '' AND a.object_id <> s.object_id
        AND (s.account_id IS NULL OR a.id < s.account_id))
"""
_INSERT = f"""
INSERT INTO people_account (person_id, connector_id, object_id, {", ".join(_COLUMNS)}, removal, as_of, seen_in)
SELECT s.person_id, %(connector)s, s.object_id, {", ".join(f"s.{name}" for name in _COLUMNS)}, '', now(), %(run)s
FROM staged_account s WHERE s.account_id IS NULL ORDER BY s.person_id
ON CONFLICT (connector_id, object_id) DO NOTHING
"""
_REMOVE = """
UPDATE people_account a SET removal = r.removal, removed_at = coalesce(a.removed_at, now()), as_of = now(),
    seen_in = coalesce(%(run)s, a.seen_in)
FROM unnest(%(ids)s::uuid[], %(removals)s::text[]) AS r (object_id, removal)
WHERE a.connector_id = %(connector)s AND a.object_id = r.object_id AND a.removal <> r.removal
RETURNING a.person_id
"""
_SWEEP = """
UPDATE people_account SET removal = 'unseen', removed_at = now(), as_of = now()
WHERE connector_id = %(connector)s AND seen_in IS DISTINCT FROM %(run)s AND removal IN ('', 'deleted')
RETURNING person_id
"""
_MISSING = """
UPDATE people_account SET removal = 'unseen', removed_at = now(), as_of = now() WHERE id = %(account)s AND removal = ''
RETURNING person_id
"""
_DELETED_PEOPLE = """
UPDATE people_person p SET state = 'deleted'
WHERE p.id = ANY(%(people)s) AND NOT EXISTS (
    SELECT FROM people_account a WHERE a.person_id = p.id AND a.removal = '')
"""


def store(
    connector_id: uuid.UUID, run_id: uuid.UUID | None, accounts: Sequence[AccountRecord], removals: Sequence[Removal]
) -> Stored:
    """Store accounts and removals, inside the caller's transaction. Storing the same again changes nothing more.

    `run_id` is the synchronisation that saw them; None for a look at single accounts, which no sweep may mistake.
    """
    given = {"connector": connector_id, "run": run_id}
    with connection.cursor() as cursor:
        added = changed = 0
        if accounts:
            _stage(cursor, accounts)
            cursor.execute(_FIND, given)
            cursor.execute(_COUNT_CHANGED)
            changed = cursor.fetchone()[0]
            cursor.execute(_MATCH_BY_EMAIL, given)
            cursor.execute(_NEW_PEOPLE)
            cursor.execute(_INSERT_PEOPLE)
            cursor.execute(_UPDATE_PEOPLE)
            cursor.execute(_UPDATE, given)
            cursor.execute(_INSERT, given)
            added = cursor.rowcount
            cursor.execute("TRUNCATE staged_account")
        return Stored(added, changed, _remove(cursor, given, removals))


def refresh(account: Account, state: Mapping[str, Any]) -> None:
    """Bring one account up to date with the user object just read from the directory."""
    item = parse({**state, "id": str(account.object_id)})
    with transaction.atomic():
        if isinstance(item, Removal):
            store(account.connector_id, None, [], [item])
        else:
            store(account.connector_id, None, [item], [])


def read_again(account: Account) -> None:
    """Read one account from its directory with the credential for synchronising. Raises GraphError."""
    reader = account.connector.graph_for_sync()
    try:
        state = reader.get(f"/users/{account.object_id}?$select={','.join(PROPERTIES)}")
    except NotThere:
        note_missing(account)
    else:
        refresh(account, state)


def note_missing(account: Account) -> None:
    """The directory says that it does not know this account (any more)."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MISSING, {"account": account.pk})
        _note_deleted(cursor)


def sweep(connector_id: uuid.UUID, run_id: uuid.UUID) -> int:
    """Mark as removed what a full round has not seen; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(_SWEEP, {"connector": connector_id, "run": run_id})
        return _note_deleted(cursor)


def _stage(cursor: Any, accounts: Sequence[AccountRecord]) -> None:
    cursor.execute(_STAGING)
    with cursor.copy(_COPY) as copy:
        for row in _rows(accounts):
            copy.write_row(row)


def _rows(accounts: Sequence[AccountRecord]) -> Iterator[tuple[Any, ...]]:
    for account in accounts:
        name = account.display_name or account.user_principal_name
        yield (
            *account,
            account.mail.lower(),
            plain(name)[:_SORT_KEY_LENGTH],
            words(name, account.mail, account.user_principal_name, account.department),
        )


def _remove(cursor: Any, given: dict[str, Any], removals: Sequence[Removal]) -> int:
    if not removals:
        return 0
    kinds = ["gone" if removal.gone else "deleted" for removal in removals]
    cursor.execute(_REMOVE, {**given, "ids": [removal.object_id for removal in removals], "removals": kinds})
    return _note_deleted(cursor)


def _note_deleted(cursor: Any) -> int:
    people = [person_id for (person_id,) in cursor.fetchall()]
    if people:
        cursor.execute(_DELETED_PEOPLE, {"people": people})
    return len(people)
