"""Deleted accounts, as a directory still has them for 30 days.

https://learn.microsoft.com/graph/api/directory-deleteditems-list
"""

import math
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from connectors.actions.base import moment_of
from connectors.actions.existence import without_prefix
from connectors.graph import USER_PROPERTIES
from connectors.models import Connector
from connectors.sync import AccountRecord, Removal, parse
from people import imports
from people.models import Account

KEPT_FOR: Final = timedelta(days=30)
# So many pages of 999 are read while somebody waits for the answer.
MOST_PAGES: Final = 10
# Graph's clock and ours may differ, and Graph writes whole seconds.
_TOLERANCE: Final = timedelta(seconds=10)
_LINK: Final = (
    f"/directory/deletedItems/microsoft.graph.user?$select={','.join((*USER_PROPERTIES, 'deletedDateTime'))}&$top=999"
)


def read_deleted(connector: Connector) -> int:
    """Read who was deleted with the credential for synchronising, and keep them; returns how many. Raises GraphError.

    Somebody who was never imported becomes a person, too.
    """
    count = 0
    for page in islice(connector.graph_for_sync().pages(_LINK), MOST_PAGES):
        with transaction.atomic():
            # Two who ask at the same time go one after the other.
            Connector.objects.select_for_update(no_key=True).get(pk=connector.pk)
            count += _keep(connector, [user for user in page.get("value") or () if _is_object(user)])
    return count


def days_left(account: Account) -> int:
    """For how many days it can still be restored, the one that has begun among them."""
    left = (account.removed_at or timezone.now()) + KEPT_FOR - timezone.now()
    return max(0, math.ceil(left / timedelta(days=1)))


def _is_object(user: Any) -> bool:
    """Whether it has an object ID; without one nobody can be restored."""
    try:
        return bool(UUID(str(user.get("id"))))
    except (AttributeError, ValueError):
        return False


def _keep(connector: Connector, users: list[dict[str, Any]]) -> int:
    moments = {str(user["id"]).lower(): moment_of(user.get("deletedDateTime")) for user in users}
    accounts = Account.objects.filter(connector=connector, object_id__in=list(moments))
    known = {str(account.object_id): account for account in accounts}
    parsed = [parse(_as_it_was(user)) for user in users]
    records = [
        record
        for record in parsed
        if isinstance(record, AccountRecord)
        and (connector.import_guests or not record.is_guest)
        and not _is_back(known.get(record.object_id), moments[record.object_id])
    ]
    fresh = [record for record in records if record.object_id not in known]
    imports.store(connector.pk, None, fresh, [Removal(record.object_id, "deleted") for record in records])
    _note_when(connector, {record.object_id: moments[record.object_id] for record in records})
    return len(records)


def _is_back(account: Account | None, deleted_at: datetime | None) -> bool:
    """Whether somebody was seen in the directory since: the list lags behind a restore."""
    if account is None or account.removal or deleted_at is None:
        return False
    return account.as_of > deleted_at + _TOLERANCE


def _as_it_was(user: dict[str, Any]) -> dict[str, Any]:
    name = without_prefix(str(user.get("userPrincipalName") or ""), str(user["id"]))
    return {**user, "userPrincipalName": name}


def _note_when(connector: Connector, moments: dict[str, datetime | None]) -> None:
    accounts = list(Account.objects.filter(connector=connector, object_id__in=list(moments)))
    for account in accounts:
        account.removed_at = moments[str(account.object_id)] or account.removed_at
    Account.objects.bulk_update(accounts, ["removed_at"])
