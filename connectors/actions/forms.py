"""The form of an action's dialog: what every one of them is given to work with."""

import json
from typing import Any

from django import forms

from .directory import Directory
from .target import Target


class ActionForm(forms.Form):
    """A form for one account. `target` is who it is for, with today's values; `directory` knows the rest of the tenant.

    `live` is what the action has looked up for it. Fields of a subclass that take part in `initial` from today's values
    set it in `__init__`.
    """

    def __init__(
        self, data: Any = None, *, target: Target, directory: Directory, live: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.target = target
        self.directory = directory
        self.live = live


class ShownField(forms.JSONField):
    """What a form was filled with, which travels along in it: JSON that comes back as anything, or not at all."""

    widget = forms.HiddenInput
    default_error_messages = {"required": "Open the dialog again.", "invalid": "Open the dialog again."}

    def to_python(self, value: Any) -> Any:
        """Raises ValidationError also for what the database cannot keep: a NUL, half a character, no number."""
        try:
            found = super().to_python(value)
            text = json.dumps(found, ensure_ascii=False, allow_nan=False)
            text.encode()
        except (ValueError, RecursionError):
            text = "\\u0000"
        if "\\u0000" in text:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return found

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is shown again: nothing, of what is not understood."""
        try:
            return self.to_python(data)
        except forms.ValidationError:
            return None
