"""The dialog of an action, and asking for it."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget, trigger_client_event

from connectors import actions
from connectors.actions import Action
from neurons_admin.http import Request
from neurons_admin.ui.parts import Change
from people import policy, services
from people.forms import form_for
from people.models import Account, ActionRun
from people.views.person import account_for_action, new_click
from people.views.rows import RunRow


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permission_required(policy.MAY_ACT, raise_exception=True)
def ask(request: Request, pk: int, account_pk: int, key: str) -> HttpResponse:
    """Show the dialog; on POST write the run down and answer with its row."""
    account = account_for_action(pk, account_pk)
    action = actions.BY_KEY.get(key)
    if action is None:
        raise Http404
    if request.method == "GET":
        initial = {"click": new_click(), "seen": services.latest_like(action, account)}
        return _dialog(request, account, action, form_for(action, account, initial=initial))
    form = form_for(action, account, data=request.POST)
    if not form.is_valid():
        return _dialog(request, account, action, form)
    try:
        asked = services.ask(action, account=account, asked_by=request.user, **_split(action, form))
    except services.NotReady as exc:
        return _dialog(request, account, action, form, problem=f"{exc.verdict.reason} {exc.verdict.cure}".strip())
    except services.AlreadyAsked as exc:
        return _dialog(request, account, action, form, problem=_who_was_first(exc.run))
    return _answer(request, asked)


def _split(action: type[Action], form: forms.Form) -> dict[str, Any]:
    """What `services.ask` wants to know: the action's parameters, its secret, the click and what was there before."""
    given = {name: form.cleaned_data[name] for name in action.form.base_fields}
    secret = given.pop(action.secret_field, "") if action.secret_field else ""
    return {"params": given, "secret": secret, "click": form.cleaned_data["click"], "seen": form.cleaned_data["seen"]}


def _answer(request: Request, asked: services.Asked) -> HttpResponse:
    """With htmx the run's row on top of the list; without, the person's page."""
    if not request.htmx:
        return redirect(asked.run.get_absolute_url())
    run = ActionRun.objects.for_list().get(pk=asked.run.pk)
    response = render(request, "_run_row.html", {"run": RunRow(run, request.user, names_person=False)})
    response = trigger_client_event(response, "dialog:done", {})
    return reswap(retarget(response, "#runs"), "afterbegin")


def _dialog(
    request: Request, account: Account, action: type[Action], form: forms.Form, problem: str = ""
) -> HttpResponse:
    verdict = policy.readiness(request.user, account, action)
    if not verdict.ready and not problem:
        problem = f"{verdict.reason} {verdict.cure}".strip()
    person_url = account.person.get_absolute_url()
    context = {
        "title": f"{action.label}: {account.display_name}",
        "sentence": action.sentence.format(name=account.display_name),
        "action_url": reverse("people:ask", args=[account.person_id, account.pk, action.key]),
        "verb": action.verb,
        "form": None if problem else form,
        "changes": _changes(action, account),
        "can_undo": bool(action.undo),
        "undo_note": f"With “{actions.BY_KEY[action.undo].label}”." if action.undo else "",
        "actor": request.user.label,
        "credential": f"{account.connector.action_credential} in {account.connector}",
        "warnings": [] if verdict.known or not verdict.ready else [verdict.reason],
        "problem": problem,
        "danger": action.danger,
        "cancel_url": person_url,
        "trail": [("People", reverse("people:list")), (account.person.display_name, person_url)],
    }
    template = "_dialog.html" if request.htmx else "dialog_page.html"
    return render(request, template, context)


def _changes(action: type[Action], account: Account) -> list[Change]:
    """What the local copy says now, and what it will be."""
    return [Change(label, before, after) for label, before, after in action.preview(account.as_target())]


def _who_was_first(run: ActionRun) -> str:
    who = f"{run.asked_by.label} has asked for “{run.label}”"
    if run.has_ended:
        return (
            f"{who} while this was open ({run.get_state_display()}). Nothing more was asked for: open the dialog again"
            " if you still want it."
        )
    return f"{who} already, and it is not over yet ({run.get_state_display()}). Wait for its end."
