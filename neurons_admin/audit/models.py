"""The audit trail: who did what to whom, when. Rows are added, never changed; the database refuses the rest."""

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models, router, transaction
from django.db.models.functions import Now

from neurons_admin.access.models import User

THE_SYSTEM: Final = "the system"
NOT_SIGNED_IN: Final = "somebody not signed in"


class Event(models.Model):
    """One thing that was done. It copies the names it needs, so that it outlives what it speaks of."""

    at = models.DateTimeField(db_default=Now(), db_index=True, editable=False)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150)
    verb = models.CharField(max_length=50, db_index=True)
    subject_type = models.CharField(max_length=50)
    subject_id = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=300)
    detail = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # Everything it is about, as `mark` writes it: the subject, and what the subject belongs to.
    about = ArrayField(models.CharField(max_length=120), default=list)

    class Meta:
        ordering = ("-id",)
        permissions = [("export_event", "Can export the audit trail")]
        indexes = [
            GinIndex(fields=["about"], name="audit_event_about", fastupdate=False),
            models.Index(fields=["subject_type", "subject_id"], name="audit_event_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_event_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.subject_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add it, and have it chained right before the transaction's commit."""
        using = kwargs.get("using") or router.db_for_write(Event)
        with transaction.atomic(using=using, savepoint=False):
            super().save(*args, **kwargs)
            connections[using].recorded.append(self.pk)  # type: ignore[attr-defined]


class Link(models.Model):
    """An event's place in the chain. Written by `chain.append`, never changed; the event it names may be missing only
    where somebody has removed it past the product.
    """

    position = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    key_id = models.CharField(max_length=8)
    mac = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"{self.position}: event {self.event_id}"


class KeptHead(models.Model):
    """That the head of the chain was written down outside of the database, and when."""

    position = models.BigIntegerField(unique=True)
    mac = models.BinaryField(max_length=32)
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.position} at {self.kept_at:%Y-%m-%d %H:%M}"


def mark_of(label: str, key: object) -> str:
    """How `about` names a row of a model, by label and key."""
    return f"{label}:{key}"


def mark(row: models.Model) -> str:
    """How `about` names a row."""
    return mark_of(row._meta.label_lower, row.pk)


def record(
    verb: str,
    subject: models.Model,
    *,
    actor: User | AnonymousUser | None,
    detail: dict[str, object] | None = None,
    about: Iterable[models.Model | None] = (),
) -> Event:
    """Add an event, in the caller's transaction: what cannot be recorded is then not done either.

    `verb` is `noun.verb` ("credential.replaced"); `detail` holds names of fields and identifiers, never the value of a
    secret. An actor of None is the product itself, by schedule. `about` names what else the event is to be found by.
    """
    known = actor if isinstance(actor, User) else None
    return Event.objects.create(
        actor_id=known.pk if known else None,
        actor_name=known.label[:150] if known else THE_SYSTEM if actor is None else NOT_SIGNED_IN,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk or ""),
        subject_name=str(subject)[:300],
        detail=detail or {},
        about=sorted({mark(subject), *(mark(row) for row in about if row is not None)}),
    )
