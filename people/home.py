"""What the home page says of runs and people: what needs a person, and the numbers of its charts."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.urls import reverse
from django.utils import timezone

from neurons_admin.access.models import User
from neurons_admin.ui.charts import Bar, Bars, Columns, Series, columns, share
from neurons_admin.ui.parts import Need
from people import approvals, health
from people.models import ActionRun, Person
from people.models.run import ActionRunQuerySet
from people.problems import Severity, problems_of

State = ActionRun.State

LATELY: Final = timedelta(days=7)
DAYS: Final = 30
# Nobody needs to know more exactly how much too many they are.
MOST_FAILED: Final = 1_000
# Up to so many are counted; counting more takes longer than a page should.
MOST_COUNTED: Final = 100_000
# How the ends of runs are called and coloured, from the bottom of a column up.
ENDS: Final = (
    ("Done", "good", (State.SUCCEEDED,)),
    ("Failed", "bad", (State.FAILED,)),
    ("Needs you", "warning", (State.NEEDS_OPERATOR,)),
    ("Cancelled", "neutral", (State.CANCELLED,)),
    ("Not ended", "info", ActionRun.OPEN),
)
_ESTIMATE: Final = """
    SELECT floor(pg_class.reltuples), pg_stats.most_common_vals::text::text[], pg_stats.most_common_freqs
    FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    LEFT JOIN pg_stats ON pg_stats.schemaname = pg_namespace.nspname AND pg_stats.tablename = pg_class.relname
        AND pg_stats.attname = 'state'
    WHERE pg_class.oid = %s::regclass
"""


def runs(among: ActionRunQuerySet | None = None) -> list[Need]:
    """The runs that somebody has to look at, and what keeps runs from being carried out, the worst first.

    Whoever sees some only is told of these: `among`, here and below.
    """
    now = health.take(among)
    found = [*_problems(now), *_runs(now, failed_lately(among))]
    return sorted(found, key=lambda need: need.tone != "bad")


def waiting_for(user: User) -> list[Need]:
    """What waits for this member's word as the second person."""
    number = approvals.waiting_for(user)[: MOST_FAILED + 1].count()
    if not number:
        return []
    words = "1 run waits" if number == 1 else f"{min(number, MOST_FAILED):,} runs wait"
    text = "Others have asked for it, and a second person has to agree. Nothing is sent before."
    return [Need("warning", f"{words} for your agreement", text, reverse("people:approvals"), count=number)]


def _problems(now: health.Health) -> Iterator[Need]:
    """What is wrong with the product itself."""
    for problem in problems_of(now):
        if problem.severity is not Severity.GREEN:
            yield Need(problem.severity.tone, problem.title, problem.text, reverse("people:status"))


def _runs(now: health.Health, failed: int) -> Iterator[Need]:
    if waiting := now.runs[State.NEEDS_OPERATOR]:
        text = "Nobody could find out whether it happened. Look in Entra, then say so on the run’s page."
        yield _need("warning", waiting, "run needs", "runs need", "your decision", text, State.NEEDS_OPERATOR)
    if doubtful := now.runs[State.UNKNOWN]:
        text = "No answer came. The directory is read again by itself; look again in a while."
        yield _need("unknown", doubtful, "run is", "runs are", "being checked", text, State.UNKNOWN)
    if failed:
        text = "In the last 7 days, and not asked again since. Each run’s page says why, and what helps."
        yield _need("bad", failed, "run has", "runs have", "failed", text, State.FAILED)


def _need(tone: str, number: int, one: str, many: str, end: str, text: str, state: str) -> Need:
    words = f"1 {one}" if number == 1 else f"{number:,} {many}"
    if state == State.FAILED and number > MOST_FAILED:
        words = f"More than {MOST_FAILED:,} {many}"
    return Need(tone, f"{words} {end}", text, f"{reverse('people:activity')}?state={state}", count=number)


def failed_lately(among: ActionRunQuerySet | None = None) -> int:
    """How many runs of the last days have failed after which nothing of the kind was asked for the account again.

    At most one more than the page tells. In one pass over those days, however often somebody has tried.
    """
    lately = _runs_of(among).filter(created_at__gte=Now() - LATELY).order_by()
    last = lately.values("account", "conflict_class").annotate(
        last=Max("created_at"), failed=Max("created_at", filter=Q(state=State.FAILED))
    )
    return last.filter(failed=F("last"))[: MOST_FAILED + 1].count()


def runs_per_day(among: ActionRunQuerySet | None = None) -> Columns:
    """The runs asked for on each of the last 30 days, by how they ended; days of the current time zone. One query."""
    zone = timezone.get_current_timezone()
    today = timezone.localdate()
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    since = timezone.make_aware(datetime.combine(days[0], time.min), zone)
    rows = (
        _runs_of(among)
        .filter(created_at__gte=since)
        .order_by()
        .annotate(day=TruncDate("created_at", tzinfo=zone))
        .values_list("day", "state")
        .annotate(number=Count("pk"))
    )
    numbers = Counter({(day, state): number for day, state, number in rows})
    series = [
        Series(label, tone, [sum(numbers[day, state] for state in states) for day in days])
        for label, tone, states in ENDS
    ]
    return columns("runs-per-day", "Runs per day", "runs", [_day(day) for day in days], series)


def _runs_of(among: ActionRunQuerySet | None) -> ActionRunQuerySet:
    return ActionRun.objects.all() if among is None else among


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def people_by_state(among: "QuerySet[Person] | None" = None) -> Bars:
    """How many people are enabled, disabled and deleted: counted, or estimated where there are very many."""
    estimated = _estimated_states() if among is None else None
    numbers = _counted_states(among) if estimated is None else estimated
    total = sum(numbers.values())
    about = "" if estimated is None else "about "
    description = (
        "Everybody whom a connector has brought in."
        if among is None and estimated is None
        else "Everybody whom your roles are for."
        if estimated is None
        else "Estimated by the database from a sample: counting this many would take too long."
    )
    url = reverse("people:list")
    bars = [
        Bar(state.label, f"{about}{numbers[state]:,}", share(numbers[state], total), tone, f"{url}?state={state}")
        for state, tone in Person.TONES.items()
    ]
    return Bars("people-by-state", "People by state", description, ("State", "People"), bars)


def _counted_states(among: "QuerySet[Person] | None") -> Counter[str]:
    rows = (
        (Person.objects.all() if among is None else among).order_by().values_list("state").annotate(number=Count("pk"))
    )
    return Counter(dict(rows))


def _estimated_states() -> Counter[str] | None:
    """The same from PostgreSQL's statistics, without reading the table; None where there are few or none were taken."""
    with connection.cursor() as cursor:
        cursor.execute(_ESTIMATE, [Person._meta.db_table])
        total, states, shares = cursor.fetchone()
    if total <= MOST_COUNTED or not states:
        return None
    return Counter(
        {state: int(round(total * part, -2)) for state, part in zip(states, map(float, shares), strict=True)}
    )
