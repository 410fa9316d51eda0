"""Whether all is well: read from the database in two queries, by its clock, so that any process can say it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest, Now

from connectors.gates import Gate
from connectors.health import LOST_SYNC, PAUSED, Signs, ago, lost_syncs, paused_apps
from people.models import ActionRun, Pulse, RunEvent
from people.models.run import ACTS_WITH, HELD_FOR_CREDENTIAL, ActionRunQuerySet

State = ActionRun.State
COUNTED: Final = (*ActionRun.OPEN, State.NEEDS_OPERATOR)

_DUE: Final = "due"
_HEARD: Final = "heard"
_RUNG: Final = "rung"


# In the place of names that are not everybody's.
UNNAMED: Final = {PAUSED: "an application", LOST_SYNC: "a connector"}


class Sign(NamedTuple):
    """One thing that lasts: of what kind, whose, for how long (None: it never was), and what is said of it."""

    kind: str
    name: str
    lasting: timedelta | None
    text: str


@dataclass(frozen=True)
class Broken:
    """An action credential that does not work, or is not set, and how many runs wait for it."""

    credential: str
    connector: str
    runs: int

    @property
    def label(self) -> str:
        """How a sentence names it; one that was filled in on a connector has no name of its own."""
        return f"“{self.credential}”" if self.credential else f"of the connector “{self.connector}”"


@dataclass(frozen=True)
class Health:
    """How things stand at one moment. A length of time is None where nothing lasts, or nothing was ever heard."""

    runs: Mapping[str, int]
    held: Mapping[str, int]
    past_lease: int
    longest_past_lease: timedelta | None
    oldest_due: timedelta | None
    oldest_unknown: timedelta | None
    sweeper_heard: timedelta | None
    workers_rung: timedelta | None
    workers_heard: timedelta | None
    paused: tuple[Sign, ...]
    broken: tuple[Broken, ...]
    lost_syncs: tuple[Sign, ...]


def take(among: ActionRunQuerySet | None = None) -> Health:
    """How things stand now. Two queries, however many runs there are.

    Whoever sees some runs only is told of these (`among`): numbers of others are not theirs, nor are names of
    connectors and applications, which may be beyond their reach.
    """
    runs = ActionRun.objects.all() if among is None else among
    groups: list[dict[str, Any]] = list(_groups(runs))
    signs = [Sign(*row) for row in _signs(runs)]
    if among is not None:
        signs = [sign._replace(name=UNNAMED.get(sign.kind, sign.name), text="") for sign in signs]
    lasting = {(sign.kind, sign.name): sign.lasting for sign in signs}
    running = _in_state(groups, State.RUNNING)
    return Health(
        runs=_count(groups, "state", COUNTED),
        held=_count(_in_state(groups, State.HELD), "held_because", ActionRun.Held.values),
        past_lease=sum(group["lost"] for group in running),
        longest_past_lease=_longest(group["overdue"] for group in running),
        oldest_due=lasting.get((_DUE, "")),
        oldest_unknown=_longest(group["doubted"] for group in _in_state(groups, State.UNKNOWN)),
        sweeper_heard=lasting.get((_HEARD, Pulse.SWEEPER)),
        workers_rung=lasting.get((_RUNG, Pulse.WORKERS)),
        workers_heard=lasting.get((_HEARD, Pulse.WORKERS)),
        paused=tuple(sign for sign in signs if sign.kind == PAUSED),
        broken=tuple(_broken(groups)),
        lost_syncs=tuple(sign for sign in signs if sign.kind == LOST_SYNC),
    )


def _groups(runs: ActionRunQuerySet) -> QuerySet[ActionRun, Any]:
    """Runs that have not ended, and those that somebody has to decide: how many by state and what they act with."""
    return (
        runs.filter(state__in=COUNTED)
        .order_by()
        .annotate(for_credential=HELD_FOR_CREDENTIAL)
        .values(
            "state",
            "held_because",
            "for_credential",
            "connector__name",
            "connector__action_credential",
            "connector__action_credential__name",
        )
        .annotate(
            number=Count("pk"),
            lost=Count("pk", filter=Q(lease_until__lt=Now())),
            overdue=Max(ago("lease_until"), filter=Q(lease_until__lt=Now())),
            doubted=Max(ago(Coalesce("sent_at", "created_at"))),
        )
    )


def _signs(runs: ActionRunQuerySet) -> Signs:
    """All that lasts, in one query of rows that fit `Sign`."""
    pulses = Pulse.objects.order_by()
    heard = pulses.values_list(Value(_HEARD), "name", ago("heard_at"), Value(""))
    rung = pulses.values_list(Value(_RUNG), "name", ago("rung_at"), Value(""))
    return heard.union(rung, _longest_due(runs), paused_apps(), lost_syncs(), all=True)


def _longest_due(runs: ActionRunQuerySet) -> Signs:
    """For how long the oldest run has waited that nothing holds up: no row if there is none.

    It is due since it was asked for or its wait was over, since it came back into the queue, since its gate opened.
    """
    steps = RunEvent.objects.filter(run=OuterRef("pk")).order_by("-id").values("at")[:1]
    gate = Gate.objects.filter(
        tenant_id=OuterRef(f"{ACTS_WITH}__tenant_id"), client_id=OuterRef(f"{ACTS_WITH}__client_id")
    ).values("paused_until")
    since = Greatest("created_at", "not_before", Subquery(steps), Subquery(gate))
    due = runs.due().annotate(waited=ago(since)).order_by("-waited")
    return due.values_list(Value(_DUE), Value(""), "waited", Value(""))[:1]


def _in_state(groups: Iterable[dict[str, Any]], state: str) -> list[dict[str, Any]]:
    return [group for group in groups if group["state"] == state]


def _count(groups: Iterable[dict[str, Any]], column: str, values: Iterable[str]) -> dict[str, int]:
    """How many there are of each of these values, those of which there are none included."""
    counts = dict.fromkeys(map(str, values), 0)
    for group in groups:
        if group[column] in counts:
            counts[group[column]] += group["number"]
    return counts


def _longest(lengths: Iterable[timedelta | None]) -> timedelta | None:
    return max((length for length in lengths if length is not None), default=None)


def _broken(groups: Iterable[dict[str, Any]]) -> Iterable[Broken]:
    """The credentials that runs are held for, one each, however many connectors use it."""
    waiting: dict[object, Broken] = {}
    for group in groups:
        if group["for_credential"]:
            credential, connector = group["connector__action_credential"], group["connector__name"]
            so_far = waiting[credential or connector].runs if (credential or connector) in waiting else 0
            waiting[credential or connector] = Broken(
                group["connector__action_credential__name"] or "", connector, so_far + group["number"]
            )
    return waiting.values()
