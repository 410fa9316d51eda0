"""Choosing objects of the directory by search: a form's field, its widget, and the form that knows what it finds.

Without scripts the widget's button sends the whole dialog, which comes back with what was found; nothing is asked for
by that. With scripts only the list of what was found is fetched.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from django import forms
from django.forms.utils import ErrorDict

from .directory import GroupFacts, PersonFacts
from .forms import ActionForm

MOST_FOUND = 20
MOST_CHOSEN = 20
SEARCH = "search"

Kind = Literal["people", "groups"]
Found = PersonFacts | GroupFacts

_GROUP_KINDS = {
    "security": "Security group",
    "microsoft_365": "Microsoft 365 group",
    "mail_security": "Mail-enabled security group",
    "distribution": "Distribution list",
}


class PickOption(NamedTuple):
    """One object to choose: its name, a second line, and why it cannot be chosen (empty when it can)."""

    value: str
    name: str
    second: str
    reason: str


class PickWidget(forms.Widget):
    """A search box, what was found as ticks or choices, and above it what is chosen. Its form gives it `form`."""

    template_name = "django/forms/widgets/pick.html"
    use_fieldset = True
    # The part of it that a search fetches.
    found_template_name = "django/forms/widgets/_pick_found.html"
    form: "PickingForm"

    def __init__(self, *, kind: Kind, many: bool) -> None:
        super().__init__()
        self.kind = kind
        self.many = many

    def use_required_attribute(self, initial: Any) -> bool:
        """The search box may be left empty."""
        return False

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [given] if isinstance(given, str) else list(given)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        chosen = [str(each) for each in value or ()][:MOST_CHOSEN]
        text = str(self.form.data.get(f"{name}_q", "")).strip()
        found = self.form.find(name, text) if text else []
        context = super().get_context(name, chosen, attrs)
        context["widget"] |= {
            "kind": self.kind,
            "many": self.many,
            "type": "checkbox" if self.many else "radio",
            "url": self.form.pick_url(name),
            "text": text,
            "chosen": self.form.options(name, self.form.look_up(name, chosen)),
            "found": [option for option in found[:MOST_FOUND] if option.value not in chosen],
            "is_more": len(found) > MOST_FOUND,
            "searched": self.form.is_searching and self.form.data[SEARCH] == name,
        }
        return context


class PickField(forms.Field):
    """Object IDs of one or several people or groups of the account's directory: always a list. For a `PickingForm`."""

    widget: PickWidget
    default_error_messages = {
        "required": "Choose somebody.",
        "one": "Choose one only.",
        "too_many": f"Choose at most {MOST_CHOSEN} at a time.",
    }

    def __init__(self, *, kind: Kind, many: bool = False, **kwargs: Any) -> None:
        if kind == "groups":
            kwargs["error_messages"] = {"required": "Choose a group.", **kwargs.get("error_messages", {})}
        super().__init__(widget=PickWidget(kind=kind, many=many), **kwargs)
        self.kind = kind
        self.many = many

    def to_python(self, value: Any) -> list[str]:
        """Each once, in the order in which they were chosen."""
        return list(dict.fromkeys(str(each).lower() for each in value or ()))

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if len(value) > 1 and not self.many:
            raise forms.ValidationError(self.error_messages["one"], code="one")
        if len(value) > MOST_CHOSEN:
            raise forms.ValidationError(self.error_messages["too_many"], code="too_many")


class PickingForm(ActionForm):
    """A form with `PickField`s: it finds by the local copy, and knows who or what cannot be chosen."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for _, field in self.pick_fields():
            field.widget.form = self

    def pick_fields(self) -> list[tuple[str, PickField]]:
        """Names and fields."""
        return [(name, field) for name, field in self.fields.items() if isinstance(field, PickField)]

    def pick_url(self, name: str) -> str:
        """Where a search for one of its fields is answered; empty where nothing answers."""
        return ""

    def why_not(self, name: str, found: Any) -> str:
        """Why this person or group cannot be chosen; empty when it can. `found` is PersonFacts or GroupFacts."""
        return ""

    def picked(self, name: str) -> Sequence[Any]:
        """The facts about what was chosen, in that order, once the form is valid."""
        return self.look_up(name, self.cleaned_data.get(name) or ())

    def look_up(self, name: str, ids: Sequence[str]) -> list[Found]:
        """Those of the objects that the local copy knows, in the order of `ids`."""
        directory, people = self.directory, self._field(name).kind == "people"
        found: Sequence[Found] = directory.people(ids) if people else directory.groups(ids)
        by_id = {each.object_id.lower(): each for each in found}
        return [by_id[each.lower()] for each in ids if each.lower() in by_id]

    def find(self, name: str, text: str) -> list[PickOption]:
        """What matches, best first; one more than is shown where there is more."""
        directory, limit = self.directory, MOST_FOUND + 1
        if self._field(name).kind == "people":
            return self.options(name, directory.find_people(text, limit))
        return self.options(name, directory.find_groups(text, limit))

    def options(self, name: str, found: Sequence[Found]) -> list[PickOption]:
        """The same as the widget shows them."""
        return [PickOption(each.object_id, each.name, second_line(each), self.why_not(name, each)) for each in found]

    @property
    def is_searching(self) -> bool:
        """Whether the dialog was sent by a button that searches: then it is shown again, and nothing is asked for."""
        return self.is_bound and SEARCH in self.data

    def is_valid(self) -> bool:
        return not self.is_searching and super().is_valid()

    def full_clean(self) -> None:
        """Who is still searching is not told yet what is missing."""
        if self.is_searching:
            self._errors = ErrorDict()
            self.cleaned_data = {}
            return
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name, _ in self.pick_fields():
            if name in self.cleaned_data:
                self._check(name, self.cleaned_data[name])
        return self.cleaned_data

    def _check(self, name: str, ids: Sequence[str]) -> None:
        """Everything chosen is there and may be chosen."""
        found = self.look_up(name, ids)
        if len(found) < len(ids):
            self.add_error(name, "What was chosen is no longer in the directory, as far as is known. Search again.")
            return
        reasons = [f"{option.name}: {option.reason}" for option in self.options(name, found) if option.reason]
        if reasons:
            self.add_error(name, reasons)

    def _field(self, name: str) -> PickField:
        return dict(self.pick_fields())[name]


def second_line(found: Found) -> str:
    """What tells apart who or what has the same name."""
    if isinstance(found, PersonFacts):
        return found.sign_in_name
    kind = _GROUP_KINDS.get(found.kind, "Group")
    return f"{kind} from Active Directory" if found.synced else kind
