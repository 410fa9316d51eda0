"""Counts what is known of a directory, for whoever decides whether too much of it would be removed."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from people.models import Account, Device, Group, Licence

_ROWS: dict[str, Callable[[], QuerySet[Any]]] = {
    "people": lambda: Account.objects.filter(removal=""),
    "groups": Group.objects.present,
    "licences": Licence.objects.all,
    "roles": lambda: Account.objects.filter(removal="", directory_roles__len__gt=0),
    "devices": Device.objects.all,
    "sign_ins": lambda: Account.objects.filter(removal="", last_sign_in_at__isnull=False),
}


def known(connector_id: uuid.UUID, stream: str) -> int:
    """How many rows of a stream are there: accounts, groups, products, devices, holders of roles, sign-ins."""
    return _ROWS[stream]().filter(connector=connector_id).count()
