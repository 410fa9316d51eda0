"""What stands in the way to Microsoft: app registrations that have to wait, synchronisations that lost their worker."""

from typing import Any, Final

from django.db.models import (
    CharField,
    DurationField,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Now, NullIf

from connectors.models import Gate, SyncRun
from credentials.models import Credential

PAUSED: Final = "paused"
LOST_SYNC: Final = "lost_sync"

# A query of signs: kind, name, how long, and what is said of it.
Signs = QuerySet[Any, tuple[Any, ...]]


def ago(moment: str | Expression) -> Combinable:
    """How long ago a moment was, by the database's clock; negative for one to come."""
    return ExpressionWrapper(Now() - (F(moment) if isinstance(moment, str) else moment), DurationField())


def paused_apps() -> Signs:
    """App registrations that Microsoft has asked to wait: their name, how long still, and its words."""
    of_gate = Credential.objects.filter(tenant_id=OuterRef("tenant_id"), client_id=OuterRef("client_id"))
    left = ExpressionWrapper(F("paused_until") - Now(), DurationField())
    shut = Gate.objects.shut().order_by()
    return shut.values_list(Value(PAUSED), _name_in(of_gate), left, Cast("reason", CharField()))


def lost_syncs() -> Signs:
    """Synchronisations past their lease: their connector's name, and for how long."""
    lost = SyncRun.objects.filter(state=SyncRun.State.RUNNING, lease_until__lt=Now()).order_by()
    return lost.values_list(Value(LOST_SYNC), "connector__name", ago("lease_until"), Value(""))


def _name_in(credentials: QuerySet[Credential]) -> Coalesce:
    """The name somebody gave it, else the application's own, else its client ID."""
    named = Coalesce(NullIf("name", Value("")), NullIf("app_name", Value("")), Cast("client_id", CharField()))
    first = credentials.order_by("-name").values(label=named)[:1]
    return Coalesce(Subquery(first), Cast("client_id", CharField()))
