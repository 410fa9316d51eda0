"""What the home page says of connectors and credentials."""

from django.utils import timezone

from connectors import attention
from connectors.models import Connector
from credentials.attention import needing_attention as credentials_needing_attention
from neurons_admin.access.models import User
from neurons_admin.ui.charts import Bar, Bars, share
from neurons_admin.ui.parts import Need
from neurons_admin.ui.times import since

# Those that have waited longest stand first; the list of connectors has all.
MOST_SHOWN = 12


def synchronisations() -> list[Need]:
    """The synchronisations that need a person, for who may see connectors."""
    return [Need(each.tone, each.name, each.words, each.url) for each in attention.needing_attention()]


def credentials_for(reader: User) -> list[Need]:
    """The credentials that need a person, of those that the reader may look at."""
    return [Need(each.tone, each.name, each.words, each.url) for each in credentials_needing_attention(reader)]


def freshness() -> Bars | None:
    """How old the data of each connector is, the oldest first; None where nothing is synchronised. One query."""
    rows = Connector.objects.filter(active=True, sync_credential__isnull=False)
    found = list(rows.order_by("last_synced_at", "name").defer("delta_link", "groups_delta_link")[: MOST_SHOWN + 1])
    if not found:
        return None
    more = " Those that have waited longest are shown." if len(found) > MOST_SHOWN else ""
    description = f"The bar is full when the data is older than the connector allows.{more}"
    heads = ("Connector", "Last synchronised")
    return Bars("freshness", "Sync freshness", description, heads, [_bar(row) for row in found[:MOST_SHOWN]])


def _bar(connector: Connector) -> Bar:
    url = connector.get_absolute_url()
    if connector.last_synced_at is None:
        return Bar(connector.name, "never", 0.0, "neutral", url)
    now = timezone.now()
    allowed = connector.stale_after
    filled = share((now - connector.last_synced_at).total_seconds(), allowed.total_seconds()) if allowed else 0.0
    tone = "warning" if connector.is_stale else "good"
    return Bar(
        connector.name,
        since(connector.last_synced_at, now),
        filled,
        tone,
        url,
        "Stale" if connector.is_stale else "",
    )
