"""Some of what there is, as ticks: what cannot be chosen is shown as well, with the reason."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from .fields import PickOption


class OfferedWidget(forms.CheckboxSelectMultiple):
    """Ticks with a second line. What has a reason against it cannot be ticked."""

    template_name = "django/forms/widgets/offered.html"
    offered: Sequence[PickOption] = ()

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        ticked = {str(each) for each in value or ()}
        rows = [(option, option.value in ticked and not option.reason) for option in self.offered]
        context["widget"] |= {"type": "checkbox", "rows": rows}
        return context


class OfferedField(forms.MultipleChoiceField):
    """A list of the values that were ticked, of those that the form has offered."""

    widget = OfferedWidget
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid_choice": "What was chosen is not on the list any more. Look at the list and choose again.",
    }

    def offer(self, options: Sequence[PickOption]) -> None:
        """What there is, in this order; a form says so for each account."""
        self.options = {option.value: option for option in options}
        self.choices = [(option.value, option.name) for option in options]
        self.widget.offered = options

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        chosen = [self.options[each] for each in value]
        if reasons := [f"{option.name}: {option.reason}" for option in chosen if option.reason]:
            raise forms.ValidationError(reasons)


def choosable_first(option: PickOption) -> tuple[bool, str]:
    """The order of a list: what can be chosen, by name; then the rest."""
    return bool(option.reason), option.name.casefold()
