"""Form fields beyond Django's own."""

from django import forms


class Ticks(forms.MultipleChoiceField):
    """Choices of which none need be ticked, although nobody would call them optional."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)
