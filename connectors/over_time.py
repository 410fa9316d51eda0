"""How many people a connector has known, day by day."""

from datetime import date, timedelta
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
    runs = connector.sync_runs.filter(state=SyncRun.State.SUCCEEDED, ended_at__gte=since, counts__has_key="people")
    last: dict[date, int] = {}
    known = None
    for ended_at, counts in runs.order_by("ended_at").values_list("ended_at", "counts"):
        # One that changed nothing has not counted anew.
        known = counts["people"].get("known", known)
        if known is not None:
            last[timezone.localdate(ended_at)] = known
    if len(last) < 2:
        return None
    series = Series("People", "info", list(last.values()))
    labels = [f"{day:%-d %b}" for day in last]
    return columns("people-over-time", "People over time", "people", labels, [series], is_level=True)
