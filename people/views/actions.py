"""The dialog of an action, and asking for it."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget, trigger_client_event

from connectors import actions
from connectors.actions import Action, ActionForm
from connectors.graph import GraphError
from connectors.readiness import Verdict
from neurons_admin.access.sudo import sudo_required
from neurons_admin.http import Request
from neurons_admin.ui.parts import Change
from people import approvals, asking, policy, services
from people.forms import form_for
from people.models import Account, ActionRun
from people.views.gate import account_for, who_may_act
from people.views.person import new_click
from people.views.rows import RunRow


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@who_may_act
@sudo_required
def ask(request: Request, pk: int, account_pk: int, key: str) -> HttpResponse:
    """Show the dialog; on POST write the run down and answer with its row."""
    account = account_for(request.user, pk, account_pk)
    action = actions.BY_KEY.get(key)
    if action is None:
        raise Http404
    verdict = policy.readiness(request.user, account, action)
    try:
        live = services.look_up(account, action) if verdict.ready else None
    except GraphError as exc:
        return _dialog(request, account, action, verdict, None, problem=f"The directory could not be read: {exc}")
    if request.method == "GET":
        initial = {"click": new_click(), "seen": asking.latest_run(account)}
        form = form_for(action, account, request.user, guard=verdict.guard, initial=initial, live=live)
        return _dialog(request, account, action, verdict, form)
    form = form_for(action, account, request.user, guard=verdict.guard, data=request.POST, live=live)
    if not form.is_valid():
        return _dialog(request, account, action, verdict, form)
    wanted = asking_of(request, account, form)
    return answer(
        request,
        lambda: asking.ask(action.orders(form), wanted),
        lambda problem: _dialog(request, account, action, verdict, form, problem),
    )


def asking_of(request: Request, account: Account, form: ActionForm) -> asking.Asking:
    """Who asks by a valid form."""
    given = form.cleaned_data
    reason = given.get("override_reason", "")
    return asking.Asking(account, request.user, given["click"], seen=given["seen"], override_reason=reason)


def answer(
    request: Request, ask_for: Callable[[], asking.Asked], refuse: Callable[[str], HttpResponse]
) -> HttpResponse:
    """Ask for it. Answers htmx with the rows of the runs, for the top of the list, others with the page of the first.

    Where it cannot be asked for, `refuse` is given the reason and answers.
    """
    try:
        asked = ask_for()
    except asking.NotReady as exc:
        return refuse(exc.verdict.words)
    except asking.AlreadyAsked as exc:
        return refuse(_who_was_first(exc.run))
    if not request.htmx:
        return redirect(asked.run.get_absolute_url())
    runs = ActionRun.objects.for_list().filter(pk__in=[run.pk for run in asked.runs]).order_by("created_at")
    rows = [
        render_to_string("_run_row.html", {"run": RunRow(run, request.user, names_person=False)}, request)
        for run in runs
    ]
    response = trigger_client_event(HttpResponse("".join(rows)), "dialog:done", {})
    return reswap(retarget(response, "#runs"), "afterbegin")


def _dialog(
    request: Request,
    account: Account,
    action: type[Action],
    verdict: Verdict,
    form: ActionForm | None,
    problem: str = "",
) -> HttpResponse:
    if not verdict.ready and not problem:
        problem = verdict.words
    person_url = account.person.get_absolute_url()
    context = {
        "title": f"{action.label}: {account.display_name}",
        "sentence": action.sentence.format(name=account.display_name),
        "action_url": reverse("people:ask", args=[account.person_id, account.pk, action.key]),
        "verb": action.verb,
        "form": None if problem else form,
        "changes": _changes(action, account),
        "can_undo": bool(action.undo),
        "undo_note": action.undo,
        "actor": request.user.label,
        "credential": f"{account.connector.action_credential} in {account.connector}",
        "warnings": [*warnings_of(verdict), *_second_person(request, account, action)],
        "problem": problem,
        "danger": action.danger,
        "cancel_url": person_url,
        "trail": [("People", reverse("people:list")), (account.person.display_name, person_url)],
    }
    template = "_dialog.html" if request.htmx else "dialog_page.html"
    return render(request, template, context)


def warnings_of(verdict: Verdict) -> list[str]:
    """What whoever asks should know although it may be asked for."""
    unknown = [verdict.words] if verdict.outcome == "unknown" else []
    guard = [f"This person is protected. {verdict.guard}"] if verdict.guard else []
    return [*guard, *unknown, *([verdict.note] if verdict.ready and verdict.note else [])]


def _second_person(request: Request, account: Account, action: type[Action]) -> list[str]:
    """That somebody else will have to agree, as far as it is known before the form is filled in."""
    return [approvals.NEEDED] if approvals.is_needed_for([action], account, request.user) else []


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
