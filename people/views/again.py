"""Ways on from a run: asking for the same once more, or for its inverse."""

from django.urls import reverse

from connectors import actions
from neurons_admin.access.models import User
from neurons_admin.ui.parts import Link
from people import policy
from people.models import ActionRun
from people.undoing import NotUndoable, require_undoable


def again_link(run: ActionRun, viewer: User) -> list[Link]:
    """To the dialog of the same action, for who may act; empty for an account or an action that is no more."""
    if run.kind is None:
        return []
    return _dialog(run, viewer, run.action, f"Ask again: {run.label[:1].lower()}{run.label[1:]}…")


def undo_link(run: ActionRun, viewer: User) -> list[Link]:
    """To the page that undoes it, for who may; empty where nothing does."""
    try:
        inverse = require_undoable(run)
    except NotUndoable:
        return []
    if not policy.may(viewer, type(inverse), run.account):
        return []
    return [Link(f"Undo: {inverse.title[:1].lower()}{inverse.title[1:]}…", reverse("people:undo", args=[run.pk]))]


def _dialog(run: ActionRun, viewer: User, key: str, words: str) -> list[Link]:
    if run.account.removal or not policy.may(viewer, actions.BY_KEY[key], run.account):
        return []
    return [Link(words, reverse("people:ask", args=[run.person_id, run.account_id, key]))]
