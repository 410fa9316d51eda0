"""What waits for a second person, that person's word, and the rules that say when one is needed."""

from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from connectors import actions
from neurons_admin.access.sudo import sudo_for_button, sudo_required
from neurons_admin.http import Request
from neurons_admin.ui import keyset
from people import agreeing, approvals, policy
from people.models import ActionRun, ApprovalRule
from people.permissions import APPROVE, SET_RULES
from people.views.rows import RunRow

COUNTED: Final = 1_000
LARGEST: Final = 100_000
TOO_LATE: Final = "Nothing was done: it does not wait any more."


@require_safe
@permission_required(APPROVE, raise_exception=True)
def waiting(request: Request) -> HttpResponse:
    """The runs that wait for somebody like the reader, the oldest first."""
    found = approvals.waiting_for(request.user)
    page = keyset.page_of(request, found.for_list(), ("created_at", "id"))
    context = {
        "page": page,
        "rows": [RunRow(run, request.user) for run in page.rows],
        "total": keyset.counted(found, COUNTED),
    }
    return render(request, "people/approvals.html", context)


def _run(request: Request, pk: str) -> ActionRun:
    """A run within the reader's reach, to agree to; not found otherwise."""
    found = policy.visible_runs(request.user, APPROVE, among=ActionRun.objects.for_work())
    return get_object_or_404(found, pk=pk)


@require_POST
@permission_required(APPROVE, raise_exception=True)
@sudo_for_button
def agree(request: Request, pk: str) -> HttpResponse:
    """Let it go on."""
    run = _run(request, pk)
    if agreeing.agree(run, by=request.user):
        messages.success(request, "You have agreed. It is carried out within seconds, after the same checks as ever.")
    else:
        messages.warning(request, TOO_LATE)
    return redirect(run.get_absolute_url())


class DisagreeForm(forms.Form):
    """Why not: whoever asked reads it."""

    reason = forms.CharField(
        label="Why you do not agree",
        max_length=300,
        help_text="Whoever asked for it reads this.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@require_http_methods(["GET", "POST"])
@permission_required(APPROVE, raise_exception=True)
@sudo_required
def disagree(request: Request, pk: str) -> HttpResponse:
    """Ask why not, and end it."""
    run = _run(request, pk)
    if not approvals.may_decide(request.user, run):
        raise Http404
    form = DisagreeForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        if agreeing.disagree(run, form.cleaned_data["reason"], by=request.user):
            messages.success(request, "It was ended. Nothing was sent.")
        else:
            messages.warning(request, TOO_LATE)
        return redirect(run.get_absolute_url())
    context = {
        "title": f"Do not agree: {run}",
        "sentence": f"The run that {run.asked_by.label} asked for ends here. Nothing is sent.",
        "action_url": request.path,
        "verb": "Do not agree",
        "form": form,
        "actor": request.user.label,
        "cancel_url": run.get_absolute_url(),
        "trail": [("Activity", reverse("people:activity")), (run.label, run.get_absolute_url())],
    }
    return render(request, "dialog_page.html", context)


class RulesForm(forms.Form):
    """From how many people on each action needs a second person; empty for never."""

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        now = dict(ApprovalRule.objects.values_list("action", "from_number"))
        for action in actions.ALL:
            self.fields[action.key] = forms.IntegerField(
                label=action.label,
                required=False,
                min_value=1,
                max_value=LARGEST,
                initial=now.get(action.key),
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
            )


@require_http_methods(["GET", "POST"])
@permission_required(SET_RULES, raise_exception=True)
@sudo_required
def rules(request: Request) -> HttpResponse:
    """Show the rules; on POST keep them."""
    form = RulesForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        changed = agreeing.set_rules(form.cleaned_data, by=request.user)
        messages.success(request, "Saved." if changed else "There was nothing to change.")
        return redirect("people:approval_rules")
    return render(request, "people/approval_rules.html", {"form": form})
