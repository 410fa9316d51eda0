"""Which faults there are, and which options each of them takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from neurons_admin.demo.wire import Endpoint, Json

_LONGEST = 86_400
_REQUIRED = object()
_DATE = re.compile(r"date:[+-]?\d{1,9}")
ENDPOINTS: tuple[Endpoint, ...] = get_args(Endpoint)
EVERY_OPTION_OF_ALL = frozenset({"kind", "where", "times", "chance", "seed"})


class FaultError(ValueError):
    """A description that no fault can be made of; the text is a plain sentence."""


@dataclass(frozen=True)
class Option:
    """One option of a kind: what it must be, in code and in words, and what it is where it is left out."""

    fits: Callable[[Any], bool]
    words: str
    default: Any = _REQUIRED


def _is_seconds(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LONGEST


def _is_status(value: Any) -> bool:
    return isinstance(value, int) and 400 <= value <= 599


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_header_text(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable()


def _is_retry_after(value: Any) -> bool:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return True
    return _is_header_text(value) and (not value.startswith("date:") or _DATE.fullmatch(value) is not None)


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str | int)


def _one_of(*words: str, default: str) -> Option:
    return Option(lambda value: value in words, " or ".join(f'"{word}"' for word in words), default)


_SECONDS = Option(_is_seconds, f"a number of seconds from 0 to {_LONGEST}")
_APPLIED = Option(_is_flag, "true or false", False)
_CODE = Option(_is_text, "a text or a number", None)
_MESSAGE = Option(_is_text, "a text", None)

KINDS: Mapping[str, Mapping[str, Option]] = {
    "latency": {"seconds": _SECONDS},
    "status": {
        "status": Option(_is_status, "a number from 400 to 599"),
        "applied": _APPLIED,
        "retry_after": Option(_is_retry_after, 'null, a text such as "7", or "date:+30"', None),
        "body": _one_of("graph", "html", "empty", "text", default="graph"),
        "code": _CODE,
        "message": _MESSAGE,
    },
    "reset": {"applied": _APPLIED},
    "hang": {"applied": _APPLIED, "seconds": Option(_is_seconds, _SECONDS.words, 600)},
    "late": {"seconds": _SECONDS, "answer": _one_of("hang", "reset", default="hang")},
    "drip": {"seconds": _SECONDS, "part": _one_of("body", "head", default="body")},
    "truncated": {"applied": _APPLIED, "cut": _one_of("connection", "json", default="connection")},
    "html": {"applied": _APPLIED},
    "redirect": {
        "location": Option(_is_header_text, "an address", "/_moved"),
        "applied": _APPLIED,
    },
    "error200": {"applied": _APPLIED, "code": _CODE, "message": _MESSAGE},
    "garbage": {"applied": _APPLIED},
    "stale": {"seconds": _SECONDS},
}
ONLY_GRAPH = frozenset({"late", "stale"})
"""Kinds that speak of the directory, which sign-in does not have."""


def options_of(kind: Any, given: Json) -> Json:
    """The options of a fault of this kind, checked and completed with what was left out; FaultError otherwise."""
    if not isinstance(kind, str) or kind not in KINDS:
        raise FaultError(f"A fault needs a kind: one of {', '.join(KINDS)}.")
    known = KINDS[kind]
    unknown = sorted(set(given) - set(known) - EVERY_OPTION_OF_ALL)
    if unknown:
        raise FaultError(f"A fault of the kind {kind} has no option {unknown[0]}.")
    options = {}
    for name, option in known.items():
        value = given.get(name, option.default)
        if value is _REQUIRED:
            raise FaultError(f"A fault of the kind {kind} needs the option {name}: {option.words}.")
        if name in given and not option.fits(value):
            raise FaultError(f"The option {name} must be {option.words}.")
        options[name] = value
    return options
