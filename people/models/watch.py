"""What tells whether the product is alive, and whether its database still is the one it was."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from neurons_admin.pace import paced


class PulseQuerySet(models.QuerySet["Pulse"]):
    def beat(self, name: str) -> None:
        """Note that `name` is alive."""
        self.update_or_create(name=name, defaults={"heard_at": Now()})

    def ring_due(self, name: str, every: float) -> bool:
        """Whether `name` is to be rung for again, as it is every so many seconds; the one that is told so notes it."""
        pulse, _ = self.get_or_create(name=name)
        due = self.filter(Q(rung_at=None) | Q(rung_at__lt=Now() - paced(every)), pk=pulse.pk)
        return bool(due.update(rung_at=Now()))

    def heard(self) -> Self:
        """Those that have been heard of since they were last rung for."""
        return self.filter(heard_at__gte=F("rung_at"))


class Pulse(models.Model):
    """When a part of the product was last rung for, and when it was last heard of; by the database's clock."""

    SWEEPER = "sweeper"
    WORKERS = "workers"

    name = models.CharField(max_length=20, primary_key=True)
    rung_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)

    objects = PulseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"pulse of the {self.name}"


class Incarnation(models.Model):
    """The database as PostgreSQL knows it. One that a backup was restored into is another, with the old one's rows."""

    identity = models.CharField(max_length=60, unique=True)
    since = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.identity
