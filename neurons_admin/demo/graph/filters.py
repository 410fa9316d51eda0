"""The small part of `$filter` that the demo tenant understands: `eq`, `in`, `startswith`, `any`, joined by `and`.

All those `or` one another that speak of the same: `id eq 'a' or id eq 'b'`.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from neurons_admin.demo.odata import GraphError, bad_request
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import KNOWN
from neurons_admin.demo.wire import Json

Test = Callable[[Json], bool]
_TEXT = r"'((?:[^']|'')*)'"
_EQ = re.compile(rf"^(\w+) eq (?:{_TEXT}|(true|false|null))$", re.IGNORECASE)
_IN = re.compile(r"^(\w+) in \(\s*('(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*)\s*\)$", re.IGNORECASE)
_STARTS = re.compile(rf"^startswith\((\w+),\s*{_TEXT}\)$", re.IGNORECASE)
_ANY = re.compile(rf"^(\w+)/any\(\s*(\w+):\s*\2 eq {_TEXT}\)$", re.IGNORECASE)
_NOT_QUOTED = "(?=(?:[^']*'[^']*')*[^']*$)"
_AND = re.compile(rf"\s+and\s+{_NOT_QUOTED}", re.IGNORECASE)
_OR = re.compile(rf"\s+or\s+{_NOT_QUOTED}", re.IGNORECASE)
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Filter:
    """Reads `$filter` for one type of object: `known` are its properties, `kind` its name."""

    known: Collection[str]
    kind: str

    def parse(self, text: str) -> Test:
        """The test that `$filter` asks for, over properties; 400 for everything this tenant does not understand."""
        tests = [self._either(part.strip()) for part in _AND.split(text)]
        return lambda values: all(test(values) for test in tests)

    def _either(self, part: str) -> Test:
        inner = part[1:-1] if part.startswith("(") and part.endswith(")") else part
        tests = [self._one(one.strip()) for one in _OR.split(inner)]
        return lambda values: any(test(values) for test in tests)

    def _one(self, part: str) -> Test:
        if match := _EQ.match(part):
            name = self._known(match[1])
            wanted = _WORDS[match[3].lower()] if match[3] else _plain(match[2])
            return lambda values: _comparable(values.get(name)) == wanted
        if match := _IN.match(part):
            name, choices = self._known(match[1]), {_plain(text) for text in re.findall(_TEXT, match[2])}
            return lambda values: _comparable(values.get(name)) in choices
        if match := _STARTS.match(part):
            name, beginning = self._known(match[1]), _plain(match[2])
            return lambda values: str(values.get(name) or "").lower().startswith(beginning)
        if match := _ANY.match(part):
            name, entry = self._known(match[1]), _plain(match[3])
            return lambda values: entry in [_comparable(value) for value in values.get(name) or ()]
        raise _unsupported(self.kind)

    def _known(self, name: str) -> str:
        if name not in self.known:
            raise bad_request(
                f"Invalid filter clause: Could not find a property named '{name}' on type "
                f"'microsoft.graph.{self.kind}'.",
                "BadRequest",
            )
        return name


def parse(text: str) -> Callable[[User], bool]:
    """The test over users that `$filter` asks for; 400 for everything this tenant does not understand."""
    test = Filter(KNOWN, "user").parse(text)
    return lambda user: test(user.properties)


def ids(text: str, kind: str = "user") -> tuple[str, ...]:
    """The object ids in a delta's `id eq '..' or id eq '..'`, at most fifty."""
    found = []
    for part in _OR.split(text):
        match = _EQ.match(part.strip())
        if match is None or match[1] != "id" or match[2] is None:
            raise _unsupported(kind)
        found.append(match[2].lower())
    if len(found) > 50:
        raise bad_request("Too many object ids in the filter; at most 50 are supported.", "Request_UnsupportedQuery")
    return tuple(found)


def _plain(text: str) -> str:
    return text.replace("''", "'").lower()


def _comparable(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _unsupported(kind: str) -> GraphError:
    return bad_request(
        f"Unsupported or invalid query filter clause specified for property of resource "
        f"'{kind[:1].upper()}{kind[1:]}'.",
        "Request_UnsupportedQuery",
    )
