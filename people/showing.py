"""What a person shows of an account: the columns that lists sort, filter and search by."""

import hashlib
from typing import NamedTuple

import orjson

from connectors.sync import AccountRecord
from people.words import plain, search_vector

_LONGEST_KEY = 300
_LONGEST_EMAIL = 320


class Shown(NamedTuple):
    """The columns of a person, in the order of `PERSON_COLUMNS`; `search` is a tsvector as PostgreSQL writes it."""

    display_name: str
    email: str
    email_key: str
    user_principal_name: str
    job_title: str
    department: str
    state: str
    guest: bool
    synced: bool
    sort_key: str
    search: str


PERSON_COLUMNS = Shown._fields


def shown(account: AccountRecord) -> Shown:
    """What a person shows whose first account this is."""
    name = account.display_name or account.user_principal_name or account.object_id
    return Shown(
        name[:256],
        account.mail,
        email_key(account),
        account.user_principal_name,
        account.job_title,
        account.department,
        "disabled" if account.enabled is False else "enabled",
        account.is_guest,
        bool(account.synced),
        plain(name)[:_LONGEST_KEY],
        search_vector(name, account.mail, account.user_principal_name, account.department),
    )


def email_key(account: AccountRecord) -> str:
    """By what accounts of one person find each other."""
    return account.mail.lower()[:_LONGEST_EMAIL]


def fingerprint(account: AccountRecord) -> int:
    """A number that differs when anything differs that the directory says of an account, but for the manager.

    Of the manager it does not always speak.
    """
    digest = hashlib.blake2b(orjson.dumps(account[:-1]), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
