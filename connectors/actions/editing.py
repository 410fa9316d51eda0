"""What editing several properties of a user at once takes: a form that knows what it showed, and what is sent of it.

https://learn.microsoft.com/graph/api/user-update. Users have no ETag: whoever writes last wins, so each change carries
what was shown to whoever asked, and is refused when the directory has gone on since.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django import forms
from django.forms import BoundField

from .base import Action, Order, Write
from .forms import ActionForm, ShownField
from .target import State, Target

# Properties that are lists; an empty one and none are the same.
LISTS = frozenset({"businessPhones", "otherMails"})
# Objects with parts: a part is named by itself, as no other property has its name.
ORGANISATION = "employeeOrgData"
EXTENSIONS = "onPremisesExtensionAttributes"
PARTS: Mapping[str, str] = {
    "division": ORGANISATION,
    "costCenter": ORGANISATION,
    **{f"extensionAttribute{number}": EXTENSIONS for number in range(1, 16)},
}
# What Microsoft lets one change, but not clear.
NEVER_EMPTY = frozenset({"displayName", "usageLocation", "mail", "mailNickname"})


def value_of(state: State, name: str) -> Any:
    """A property, or a part of one, by its name; None (of a list: an empty one) where it is not set."""
    if name in PARTS:
        return (state.get(PARTS[name]) or {}).get(name) or None
    return state.get(name) or ([] if name in LISTS else None)


def same(one: object, other: object) -> bool:
    """Whether two values are the same to whoever reads them: the order of a list and how lines end do not matter."""
    return _comparable(one) == _comparable(other)


def _comparable(value: object) -> object:
    if isinstance(value, list):
        return sorted(str(each).strip() for each in value) or None
    return "\n".join(value.strip().splitlines()) or None if isinstance(value, str) else value


@dataclass(frozen=True)
class Part:
    """Fields of a form under a title; `folded` away until somebody looks for them, unless something is wrong there."""

    title: str
    fields: list[BoundField]
    folded: bool
    # Why none of it can be changed.
    note: str = ""

    @property
    def is_open(self) -> bool:
        return any(each.errors for each in self.fields)


class EditingForm(ActionForm):
    """A form with a field for each of `properties`, filled with today's values; it carries what it showed.

    Valid once something differs from that: `changes` are the values to be sent, `was` what was shown of them.
    """

    template_name = "django/forms/parts.html"
    properties: ClassVar[tuple[str, ...]]
    # Titles, the properties below them, and whether they are folded away.
    layout: ClassVar[tuple[tuple[str, tuple[str, ...], bool], ...]] = ()
    closing_words: ClassVar[str] = ""

    shown = ShownField()

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        today = {name: value_of(self.target.state, name) for name in self.properties}
        self.fields["shown"].initial = today
        for name, value in today.items():
            self.fields[name].initial = "\n".join(value) if isinstance(value, list) else value
            self.fields[name].required = name in NEVER_EMPTY and bool(value)
        # What is said of one of its parts, by title.
        self.notes: dict[str, str] = {}
        self.changes: dict[str, Any] = {}
        self.was: dict[str, Any] = {}

    def clean_shown(self) -> dict[str, Any]:
        shown = self.cleaned_data["shown"]
        if not isinstance(shown, dict):
            raise forms.ValidationError("Open the dialog again.")
        return shown

    def clean(self) -> dict[str, Any] | None:
        super().clean()
        given, shown = self.cleaned_data, self.cleaned_data.get("shown")
        if shown is None:
            return given
        for name in self.properties:
            if name in given and not self.fields[name].disabled and not same(given[name], shown.get(name)):
                self.changes[name] = given[name]
                self.was[name] = shown.get(name)
        if not self.changes and not self.errors:
            raise forms.ValidationError("Nothing has been changed.")
        return given

    def parts(self) -> list[Part]:
        """The fields that stand for properties, grouped."""
        return [
            Part(title, [self[name] for name in names], folded, self.notes.get(title, ""))
            for title, names, folded in self.layout
        ]

    def other_fields(self) -> list[BoundField]:
        """What is asked besides the properties."""
        return [each for each in self.visible_fields() if each.name not in self.properties]


@dataclass(frozen=True)
class PropertyEdit(Action):
    """Sets what `changes` says, in one PATCH that Graph carries out as a whole or not at all.

    `was` is what whoever asked had before them; empty where that does not matter.
    """

    changes: dict[str, Any] = field(default_factory=dict)
    was: dict[str, Any] = field(default_factory=dict)

    repeatable = True
    # What people call the properties.
    names: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def orders(cls, form: ActionForm) -> list[Order]:
        assert isinstance(form, EditingForm)  # noqa: S101 - for the type
        return [Order(cls(form.changes, form.was))]

    @property
    def title(self) -> str:
        return f"{self.label}: {self._named(self.changes)}" if self.changes else self.label

    def objection(self, target: Target, state: State) -> str:
        moved = [name for name, value in self.was.items() if not same(value_of(state, name), value)]
        if not moved:
            return ""
        return (
            f"Somebody has changed it since the dialog was opened: {self._named(moved)}. It was left as it is. Open the"
            " dialog again to see what is there."
        )

    def is_so(self, state: State) -> bool:
        return all(
            PARTS.get(name, name) in state and same(value_of(state, name), value)
            for name, value in self.changes.items()
        )

    def write(self, target: Target, state: State, secret: str = "") -> Write:
        body = {name: value for name, value in self.changes.items() if name not in PARTS}
        for name in {PARTS[name] for name in self.changes if name in PARTS}:
            body[name] = {part: value for part, value in self._whole(name, state).items() if self._is_sent(part)}
        return Write("PATCH", f"/users/{target.object_id}", body)

    def then(self, state: State) -> State:
        whole = {PARTS[name]: self._whole(PARTS[name], state) for name in self.changes if name in PARTS}
        return {**state, **{name: value for name, value in self.changes.items() if name not in PARTS}, **whole}

    def snapshot(self, state: State) -> dict[str, Any]:
        return {name: value_of(state, name) for name in self.changes}

    def inverse(self, before: State) -> Self | None:
        """None also for what had no value before and cannot be cleared."""
        back = {name: before[name] for name in self.changes if name in before}
        stuck = any(value is None and name in NEVER_EMPTY for name, value in back.items())
        return None if stuck or len(back) < len(self.changes) else type(self)(back)

    def labels(self) -> dict[str, str]:
        return dict(self.names)

    def _whole(self, name: str, state: State) -> dict[str, Any]:
        """An object with all its parts as they will be."""
        parts = [part for part, whole in PARTS.items() if whole == name]
        return {part: self.changes.get(part, value_of(state, part)) for part in parts}

    def _is_sent(self, part: str) -> bool:
        """Of the extension attributes, Graph leaves those alone that are not sent; a part of the other is lost."""
        return part in self.changes or PARTS[part] == ORGANISATION

    def _named(self, properties: Iterable[str]) -> str:
        """What people call them, in a row: `job title, city`."""
        return ", ".join(_in_a_row(self.names.get(name, name)) for name in properties)


def _in_a_row(name: str) -> str:
    """Without the capital, unless the word goes on with one."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
