"""One run: its page with its story, its row, and what can be done with it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from neurons_admin.access.middleware import polled
from neurons_admin.access.sudo import sudo_for_button
from neurons_admin.http import Request
from people import policy, services
from people.models import ActionRun
from people.views.advice import advice_for
from people.views.choices import choices_for
from people.views.gate import run_for_acting, who_may_act
from people.views.rows import RunRow
from people.views.story import Story, changes_of, said_of
from people.views.wanted import wanted_of

SHOWN_FOR_SECONDS = 60


@require_safe
@permission_required("people.view_actionrun", raise_exception=True)
@polled
def run(request: Request, pk: str) -> HttpResponse:
    """The whole story; the part that changes asks after itself until the run is over."""
    with_credentials = ActionRun.objects.for_list().for_work().select_related("follows", "undoes")
    shown = get_object_or_404(policy.visible_runs(request.user, among=with_credentials), pk=pk)
    template = "people/_run.html" if request.htmx else "people/run.html"
    return render(request, template, _context(request, shown))


@require_safe
@permission_required("people.view_actionrun", raise_exception=True)
@polled
def row(request: Request, pk: str) -> HttpResponse:
    """The run as one row of a list."""
    shown = get_object_or_404(policy.visible_runs(request.user, among=ActionRun.objects.for_list()), pk=pk)
    names_person = request.GET.get("of") != "person"
    response = render(request, "_run_row.html", {"run": RunRow(shown, request.user, names_person=names_person)})
    if not shown.is_over:
        return response
    spoken = f"{shown.label}: {shown.get_state_display()}. {shown.message}"
    return trigger_client_event(response, "run:over", {"spoken": spoken})


@sensitive_variables("password")
@never_cache
@require_POST
@who_may_act
@sudo_for_button
def reveal(request: Request, pk: str) -> HttpResponse:
    """The password or other secret that was made, once, to the one who asked. It stands in this answer only."""
    shown = run_for_acting(request.user, pk, ActionRun.objects.for_list())
    password, problem = None, ""
    try:
        password = services.reveal_password(shown, asked_by=request.user)
    except services.PasswordLost as exc:
        problem = str(exc)
    context = {
        "run": shown,
        "what": services.secret_name_of(shown),
        "secret": password,
        "problem": problem,
        "seconds": SHOWN_FOR_SECONDS,
    }
    if not request.htmx:
        return render(request, "people/password.html", context)
    return trigger_client_event(render(request, "people/_password_dialog.html", context), "password:shown", {})


@require_POST
@who_may_act
def cancel(request: Request, pk: str) -> HttpResponse:
    """Take back a run that has not begun."""
    shown = run_for_acting(request.user, pk)
    if services.cancel(shown, asked_by=request.user):
        messages.success(request, "Cancelled. Nothing more is sent.")
    else:
        messages.warning(request, "Too late to cancel: it has begun.")
    return redirect(shown.get_absolute_url())


@require_POST
@who_may_act
@sudo_for_button
def decide(request: Request, pk: str) -> HttpResponse:
    """Settle by somebody's word what nobody could find out: `happened` is yes or no."""
    shown = run_for_acting(request.user, pk)
    happened = request.POST.get("happened")
    if happened not in ("yes", "no"):
        return HttpResponseBadRequest("Say whether it happened.")
    if services.decide(shown, happened=happened == "yes", asked_by=request.user):
        messages.success(request, f"Recorded: it {'happened' if happened == 'yes' else 'did not happen'}.")
    else:
        messages.warning(request, "Nothing was recorded: it has been settled meanwhile.")
    return redirect(shown.get_absolute_url())


@require_POST
@who_may_act
@sudo_for_button
def confirm(request: Request, pk: str) -> HttpResponse:
    """Let a run go on that was held because the database was restored."""
    shown = run_for_acting(request.user, pk)
    if services.confirm(shown, asked_by=request.user):
        messages.success(request, "It goes on.")
    else:
        messages.warning(request, "Nothing was done: it is not held any more.")
    return redirect(shown.get_absolute_url())


def _context(request: Request, shown: ActionRun) -> dict[str, object]:
    calls, events = list(shown.calls.all()), list(shown.events.all())
    return {
        "run": shown,
        "row": RunRow(shown, request.user),
        "steps": Story(shown, calls, events).steps(),
        "events": events,
        "changes": changes_of(shown),
        "wanted": [] if shown.after else wanted_of(shown),
        "said": said_of(shown, calls, events),
        "advice": advice_for(shown, request.user, calls, events),
        "choices": choices_for(shown, request.user),
        "undone_by": shown.undone_by.order_by("created_at"),
        "followers": shown.followers.order_by("created_at"),
    }
