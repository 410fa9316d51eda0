"""Groups with their direct members: `groups/delta`."""

from dataclasses import dataclass, field
from typing import Any

from connectors.graph import GROUP_PROPERTIES
from connectors.models import Connector, SyncRun

from .group_records import GroupChange
from .people_stream import HEADERS
from .reading import Batch
from .sink import Sink, Stored
from .streams import Stream


@dataclass
class GroupsBatch(Batch):
    """What was said of a group at several places adds up."""

    changes: dict[str, GroupChange] = field(default_factory=dict)

    def take(self, entries: list[dict[str, Any]]) -> int:
        weight = len(entries)
        for group in entries:
            object_id = group["id"].lower()
            weight += self.changes.setdefault(object_id, GroupChange(object_id)).take(group)
        return weight


class Groups(Stream[GroupsBatch]):
    """All groups of the tenant."""

    key = "groups"
    name = "groups"
    permission = "GroupMember.Read.All"
    # Members would come unasked, but only where nothing is asked for by name.
    first_link = f"/groups/delta?$select={','.join((*GROUP_PROPERTIES, 'members'))}"
    delta_field = "groups_delta_link"
    headers = HEADERS

    def new_batch(self, connector: Connector) -> GroupsBatch:
        return GroupsBatch()

    def store(self, run: SyncRun, batch: GroupsBatch, sink: Sink, *, full: bool) -> Stored:
        stored = sink.store_groups(run.connector_id, run.mark, list(batch.changes.values()))
        swept = sink.sweep_groups(run.connector_id, run.mark) if batch.is_last and full else 0
        return stored._replace(removed=stored.removed + swept)
