"""What the conditions of scopes can be about. The ground floor knows no people: the app that does registers it here.

Within one kind any of the values will do, between kinds all have to. What cannot be understood holds nobody.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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


_kinds: Final[dict[str, Kind]] = {}
_limited_apps: Final[set[str]] = set()
_sizes: Final[list[Callable[[Mapping[str, Any], Any], int | None]]] = []


def register(app_label: str, kinds: Collection[Kind], size: Callable[[Mapping[str, Any], Any], int | None]) -> None:
    """Permissions of this app can be limited by these kinds.

    `size` says how many people some conditions hold, for whoever asks; None where that is not for them.
    """
    _limited_apps.add(app_label)
    _kinds.update({kind.name: kind for kind in kinds})
    _sizes[:] = [size]


def kinds() -> list[Kind]:
    """All kinds, in the order of the form."""
    return list(_kinds.values())


def can_limit(code: str) -> bool:
    """Whether a permission (`app.codename`) is about people, so that it can be for some of them only."""
    return code.partition(".")[0] in _limited_apps


def where(conditions: Any) -> Q:
    """Which accounts some conditions hold. Nobody, where one of them is not understood."""
    if not isinstance(conditions, dict) or not conditions:
        return NOBODY
    found = Q()
    for name, values in conditions.items():
        if name not in _kinds or not _are_values(values):
            return NOBODY
        found &= _kinds[name].where(values)
    return found


def checked(conditions: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The same as they are kept: in one order, each value once, no kind without values. Raises NotUnderstood."""
    kept: dict[str, list[str]] = {}
    for name, values in conditions.items():
        if name not in _kinds:
            raise NotUnderstood(f"There is no condition of the kind {name}.")
        cleaned = sorted({_kinds[name].clean(value) for value in values})
        if cleaned and not _are_values(cleaned):
            raise NotUnderstood(f"{_kinds[name].label}: at most {MOST_VALUES} values.")
        if cleaned:
            kept[name] = cleaned
    if not kept:
        raise NotUnderstood("Give at least one condition. Without one a scope would hold everybody.")
    return {kind.name: kept[kind.name] for kind in kinds() if kind.name in kept}


def words(conditions: Mapping[str, Sequence[str]]) -> list[str]:
    """Conditions as people read them, one line for each kind."""
    lines = []
    for name, values in conditions.items():
        kind = _kinds.get(name)
        lines.append(f"{kind.label}: {' or '.join(kind.words(values))}" if kind else f"{name}: not understood")
    return lines


def size(conditions: Mapping[str, Any], asked_by: Any) -> int | None:
    """How many people some conditions hold; None where whoever asks may not see them all."""
    return _sizes[0](conditions, asked_by) if _sizes else None


def _are_values(values: Any) -> bool:
    return (
        isinstance(values, list)
        and 0 < len(values) <= MOST_VALUES
        and all(isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE for value in values)
    )
