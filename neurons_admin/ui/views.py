"""The style guide: one page that shows every component in every state, and the answers its live samples need."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import reswap, trigger_client_event

from neurons_admin.http import Request
from neurons_admin.ui import styleguide as samples
from neurons_admin.ui import styleguide_charts as charts
from neurons_admin.ui import styleguide_forms as forms
from neurons_admin.ui import styleguide_runs as runs


@require_GET
def styleguide(request: Request) -> HttpResponse:
    """Show the components with made-up data."""
    context = {
        "sections": samples.SECTIONS,
        "swatches": samples.SWATCHES,
        "tones": samples.TONES,
        "long_id": runs.REQUEST_ID,
        "people": samples.people(),
        "row_menu": samples.row_menu(),
        "states": [("enabled", "Enabled"), ("disabled", "Disabled"), ("deleted", "Deleted")],
        "good_form": forms.sample_form(),
        "wrong_form": forms.wrong_form(),
        "tabs": samples.TABS,
        "changes": forms.CHANGES,
        "compared": forms.COMPARED,
        "groups": samples.actions_menu(),
        "dialogs": [(kind, dialog_context(kind)) for kind in forms.DIALOGS],
        "live_run": runs.live_run(is_over=False),
        "runs": runs.runs(),
        "timelines": runs.timelines(),
        "advices": runs.advices(),
        "choices": runs.choices(),
        "columns_chart": charts.columns_chart(),
        "bars_chart": charts.bars_chart(),
        "needs": charts.needs(),
    }
    return render(request, "ui/styleguide.html", context)


def dialog_context(kind: str, form: Form | None = None) -> dict[str, Any]:
    """Return what `_dialog.html` needs for one of the sample dialogs."""
    sample = forms.DIALOGS[kind]
    form_class = sample.get("form_class")
    return {
        **sample,
        "form": form or (form_class(auto_id=f"{kind}_%s") if form_class else None),
        "action_url": reverse("ui:dialog", args=[kind]),
        "cancel_url": reverse("ui:styleguide"),
        "actor": "Dana Whitfield",
        "credential": "Contoso act",
        "trail": [("Style guide", reverse("ui:styleguide"))],
    }


@require_http_methods(["GET", "POST"])
def dialog(request: Request, kind: str) -> HttpResponse:
    """Show a sample dialog, and answer it as an action would: with errors again, or done and closed."""
    sample = forms.DIALOGS.get(kind)
    if sample is None:
        raise Http404
    form = sample.get("form_class", Form)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        messages.success(request, f"{sample['verb']}: nothing was done, this is only the style guide.")
        return _done(request) if request.htmx else redirect("ui:styleguide")
    template = "_dialog.html" if request.htmx else "dialog_page.html"
    return render(request, template, dialog_context(kind, form))


def _done(request: Request) -> HttpResponse:
    """Answer an htmx form that went well: the dialog closes and a message appears."""
    response = render(request, "_messages.html", {"oob": True})
    return trigger_client_event(reswap(response, "none"), "dialog:done")


@require_GET
def run(request: Request) -> HttpResponse:
    """Answer the live sample row: by now it is done."""
    return render(request, "_run_row.html", {"run": runs.live_run(is_over=True)})
