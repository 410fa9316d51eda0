"""Where a synchronisation goes on: in a round, and from one round to the next."""

from typing import Any

from connectors.graph import StartOver
from connectors.models import Connector, SyncRun
from neurons_admin.encryption import SecretUnreadable

from .people_stream import People
from .streams import Stream


def where_to_go_on(run: SyncRun, stream: Stream[Any]) -> str:
    """In this round, or from the last one. Raises StartOver for a link that does not open any more."""
    try:
        kept = getattr(run.connector, stream.delta_field).reveal() if stream.delta_field else ""
        return run.page_link.reveal() or kept or stream.first_link
    except SecretUnreadable as exc:
        raise StartOver(
            "The place where to go on cannot be opened with the keys this server has.", code="link_unreadable"
        ) from exc


def keep_delta_link(run: SyncRun, stream: Stream[Any], delta_link: str) -> None:
    """A round is complete. If meanwhile somebody has changed what to read, the next one reads everything."""
    if not stream.delta_field:
        return
    rows = Connector.objects.select_for_update(of=("self",)).select_related("sync_credential")
    connector = rows.get(pk=run.connector_id)
    connector.chosen_ids = run.connector.chosen_ids
    setattr(connector, stream.delta_field, delta_link if stream.basis(connector) == run.basis else "")
    if stream.key == People.key:
        connector.delta_basis = run.basis
    connector.save(update_fields=[stream.delta_field, "delta_basis"])
