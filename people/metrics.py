"""The product in figures for Prometheus, read from the database when asked: right however many processes there are."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Now
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeHistogramMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from connectors.health import ago
from connectors.models import Connector
from people import health
from people.health import Health
from people.models import ActionCall, ActionRun
from people.models.run import ORDER_EXPIRES
from people.problems import Severity, problems_of

HOUR: Final = timedelta(hours=1)
# What has ended within the hour was asked for not long before, for an order expires. It is looked for by the index on
# the time of asking; what somebody decided days later is no measure of the product's speed.
ASKED_WITHIN: Final = HOUR + 2 * ORDER_EXPIRES
# Upper bounds of the times from asked to ended, in seconds.
BUCKETS: Final = (0.5, 1, 2, 5, 10, 30, 60, 300, 1800)
FINAL: Final = (ActionRun.State.SUCCEEDED, ActionRun.State.FAILED, ActionRun.State.CANCELLED)


def exposition() -> bytes:
    """Everything, in the format that Prometheus reads. Raises what the database raises."""
    registry = CollectorRegistry()
    registry.register(_FromDatabase())
    return generate_latest(registry)


class _FromDatabase(Collector):
    """Asks once for each scrape. Nothing is kept between two of them."""

    def collect(self) -> Iterator[Metric]:
        now = health.take()
        yield from _runs(now)
        yield from _parts(now)
        yield from _microsoft(now)
        yield _problems(now)
        yield _sync_ages()
        yield _ended()
        yield _seconds()
        yield _calls()


def _runs(now: Health) -> Iterator[Metric]:
    yield _labelled("neurons_runs", "Runs that have not ended, or that somebody has to decide.", "state", now.runs)
    yield _labelled("neurons_runs_held", "Runs that are held, by what they wait for.", "reason", now.held)
    yield _gauge("neurons_runs_past_lease", "Runs whose worker did not finish in its time.", now.past_lease)
    yield _gauge(
        "neurons_oldest_due_run_seconds",
        "For how long the oldest run has waited that nothing holds up.",
        _seconds_of(now.oldest_due, 0.0),
    )
    yield _gauge(
        "neurons_oldest_unknown_run_seconds",
        "Since when it is not known of a run whether it happened.",
        _seconds_of(now.oldest_unknown, 0.0),
    )


def _parts(now: Health) -> Iterator[Metric]:
    never = float("inf")
    yield _gauge(
        "neurons_sweeper_heard_seconds", "Since the sweeper's last pass.", _seconds_of(now.sweeper_heard, never)
    )
    yield _gauge(
        "neurons_workers_rung_seconds", "Since the workers' canary was rung.", _seconds_of(now.workers_rung, never)
    )
    yield _gauge(
        "neurons_workers_heard_seconds", "Since a worker last heard it.", _seconds_of(now.workers_heard, never)
    )


def _microsoft(now: Health) -> Iterator[Metric]:
    left = {sign.name: _seconds_of(sign.lasting, 0.0) for sign in now.paused}
    yield _labelled("neurons_app_paused_seconds", "How long an app registration still has to wait.", "app", left)
    waiting = GaugeMetricFamily(
        "neurons_credential_held_runs",
        "Runs that wait for an action credential to be mended.",
        labels=["credential", "connector"],
    )
    for broken in now.broken:
        waiting.add_metric([broken.credential, broken.connector], broken.runs)
    yield waiting
    yield _gauge("neurons_syncs_past_lease", "Synchronisations that have lost their worker.", len(now.lost_syncs))


def _problems(now: Health) -> Metric:
    found = [problem.severity for problem in problems_of(now)]
    counts = {severity.word: found.count(severity) for severity in (Severity.YELLOW, Severity.RED)}
    return _labelled("neurons_problems", "What the status page says is wrong.", "severity", counts)


def _sync_ages() -> Metric:
    synced = Connector.objects.filter(active=True, last_synced_at__isnull=False).order_by("name")
    ages = {name: _seconds_of(age, 0.0) for name, age in synced.values_list("name", ago("last_synced_at"))}
    return _labelled("neurons_sync_age_seconds", "Since a connector was last synchronised.", "connector", ages)


def _ended() -> Metric:
    """Since the first run, as a counter has to be: runs are never deleted."""
    total = CounterMetricFamily("neurons_runs_ended", "Runs that have ended.", labels=["action", "state"])
    ended = ActionRun.objects.filter(state__in=FINAL).order_by("action", "state")
    for action, state, number in ended.values_list("action", "state").annotate(number=Count("pk")):
        total.add_metric([action, state], number)
    return total


def ended_within_the_hour() -> QuerySet[ActionRun]:
    """Runs that have ended within the last hour, but for those that somebody decided much later."""
    recent = ActionRun.objects.filter(created_at__gte=Now() - ASKED_WITHIN, ended_at__gte=Now() - HOUR)
    return recent.filter(state__in=FINAL).order_by()


def _seconds() -> Metric:
    """A histogram of the last hour: of what is kept nothing has to be added up since the beginning."""
    within = {f"within_{place}": Count("pk", filter=_no_longer_than(bound)) for place, bound in enumerate(BUCKETS)}
    by_action = ended_within_the_hour().values("action").order_by("action")
    family = GaugeHistogramMetricFamily(
        "neurons_run_seconds_last_hour",
        "From asked to ended, of the runs that ended within the last hour.",
        labels=["action"],
    )
    rows = by_action.annotate(number=Count("pk"), lasted=Sum(F("ended_at") - F("created_at")), **within)
    row: Any
    for row in rows:
        buckets = [(str(float(bound)), row[f"within_{place}"]) for place, bound in enumerate(BUCKETS)]
        family.add_metric([row["action"]], [*buckets, ("+Inf", row["number"])], row["lasted"].total_seconds())
    return family


def _no_longer_than(seconds: float) -> Q:
    return Q(ended_at__lte=F("created_at") + timedelta(seconds=seconds))


def _calls() -> Metric:
    """Found by their runs, for which there is an index."""
    calls = ActionCall.objects.filter(run__created_at__gte=Now() - ASKED_WITHIN, started_at__gte=Now() - HOUR)
    family = GaugeMetricFamily(
        "neurons_calls_last_hour",
        "Calls to Microsoft Graph by runs within the last hour; without an answer they have no status.",
        labels=["purpose", "method", "status"],
    )
    columns = ("purpose", "method", "status")
    for purpose, method, status, number in calls.order_by(*columns).values_list(*columns).annotate(number=Count("pk")):
        family.add_metric([purpose, method, str(status or "none")], number)
    return family


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(name, what, value=value)


def _labelled(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, what, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _seconds_of(length: timedelta | None, otherwise: float) -> float:
    return otherwise if length is None else length.total_seconds()
