"""How many people a connector has known, day by day."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from connectors.models import Connector, SyncRun
from neurons_admin.ui.charts import Columns, Series, columns

DAYS: Final = 30


def people_over_time(connector: Connector) -> Columns | None:
    """How many there were at the end of each day's last synchronisation; None before there are two such days.

    Days without one are left out. One query.
    """
    since = timezone.now() - timedelta(days=DAYS)
    runs = connector.sync_runs.filter(
        state=SyncRun.State.SUCCEEDED, ended_at__gte=since, counts__people__has_key="known"
    )
    last = {
        timezone.localdate(ended_at): counts["people"]["known"]
        for ended_at, counts in runs.order_by("ended_at").values_list("ended_at", "counts")
    }
    if len(last) < 2:
        return None
    series = Series("People", "info", list(last.values()))
    labels = [f"{day:%-d %b}" for day in last]
    return columns("people-over-time", "People over time", "people", labels, [series], is_level=True)
