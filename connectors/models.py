"""How a tenant is reached: with one credential for reading it and another for acting in it."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone

from connectors import actions
from connectors.gates import Gate
from connectors.graph import Call, Graph, Reader, open_graph, open_reader
from connectors.pair import Pair
from connectors.registration import registration_of
from credentials.models import Credential
from neurons_admin.access.models import User
from neurons_admin.encryption import EncryptedField

__all__ = ["Connector", "Gate", "GraphCall", "SyncCall", "SyncRun"]


class ConnectorQuerySet(models.QuerySet["Connector"]):
    def due(self) -> Self:
        """Active connectors whose time to synchronise has come, by the database's clock."""
        return self.filter(active=True, sync_credential__isnull=False, next_sync_at__lte=Now())

    def with_credentials(self) -> Self:
        """With both credentials, for pages that show them."""
        return self.select_related("sync_credential", "action_credential")


class Connector(models.Model):
    """One Microsoft Entra tenant: what to read from it and when, and whether and how to act in it.

    Reading and acting use two app registrations, so that the one that runs every hour cannot change anything.
    """

    class Repeat(models.IntegerChoices):
        NEVER = 0, "Only on demand"
        QUARTER_HOUR = 15, "Every 15 minutes"
        HOUR = 60, "Every hour"
        SIX_HOURS = 360, "Every 6 hours"
        DAY = 1440, "Every day"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=True)
    sync_credential = models.ForeignKey(
        Credential, models.PROTECT, "synchronised_connectors", verbose_name="synchronises", null=True, blank=True
    )
    action_credential = models.ForeignKey(
        Credential, models.PROTECT, "acting_connectors", verbose_name="acts", null=True, blank=True
    )
    same_app_accepted = models.BooleanField(default=False)
    actions_enabled = models.BooleanField(default=False)
    # What it does not offer; and what it does although that is off by default.
    actions_withheld = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    actions_allowed = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, db_default=Value([], ArrayField(models.CharField()))
    )
    import_guests = models.BooleanField(default=True)
    sync_repeat = models.PositiveSmallIntegerField(choices=Repeat, default=Repeat.HOUR)
    # A time of day, by the server's clock, from which the repeats are counted; empty: from the last one.
    sync_start = models.TimeField(null=True, blank=True)
    next_sync_at = models.DateTimeField(null=True, editable=False)
    delta_link = EncryptedField()
    last_synced_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ConnectorQuerySet.as_manager()

    class Meta:
        ordering = (Lower("name"),)
        constraints = [
            models.UniqueConstraint(Lower("name"), name="connector_name_unique"),
            models.CheckConstraint(
                condition=Q(sync_credential__isnull=True)
                | Q(action_credential__isnull=True)
                | ~Q(sync_credential=F("action_credential")),
                name="connector_reads_and_acts_apart",
            ),
        ]
        permissions = [("sync_connector", "Can start a synchronisation")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("connectors:detail", args=[self.pk])

    def graph_for_sync(self, on_call: Callable[[Call], None] | None = None) -> Reader:
        """A client that can only read. Raises CredentialMissing if no credential to synchronise with is set."""
        return open_reader(registration_of(self.sync_credential), on_call)

    def graph_for_acting(self, on_call: Callable[[Call], None] | None = None) -> Graph:
        """A client that may write. Raises CredentialMissing if no Action Credentials are set."""
        return open_graph(registration_of(self.action_credential), on_call)

    @property
    def can_act(self) -> bool:
        return self.active and self.actions_enabled and self.action_credential_id is not None

    def offers(self, key: str) -> bool:
        """Whether this connector offers an action in the menu."""
        action = actions.BY_KEY.get(key)
        if action is None:
            return False
        return key in self.actions_allowed if action.off_by_default else key not in self.actions_withheld

    @property
    def tenant_id(self) -> uuid.UUID | None:
        """The tenant's directory ID, as its credentials name it."""
        credential = self.action_credential or self.sync_credential
        return credential.tenant_id if credential else None

    @property
    def basis(self) -> str:
        """What links to pages depend on besides Graph: with another basis everything has to be read again."""
        credential = self.sync_credential
        tenant = f"{credential.cloud} {credential.tenant_id}" if credential else ""
        return f"{tenant} {'with' if self.import_guests else 'without'} guests"

    def next_after(self, moment: datetime) -> datetime | None:
        """When to synchronise next after `moment`; None for a connector that waits to be told."""
        step = timedelta(minutes=self.sync_repeat)
        if not step:
            return None
        if self.sync_start is None:
            return moment + step
        # Both in one zone, so Python counts by the clock on the wall; where that is turned back, by what has passed.
        local = timezone.localtime(moment)
        first = datetime.combine(local.date(), self.sync_start, local.tzinfo) - timedelta(days=1)
        then = (first + step * ((local - first) // step + 1)).astimezone(UTC)
        return then if then > moment else moment + step

    @property
    def pair(self) -> Pair:
        """Its two credentials, and whether they may stand beside each other."""
        return Pair(self.sync_credential, self.action_credential, same_app_accepted=self.same_app_accepted)


class GraphCall(models.Model):
    """One HTTP exchange with Microsoft Graph: what was asked and what came back, without bodies."""

    method = models.CharField(max_length=7)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    client_request_id = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    error_code = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status or self.error_code}"

    @staticmethod
    def columns_of(call: Call) -> dict[str, Any]:
        """A client's record of an exchange, as columns."""
        columns = asdict(call)
        columns["path"] = call.path[:500]
        columns["error_code"] = call.error_code[:100]
        return columns


class SyncRunQuerySet(models.QuerySet["SyncRun"]):
    def open(self) -> Self:
        return self.filter(state__in=SyncRun.OPEN)

    def waiting(self) -> Self:
        """Those that nobody works on: queued, or running with a lease that has run out (a killed worker's)."""
        return self.filter(
            Q(state=SyncRun.State.QUEUED) | Q(state=SyncRun.State.RUNNING, lease_until__lt=Now())
        ).exclude(not_before__gt=Now())

    def latest_of(self, connectors: Iterable[Connector]) -> Self:
        """The latest of each connector: one query for all."""
        return self.filter(connector__in=connectors).order_by("connector_id", "-created_at").distinct("connector")


class SyncRun(models.Model):
    """One synchronisation of a connector. The link to the page to read next is kept, so a killed one goes on there."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Done"
        FAILED = "failed", "Failed"

    class Trigger(models.TextChoices):
        MANUAL = "manual", "On demand"
        SCHEDULE = "schedule", "By schedule"

    OPEN = (State.QUEUED, State.RUNNING)
    TONES = {State.QUEUED: "neutral", State.RUNNING: "info", State.SUCCEEDED: "good", State.FAILED: "bad"}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connector = models.ForeignKey(Connector, models.CASCADE, related_name="sync_runs")
    trigger = models.CharField(max_length=10, choices=Trigger)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    full = models.BooleanField(default=True)
    # What the round in progress began with (see `Connector.basis`), and the mark it leaves on the accounts it sees.
    basis = models.CharField(max_length=80, blank=True)
    mark = models.UUIDField(default=uuid.uuid4, editable=False)
    page_link = EncryptedField()
    pages = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)
    # Since it last got further; and how often it had to begin again.
    attempts = models.PositiveSmallIntegerField(default=0)
    restarts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=500, blank=True)
    error_code = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = SyncRunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.UniqueConstraint(
                fields=["connector"], condition=Q(state__in=["queued", "running"]), name="one_open_sync_per_connector"
            )
        ]

    def __str__(self) -> str:
        return f"synchronisation of {self.connector}"

    @property
    def is_over(self) -> bool:
        return self.state not in self.OPEN

    @property
    def likely_total(self) -> int | None:
        """How many rows a full one will probably read: as many as the full one before. None where that says nothing."""
        if self.is_over or not self.full:
            return None
        before = self.connector.sync_runs.filter(full=True, state=self.State.SUCCEEDED).first()
        return before.read if before and before.read >= self.read else None

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def rate(self) -> float | None:
        """Rows read a second, while it runs and afterwards."""
        seconds = self.lasted.total_seconds() if self.lasted else 0
        return self.read / seconds if seconds > 0 else None

    @property
    def lasted(self) -> timedelta | None:
        """From its begin to its end, or until now; None before it begins."""
        return (self.ended_at or timezone.now()) - self.started_at if self.started_at else None

    @property
    def lasted_words(self) -> str:
        """How long it took, or has taken so far: "42 s", "3 min 10 s"; empty before it begins."""
        if self.lasted is None:
            return ""
        seconds = round(self.lasted.total_seconds())
        hours, minutes = seconds // 3600, seconds // 60 % 60
        if hours:
            return f"{hours} h {minutes} min"
        return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


class SyncCall(GraphCall):
    """A call that a synchronisation made."""

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="calls")
