"""What roles can include. Each app says what of its own can be given; defaults and the page of a role are made of it.

The ground floor knows none of the apps above: they register here, in `ready()`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Offer:
    """One permission (`app.codename`), in words, and the built-in roles that have it unless somebody takes it away."""

    code: str
    label: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """Offers under one heading."""

    label: str
    offers: Sequence[Offer]


_sources: Final[list[Callable[[], Sequence[Section]]]] = []


def register(source: Callable[[], Sequence[Section]]) -> None:
    """Ask `source` whenever the offers are wanted, so that it may change while the process runs."""
    if source not in _sources:
        _sources.append(source)


def sections() -> list[Section]:
    """All that can be given, in the order of the page: the uppermost app first."""
    return [section for source in reversed(_sources) for section in source()]


def labels() -> dict[str, str]:
    """The words for each permission that can be given."""
    return {offer.code: offer.label for section in sections() for offer in section.offers}


def defaults_of(role: str) -> list[str]:
    """What a built-in role has unless somebody takes it away."""
    return [offer.code for section in sections() for offer in section.offers if role in offer.roles]
