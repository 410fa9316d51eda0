"""Runs: one asking of one action for one account, with its whole story. The row is the truth and the queue."""

import os
import socket
import uuid
from datetime import timedelta
from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Now
from django.urls import reverse

from connectors import actions
from connectors.actions import Action
from connectors.gates import shut_for
from connectors.models import Connector
from neurons_admin.access.models import User
from neurons_admin.encryption import EncryptedField

from .person import Account, Person

PASSWORD_KEPT = timedelta(minutes=15)
# An old order must not fire: after this it is given up and has to be asked for again.
ORDER_EXPIRES = timedelta(hours=4)
# After so many attempts a run is given up: what fells each worker must not go round for ever. One that was put back in
# order (Microsoft busy, credential broken) does not count.
ATTEMPTS = 8
# How a run's columns are to be understood. A worker leaves alone what a newer version has written.
FORMAT = 3
# What runs are written with that an older worker would understand.
OLDEST_FORMAT = 2
# What somebody or something still has to see to; few at any time.
UNSETTLED = ["queued", "running", "unknown", "held", "needs_operator"]
# From a run to the credential it acts with.
ACTS_WITH = "account__connector__action_credential"


class ActionRunQuerySet(models.QuerySet["ActionRun"]):
    def open(self) -> Self:
        return self.filter(state__in=ActionRun.OPEN)

    def for_work(self) -> Self:
        """With everything the runner looks at."""
        return self.select_related(
            "account__connector__action_credential", "account__connector__sync_credential", "person", "asked_by"
        )

    def for_list(self) -> Self:
        """With everything a row of a list shows; `password_waits` tells whether a password can still be shown."""
        waits = Exists(SealedPassword.objects.showable().filter(run=OuterRef("pk")))
        return self.select_related("person", "asked_by", "account__connector").annotate(password_waits=waits)

    def due(self) -> Self:
        """Those that a worker of this version may take up now.

        Not while Microsoft has asked the app registration to wait or another run writes to the same account; and not
        before what it follows is done.
        """
        writing = ActionRun.objects.filter(account=OuterRef("account"), state=ActionRun.State.RUNNING)
        waiting = self.filter(state=ActionRun.State.QUEUED, format__lte=FORMAT, action__in=actions.BY_KEY)
        ready = Q(follows=None) | Q(follows__state=ActionRun.State.SUCCEEDED)
        return waiting.filter(ready).exclude(not_before__gt=Now()).exclude(Exists(writing)).exclude(shut_for(ACTS_WITH))

    def understood(self) -> Self:
        """Those that this version may settle: it knows them, or they are so old that no newer version will come."""
        known = Q(format__lte=FORMAT, action__in=actions.BY_KEY)
        return self.filter(known | Q(expires_at__lt=Now()))

    def move(self, run: "ActionRun", to: str, reason: str, *, expecting: Q, **columns: Any) -> bool:
        """Move a run to a state if it still is as `expecting` says, and write the reason into its trail, in one go.

        The only function that changes `state`. False: somebody else was faster, nothing was changed.
        """
        with transaction.atomic():
            changed = self.filter(expecting, pk=run.pk).update(state=to, **columns)
            if changed:
                run.tell(reason, state=to)
                # While the row is locked by our own change: later it may show what somebody else has done with it.
                run.refresh_from_db(fields=OWN_COLUMNS)
        return bool(changed)


def worker_name() -> str:
    """This process, as the trail names it."""
    return f"{socket.gethostname()}:{os.getpid()}"[:100]


class ActionRun(models.Model):
    """Somebody asked for an action on an account. It is never lost, never silently done twice, never stuck."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        UNKNOWN = "unknown", "Checking"
        HELD = "held", "Held"
        SUCCEEDED = "succeeded", "Done"
        FAILED = "failed", "Failed"
        NEEDS_OPERATOR = "needs_operator", "Needs you"
        CANCELLED = "cancelled", "Cancelled"

    class Held(models.TextChoices):
        CREDENTIAL = "credential", "The action credential does not work"
        RESTORE = "restore", "The database was restored"
        APPROVAL = "approval", "Somebody else has to agree"

    OPEN = (State.QUEUED, State.RUNNING, State.UNKNOWN, State.HELD)
    TONES = {
        State.QUEUED: "neutral",
        State.RUNNING: "info",
        State.UNKNOWN: "unknown",
        State.HELD: "warning",
        State.SUCCEEDED: "good",
        State.FAILED: "bad",
        State.NEEDS_OPERATOR: "warning",
        State.CANCELLED: "neutral",
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="runs")
    account = models.ForeignKey(Account, models.PROTECT, related_name="runs")
    connector = models.ForeignKey(Connector, models.PROTECT, related_name="runs")
    action = models.CharField(max_length=40)
    conflict_class = models.CharField(max_length=40)
    # What it waits for: it goes on when that is done, and falls with it.
    follows = models.ForeignKey("self", models.PROTECT, related_name="followers", null=True)
    # What it undoes, and the state that it must find for that: what the other one has left behind.
    undoes = models.ForeignKey("self", models.PROTECT, related_name="undone_by", null=True)
    expects = models.JSONField(default=dict, encoder=DjangoJSONEncoder, db_default=models.Value({}, models.JSONField()))
    # Why it was asked for although the person is protected.
    override_reason = models.CharField(max_length=300, blank=True, db_default="")
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="runs")
    # Minted when the dialog is rendered: the same click, sent twice, finds the first one's run.
    click = models.UUIDField(unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()

    state = models.CharField(max_length=15, choices=State, default=State.QUEUED)
    format = models.PositiveSmallIntegerField(default=OLDEST_FORMAT, db_default=1)
    held_because = models.CharField(max_length=10, choices=Held, blank=True, db_default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    # How often it was put back in order, which makes the waits longer.
    deferrals = models.PositiveSmallIntegerField(default=0, db_default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    # An attempt was sent and never answered: from then on nobody may say that nothing has happened.
    in_doubt = models.BooleanField(default=False)
    not_before = models.DateTimeField(null=True)
    rung_at = models.DateTimeField(null=True)
    # Reads since the call, looking for its effect, and when to look next; None when there is nothing to look for.
    reads = models.PositiveSmallIntegerField(default=0)
    next_read_at = models.DateTimeField(null=True)

    credential_name = models.CharField(max_length=120, blank=True)
    client_id = models.UUIDField(null=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    accepted_at = models.DateTimeField(null=True)
    observed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    message = models.CharField(max_length=700, blank=True)
    error_code = models.CharField(max_length=100, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = ActionRunQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        indexes = [
            models.Index(fields=["person", "-created_at"], name="run_of_person"),
            models.Index(fields=["-created_at"], name="run_newest"),
            models.Index(fields=["state"], name="run_unsettled", condition=Q(state__in=UNSETTLED)),
            models.Index(fields=["next_read_at"], name="run_to_read", condition=Q(next_read_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "conflict_class"],
                condition=Q(state__in=["queued", "running", "unknown", "held"]),
                name="one_open_run_per_account_and_class",
            ),
            # Writes to one account go one after the other.
            models.UniqueConstraint(
                fields=["account"], condition=Q(state="running"), name="one_running_run_per_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} for {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("people:run", args=[self.pk])

    @property
    def concerns(self) -> tuple[models.Model | None, ...]:
        """Beside itself, what an event about it is to be found by: the person, the connector, what it acts with."""
        connector = self.account.connector
        return self.person, connector, connector.action_credential

    @property
    def kind(self) -> type[Action] | None:
        """The action's class; None for one that this version no longer (or not yet) has."""
        return actions.BY_KEY.get(self.action)

    @property
    def label(self) -> str:
        """What it is called, with what it is about besides the account."""
        try:
            return self.bound_action().title
        except (KeyError, TypeError):
            return self.kind.label if self.kind else self.action

    @property
    def is_over(self) -> bool:
        """Nothing will change any more by itself, the look for the effect included."""
        return self.has_ended and self.next_read_at is None

    @property
    def has_ended(self) -> bool:
        return self.state not in self.OPEN

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    def tell(self, reason: str, *, state: str = "") -> None:
        """Add a step to the trail, in the caller's transaction; of the state it is in unless told otherwise."""
        self.events.create(state=state or self.state, reason=reason[:500], worker=worker_name())

    def bound_action(self) -> Action:
        """The action with its parameters. Raises KeyError or TypeError for what this version does not have."""
        return actions.BY_KEY[self.action](**self.params)


def _overtaken() -> Q:
    """Sealed passwords that a later run has replaced in the directory: shown now, they would be wrong."""
    later = ActionRun.objects.filter(
        account=OuterRef("run__account"),
        conflict_class=OuterRef("run__conflict_class"),
        state=ActionRun.State.SUCCEEDED,
        sent_at__gt=OuterRef("run__sent_at"),
    )
    return Q(Exists(later))


class SealedPasswordQuerySet(models.QuerySet["SealedPassword"]):
    def showable(self) -> Self:
        """Those the one who asked may see now: generated, set (or perhaps), not replaced since, not 15 minutes old."""
        shown_in = [ActionRun.State.SUCCEEDED, ActionRun.State.NEEDS_OPERATOR]
        kept = self.filter(generated=True, run__state__in=shown_in, run__ended_at__gte=Now() - PASSWORD_KEPT)
        return kept.exclude(_overtaken())

    def spent(self) -> Self:
        """Those nobody may see any more: replaced, or their run came to nothing, or is over since 15 minutes."""
        ended = Q(run__ended_at__lt=Now() - PASSWORD_KEPT)
        came_to_nothing = Q(run__state__in=[ActionRun.State.FAILED, ActionRun.State.CANCELLED])
        typed = Q(generated=False, run__state=ActionRun.State.SUCCEEDED)
        return self.filter(ended | came_to_nothing | typed | _overtaken())


class SealedPassword(models.Model):
    """A run's new password, encrypted, apart from the run. Gone once it was shown, or 15 minutes after the end."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.OneToOneField(ActionRun, models.CASCADE, related_name="sealed_password")
    value = EncryptedField()
    generated = models.BooleanField()

    objects = SealedPasswordQuerySet.as_manager()

    def __str__(self) -> str:
        return f"password of {self.run}"


def bump(column: str) -> Any:
    """A column plus one, computed by the database."""
    return F(column) + 1


def less_one(column: str) -> Any:
    """A column less one, computed by the database, and never below zero."""
    return Greatest(F(column) - 1, 0)


# All that a row says of itself. What it points to keeps what was loaded with it.
OWN_COLUMNS = [field.name for field in ActionRun._meta.concrete_fields if not field.is_relation]
# What an older version has held bears no reason: it knew of this one only.
HELD_FOR_CREDENTIAL = Q(state=ActionRun.State.HELD, held_because__in=["", ActionRun.Held.CREDENTIAL])
WAITS_FOR_APPROVAL = Q(state=ActionRun.State.HELD, held_because=ActionRun.Held.APPROVAL)
