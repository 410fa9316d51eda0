"""Undoing a run: what was, what it became, what it is now; and asking for the way back."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from connectors.actions import Action, ActionForm
from connectors.readiness import Verdict
from neurons_admin.access.sudo import sudo_required
from neurons_admin.http import Request
from neurons_admin.ui.parts import Compared
from people import asking, policy, undoing
from people.forms import form_for
from people.models import ActionRun
from people.views.actions import answer, asking_of, warnings_of
from people.views.gate import run_for_acting, who_may_act
from people.views.person import new_click
from people.views.story import readers_of

DRIFTED = "Somebody has changed it since, and undoing would take that away as well. Set by hand what it should be."
IS_BACK = "Everything is as it was before that run already."


@require_http_methods(["GET", "POST"])
@who_may_act
@sudo_required
def undo(request: Request, pk: str) -> HttpResponse:
    """Show before, after and now; on POST ask for the inverse, which is refused where something has changed since."""
    run = run_for_acting(request.user, pk, ActionRun.objects.for_list().for_work())
    try:
        inverse = undoing.require_undoable(run)
    except undoing.NotUndoable as exc:
        return _page(request, run, {"problem": str(exc)})
    action = type(inverse)
    if not policy.may(request.user, action, run.account):
        # What was before and what is there now are not for whoever could not change it.
        raise PermissionDenied
    verdict = policy.readiness(request.user, run.account, action)
    if request.method == "GET":
        initial = {"click": new_click(), "seen": asking.latest_run(run.account)}
        form = form_for(action, run.account, request.user, guard=verdict.guard, initial=initial, with_fields=False)
        return _dialog(request, run, inverse, verdict, form)
    form = form_for(action, run.account, request.user, guard=verdict.guard, data=request.POST, with_fields=False)
    if not form.is_valid():
        return _dialog(request, run, inverse, verdict, form)
    wanted = asking_of(request, run.account, form)
    return answer(
        request,
        lambda: undoing.undo(run, wanted),
        lambda problem: _page(request, run, {"problem": problem}),
    )


def _dialog(request: Request, run: ActionRun, inverse: Action, verdict: Verdict, form: ActionForm) -> HttpResponse:
    found = undoing.compare(run)
    label, said = readers_of(run)
    compared = [
        Compared(
            label(each.key),
            said(each.key, each.before),
            said(each.key, each.after),
            said(each.key, each.now),
            has_drifted=each.has_drifted and not found.problem,
        )
        for each in found.differences
    ]
    problem = IS_BACK if found.is_back else DRIFTED if found.has_drifted else ""
    if not verdict.ready and not problem:
        problem = verdict.words
    context: dict[str, object] = {
        "compared": compared,
        "problem": problem,
        "form": None if problem else form,
        "sentence": f"Brings back what was before, by a run of its own: {inverse.title}.",
        "warnings": [*warnings_of(verdict), *([found.problem] if found.problem else [])],
        "danger": inverse.danger,
        "actor": request.user.label,
        "credential": f"{run.connector.action_credential} in {run.connector}",
    }
    return _page(request, run, context)


def _page(request: Request, run: ActionRun, context: dict[str, object]) -> HttpResponse:
    person = run.person
    common = {
        "title": f"Undo “{run.label}”: {person.display_name}",
        "action_url": reverse("people:undo", args=[run.pk]),
        "verb": "Undo",
        "cancel_url": run.get_absolute_url(),
        "trail": [
            ("People", reverse("people:list")),
            (person.display_name, person.get_absolute_url()),
            (run.label, run.get_absolute_url()),
        ],
    }
    return render(request, "_dialog.html" if request.htmx else "dialog_page.html", common | context)
