"""People: `users/delta`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.graph import USER_PROPERTIES, Reader
from connectors.models import Connector, SyncRun

from .chosen_groups import read_chosen
from .reading import Batch
from .records import AccountRecord, Removal, parse
from .sink import Sink, Stored
from .streams import Stream

# Pages of changes are as large as the server likes; this asks for the largest it gives.
HEADERS: Final = {"Prefer": "odata.maxpagesize=999"}
FIRST_LINK: Final = f"/users/delta?$select={','.join((*USER_PROPERTIES, 'manager'))}"


@dataclass
class PeopleBatch(Batch):
    """Of somebody who occurs twice the last one counts, the manager as last told.

    Who is in both was told of before being removed: the row keeps what was said last, wherever a batch ends.
    """

    # None: nobody needs to be looked at.
    wants: Callable[[AccountRecord], bool] | None = None
    accounts: dict[str, AccountRecord] = field(default_factory=dict)
    removals: dict[str, Removal] = field(default_factory=dict)

    def take(self, entries: list[dict[str, Any]]) -> int:
        for user in entries:
            item = parse(user)
            if self.wants is not None and isinstance(item, AccountRecord) and not self.wants(item):
                item = Removal(item.object_id, "excluded", item.manager_id)
            self._keep(item)
        return len(entries)

    def _keep(self, item: AccountRecord | Removal) -> None:
        same = self.removals.get(item.object_id), self.accounts.get(item.object_id)
        if item.manager_id is None:
            told = [earlier.manager_id for earlier in same if earlier and earlier.manager_id is not None]
            item = item._replace(manager_id=told[0] if told else None)
        if isinstance(item, Removal):
            self.removals[item.object_id] = item
        else:
            self.removals.pop(item.object_id, None)
            self.accounts[item.object_id] = item


class People(Stream[PeopleBatch]):
    """Everybody with an account."""

    key = "people"
    name = "people"
    permission = "User.Read.All"
    first_link = FIRST_LINK
    delta_field = "delta_link"
    headers = HEADERS

    def is_wanted(self, connector: Connector) -> bool:
        return True

    def basis(self, connector: Connector) -> str:
        return connector.basis

    def prepare(self, reader: Reader, connector: Connector) -> None:
        """Who is in the chosen groups. Where that has changed changes do not suffice: everybody is read again."""
        if connector.import_only_groups:
            connector.chosen_ids = read_chosen(reader, connector.import_only_groups)
            if connector.delta_basis != connector.basis:
                connector.delta_link = ""

    def new_batch(self, connector: Connector) -> PeopleBatch:
        people = connector.people_filter
        return PeopleBatch(wants=None if people.wants_everybody else people.wants)

    def store(self, run: SyncRun, batch: PeopleBatch, sink: Sink, *, full: bool) -> Stored:
        accounts, removals = list(batch.accounts.values()), list(batch.removals.values())
        stored = sink.store(run.connector_id, run.mark, accounts, removals, full=full)
        swept = sink.sweep(run.connector_id, run.mark) if batch.is_last and full else 0
        return stored._replace(removed=stored.removed + swept)
