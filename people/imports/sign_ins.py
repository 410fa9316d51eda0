"""Keeps when accounts were last signed in to."""

import uuid
from collections.abc import Mapping

from django.db import connection

from connectors.sync import Stored

_SAY = """
UPDATE people_account a SET last_sign_in_at = s.moment
FROM unnest(%(ids)s::uuid[], %(moments)s::timestamptz[]) AS s (object_id, moment)
WHERE a.connector_id = %(connector)s AND a.object_id = s.object_id AND a.last_sign_in_at IS DISTINCT FROM s.moment
"""


def store_sign_ins(connector_id: uuid.UUID, moments: Mapping[str, str]) -> Stored:
    """Keep the last sign-ins by object id; of accounts that are not known, and of others, nothing is said."""
    if not moments:
        return Stored()
    with connection.cursor() as cursor:
        cursor.execute(_SAY, {"connector": connector_id, "ids": list(moments), "moments": list(moments.values())})
        return Stored(changed=cursor.rowcount)
