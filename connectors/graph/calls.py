"""The record of one HTTP exchange with Microsoft Graph."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Call:
    """What was asked and what came back, without bodies: enough for the audit and for Microsoft's support.

    `status` is None when no answer came; `error_code` is Graph's `error.code`, or ours for what happened on the wire.
    `client_id` is the app registration that it was made with.
    """

    method: str
    path: str
    status: int | None
    request_id: str
    client_request_id: str
    started_at: datetime
    milliseconds: int
    error_code: str = ""
    client_id: str = ""
