"""One run: its page with its story, its row, and what can be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from neurons_admin.http import Request
from people import policy, services
from people.models import ActionRun
from people.views.rows import RunRow
from people.views.story import changes_of, next_step_of, steps_of

SHOWN_FOR_SECONDS = 60


@require_safe
@permission_required("people.view_actionrun", raise_exception=True)
def run(request: Request, pk: str) -> HttpResponse:
    """The whole story; the part that changes asks after itself until the run is over."""
    shown = get_object_or_404(ActionRun.objects.for_list(), pk=pk)
    template = "people/_run.html" if request.htmx else "people/run.html"
    return render(request, template, _context(request, shown))


@require_safe
@permission_required("people.view_actionrun", raise_exception=True)
def row(request: Request, pk: str) -> HttpResponse:
    """The run as one row of a list."""
    shown = get_object_or_404(ActionRun.objects.for_list(), pk=pk)
    names_person = request.GET.get("of") != "person"
    response = render(request, "_run_row.html", {"run": RunRow(shown, request.user, names_person=names_person)})
    if not shown.is_over:
        return response
    spoken = f"{shown.label}: {shown.get_state_display()}. {shown.message}"
    return trigger_client_event(response, "run:over", {"spoken": spoken})


@sensitive_variables("password")
@never_cache
@require_POST
@permission_required(policy.MAY_ACT, raise_exception=True)
def reveal(request: Request, pk: str) -> HttpResponse:
    """The generated password, once, to the one who asked. It stands in this answer and nowhere else."""
    shown = get_object_or_404(ActionRun.objects.for_list(), pk=pk)
    password, problem = None, ""
    try:
        password = services.reveal_password(shown, asked_by=request.user)
    except services.PasswordLost as exc:
        problem = str(exc)
    context = {"run": shown, "secret": password, "problem": problem, "seconds": SHOWN_FOR_SECONDS}
    if not request.htmx:
        return render(request, "people/password.html", context)
    return trigger_client_event(render(request, "people/_password_dialog.html", context), "password:shown", {})


@require_POST
@permission_required(policy.MAY_ACT, raise_exception=True)
def cancel(request: Request, pk: str) -> HttpResponse:
    """Take back a run that has not begun."""
    shown = get_object_or_404(ActionRun, pk=pk)
    if services.cancel(shown, asked_by=request.user):
        messages.success(request, "Cancelled. Nothing was sent.")
    else:
        messages.warning(request, "Too late to cancel: it has begun.")
    return redirect(shown.get_absolute_url())


def _context(request: Request, shown: ActionRun) -> dict[str, object]:
    waiting = shown.state in (ActionRun.State.QUEUED, ActionRun.State.HELD)
    return {
        "run": shown,
        "row": RunRow(shown, request.user),
        "steps": steps_of(shown),
        "events": list(shown.events.all()),
        "changes": changes_of(shown),
        "next_step": next_step_of(shown),
        "can_cancel": waiting and policy.may_act(request.user),
    }
