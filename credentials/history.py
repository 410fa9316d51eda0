"""What was done with a shared credential, by whom and when, from the audit trail: names of fields, never a value."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field

from neurons_admin.access.models import User
from neurons_admin.audit.models import Event
from neurons_admin.audit.rows import Row, rows_for

from .models import Credential

SHOWN: Final = 20
# A check changes nothing of it.
NO_CHANGE: Final = "credential.checked"


class Change(NamedTuple):
    """One event, with the fields that it changed as people call them."""

    row: Row
    fields: list[str]


def history_of(credential: Credential, reader: User) -> list[Change]:
    """The latest changes, the newest first."""
    label = Credential._meta.label_lower
    found = Event.objects.filter(subject_type=label, subject_id=str(credential.pk)).exclude(verb=NO_CHANGE)
    rows = rows_for(found.order_by("-id")[:SHOWN], reader)
    return [Change(row, _named(row.event.detail.get("fields", ()))) for row in rows]


def _named(columns: Iterable[str]) -> list[str]:
    return [_name(column) for column in columns]


def _name(column: str) -> str:
    try:
        field = Credential._meta.get_field(column)
    except FieldDoesNotExist:
        field = None
    return str(field.verbose_name) if isinstance(field, Field) else column.replace("_", " ")
