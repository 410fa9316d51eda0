"""The small part of `$filter` that the demo tenant understands: `eq`, `startswith`, joined by `and`."""

import re
from collections.abc import Callable
from typing import Any

from neurons_admin.demo.odata import bad_request
from neurons_admin.demo.people import User
from neurons_admin.demo.properties import KNOWN

Test = Callable[[User], bool]
_EQ = re.compile(r"^(\w+) eq (?:'((?:[^']|'')*)'|(true|false|null))$", re.IGNORECASE)
_STARTS = re.compile(r"^startswith\((\w+),\s*'((?:[^']|'')*)'\)$", re.IGNORECASE)
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


def parse(text: str) -> Test:
    """The test that `$filter` asks for; 400 for everything this tenant does not understand."""
    tests = [_one(part.strip()) for part in re.split(r"\s+and\s+", text.strip())]
    return lambda user: all(test(user) for test in tests)


def ids(text: str) -> tuple[str, ...]:
    """The object ids in a delta's `id eq '..' or id eq '..'`, at most fifty."""
    found = []
    for part in re.split(r"\s+or\s+", text.strip(), flags=re.IGNORECASE):
        match = _EQ.match(part.strip())
        if match is None or match[1] != "id" or match[2] is None:
            raise _unsupported()
        found.append(match[2].lower())
    if len(found) > 50:
        raise bad_request("Too many object ids in the filter; at most 50 are supported.", "Request_UnsupportedQuery")
    return tuple(found)


def _one(part: str) -> Test:
    if match := _EQ.match(part):
        name = _known(match[1])
        wanted = _WORDS[match[3].lower()] if match[3] else match[2].replace("''", "'").lower()
        return lambda user: _comparable(user.properties.get(name)) == wanted
    if match := _STARTS.match(part):
        name, beginning = _known(match[1]), match[2].replace("''", "'").lower()
        return lambda user: str(user.properties.get(name) or "").lower().startswith(beginning)
    raise _unsupported()


def _known(name: str) -> str:
    if name not in KNOWN:
        raise bad_request(
            f"Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.user'.",
            "BadRequest",
        )
    return name


def _comparable(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _unsupported() -> Exception:
    return bad_request(
        "Unsupported or invalid query filter clause specified for property of resource 'User'.",
        "Request_UnsupportedQuery",
    )
