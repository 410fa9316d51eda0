"""A token keeps what was granted when it was issued, for about an hour, in each process that holds one."""

from connectors.graph import renew
from connectors.models import SyncRun
from connectors.registration import registration_of


def renew_after_refusal(run: SyncRun) -> None:
    """Where the synchronisation before was refused something, have this one ask for a new token.

    Whatever was granted since then holds at once, whichever worker takes it up. Otherwise the token at hand is used: it
    also works while the sign-in service is away.
    """
    others = SyncRun.objects.filter(connector=run.connector_id).exclude(pk=run.pk)
    before = others.order_by("-created_at").first()
    if before and _was_refused(before):
        renew(registration_of(run.connector.sync_credential))


def _was_refused(run: SyncRun) -> bool:
    return run.state == SyncRun.State.FAILED or any(counts.get("note") for counts in run.counts.values())
