"""A list's filters, order and search live in its URL; here are the URLs that change them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

# Whatever changes a list starts again at its first page.
PAGE_PARAMETERS: Final = ("after", "before")


@dataclass(frozen=True)
class Choice:
    """One value of a filter, as a link."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class FilterLinks:
    """All values of a filter, "Any" first; `chosen` is the label of the one that holds, or ""."""

    chosen: str
    choices: list[Choice]


def changed(request: HttpRequest, name: str, value: str | None) -> str:
    """Return the page's query string with one parameter set (None: taken away), back on the first page."""
    query = request.GET.copy()
    for parameter in (*PAGE_PARAMETERS, name):
        query.pop(parameter, None)
    if value is not None:
        query[name] = value
    return f"?{query.urlencode()}"


def kept(request: HttpRequest, name: str) -> list[tuple[str, str]]:
    """Return the parameters that a form which sets `name` must carry along."""
    dropped = {*PAGE_PARAMETERS, name}
    return [(key, value) for key, values in request.GET.lists() if key not in dropped for value in values]


def filter_links(request: HttpRequest, name: str, options: Iterable[tuple[object, str]]) -> FilterLinks:
    """Return the links that set a filter to each of its options, given as pairs of value and words."""
    current = request.GET.get(name, "")
    choices = [Choice("Any", changed(request, name, None), is_current=not current)]
    choices += [
        Choice(label, changed(request, name, str(value)), is_current=str(value) == current) for value, label in options
    ]
    chosen = next((choice.label for choice in choices[1:] if choice.is_current), "")
    return FilterLinks(chosen, choices)
