"""Ways on from a run: asking for the same once more, or for its inverse."""

from django.urls import reverse

from connectors import actions
from neurons_admin.access.models import User
from neurons_admin.ui.parts import Link
from people import policy
from people.models import ActionRun


def again_link(run: ActionRun, viewer: User) -> list[Link]:
    """To the dialog of the same action, for who may act; empty for an account or an action that is no more."""
    if run.kind is None:
        return []
    return _dialog(run, viewer, run.action, f"Ask again: {run.label.lower()}…")


def undo_link(run: ActionRun, viewer: User) -> list[Link]:
    """To the dialog of the inverse action, where there is one."""
    try:
        inverse = run.bound_action().inverse(run.before)
    except (KeyError, TypeError):
        inverse = None
    return [] if inverse is None else _dialog(run, viewer, inverse.key, f"Undo: {inverse.label.lower()}…")


def _dialog(run: ActionRun, viewer: User, key: str, words: str) -> list[Link]:
    if run.account.removal or not policy.may_act(viewer, actions.BY_KEY[key]):
        return []
    return [Link(words, reverse("people:ask", args=[run.person_id, run.account_id, key]))]
