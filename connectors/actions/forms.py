"""The form of an action's dialog: what every one of them is given to work with."""

from typing import TYPE_CHECKING, Any

from django import forms

from .directory import Directory

if TYPE_CHECKING:
    from .base import Target


class ActionForm(forms.Form):
    """A form for one account. `target` is who it is for, with today's values; `directory` knows the rest of the tenant.

    `live` is what the action has looked up for it. Fields of a subclass that take part in `initial` from today's values
    set it in `__init__`.
    """

    def __init__(
        self, data: Any = None, *, target: "Target", directory: Directory, live: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.target = target
        self.directory = directory
        self.live = live
