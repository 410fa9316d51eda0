"""The form of a scope: its name, and for each kind of condition the values that hold."""

from typing import Any

from django import forms

from neurons_admin.access import scopes
from neurons_admin.access.models import Scope
from neurons_admin.access.scope_services import ScopeParticulars
from neurons_admin.access.scopes import Kind, NotUnderstood
from neurons_admin.ui.fields import Ticks

PREFIX = "kind_"
ROWS = 3


class ScopeForm(forms.Form):
    """What can be said about a scope. A kind that is left empty makes no difference."""

    name = forms.CharField(max_length=60)
    purpose = forms.CharField(
        label="What it is for", max_length=120, required=False, help_text="Shown beside the name where roles are given."
    )

    def __init__(self, *args: Any, scope: Scope | None = None, **kwargs: Any) -> None:
        if scope:
            kwargs["initial"] = _initial(scope)
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.kinds = scopes.kinds()
        for kind in self.kinds:
            self.fields[PREFIX + kind.name] = _field(kind)

    def clean_name(self) -> str:
        """Two names that differ in case only would be mistaken for each other."""
        name: str = self.cleaned_data["name"]
        others = Scope.objects.exclude(pk=self.scope.pk) if self.scope else Scope.objects.all()
        if others.filter(name__iexact=name).exists():
            raise forms.ValidationError("There is a scope with this name already.")
        return name

    def clean(self) -> dict[str, Any]:
        """Take each value as its kind does, and ask for one at least: without any a scope would hold everybody."""
        given = self.cleaned_data
        self.conditions: dict[str, list[str]] = {}
        for kind in self.kinds:
            try:
                values = [kind.clean(value) for value in _values(given.get(PREFIX + kind.name))]
            except NotUnderstood as exc:
                self.add_error(PREFIX + kind.name, str(exc))
                continue
            if values:
                self.conditions[kind.name] = values
        if not self.errors:
            try:
                self.conditions = scopes.checked(self.conditions)
            except NotUnderstood as exc:
                self.add_error(None, str(exc))
        return given

    def particulars(self) -> ScopeParticulars:
        """What was entered, once it is valid."""
        return ScopeParticulars(self.cleaned_data["name"], self.cleaned_data["purpose"], self.conditions)


def _field(kind: Kind) -> forms.Field:
    if kind.choices is not None:
        return Ticks(label=kind.label, choices=kind.choices, required=False, help_text=kind.help_text)
    box = forms.Textarea(attrs={"rows": ROWS, "spellcheck": "false"})
    return forms.CharField(label=kind.label, required=False, widget=box, help_text=kind.help_text)


def _values(given: Any) -> list[str]:
    lines = given.splitlines() if isinstance(given, str) else given or []
    return [line.strip() for line in lines if line.strip()]


def _initial(scope: Scope) -> dict[str, Any]:
    """What is kept; a group shows as its object ID, which stays right when it is renamed."""
    found: dict[str, Any] = {"name": scope.name, "purpose": scope.purpose}
    for kind in scopes.kinds():
        values = scope.conditions.get(kind.name, [])
        found[PREFIX + kind.name] = values if kind.choices is not None else "\n".join(values)
    return found
