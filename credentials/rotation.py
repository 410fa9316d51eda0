"""The rotation of CREDENTIAL_KEYS: what each key is used for, and encrypting everything with the newest."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, F, Value
from django.db.models.functions import Cast

from credentials.models import KeyCanary
from neurons_admin.audit.models import record
from neurons_admin.encryption import (
    EncryptedField,
    Secret,
    SecretUnreadable,
    encrypted_fields,
    key_id_of,
    keyring,
    newest_key_id,
)


class CountsDiffer(Exception):
    """After a rotation something still uses an older key, or is not there any more and was not deleted."""


@dataclass(frozen=True)
class Column:
    """One encrypted column, and how many of its rows were encrypted with which key."""

    field: EncryptedField
    # By the key's id; an empty one is that of what was not written here.
    by_key: Mapping[str, int]

    @property
    def label(self) -> str:
        return f"{self.field.model._meta.label}.{self.field.attname}"

    @property
    def total(self) -> int:
        return sum(self.by_key.values())

    @property
    def outdated(self) -> int:
        """Those that still need an older key."""
        return self.total - self.by_key.get(newest_key_id(), 0)


def columns() -> list[Column]:
    """Every encrypted column of the product with its counts."""
    return [Column(field, _by_key(field)) for field in encrypted_fields(apps.get_models())]


def unreadable() -> Iterator[SecretUnreadable]:
    """What is wrong with each stored secret that does not open. Names model and row, never a value."""
    for column in encrypted_fields(apps.get_models()):
        for row in _rows(column).iterator():
            try:
                getattr(row, column.attname).reveal()
            except SecretUnreadable as exc:
                yield exc


@dataclass
class Rotation:
    """Encrypts everything that needs an older key with the newest, one transaction a row.

    Whoever interrupts it can begin again: what is done is done, and every row opens all the while.
    """

    # Told the column and how many of its rows are done, after each.
    progress: Callable[[Column, int], None]
    done: Counter[str] = field(default_factory=Counter)
    left: list[SecretUnreadable] = field(default_factory=list)
    # Deleted by somebody while it ran.
    gone: int = 0

    def run(self) -> None:
        """Rotate all columns, and record it. Raises CountsDiffer when something needs an older key all the same."""
        before = columns()
        canary, outdated = (
            KeyCanary.objects.get(),
            {column.label: column.outdated for column in before if column.outdated},
        )
        record("keys.rotation_begun", canary, actor=None, detail=_detail(outdated))
        for column in before:
            for number, pk in enumerate(_outdated(column.field), start=1):
                self._rotate(column, pk)
                self.progress(column, number)
        record("keys.rotated", canary, actor=None, detail=_detail(self.done))
        self._require_equal_counts(before)

    def _rotate(self, column: Column, pk: object) -> None:
        try:
            is_there = seal_anew(column.field, pk)
        except SecretUnreadable as exc:
            self.left.append(exc)
            return
        if is_there:
            self.done[column.label] += 1
        else:
            self.gone += 1

    def _require_equal_counts(self, before: list[Column]) -> None:
        was, after = sum(column.outdated for column in before), columns()
        if sum(self.done.values()) + len(self.left) + self.gone < was:
            raise CountsDiffer(
                "Fewer rows were found than were counted before. Somebody else rotates, too: run it again."
            )
        if sum(column.outdated for column in after) > len(self.left):
            raise CountsDiffer(
                "Something was stored with an older key meanwhile: a process still runs that was started before the"
                " newest key was put in front. Restart all of them, then run this again."
            )


def _detail(rows: Mapping[str, int]) -> dict[str, object]:
    """What the trail keeps: ids of keys and numbers of rows, no value."""
    older = [key_id for key_id in keyring() if key_id != newest_key_id()]
    return {"key": newest_key_id(), "older": older, "rows": dict(rows)}


@transaction.atomic
def seal_anew(field: EncryptedField, pk: object) -> bool:
    """Encrypt one row's secret with the newest key; False if the row is gone. Raises SecretUnreadable.

    It is opened again before the commit, and must be what it was.
    """
    row = field.model._base_manager.select_for_update().filter(pk=pk).first()
    if row is None:
        return False
    plain = getattr(row, field.attname).reveal()
    setattr(row, field.attname, Secret(plain))
    row.save(update_fields=[field.attname])
    stored = getattr(field.model._base_manager.get(pk=pk), field.attname)
    if stored.reveal() != plain or key_id_of(stored.stored) != newest_key_id():
        raise SecretUnreadable(f"{field.owner(row)}: it would not open as what it was, and was left as it is.")
    return True


def _by_key(field: EncryptedField) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for prefix, number in _rows(field).values_list("_prefix").annotate(Count("pk")).order_by():
        counts[key_id_of(prefix)] += number
    return dict(counts)


def _outdated(field: EncryptedField) -> list[object]:
    current = f"v1:{newest_key_id()}:"
    return list(_rows(field).exclude(_raw__startswith=current).order_by("pk").values_list("pk", flat=True))


def _rows(field: EncryptedField) -> models.QuerySet[Any]:
    """The rows that hold a secret. `_prefix` is everything before the token, which is not read for a count."""
    raw = Cast(F(field.attname), models.TextField())
    prefix = models.Func(
        raw,
        Value(r"^(v1:[0-9a-f]*:).*$|^.*$"),
        Value(r"\1"),
        function="regexp_replace",
        output_field=models.TextField(),
    )
    rows: models.QuerySet[Any] = field.model._base_manager.annotate(_raw=raw, _prefix=prefix).exclude(_raw="")
    return rows
