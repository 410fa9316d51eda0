"""Events as the list shows them, with links to what they speak of."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

from neurons_admin.access.models import User
from neurons_admin.audit import words
from neurons_admin.audit.models import Event, mark

USER: Final = User._meta.label_lower
# A menu offers no more; the rest is found from its own page.
NAMED: Final = 100


@dataclass(frozen=True)
class Fact:
    """One detail of an event; `before` is None unless a value was changed."""

    label: str
    value: object
    before: object = None
    is_change: bool = False


@dataclass(frozen=True)
class Row:
    """One event, in words."""

    event: Event
    sentence: str
    is_about_actor: bool
    subject_kind: str
    subject_url: str
    facts: list[Fact]


def rows_for(events: Iterable[Event], reader: User) -> list[Row]:
    """Events as rows; the subjects are looked up with one query for each kind of them."""
    shown = list(events)
    urls = _subject_urls(shown, reader)
    return [
        Row(
            event=event,
            sentence=words.sentence(event.verb),
            is_about_actor=(event.subject_type, event.subject_id) == (USER, str(event.actor_id)),
            subject_kind=words.SUBJECTS.get(event.subject_type, ""),
            subject_url=urls.get((event.subject_type, event.subject_id), ""),
            facts=facts_of(event.detail),
        )
        for event in shown
    ]


def facts_of(detail: dict[str, Any]) -> list[Fact]:
    """The details of an event: names of fields and identifiers, or a value before and after."""
    return [_fact(name.replace("_", " ").capitalize(), value) for name, value in detail.items()]


def _fact(label: str, value: Any) -> Fact:
    if isinstance(value, dict) and value.keys() == {"before", "after"}:
        return Fact(label, value["after"], value["before"], is_change=True)
    if isinstance(value, dict):
        value = ", ".join(f"{key}: {inner}" for key, inner in value.items())
    return Fact(label, value)


def _subject_urls(events: Iterable[Event], reader: User) -> dict[tuple[str, str], str]:
    """Where the subjects are shown, as far as they still exist, have a page, and the reader may see it."""
    ids: dict[str, set[str]] = defaultdict(set)
    for event in events:
        ids[event.subject_type].add(event.subject_id)
    urls: dict[tuple[str, str], str] = {}
    for label, wanted in ids.items():
        model = _model_with_pages(label)
        if model and _may_see(reader, model):
            for found in model._default_manager.filter(pk__in=_keys(model, wanted)):
                urls[label, str(found.pk)] = found.get_absolute_url()  # type: ignore[attr-defined]
    return urls


def named(label: str, reader: User) -> list[tuple[str, str]]:
    """The first hundred of a model that have a page, as marks and names; none if the reader may not see them."""
    model = _model_with_pages(label)
    if model is None or not _may_see(reader, model):
        return []
    rows = [row for row in model._default_manager.all()[:NAMED] if row.get_absolute_url()]  # type: ignore[attr-defined]
    return [(mark(row), str(row)) for row in rows]


def name_of(written: str, reader: User) -> str:
    """What a mark names, in words; empty for what is not there, or is not the reader's to see."""
    label, _, key = written.partition(":")
    model = _model_with_pages(label)
    if model is None or not _may_see(reader, model):
        return ""
    return next((str(row) for row in model._default_manager.filter(pk__in=_keys(model, [key]))), "")


def _may_see(reader: User, model: type[models.Model]) -> bool:
    return reader.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")


def _model_with_pages(label: str) -> type[models.Model] | None:
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        return None
    return model if hasattr(model, "get_absolute_url") else None


def _keys(model: type[models.Model], texts: Iterable[str]) -> list[object]:
    keys = []
    for text in texts:
        try:
            keys.append(model._meta.pk.to_python(text))
        except ValidationError:
            continue
    return keys
