"""Two people with the same form open: whoever saves second is told what was saved meanwhile, and overwrites nothing.

A form carries the number of the latest event that changed what it shows. Whoever saves compares it, under the row's
lock, with the audit trail, which knows who changed which fields and when.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from .models import Event

LARGEST: Final = 2**63 - 1
SHOWN: Final = 5


class ChangedMeanwhileError(Exception):
    """Others have saved since the form was drawn; `events` says who, when and which fields. Nothing was changed."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__(f"{len(events)} changes meanwhile")
        self.events = events


def version_of(model: type[Model], pk: object, about: Q) -> int:
    """The number of the latest of the events `about` a row; 0 for none.

    To be asked for before the row is read: then the form is never drawn from less than it says.
    """
    latest = _events(model, pk, about).order_by("-id").values_list("id", flat=True).first()
    return latest or 0


def refuse_if_changed(subject: Model, about: Q, drawn_from: int | None) -> None:
    """Raises ChangedMeanwhileError if there are later events than the version a form was drawn from.

    To be called under the lock of the subject's row. None is for callers that have no form: nothing is compared.
    """
    if drawn_from is None:
        return
    later = list(_events(type(subject), subject.pk, about).filter(id__gt=drawn_from).order_by("-id"))
    if later:
        raise ChangedMeanwhileError(later)


class MeanwhileForm(forms.Form):
    """A form that knows the version of what it was drawn from.

    `FIELD_WORDS` calls columns by name that are no field of the form, and events that tell of no column.
    """

    FIELD_WORDS: Mapping[str, str] = {}
    # What is stored where the form has something else: label and value. Filled by `tell`.
    stored_now: Sequence[tuple[str, str]] = ()

    def draw_from(self, version: int) -> None:
        """Carry the version that was asked for before the row was read."""
        self.fields["drawn_from"] = forms.IntegerField(
            required=False, min_value=0, max_value=LARGEST, widget=forms.HiddenInput, initial=version
        )

    @property
    def version(self) -> int:
        """The version that was sent along. Without one everything ever saved counts as later."""
        return self.cleaned_data.get("drawn_from") or 0

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "drawn_from"}

    def tell(self, refused: ChangedMeanwhileError, stored: "MeanwhileForm") -> None:
        """Say who saved meanwhile, and what is stored: `stored` is the form as it would be drawn afresh.

        Saving once more is then on purpose: the form goes on from the stored version.
        """
        for event in refused.events[:SHOWN]:
            self.add_error(None, ValidationError(self._sentence(event), code="changed_meanwhile"))
        words = "Nothing of yours was saved. To save it all the same, press the button once more."
        self.add_error(None, ValidationError(words, code="changed_meanwhile"))
        self.stored_now = [
            (str(bound.label), in_words(bound.field, stored.get_initial_for_field(bound.field, bound.name)))
            for bound in stored
            if not bound.is_hidden and bound.name in self.fields and self._differs(stored, bound.name)
        ]
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("drawn_from")] = str(stored.fields["drawn_from"].initial)
        self.data = data

    def _differs(self, stored: "MeanwhileForm", name: str) -> bool:
        """Whether what was typed is not what is stored. Of a secret nobody can say, and nothing is shown."""
        field = stored.fields[name]
        if isinstance(field.widget, forms.PasswordInput | forms.FileInput):
            return False
        mine, theirs = self.cleaned_data.get(name), stored.get_initial_for_field(field, name)
        if isinstance(mine, list) and isinstance(theirs, list):
            return sorted(mine) != sorted(theirs)
        return in_words(field, mine) != in_words(field, theirs)

    def _sentence(self, event: Event) -> str:
        columns = event.detail.get("fields") or [event.detail.get("with") or event.verb.rpartition(".")[2]]
        labels = [self.FIELD_WORDS.get(name) or self._label(name) for name in columns]
        at = timezone.localtime(event.at)
        return f"{event.actor_name} changed this on {at:%-d %b %Y at %H:%M}: {', '.join(dict.fromkeys(labels))}."

    def _label(self, name: str) -> str:
        return str(self[name].label) if name in self.fields else name.replace("_", " ")


def in_words(field: forms.Field, value: Any) -> str:
    """A stored value as the form's field would show it."""
    if isinstance(field, forms.BooleanField):
        return "on" if value else "off"
    if isinstance(field, forms.ModelChoiceField):
        return str(value) if value else "none"
    if isinstance(value, list):
        known = _labels(field)
        return ", ".join(known.get(str(each), str(each)) for each in value) or "none"
    if value is None or value == "":
        return "empty"
    return _labels(field).get(str(value), str(value))


def _labels(field: forms.Field) -> dict[str, str]:
    """The words of a field's choices, with those in groups."""
    found: dict[str, str] = {}
    for key, words in getattr(field, "choices", ()):
        pairs = words if isinstance(words, list | tuple) else [(key, words)]
        found |= {str(value): str(label) for value, label in pairs}
    return found


def _events(model: type[Model], pk: object, about: Q) -> QuerySet[Event]:
    return Event.objects.filter(about, subject_type=model._meta.label_lower, subject_id=str(pk))
