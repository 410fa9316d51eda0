"""How the product is, for programs: a load balancer, a watchman, Prometheus. Nobody signs in for these."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from neurons_admin.http import NO_DATABASE
from people import health, metrics
from people.health import Health
from people.problems import Severity, problems_of, worst_of

UNAVAILABLE: Final = 503


@require_safe
@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers. Asks nothing else: that the database is away is no reason to restart it."""
    return _line("alive")


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Figures for who watches over the product: 200, or 503 when something is red. No names and no secrets."""
    try:
        now = health.take()
    except NO_DATABASE:
        no_answer = {"status": Severity.RED.word, "problems": ["database"], "database": "does not answer"}
        return JsonResponse(no_answer, status=UNAVAILABLE)
    problems = problems_of(now)
    worst = worst_of(problems)
    codes = list(dict.fromkeys(problem.code for problem in problems))
    answer = {"status": worst.word, "problems": codes, "database": "answers", **_figures(now)}
    return JsonResponse(answer, status=UNAVAILABLE if worst == Severity.RED else 200)


def _figures(now: Health) -> dict[str, object]:
    return {
        "runs": now.runs,
        "held": now.held,
        "past_lease": now.past_lease,
        "longest_past_lease_seconds": _seconds(now.longest_past_lease),
        "oldest_due_seconds": _seconds(now.oldest_due),
        "oldest_unknown_seconds": _seconds(now.oldest_unknown),
        "sweeper_heard_seconds": _seconds(now.sweeper_heard),
        "workers_rung_seconds": _seconds(now.workers_rung),
        "workers_heard_seconds": _seconds(now.workers_heard),
        "paused_apps": len(now.paused),
        "broken_credentials": len(now.broken),
        "syncs_past_lease": len(now.lost_syncs),
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds(), 1)


@require_safe
@login_not_required
def prometheus(request: HttpRequest) -> HttpResponse:
    """What Prometheus reads, for whoever knows METRICS_TOKEN; without that setting there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return _line("The token for metrics is needed.", 401, {"WWW-Authenticate": "Bearer"})
    try:
        return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)
    except NO_DATABASE:
        return _line("The database does not answer.", UNAVAILABLE)


def _line(text: str, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    return HttpResponse(f"{text}\n", content_type="text/plain; charset=utf-8", status=status, headers=headers)
