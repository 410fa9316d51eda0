"""The audit trail as a file: lines of JSON, or CSV that a spreadsheet opens without carrying anything out."""

import csv
import json
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet

from neurons_admin.audit import words
from neurons_admin.audit.models import Event

# One file holds no more: a spreadsheet takes about a million rows, and nobody reads them.
MOST: Final = 100_000
BATCH: Final = 2_000
COLUMNS: Final = (
    "id", "at", "actor_id", "actor", "verb", "what", "subject_type", "subject_id", "subject", "about", "detail",
)  # fmt: skip
# What makes a spreadsheet take a cell for a formula; the wide ones do so in East Asian editions.
FORMULA: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
BYTE_ORDER_MARK: Final = "\ufeff"


def csv_lines(events: QuerySet[Event]) -> Iterator[str]:
    """The events as CSV, the newest first: every cell quoted, and none that is a formula. `events` is unordered."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    for event in _newest_first(events):
        yield writer.writerow([harmless(_as_text(value)) for value in _values(event)])


def json_lines(events: QuerySet[Event]) -> Iterator[str]:
    """The events as JSON, one object a line, the newest first. `events` is unordered."""
    for event in _newest_first(events):
        yield json.dumps(dict(zip(COLUMNS, _values(event), strict=True)), cls=DjangoJSONEncoder) + "\n"


FORMATS: Final[dict[str, tuple[str, Callable[[QuerySet[Event]], Iterator[str]]]]] = {
    "csv": ("text/csv; charset=utf-8", csv_lines),
    "jsonl": ("application/x-ndjson", json_lines),
}


def harmless(text: str) -> str:
    """A cell's text, with an apostrophe before what a spreadsheet would take for a formula.

    Blanks, control and invisible characters before the sign do not hide it.
    """
    first = next((sign for sign in text if not _is_invisible(sign)), "")
    return f"'{text}" if first in FORMULA or text[:1] in ("\t", "\r", "\n") else text


def _is_invisible(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf"}


def _newest_first(events: QuerySet[Event]) -> Iterator[Event]:
    """In batches, each a query of its own: no transaction stays open for as long as somebody's connection is slow."""
    after: int | None = None
    while True:
        batch = list((events if after is None else events.filter(id__lt=after)).order_by("-id")[:BATCH])
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1].pk


def _values(event: Event) -> list[Any]:
    return [
        event.pk,
        event.at.isoformat(),
        event.actor_id,
        event.actor_name,
        event.verb,
        words.sentence(event.verb),
        event.subject_type,
        event.subject_id,
        event.subject_name,
        event.about,
        event.detail,
    ]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder)


class _Line:
    """What csv.writer writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line
