"""Looks for secrets where none may stand: raw tables, the broker's memory and file, logs, sessions, pages, backups.

A secret is found also when it was written in another form: quoted for a URL, for JSON or for HTML, in hexadecimal, or
in Base64 together with whatever stood around it. What is compressed is unpacked first, where the product compresses
(sessions).
"""

import base64
import html
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

import psycopg
import redis
from psycopg import sql

SHORTEST = 8  # anything shorter is found everywhere by chance
# A token of Microsoft's kind: three parts in Base64, the first of which begins with {"
TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}")
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
SESSIONS = "SELECT data FROM access_session"


class Place(NamedTuple):
    """Something to search in, and how to call it."""

    name: str
    content: bytes


def find(secrets: Mapping[str, str], places: Iterable[Place]) -> list[str]:
    """A line for each secret in each place, by their names only; also for any access token. Empty: nothing leaked."""
    needles = [(what, form, needle) for what, value in secrets.items() for form, needle in _forms(what, value).items()]
    found = []
    for place in places:
        found += [f"{what} is in {place.name} ({form})" for what, form, needle in needles if needle in place.content]
        if TOKEN.search(place.content):
            found.append(f"an access token is in {place.name}")
    return found


def _forms(what: str, value: str) -> dict[str, bytes]:
    if len(value) < SHORTEST:
        raise ValueError(f"{what} is too short to be looked for.")
    raw = value.encode()
    forms = {
        "as it is": raw,
        "in a URL": quote(value, safe="").encode(),
        "in a form": quote_plus(value).encode(),
        "in JSON": json.dumps(value)[1:-1].encode(),
        "in JSON with all letters": json.dumps(value, ensure_ascii=False)[1:-1].encode(),
        "in HTML": html.escape(value).encode(),
        "in hexadecimal": raw.hex().encode(),
        "in upper case hexadecimal": raw.hex().upper().encode(),
    }
    for offset in range(3):
        forms[f"in Base64, at {offset}"] = _inner_base64(raw, offset)
        forms[f"in Base64 for URLs, at {offset}"] = _inner_base64(raw, offset).translate(bytes.maketrans(b"+/", b"-_"))
    return {form: needle for form, needle in forms.items() if form == "as it is" or needle != raw}


def _inner_base64(raw: bytes, offset: int) -> bytes:
    """What Base64 makes of `raw` after `offset` other bytes, without the characters that the neighbours decide too."""
    encoded = base64.b64encode(b"\0" * offset + raw)
    begin = (0, 2, 3)[offset]
    end = (0, 3, 2)[(offset + len(raw)) % 3]
    return encoded[begin : len(encoded) - end]


def in_database(url: str) -> Iterator[Place]:
    """Every table, raw, as a backup has it; and what the sessions hold, unpacked."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                content = b"".join(bytes(block) for block in copy)
            yield Place(f"table {table}", content.replace(rb"\\", b"\\"))
        for (data,) in connection.execute(SESSIONS).fetchall():
            yield Place("a session", _unpacked(data))


def _unpacked(session_data: str) -> bytes:
    """What Django's signed and perhaps compressed serialisation holds."""
    payload = session_data.rsplit(":", 2)[0]
    packed = base64.urlsafe_b64decode(payload.lstrip(".") + "==")
    return zlib.decompress(packed) if payload.startswith(".") else packed


def in_broker(client: "redis.Redis[bytes]") -> Iterator[Place]:
    """Every key of the broker's database with its value."""
    readers = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"hash": client.hgetall,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
    }
    for key in client.scan_iter(count=1000):
        kind = client.type(key)
        if kind in readers:
            value = readers[kind](key)
            yield Place(f"the broker's key {key!r}", b"\n".join([key, *_flat(value)]))


def _flat(value: object) -> Iterator[bytes]:
    """All byte strings in a value, and those that stand in Base64 in them as Celery writes its messages."""
    if isinstance(value, bytes):
        yield value
        yield from _bodies(value)
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from _flat(pair)
    elif isinstance(value, list | set | tuple):
        for each in value:
            yield from _flat(each)


def _bodies(message: bytes) -> Iterator[bytes]:
    for body in re.findall(rb'"body": ?"([A-Za-z0-9+/=]+)"', message):
        yield base64.b64decode(body)


def in_files(folder: Path, pattern: str = "*") -> Iterator[Place]:
    """Every file in a folder, and below."""
    for file in sorted(folder.rglob(pattern)):
        if file.is_file():
            yield Place(f"file {file.name}", file.read_bytes())


def in_texts(name: str, texts: Iterable[str]) -> Iterator[Place]:
    """Pages that were fetched, for example."""
    for text in texts:
        yield Place(name, text.encode())
