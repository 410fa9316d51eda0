"""Keeps the accounts that a synchronisation brings: a handful of statements for any number of them.

What is already as it was is only marked as seen; what is new is copied in; what has changed is updated from one JSON
document. A person shows what the first of their accounts says, as long as that one is in its directory.
"""
# ruff: noqa: S608 - what is put into these statements are the names of columns, from here

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction

from connectors.sync import AccountRecord, Removal, Stored
from people.models import Account
from people.showing import PERSON_COLUMNS, email_key, fingerprint, shown

from .places import keep_places, note_matches

_T = TypeVar("_T")

_COLUMNS = AccountRecord._fields[1:]
_TOLD = AccountRecord._fields[1:-2]
_DIRECTORY_TYPES = {
    "enabled": "boolean",
    "synced": "boolean",
    "created_in_directory_at": "timestamptz",
    "password_changed_at": "timestamptz",
    "sessions_valid_from": "timestamptz",
}
_ACCOUNT_ROW = ", ".join(f"{name} {_DIRECTORY_TYPES.get(name, 'text')}" for name in _COLUMNS)
_PERSON_TYPES = {"guest": "boolean", "synced": "boolean", "search": "tsvector"}
_PERSON_ROW = ", ".join(f"{name} {_PERSON_TYPES.get(name, 'text')}" for name in PERSON_COLUMNS)

_KNOWN = """
SELECT object_id::text, id, person_id, fingerprint, removal, manager_id::text, seen_in FROM people_account
WHERE connector_id = %(connector)s AND object_id = ANY(%(ids)s::uuid[])
"""
_SEEN = """
UPDATE people_account SET as_of = now(), seen_in = coalesce(%(mark)s, seen_in) WHERE id = ANY(%(ids)s)
"""
_UPDATE_ACCOUNTS = f"""
UPDATE people_account a SET {", ".join(f"{name} = s.{name}" for name in _TOLD)}, fingerprint = s.fingerprint,
    more = s.more::jsonb,
    manager_id = CASE WHEN s.manager_id IS NULL THEN a.manager_id ELSE nullif(s.manager_id, '')::uuid END,
    removal = '', removed_at = NULL, as_of = now(), seen_in = coalesce(%(mark)s, a.seen_in)
FROM json_to_recordset(%(rows)s::json) AS s (account_id bigint, fingerprint bigint, {_ACCOUNT_ROW})
WHERE a.id = s.account_id
"""
_COPY_ACCOUNTS = f"""
COPY people_account (person_id, connector_id, object_id, {", ".join(_COLUMNS)}, fingerprint, removal, as_of, seen_in)
FROM STDIN
"""
_BY_EMAIL = """
SELECT email_key, id FROM people_person WHERE email_key <> '' AND email_key = ANY(%(keys)s)
"""
# Of all directories: on a table that was just filled PostgreSQL would look through the whole of this one otherwise.
_ACCOUNTS_OF = """
SELECT person_id, connector_id FROM people_account WHERE person_id = ANY(%(people)s)
"""
_NEW_IDS = """
SELECT nextval(pg_get_serial_sequence('people_person', 'id')) FROM generate_series(1, %(count)s)
"""
_COPY_PEOPLE = f"COPY people_person (id, {', '.join(PERSON_COLUMNS)}) FROM STDIN"
_SHOW = f"""
UPDATE people_person p SET {", ".join(f"{name} = s.{name}" for name in PERSON_COLUMNS)}
FROM json_to_recordset(%(rows)s::json) AS s (person_id bigint, account_id bigint, {_PERSON_ROW})
WHERE p.id = s.person_id AND NOT EXISTS (
    SELECT FROM people_account a WHERE a.person_id = s.person_id AND a.removal = ''
        AND (s.account_id IS NULL OR a.id < s.account_id))
"""
_REMOVE = """
WITH found AS (
    SELECT a.id, a.removal AS before, r.removal,
        CASE WHEN r.manager IS NULL THEN a.manager_id ELSE nullif(r.manager, '')::uuid END AS manager_id
    FROM unnest(%(ids)s::uuid[], %(removals)s::text[], %(managers)s::text[]) AS r (object_id, removal, manager)
    JOIN people_account a ON a.connector_id = %(connector)s AND a.object_id = r.object_id
)
UPDATE people_account a
SET removal = found.removal, removed_at = coalesce(a.removed_at, now()), as_of = now(), manager_id = found.manager_id
FROM found WHERE a.id = found.id RETURNING a.person_id, found.before <> found.removal
"""
_SWEEP = """
UPDATE people_account SET removal = 'unseen', removed_at = now(), as_of = now()
WHERE connector_id = %(connector)s AND seen_in IS DISTINCT FROM %(mark)s AND removal = ''
RETURNING person_id, true
"""
# Until PostgreSQL has looked, it takes tables that were just filled for small ones and goes through the whole of them.
_LOOK = "ANALYZE people_account (id, connector_id, object_id, person_id, removal), people_person (id)"
_MISSING = """
UPDATE people_account SET removal = 'unseen', removed_at = now(), as_of = now() WHERE id = %(account)s AND removal = ''
RETURNING person_id, true
"""
_DELETED_PEOPLE = """
UPDATE people_person p SET state = 'deleted'
WHERE p.id = ANY(%(people)s) AND NOT EXISTS (
    SELECT FROM people_account a WHERE a.person_id = p.id AND a.removal = '')
"""
# Of people who have just been joined or parted: the first that is there, else the first.
_ACCOUNTS_TO_SHOW = f"""
SELECT DISTINCT ON (person_id) person_id, id, object_id::text, {", ".join(_COLUMNS)} FROM people_account
WHERE person_id = ANY(%(people)s) ORDER BY person_id, removal <> '', id
"""
_FIRST_ACCOUNTS = f"""
SELECT DISTINCT ON (person_id) person_id, id, object_id::text, {", ".join(_COLUMNS)} FROM people_account
WHERE person_id = ANY(%(people)s) AND removal = '' ORDER BY person_id, id
"""


class _Known(NamedTuple):
    """An account as it is kept."""

    object_id: str
    account_id: int
    person_id: int
    fingerprint: int | None
    removal: str
    manager_id: str | None
    seen_in: uuid.UUID | None

    def is_same(self, account: AccountRecord) -> bool:
        """Whether nothing in it is told otherwise."""
        return (
            not self.removal
            and account.manager_id in (None, self.manager_id or "")
            and self.fingerprint == fingerprint(account)
        )


def store(
    connector_id: uuid.UUID,
    mark: uuid.UUID | None,
    accounts: Sequence[AccountRecord],
    removals: Sequence[Removal],
    *,
    full: bool = False,
) -> Stored:
    """Store accounts and removals, inside the caller's transaction. Storing the same again changes nothing more.

    `mark` is that of the round that saw them; None for a look at single accounts, which no sweep may mistake for one.
    Somebody of whose manager a round says nothing keeps theirs; but one in which everything is told (`full`) means that
    there is none, the first time it names them.
    """
    given = {"connector": connector_id, "mark": mark}
    with connection.cursor() as cursor:
        keep_places(cursor)
        known = _known(cursor, given, accounts)
        fresh, changed, same = [], [], []
        for account in accounts:
            kept = known.get(account.object_id)
            if kept is None:
                fresh.append(account)
            elif full and kept.manager_id and account.manager_id is None and kept.seen_in != mark:
                changed.append((kept, account._replace(manager_id="")))
            elif kept.is_same(account):
                same.append(kept.account_id)
            else:
                changed.append((kept, account))
        if same:
            cursor.execute(_SEEN, {**given, "ids": same})
        if changed:
            _update(cursor, given, changed)
        if fresh:
            _insert(cursor, given, fresh)
        if not full:
            # A full round looks at all of them when it ends (`sweep`).
            note_matches(cursor, [email_key(account) for account in (*fresh, *[told for _, told in changed])])
        return Stored(len(fresh), len(changed), _remove(cursor, given, removals))


def note_missing(account: Account) -> None:
    """The directory says that it does not know this account (any more)."""
    with transaction.atomic(), connection.cursor() as cursor:
        keep_places(cursor)
        cursor.execute(_MISSING, {"account": account.pk})
        _note_removed(cursor)


def sweep(connector_id: uuid.UUID, mark: uuid.UUID) -> int:
    """Note as removed what a full round has not seen; returns how many."""
    with connection.cursor() as cursor:
        keep_places(cursor)
        cursor.execute(_SWEEP, {"connector": connector_id, "mark": mark})
        removed = _note_removed(cursor)
        cursor.execute(_LOOK)
        note_matches(cursor)
        return removed


def show_again(people: list[int]) -> None:
    """Let people show what their accounts say, after accounts have come to them or left them."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS_TO_SHOW, {"people": people})
        _show(cursor, [(row[0], row[1], AccountRecord._make(row[2:])) for row in cursor.fetchall()])
        cursor.execute(_DELETED_PEOPLE, {"people": people})


def _known(cursor: Any, given: dict[str, Any], accounts: Sequence[AccountRecord]) -> dict[str, _Known]:
    if not accounts:
        return {}
    cursor.execute(_KNOWN, {**given, "ids": [account.object_id for account in accounts]})
    return {row[0]: _Known._make(row) for row in cursor.fetchall()}


def _update(cursor: Any, given: dict[str, Any], changed: Iterable[tuple[_Known, AccountRecord]]) -> None:
    """In the order of people, so that two synchronisations that share some cannot wait for each other in a circle."""
    rows = sorted(changed, key=lambda pair: pair[0].person_id)
    documents = [
        {"account_id": kept.account_id, "fingerprint": fingerprint(account), **account._asdict()}
        for kept, account in rows
    ]
    cursor.execute(_UPDATE_ACCOUNTS, {**given, "rows": json.dumps(documents)})
    _show(cursor, [(kept.person_id, kept.account_id, account) for kept, account in rows])


def _insert(cursor: Any, given: dict[str, Any], fresh: Sequence[AccountRecord]) -> None:
    """New accounts: of people known by their e-mail from elsewhere, else of new people."""
    people = _people_by_email(cursor, given, fresh)
    cursor.execute(_NEW_IDS, {"count": len(fresh) - len(people)})
    new_ids = iter([new_id for (new_id,) in cursor.fetchall()])
    known_people = [(people[account.object_id], None, account) for account in fresh if account.object_id in people]
    new_people = [(next(new_ids), account) for account in fresh if account.object_id not in people]
    _show(cursor, sorted(known_people, key=lambda row: row[0]))
    with cursor.copy(_COPY_PEOPLE) as copy:
        for person_id, account in new_people:
            copy.write_row((person_id, *shown(account)))
    # As texts, which COPY sends as they are; "now" is for PostgreSQL the start of the transaction, as now() is.
    connector, mark = str(given["connector"]), given["mark"] and str(given["mark"])
    with cursor.copy(_COPY_ACCOUNTS) as copy:
        for person_id, account in [(row[0], row[2]) for row in known_people] + new_people:
            manager = account.manager_id or None
            copy.write_row((person_id, connector, *account[:-1], manager, fingerprint(account), "", "now", mark))


def _people_by_email(cursor: Any, given: dict[str, Any], fresh: Sequence[AccountRecord]) -> dict[str, int]:
    """By object id, the people that new accounts belong to, because another directory knows them by the same e-mail.

    Only where exactly one would match exactly one, and never two accounts of one directory to one person.
    """
    accounts = _alone((key, account.object_id) for account in fresh if (key := email_key(account)))
    if not accounts:
        return {}
    cursor.execute(_BY_EMAIL, {"keys": list(accounts)})
    people = _alone(cursor.fetchall())
    cursor.execute(_ACCOUNTS_OF, {"people": list(people.values())})
    here_already = {person_id for person_id, connector_id in cursor.fetchall() if connector_id == given["connector"]}
    return {accounts[key]: person_id for key, person_id in people.items() if person_id not in here_already}


def _alone(pairs: Iterable[tuple[str, _T]]) -> dict[str, _T]:
    """The pairs whose key occurs once."""
    pairs = list(pairs)
    counts = Counter(key for key, _ in pairs)
    return {key: value for key, value in pairs if counts[key] == 1}


def _show(cursor: Any, rows: Sequence[tuple[int, int | None, AccountRecord]]) -> None:
    """Let people show what an account of theirs says, where that is their first one."""
    documents = [
        {"person_id": person_id, "account_id": account_id, **shown(account)._asdict()}
        for person_id, account_id, account in rows
    ]
    if documents:
        cursor.execute(_SHOW, {"rows": json.dumps(documents)})


def _remove(cursor: Any, given: dict[str, Any], removals: Sequence[Removal]) -> int:
    if not removals:
        return 0
    ids, removed, managers = zip(*removals, strict=True)
    cursor.execute(_REMOVE, {**given, "ids": list(ids), "removals": list(removed), "managers": list(managers)})
    return _note_removed(cursor)


def _note_removed(cursor: Any) -> int:
    """After accounts were removed: their people are deleted, or show what another account of theirs says."""
    people = [person_id for person_id, is_change in cursor.fetchall() if is_change]
    if people:
        cursor.execute(_DELETED_PEOPLE, {"people": people})
        cursor.execute(_FIRST_ACCOUNTS, {"people": people})
        _show(cursor, [(row[0], row[1], AccountRecord._make(row[2:])) for row in cursor.fetchall()])
    return len(people)
