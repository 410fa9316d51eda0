"""Rendered HTML as a flat list of elements, for tests that ask what stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.template.loader import render_to_string
from django.test import RequestFactory

VOID = {"input", "img", "br", "hr", "meta", "link"}


@dataclass
class Element:
    """One element: its tag, attributes, and all text within it."""

    tag: str
    attributes: dict[str, str]
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words within, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute, or `default`."""
        return self.attributes.get(name, default)

    def has_class(self, name: str) -> bool:
        """Tell whether the class is among the element's."""
        return name in self.get("class").split()


class Markup(HTMLParser):
    """Elements of a piece of HTML, in document order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.texts.append(data)

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Return the elements with this tag and these attributes (`_` stands for `-`)."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if (not tag or element.tag == tag) and all(element.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str = "", **attributes: str) -> Element:
        """Return the only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} × {tag} {attributes} in {self.html}"
        return found[0]

    @property
    def ids(self) -> list[str]:
        """All ids, as often as they occur."""
        return [element["id"] for element in self.elements if "id" in element.attributes]


def rendered(template: str, context: Mapping[str, Any], *, query: str = "", htmx: bool = False) -> Markup:
    """Render a fragment as a page with this query string would, for htmx or not."""
    request = RequestFactory().get(f"/list/?{query}")
    request.htmx = htmx  # type: ignore[attr-defined]
    return Markup(render_to_string(template, dict(context), request=request))
