"""Synchronisations: each with how far it has come, and the calls it made."""

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from connectors.graph import Call
from neurons_admin.access.models import User
from neurons_admin.encryption import EncryptedField

from .connector import STREAMS, Connector


class GraphCall(models.Model):
    """One HTTP exchange with Microsoft Graph: what was asked and what came back, without bodies.

    `synchronises` says whether the calls of a kind are those of synchronisations. The `run` of a call has an address.
    """

    synchronises: ClassVar[bool]

    method = models.CharField(max_length=7)
    path = models.CharField(max_length=500)
    status = models.PositiveSmallIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    client_request_id = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    error_code = models.CharField(max_length=100, blank=True)
    # The app registration it was made with; unknown for what was recorded before this column was there.
    client_id = models.UUIDField(null=True)

    class Meta:
        abstract = True
        ordering = ("id",)
        indexes = [
            models.Index(fields=["started_at"], include=["client_id", "method"], name="%(class)s_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.status or self.error_code}"

    @staticmethod
    def columns_of(call: Call) -> dict[str, Any]:
        """A client's record of an exchange, as columns."""
        columns = asdict(call)
        columns["path"] = call.path[:500]
        columns["error_code"] = call.error_code[:100]
        columns["client_id"] = call.client_id or None
        return columns


def in_words(span: timedelta) -> str:
    """A span of time: "42 s", "3 min 10 s", "2 h 5 min"."""
    seconds = round(span.total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds % 60} s" if minutes else f"{seconds} s"


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
    """One synchronisation of a connector: several streams, one after the other, of which people are the first.

    The stream and the link to the page to read next are kept, so a killed one goes on there. The counts in columns are
    those of people.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        HELD = "held", "Waits for a decision"
        PAUSED = "paused", "Paused"
        SUCCEEDED = "succeeded", "Done"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"

    class Trigger(models.TextChoices):
        MANUAL = "manual", "On demand"
        SCHEDULE = "schedule", "By schedule"

    # What goes on by itself; and what is not over, of which a connector has one at most.
    MOVING = (State.QUEUED, State.RUNNING)
    OPEN = (*MOVING, State.HELD, State.PAUSED)
    TONES = {
        State.QUEUED: "neutral",
        State.RUNNING: "info",
        State.HELD: "warning",
        State.PAUSED: "neutral",
        State.SUCCEEDED: "good",
        State.STOPPED: "neutral",
        State.FAILED: "bad",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    connector = models.ForeignKey(Connector, models.CASCADE, related_name="sync_runs")
    trigger = models.CharField(max_length=10, choices=Trigger)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    full = models.BooleanField(default=True)
    # What is being read, and for each stream what came of it: `read`, `added`, `changed`, `removed`, `full`, `note`;
    # when it `began`, on what `basis` (see `Connector.basis`), and of people how many were `known` at its end.
    stream = models.CharField(max_length=20, default="people", db_default="people")
    counts = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # What the round in progress began with (see `Connector.basis`), and the mark it leaves on what it sees.
    basis = models.CharField(max_length=80, blank=True)
    mark = models.UUIDField(default=uuid.uuid4, editable=False)
    page_link = EncryptedField()
    pages = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)
    # What it waits with for a decision (`stream`, `removes`, `of`); and by stream how many removals somebody accepted.
    question = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    accepted = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
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
                fields=["connector"],
                condition=Q(state__in=["queued", "running", "held", "paused"]),
                name="one_open_sync_per_connector",
            )
        ]

    def __str__(self) -> str:
        return f"synchronisation of {self.connector}"

    def get_absolute_url(self) -> str:
        return reverse("connectors:sync_run", args=[self.pk])

    @property
    def is_over(self) -> bool:
        return self.state not in self.OPEN

    @property
    def is_moving(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in self.MOVING

    @property
    def question_words(self) -> str:
        """What it waits for: "It would remove 30 of 100 groups."; empty where it does not wait for a decision."""
        if self.state != self.State.HELD:
            return ""
        what = STREAMS.get(self.question["stream"], "rows").lower()
        what = "holders of directory roles" if self.question["stream"] == "roles" else what
        words = f"It would remove {self.question['removes']:,} of {self.question['of']:,} {what}."
        if self.question.get("changed"):
            words += " Who is wanted was changed since the last one: who is left out counts, and there may be more."
        return words

    @property
    def now_reading(self) -> str:
        """What is being read, in a word."""
        return STREAMS.get(self.stream, "people").lower()

    @property
    def reading_words(self) -> str:
        """The same as a heading."""
        return f"Reading {self.now_reading}"

    @property
    def now_read(self) -> int:
        """How much of that has been read."""
        return int(self.counts[self.stream]["read"]) if self.stream in self.counts else self.read

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What came of each stream that has begun."""
        return [{"name": name, **self.counts[key]} for key, name in STREAMS.items() if key in self.counts]

    def has_read(self, key: str) -> bool:
        """Whether a stream was read to its end this time."""
        return key in self.counts and not self.counts[key]["note"]

    @property
    def likely_total(self) -> int | None:
        """How many rows of what is being read there will probably be: as many as when all was last read.

        None where that says nothing: changes are as many as they are.
        """
        now = self.counts.get(self.stream)
        if self.is_over or not now or not now["full"]:
            return None
        ended = self.connector.sync_runs.filter(state=self.State.SUCCEEDED, **{f"counts__{self.stream}__full": True})
        counts = ended.values_list("counts", flat=True).first()
        before = int(counts[self.stream]["read"]) if counts else 0
        return before if before and before >= self.now_read else None

    @property
    def left_words(self) -> str:
        """How long what is being read will probably take: "about 3 min"; empty where nobody can say."""
        total, began = self.likely_total, parse_datetime(self.counts.get(self.stream, {}).get("began", ""))
        if not (total and began and self.now_read):
            return ""
        seconds = (timezone.now() - began).total_seconds() * (total - self.now_read) / self.now_read
        return f"about {in_words(timedelta(seconds=seconds))}"

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def rate(self) -> float | None:
        """Rows read a second, while it runs and afterwards."""
        seconds = self.lasted.total_seconds() if self.lasted else 0
        rows = sum(row["read"] for row in self.rows) or self.read
        return rows / seconds if seconds > 0 else None

    @property
    def lasted(self) -> timedelta | None:
        """From its begin to its end, or until now; None before it begins."""
        return (self.ended_at or timezone.now()) - self.started_at if self.started_at else None

    @property
    def lasted_words(self) -> str:
        """How long it took, or has taken so far: "42 s", "3 min 10 s"; empty before it begins."""
        return in_words(self.lasted) if self.lasted is not None else ""


class SyncCall(GraphCall):
    """A call that a synchronisation made."""

    synchronises = True

    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="calls")
