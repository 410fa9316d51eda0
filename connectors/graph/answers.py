"""From an HTTP answer to JSON or to one of our errors: the one place where Graph's statuses and codes are read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import orjson

from .errors import Busy, CredentialRefused, GraphError, NotThere, OutcomeUnknown, Refused, StartOver, TryLater
from .explanations import explain

# With these a 409 or 503 says that a write was not carried out and may be repeated.
NOT_CARRIED_OUT = {"Directory_ReplicaUnavailable", "serviceNotAvailable", "Directory_ConcurrencyViolation"}
DELTA_LOST = {"syncStateNotFound", "syncStateInvalid", "resyncRequired", "Directory_ExpiredPageToken"}
LONGEST_ID = 64


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP. Texts taken from it hold no NUL, which no database column could keep."""

    method: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str:
        return _clean(self.headers.get("request-id", ""))[:LONGEST_ID]

    @cached_property
    def object(self) -> dict[str, Any] | None:
        """The body as a JSON object; None when it is anything else."""
        try:
            value = _parsed(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None

    @property
    def error(self) -> dict[str, Any]:
        """Graph's error object, or an empty one: some answers have none, or are not JSON at all."""
        error = (self.object or {}).get("error") if self.status >= 400 else None
        return error if isinstance(error, dict) else {}

    @property
    def code(self) -> str:
        return _clean(str(self.error.get("code") or ""))

    @property
    def message(self) -> str:
        return _clean(str(self.error.get("message") or ""))

    @property
    def retry_after(self) -> float | None:
        """Seconds from `Retry-After`, which is a number or an HTTP date; None without one that can be read.

        A date is counted from the answer's own: what the clock of this machine says does not matter.
        """
        text = self.headers.get("Retry-After", "").strip()
        if text.isascii() and text.isdigit():
            return float(text)
        try:
            answered = _moment(self.headers.get("Date", ""))
        except (ValueError, OverflowError):
            answered = datetime.now(UTC)
        try:
            return max(0.0, (_moment(text) - answered).total_seconds())
        except (ValueError, OverflowError):
            return None


def raise_for(answer: Answer) -> None:
    """Raise what an answer without success means for the caller; return for a 2xx.

    The table: https://learn.microsoft.com/graph/errors and, for throttling, .../graph/throttling.
    """
    if 200 <= answer.status < 300:
        return
    details = {**_details(answer), "detail": answer.message}
    if answer.status < 400:
        raise _unless_write(answer, TryLater("Microsoft Graph sent us elsewhere. It was not followed.", **details))
    if answer.status == 410 or answer.code in DELTA_LOST:
        raise StartOver("The list of changes has expired.", **details)
    if answer.status == 401:
        raise CredentialRefused("Microsoft Graph does not accept the token of this application.", **details)
    if answer.status == 429:
        raise Busy("Microsoft Graph asks this application to wait.", retry_after=answer.retry_after, **details)
    if answer.status in (409, 503) and answer.code in NOT_CARRIED_OUT:
        raise TryLater("Microsoft Graph is busy.", retry_after=answer.retry_after, **details)
    if answer.status >= 500 or answer.status == 408:
        raise _out_of_order(answer, details)
    if answer.body and answer.object is None:
        raise _not_graph(answer)
    kind = NotThere if answer.status == 404 else Refused
    raise kind(explain(answer.status, answer.code, answer.message), **details)


def _parsed(body: bytes) -> Any:
    """What the slower parser accepts beyond the standard, such as half a character, is accepted all the same."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return json.loads(body)


def json_of(answer: Answer) -> dict[str, Any]:
    """The JSON object of a 2xx; an empty one for an empty body. Raises when the body is something else."""
    if not answer.body:
        return {}
    if answer.object is None or "error" in answer.object:
        raise _not_graph(answer)
    return answer.object


def _out_of_order(answer: Answer, details: dict[str, Any]) -> GraphError:
    """A change with a 503 that says when to come back was most likely not made; of any other nobody knows."""
    message, wait = "Microsoft Graph has a problem of its own.", answer.retry_after
    if answer.status == 503 and wait is not None:
        return TryLater(message, retry_after=wait, certain=answer.method == "GET", **details)
    return _unless_write(answer, TryLater(message, retry_after=wait, **details))


def _not_graph(answer: Answer) -> GraphError:
    """Somebody in between has answered: a proxy, a captive portal."""
    details = {**_details(answer), "code": "not_graph"}
    return _unless_write(answer, TryLater("The answer did not come from Microsoft Graph.", **details))


def _details(answer: Answer) -> dict[str, Any]:
    return {
        "code": answer.code or f"http_{answer.status}",
        "status": answer.status,
        "request_id": answer.request_id,
    }


def _unless_write(answer: Answer, error: GraphError) -> GraphError:
    """For a read the error as it is; for a write, that we do not know whether it happened."""
    if answer.method == "GET":
        return error
    return OutcomeUnknown(
        "Microsoft Graph did not say whether the change was made.",
        code=error.code,
        detail=error.detail,
        status=error.status,
        request_id=error.request_id,
    )


def _moment(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _clean(text: str) -> str:
    return text.replace("\0", "")
