"""What a run leaves behind: each step of its story, each call it made."""

from django.db import models
from django.db.models.functions import Now

from connectors.models import GraphCall

from .run import ActionRun


class RunEvent(models.Model):
    """One step of a run's story, with its reason. Rows are added, never changed: the database refuses it."""

    run = models.ForeignKey(ActionRun, models.CASCADE, related_name="events")
    at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=15)
    reason = models.CharField(max_length=500)
    worker = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.state}: {self.reason}"


class ActionCall(GraphCall):
    """A call that a run made; `purpose` says what for."""

    synchronises = False

    class Purpose(models.TextChoices):
        BEFORE = "before", "Read before"
        ACT = "act", "The change"
        LOOK = "look", "Looked for the effect"

    run = models.ForeignKey(ActionRun, models.CASCADE, related_name="calls")
    purpose = models.CharField(max_length=10, choices=Purpose)
