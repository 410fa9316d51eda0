"""One gate for each app registration in a tenant, shared by all workers: shut while Microsoft asks us to wait.

A quota is counted for the application in the tenant (https://learn.microsoft.com/graph/throttling-limits), and requests
that are refused count as well: when one worker is told to wait, all have to.
"""

import random
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef
from django.db.models.functions import Greatest, Least, Now

from connectors.graph import Busy
from credentials.models import Credential
from neurons_admin.pace import paced

FIRST_WAIT = 5.0
# Without a wish of Microsoft's the wait doubles up to this; with one it is honoured up to the second.
LONGEST_UNASKED = 120.0
LONGEST_ASKED = 900.0
# So that what has waited together does not all come back in the same moment.
SPREAD = 0.2
PROBE_EVERY = 300.0


class GateQuerySet(models.QuerySet["Gate"]):
    def shut(self) -> Self:
        return self.filter(paused_until__gt=Now())

    def of(self, credential: Credential) -> Self:
        return self.filter(tenant_id=credential.tenant_id, client_id=credential.client_id)

    def made_for(self, credential: Credential) -> "Gate":
        """The credential's gate; made, and open, where there was none."""
        return self.get_or_create(tenant_id=credential.tenant_id, client_id=credential.client_id)[0]


class Gate(models.Model):
    """Whether an app registration may be used just now, by the database's clock."""

    tenant_id = models.UUIDField()
    client_id = models.UUIDField()
    paused_until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    # How often in a row it was shut without a word on how long.
    failures = models.PositiveSmallIntegerField(default=0)
    # When a credential that was refused is tried again.
    probe_at = models.DateTimeField(null=True)

    objects = GateQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant_id", "client_id"], name="one_gate_per_app_and_tenant")]

    def __str__(self) -> str:
        return f"gate of {self.client_id} in {self.tenant_id}"


def shut_for(credential_path: str) -> Exists:
    """For a filter: whether the gate of the credential at `credential_path` is shut."""
    return Exists(
        Gate.objects.shut().filter(
            tenant_id=OuterRef(f"{credential_path}__tenant_id"), client_id=OuterRef(f"{credential_path}__client_id")
        )
    )


def shut(credential: Credential, exc: Busy) -> float:
    """Have everybody with this app registration wait; returns for how many seconds. A longer wait is never cut.

    Without a word on how long each wait is twice the one before. Who was under way when the gate was shut, and failed
    as well, adds nothing: that is the same trouble.
    """
    gate = Gate.objects.made_for(credential)
    this = Gate.objects.filter(pk=gate.pk)
    if exc.retry_after:
        until = Now() + paced(min(exc.retry_after, LONGEST_ASKED))
        this.update(paused_until=Greatest(F("paused_until"), until), reason=str(exc)[:300])
    else:
        seconds = min(FIRST_WAIT * 2**gate.failures, LONGEST_UNASKED)
        seconds *= 1 + random.uniform(0, SPREAD)  # noqa: S311 - no secret
        this.exclude(paused_until__gt=Now()).update(
            paused_until=Now() + paced(seconds), reason=str(exc)[:300], failures=Least(F("failures") + 1, 10)
        )
    left: timedelta = this.values_list(ExpressionWrapper(F("paused_until") - Now(), DurationField()), flat=True).get()
    return max(0.0, left.total_seconds())


def note_answered(credential: Credential) -> None:
    """Microsoft has answered as it should: the next wait begins small again."""
    Gate.objects.of(credential).filter(failures__gt=0).update(failures=0)


def take_probe(credential: Credential) -> bool:
    """Whether it is time to try a refused credential again; of all that ask, one is told so, every five minutes."""
    gate = Gate.objects.made_for(credential)
    due = Gate.objects.filter(pk=gate.pk).exclude(probe_at__gt=Now())
    return bool(due.update(probe_at=Now() + paced(PROBE_EVERY)))


def put_off_probe(credential: Credential) -> None:
    """It has just been refused: not before five minutes have passed."""
    gate = Gate.objects.made_for(credential)
    Gate.objects.filter(pk=gate.pk).update(probe_at=Now() + paced(PROBE_EVERY))
