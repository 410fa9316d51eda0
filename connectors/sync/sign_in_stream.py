"""When everybody last signed in: a list of its own, for rounds of changes do not tell it.

https://learn.microsoft.com/graph/api/resources/signinactivity
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.utils import timezone

from connectors.models import Connector, SyncRun

from .reading import Batch
from .sink import Sink, Stored
from .streams import Stream

# Graph answers ten such requests a minute: a large tenant takes hours, which would keep everything else waiting.
EVERY = timedelta(hours=20)
# What stands for "never" in some answers.
_NEVER = "0001-"


def last_sign_in(user: dict[str, Any]) -> str | None:
    """The last sign-in that succeeded; where that was not yet noted (before December 2023), the last attempt."""
    activity = user.get("signInActivity") or {}
    for name in ("lastSuccessfulSignInDateTime", "lastSignInDateTime"):
        moment = activity.get(name)
        if isinstance(moment, str) and moment and not moment.startswith(_NEVER):
            return moment
    return None


@dataclass
class SignInsBatch(Batch):
    """The last sign-ins of those who have signed in, by object id."""

    moments: dict[str, str] = field(default_factory=dict)

    def take(self, entries: list[dict[str, Any]]) -> int:
        found = ((user["id"].lower(), last_sign_in(user)) for user in entries)
        self.moments |= {object_id: moment for object_id, moment in found if moment}
        return len(entries)


class SignIns(Stream[SignInsBatch]):
    """The last sign-in of everybody, once a day."""

    key = "sign_ins"
    name = "last sign-ins"
    permission = "AuditLog.Read.All, or the tenant Microsoft Entra ID P1"
    # No more fit on a page with this property.
    first_link = "/users?$select=id,signInActivity&$top=500"

    def is_wanted(self, connector: Connector) -> bool:
        read_at = connector.sign_ins_read_at
        return connector.import_sign_ins and (read_at is None or timezone.now() - read_at > EVERY)

    def new_batch(self, connector: Connector) -> SignInsBatch:
        return SignInsBatch()

    def store(self, run: SyncRun, batch: SignInsBatch, sink: Sink, *, full: bool) -> Stored:
        stored = sink.store_sign_ins(run.connector_id, batch.moments)
        if batch.is_last:
            Connector.objects.filter(pk=run.connector_id).update(sign_ins_read_at=Now())
        return stored
