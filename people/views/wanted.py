"""What a run asks for, value by value: for whoever is to agree to it before anything has happened."""

from connectors.actions import Action
from people.models import ActionRun
from people.views.story import readers_of


def wanted_of(run: ActionRun) -> list[tuple[str, object]]:
    """What was filled in when it was asked for, as people call it; nothing for an action that asks for nothing."""
    if run.kind is None:
        return []
    label, said = readers_of(run)
    rows: list[tuple[str, object]] = []
    for name, value in run.params.items():
        if isinstance(value, dict):
            rows += [(label(inner), said(inner, each)) for inner, each in value.items()]
        else:
            rows.append((_label(run.kind, name) or label(name), said(name, value)))
    return rows


def _label(kind: type[Action], name: str) -> str:
    field = kind.form.base_fields.get(name)
    return str(field.label or "") if field else ""
