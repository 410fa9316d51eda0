"""The keys that encrypt secrets: the canary that is looked at before anything starts, and their rotation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Cast

from neurons_admin.encryption import (
    EncryptedField,
    Secret,
    SecretUnreadable,
    encrypted_fields,
    newest_key_id,
)

CANARY_TEXT = "the canary sings"


def plant_canary(**_: Any) -> None:
    """Store the canary once, with the keys of the first migration."""
    canary = apps.get_model("credentials", "KeyCanary")
    if not canary.objects.exists():
        canary.objects.create(value=CANARY_TEXT)


def verify(**_: Any) -> None:
    """Raise ImproperlyConfigured if CREDENTIAL_KEYS does not open what is stored.

    Web, worker and sweeper ask for this before they begin.
    """
    for canary in apps.get_model("credentials", "KeyCanary").objects.all():
        try:
            sings = canary.value.reveal() == CANARY_TEXT
        except SecretUnreadable:
            sings = False
        if not sings:
            raise ImproperlyConfigured(
                "CREDENTIAL_KEYS does not open the stored secrets. Nothing was started and nothing was changed: put the"
                " key back that was in use before (newest key first, older ones after it)."
            )


@dataclass(frozen=True)
class Column:
    """One encrypted column and how many of its rows still need an older key."""

    field: EncryptedField
    total: int
    outdated: int

    @property
    def label(self) -> str:
        return f"{self.field.model._meta.label}.{self.field.attname}"


def columns() -> list[Column]:
    """Every encrypted column of the product with its counts."""
    found = []
    for field in encrypted_fields(apps.get_models()):
        filled = _rows(field).count()
        found.append(Column(field, filled, _rows(field, outdated=True).count()))
    return found


def rotate(column: Column) -> Iterator[SecretUnreadable | None]:
    """Encrypt each outdated row of a column with the newest key, one transaction a row.

    Yields None for each row done, and what was wrong with each that does not open: it stays as it is, and does not keep
    the others from being done.
    """
    for pk in list(_rows(column.field, outdated=True).values_list("pk", flat=True)):
        yield _seal_anew(column.field, pk)


@transaction.atomic
def _seal_anew(field: EncryptedField, pk: object) -> SecretUnreadable | None:
    row = field.model._default_manager.select_for_update().filter(pk=pk).first()
    if row is None:  # deleted meanwhile
        return None
    try:
        setattr(row, field.attname, Secret(getattr(row, field.attname).reveal()))
    except SecretUnreadable as exc:
        return exc
    row.save(update_fields=[field.attname])
    return None


def _rows(field: EncryptedField, *, outdated: bool = False) -> models.QuerySet[Any]:
    raw = Cast(F(field.attname), models.TextField())
    rows: models.QuerySet[Any] = field.model._default_manager.annotate(_raw=raw).exclude(_raw="")
    return rows.exclude(_raw__startswith=f"v1:{newest_key_id()}:") if outdated else rows
