"""The form of a person's sign-in identities: a row of three columns for each, and empty ones to add some."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django import forms

from .directory import Directory
from .forms import ActionForm, ShownField
from .identity import PARTS, SIGN_IN_NAME, Identity, key_of, others_in, same
from .target import Target

ISSUER_LENGTH = 512
ASSIGNED_LENGTH = 64
ROWS_TO_ADD = 2
MOST_ROWS = 50
TYPES = {"emailAddress": "E-mail address", "userName": "User name", "federated": "Federated"}


class IdentityRows(forms.Widget):
    """Rows of three columns. A row that is left empty, or was emptied, counts for nothing."""

    template_name = "django/forms/widgets/identity_rows.html"
    use_fieldset = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Identity]:
        columns = [_column(data, f"{name}-{part}") for part in PARTS]
        rows = [tuple(text.strip() for text in row) for row in zip(*columns, strict=False)]
        return [dict(zip(PARTS, row, strict=True)) for row in rows[:MOST_ROWS] if any(row[1:])]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-{PARTS[0]}" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        empty: Identity = dict.fromkeys(PARTS, "")
        rows: list[Identity] = [*(value or ()), *[empty] * ROWS_TO_ADD]
        types = TYPES | {kind: kind for row in rows if (kind := row["signInType"]) and kind not in TYPES}
        lengths = {"issuer": ISSUER_LENGTH, "assigned": ASSIGNED_LENGTH}
        return {**context, "rows": rows, "types": types.items(), "lengths": lengths}


def _column(data: Any, key: str) -> list[str]:
    """All values under a key: of what a browser sent, or of a plain dictionary."""
    values = data.getlist(key) if hasattr(data, "getlist") else data.get(key, [])
    return [str(value) for value in values]


class IdentitiesField(forms.Field):
    """A list of identities, perhaps an empty one. What it holds is within Graph's limits and has nothing twice."""

    widget = IdentityRows

    def clean(self, value: Any) -> list[Identity]:
        identities = [_checked(row) for row in value or ()]
        twice = [key for key, count in Counter(map(key_of, identities)).items() if count > 1]
        if twice:
            raise forms.ValidationError(f"“{' '.join(twice[0]).strip()}” is there twice.")
        return identities

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not same(initial or (), data or ())


def _checked(row: Identity) -> Identity:
    kind, issuer, assigned = (row[part] or "" for part in PARTS)
    name = f"“{assigned or issuer}”"
    if not kind or kind == SIGN_IN_NAME:
        raise forms.ValidationError(f"Choose a type for {name}.")
    if not issuer:
        raise forms.ValidationError(f"{name} needs an issuer, such as the tenant's domain.")
    if not assigned and kind != "federated":
        raise forms.ValidationError(f"The identity that {name} issued needs an ID, such as an e-mail address.")
    if len(issuer) > ISSUER_LENGTH or len(assigned) > ASSIGNED_LENGTH:
        raise forms.ValidationError(
            f"{name} is too long: an issuer has at most {ISSUER_LENGTH} characters, an ID at most {ASSIGNED_LENGTH}."
        )
    return {"signInType": kind, "issuer": issuer, "issuerAssignedId": assigned or None}


class IdentitiesForm(ActionForm):
    """Today's identities besides the sign-in name. What the form was filled with travels along, for the runner."""

    identities = IdentitiesField(
        label="Signs in with, besides the sign-in name",
        help_text="Empty a row to remove it. The issuer is the tenant's domain, or the provider that vouches for them.",
    )
    # Not "required": an empty list is a value.
    shown = ShownField(required=False)

    def __init__(self, data: Any = None, *, target: Target, directory: Directory, **kwargs: Any) -> None:
        super().__init__(data, target=target, directory=directory, **kwargs)
        present = others_in(target.state)
        self.fields["identities"].initial = present
        self.fields["shown"].initial = present

    def clean_shown(self) -> list[Identity]:
        shown = self.cleaned_data["shown"]
        if not _is_list_of_identities(shown):
            raise forms.ValidationError("Open the dialog again.")
        return others_in({"identities": shown})

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if {"identities", "shown"} <= given.keys() and same(given["identities"], given["shown"]):
            raise forms.ValidationError("Nothing was changed.")
        return given


def _is_list_of_identities(value: object) -> bool:
    if not isinstance(value, list) or len(value) > MOST_ROWS:
        return False
    return all(isinstance(entry, dict) and _are_texts(entry.get(part) for part in PARTS) for entry in value)


def _are_texts(values: Iterable[object]) -> bool:
    return all(value is None or isinstance(value, str) for value in values)
