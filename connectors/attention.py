"""What of the connectors needs a person: a synchronisation that waits for a decision or has failed, stale data."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone
from django.utils.timesince import timesince

from connectors.models import Connector, SyncRun


class Kind(StrEnum):
    """Why somebody has to look, the most urgent first."""

    HELD = "held"
    FAILED = "failed"
    STALE = "stale"
    PAUSED = "paused"


@dataclass(frozen=True)
class Attention:
    """One connector that needs a person. `words` are sentences of their own; `url` is where to see to it."""

    kind: Kind
    name: str
    words: str
    url: str

    @property
    def tone(self) -> str:
        """The tone it is shown in."""
        return "bad" if self.kind is Kind.FAILED else "warning"


def needing_attention() -> list[Attention]:
    """The connectors that need a person, the most urgent first; each once, none that is switched off. Two queries."""
    connectors = list(Connector.objects.filter(active=True, sync_credential__isnull=False))
    latest = {run.connector_id: run for run in SyncRun.objects.latest_of(connectors)}
    found = [attention for row in connectors for attention in _said_of(row, latest.get(row.pk))]
    order = list(Kind)
    return sorted(found, key=lambda each: order.index(each.kind))


def _said_of(connector: Connector, run: SyncRun | None) -> Iterator[Attention]:
    """At most one: the most urgent."""
    url = (run or connector).get_absolute_url()
    if run and run.state == SyncRun.State.HELD:
        words = f"Its synchronisation waits for a decision. {run.question_words}"
        yield Attention(Kind.HELD, connector.name, words, url)
    elif run and run.state == SyncRun.State.FAILED:
        yield Attention(Kind.FAILED, connector.name, f"Its last synchronisation failed. {run.message}".strip(), url)
    elif connector.is_stale and connector.last_synced_at:
        words = f"It was last synchronised {timesince(connector.last_synced_at, timezone.now(), depth=1)} ago."
        yield Attention(Kind.STALE, connector.name, words, connector.get_absolute_url())
    elif run and run.state == SyncRun.State.PAUSED:
        yield Attention(Kind.PAUSED, connector.name, "Its synchronisation is paused.", url)
