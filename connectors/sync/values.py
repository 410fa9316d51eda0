"""Values as Graph gives them, made fit for columns."""

from collections.abc import Callable
from typing import Any


def text(longest: int) -> Callable[[Any], str]:
    """What makes a text of at most `longest` characters of any value."""

    def clean(value: Any) -> str:
        if not value:
            return ""
        kept = value if isinstance(value, str) else str(value)
        # A directory value is whatever somebody once typed somewhere; PostgreSQL stores no NUL and no half a character.
        if "\0" in kept:
            kept = kept.replace("\0", "")
        if not kept.isascii():
            kept = kept.encode("utf-8", "ignore").decode()
        return kept[:longest]

    return clean


_phone = text(64)


def first(value: Any) -> str:
    """The first of a list of phone numbers."""
    return _phone(value[0]) if isinstance(value, list) and value else ""


def flag(value: Any) -> bool | None:
    """True or false; None for anything else."""
    return value if isinstance(value, bool) else None


def moment(value: Any) -> str | None:
    """A timestamp as Graph wrote it; None without one."""
    return value if isinstance(value, str) and value else None


def storable(value: Any) -> Any:
    """A value of JSON without what PostgreSQL does not take in texts."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {storable(key): storable(part) for key, part in value.items()}
    return [storable(part) for part in value] if isinstance(value, list) else value
