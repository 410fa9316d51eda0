"""Proves from the recorded calls that credentials to synchronise with wrote nothing, and that those that act did not
synchronise.

Whatever model keeps calls is looked at (every `GraphCall`), so that this floor need not know who else makes any.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from connectors.models import Connector, GraphCall
from credentials.models import Credential

WINDOW: Final = timedelta(days=30)
SHOWN: Final = 20
WRITES: Final = ~Q(method="GET")
# Whole collections, or what changed in them: what synchronisations read, and an action about one person never does.
LISTING: Final = r"/(users|groups|devices|directoryRoles|subscribedSkus)(/delta(\(\))?)?(\?.*)?$"
LISTS: Final = Q(method="GET", path__regex=LISTING)

SYNC_WROTE: Final = "A synchronisation wrote."
READER_WROTE: Final = "It is for synchronising, and changed something."
ACTOR_SYNCHRONISED: Final = "It is for acting, and synchronised."
ACTOR_LISTED: Final = "It is for acting, and read a whole list."


@dataclass(frozen=True)
class Offence:
    """Calls that should not be: why not, how many, and the latest of them."""

    why: str
    count: int
    calls: Sequence[GraphCall]


@dataclass
class Record:
    """What one app registration did within the window, as far as calls were recorded. `client_id` None: not known."""

    client_id: uuid.UUID | None
    reads: bool = False
    acts: bool = False
    credentials: list[Credential] = field(default_factory=list)
    connectors: list[Connector] = field(default_factory=list)
    counts: dict[type[GraphCall], tuple[int, int]] = field(default_factory=dict)
    offences: list[Offence] = field(default_factory=list)

    @property
    def calls(self) -> int:
        return sum(calls for calls, _ in self.counts.values())

    @property
    def writes(self) -> int:
        return sum(writes for _, writes in self.counts.values())

    @property
    def is_known(self) -> bool:
        return self.client_id is not None

    @property
    def accepted_on(self) -> list[Connector]:
        """Connectors on which somebody has agreed to one app registration for both."""
        return [connector for connector in self.connectors if connector.same_app_accepted]

    def did(self, *, synchronise: bool) -> bool:
        """Whether a call of a synchronisation, or of something else, was recorded."""
        return any(calls for kind, (calls, _) in self.counts.items() if kind.synchronises is synchronise)


def kinds() -> list[type[GraphCall]]:
    """The models that keep calls."""
    return [model for model in apps.get_models() if issubclass(model, GraphCall)]


def records(connector: Connector | None = None, *, now: datetime | None = None) -> list[Record]:
    """What each app registration did, those with offences first; of one connector only those that it uses."""
    since = (now or timezone.now()) - WINDOW
    found: dict[uuid.UUID | None, Record] = {}
    _assign(found)
    for kind in kinds():
        _count(found, kind, since)
    for record in found.values():
        _judge(record, since)
    shown = (record for record in found.values() if connector is None or connector in record.connectors)
    return sorted(shown, key=lambda record: (not record.offences, not record.is_known, -record.calls))


def _assign(found: dict[uuid.UUID | None, Record]) -> None:
    """What connectors use each app registration for."""
    for connector in Connector.objects.with_credentials():
        for role, credential in (("reads", connector.sync_credential), ("acts", connector.action_credential)):
            if credential is None:
                continue
            record = found.setdefault(credential.client_id, Record(credential.client_id))
            setattr(record, role, True)
            if credential not in record.credentials:
                record.credentials.append(credential)
            if connector not in record.connectors:
                record.connectors.append(connector)


def _count(found: dict[uuid.UUID | None, Record], kind: type[GraphCall], since: datetime) -> None:
    """One walk over an index that holds all it asks for."""
    recent = _recent(kind, since).order_by().values_list("client_id")
    for client_id, calls, writes in recent.annotate(calls=Count("*"), writes=Count("method", filter=WRITES)):
        found.setdefault(client_id, Record(client_id)).counts[kind] = (calls, writes)


def _judge(record: Record, since: datetime) -> None:
    """Hold what it did against what it is for; one that no connector uses is for what it did."""
    is_free = not record.reads and not record.acts
    record.reads = record.reads or (is_free and record.did(synchronise=True))
    record.acts = record.acts or (is_free and record.did(synchronise=False))
    for kind, (calls, writes) in record.counts.items():
        made = _recent(kind, since).filter(client_id=record.client_id)
        if kind.synchronises and writes:
            record.offences.append(_offence(SYNC_WROTE, made.filter(WRITES), writes))
        if record.client_id is None:
            continue
        if kind.synchronises and record.acts:
            record.offences.append(_offence(ACTOR_SYNCHRONISED, made, calls))
        if not kind.synchronises and record.reads and writes:
            record.offences.append(_offence(READER_WROTE, made.filter(WRITES), writes))
        if not kind.synchronises and record.acts and (lists := made.filter(LISTS).count()):
            record.offences.append(_offence(ACTOR_LISTED, made.filter(LISTS), lists))


def _offence(why: str, calls: QuerySet[GraphCall], count: int) -> Offence:
    latest = calls.select_related("run").order_by("-started_at")  # type: ignore[misc]  # each kind has its own `run`
    return Offence(why, count, list(latest[:SHOWN]))


def _recent(kind: type[GraphCall], since: datetime) -> QuerySet[GraphCall]:
    return kind._default_manager.filter(started_at__gte=since)


def is_broken(found: Iterable[Record]) -> bool:
    """Whether any of them did what it is not for."""
    return any(record.offences for record in found)
