"""What the conditions of scopes can be about. The ground floor knows no people: the app that does registers it here.

Within one kind any of the values will do, between kinds all have to. What cannot be understood holds nobody.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol, cast

from django.db.models import Q

MOST_VALUES: Final = 200
LONGEST_VALUE: Final = 300
NOBODY: Final = Q(pk__in=())


class NotUnderstood(Exception):
    """A value that cannot be one; the message says why, in words for the page."""


@dataclass(frozen=True)
class Kind:
    """One thing that a condition can be about.

    `where` says which accounts have one of the values; `clean` takes what somebody typed and returns what is kept, or
    raises NotUnderstood; `words` says what is kept as people read it. With `choices` there are only these.
    """

    name: str
    label: str
    where: Callable[[Sequence[str]], Q]
    clean: Callable[[str], str]
    words: Callable[[Sequence[str]], list[str]]
    help_text: str = ""
    choices: Callable[[], list[tuple[str, str]]] | None = None


class Source(Protocol):
    """A module of an app that knows people. `size`: how many some conditions hold, None where that is not for all."""

    KINDS: Collection[Kind]

    def size(self, conditions: Mapping[str, Any], asked_by: Any) -> int | None:
        """How many people some conditions hold; None where whoever asks may not know."""
        ...


# By app, the name of its module: that needs the models, which are not there yet when an app registers.
_sources: Final[dict[str, str]] = {}


def register(app_label: str, module: str) -> None:
    """Permissions of this app can be limited by the kinds that a module (a `Source`) has."""
    _sources[app_label] = module


def kinds() -> list[Kind]:
    """All kinds, in the order of the form."""
    return [kind for source in _loaded() for kind in source.KINDS]


def can_limit(code: str) -> bool:
    """Whether a permission (`app.codename`) is about people, so that it can be for some of them only."""
    return code.partition(".")[0] in _sources


def where(conditions: Any) -> Q:
    """Which accounts some conditions hold. Nobody, where one of them is not understood."""
    if not isinstance(conditions, dict) or not conditions:
        return NOBODY
    found, known = Q(), _by_name()
    for name, values in conditions.items():
        if name not in known or not _are_values(values):
            return NOBODY
        found &= known[name].where(values)
    return found


def checked(conditions: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The same as they are kept: in one order, each value once, no kind without values. Raises NotUnderstood."""
    kept: dict[str, list[str]] = {}
    known = _by_name()
    for name, values in conditions.items():
        if name not in known:
            raise NotUnderstood(f"There is no condition of the kind {name}.")
        cleaned = sorted({known[name].clean(value) for value in values})
        if cleaned and not _are_values(cleaned):
            raise NotUnderstood(f"{known[name].label}: at most {MOST_VALUES} values.")
        if cleaned:
            kept[name] = cleaned
    if not kept:
        raise NotUnderstood("Give at least one condition. Without one a scope would hold everybody.")
    return {name: kept[name] for name in known if name in kept}


def words(conditions: Mapping[str, Sequence[str]]) -> list[str]:
    """Conditions as people read them, one line for each kind."""
    lines, known = [], _by_name()
    for name, values in conditions.items():
        kind = known.get(name)
        lines.append(f"{kind.label}: {' or '.join(kind.words(values))}" if kind else f"{name}: not understood")
    return lines


def size(conditions: Mapping[str, Any], asked_by: Any) -> int | None:
    """How many people some conditions hold; None where whoever asks may not see them all."""
    sizes = [source.size(conditions, asked_by) for source in _loaded()]
    return None if None in sizes or not sizes else sum(cast("list[int]", sizes))


def _loaded() -> list[Source]:
    return [cast(Source, import_module(module)) for module in _sources.values()]


def _by_name() -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds()}


def _are_values(values: Any) -> bool:
    return (
        isinstance(values, list)
        and 0 < len(values) <= MOST_VALUES
        and all(isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE for value in values)
    )
