"""How a record of the log is written: in one line, in UTC, and without what looks like a secret.

Nobody logs a secret on purpose. What is taken out here is the last net, for what others wrote.
"""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from pythonjsonlogger.json import JsonFormatter

from neurons_admin import tracing

REDACTED: Final = "[redacted]"
# Names whose value is none of the log's business, however they are written: name=value, "name": "value", name: value.
NAMES: Final = (
    "password", "passwd", "pwd", "client_secret", "client_assertion", "secret", "secret_key", "credential_keys",
    "audit_keys", "access_token", "refresh_token", "id_token", "metrics_token", "csrfmiddlewaretoken", "private_key",
    "code_verifier", "authorization", "cookie", "set-cookie", "session_key",
)  # fmt: skip
_VALUE: Final = r"""("[^"]*"|'[^']*'|[^\s,;&}"']+)"""
PATTERNS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), REDACTED),
    (re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{8,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)*"), REDACTED),  # a token of Microsoft's kind
    (re.compile(r"[\w.~-]{2,4}Q~[\w.~-]{20,}"), REDACTED),  # a client secret of Microsoft's kind
    (re.compile(r"\bgAAAA[\w=-]{20,}"), REDACTED),  # what we keep encrypted
    (re.compile(rf"""\b({"|".join(NAMES)})\b(["']?\s*[=:]\s*){_VALUE}""", re.IGNORECASE), rf"\1\2{REDACTED}"),
    (re.compile(r"(\w://[^\s:/@]*):[^\s/@]+@"), rf"\1:{REDACTED}@"),  # a password in an address
)
# Ends of lines, as more programs than ours understand them.
_BREAKS: Final = {ord(sign): sign.encode("unicode_escape").decode() for sign in "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"}


def redacted(text: str) -> str:
    """The text without what looks like a secret."""
    for pattern, instead in PATTERNS:
        text = pattern.sub(instead, text)
    return text


class Json(JsonFormatter):
    """One JSON object for each record: at, level, logger, message, the traceback if there is one, and what it is of.

    What a record carries beside these, Django's request for example, is not written.
    """

    FIELDS: Final = ("at", "level", "logger", "message", "exc_info", "stack_info")

    def __init__(self) -> None:
        names = {"asctime": "at", "levelname": "level", "name": "logger"}
        super().__init__(["asctime", "levelname", "name", "message"], rename_fields=names)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        said = {name: redacted(str(log_data[name])) for name in self.FIELDS if name in log_data}
        return said | ({"of": tracing.current()} if tracing.current() else {})


class Line(logging.Formatter):
    """A line for people; only a traceback takes more than one."""

    formatTime = Json.formatTime  # noqa: N815 - logging's name

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        of = f" [{tracing.current()}]" if tracing.current() else ""
        return super().formatMessage(record).translate(_BREAKS) + of

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


FORMATTERS: Final[dict[str, Callable[[], logging.Formatter]]] = {"json": Json, "line": Line}
