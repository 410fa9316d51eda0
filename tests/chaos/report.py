"""The report of a chaos run, for people."""

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.chaos.verdict import Run, Verdict, person_of
from tests.faults.records import Row

STORIES = 10  # so many of each offence are told
CLOCK = "%H:%M:%S.%f"


def summary(verdict: Verdict, happened: Mapping[str, Counter[str]], seconds: float) -> str:
    """The figures. What must be 0 comes first."""
    lines = [f"{len(verdict.runs)} runs in {seconds:.0f} s", "", "Must be 0"]
    lines += [_figure(name, len(found), bad=bool(found)) for name, found in verdict.offences.items()]
    lines += ["", "How they ended", *_figures(verdict.ends)]
    lines += ["", "Outcomes that were unknown, and settled", *_figures(verdict.ways_out)]
    lines += ["", "Announced", _figure("resends", verdict.resends), _figure("done twice", verdict.noted_doubles)]
    for title, counted in happened.items():
        lines += ["", f"{title}: {counted.total()}", *_figures(counted)]
    return "\n".join(lines)


def _figures(counted: Counter[str]) -> list[str]:
    return [_figure(name, count) for name, count in counted.most_common() if count] or ["  none"]


def _figure(name: str, count: int, *, bad: bool = False) -> str:
    return f"  {name:<40}{count:>6}{'  !' if bad else ''}"


def stories(verdict: Verdict, journal: Sequence[Row]) -> str:
    """All that is known of those that must not be."""
    told = []
    for name, found in verdict.offences.items():
        for offender in found[:STORIES]:
            text = story(offender, journal) if isinstance(offender, Run) else str(offender)
            told.append(f"--- {name}: {text}")
    return "\n\n".join(told)


def story(run: Run, journal: Sequence[Row]) -> str:
    """One run: its row, its trail and its calls, and the journal of its person, in the order of time."""
    row, mine = run.row, {id(effect) for effect in run.effects}
    steps = [(f"{step['at']:{CLOCK}}", f"{step['state']}: {step['reason']} [{step['worker']}]") for step in run.trail]
    steps += [(f"{call['started_at']:{CLOCK}}", _call(call)) for call in run.calls]
    steps += [
        (entry["time"][11:26], _entry(entry) + (" (counted here)" if id(entry) in mine else ""))
        for entry in journal
        if person_of(entry) == run.object_id
    ]
    lines = [f"{row['action']} {row['id']}: {run.state}, {len(run.effects)} effects. {row['message']}"]
    return "\n".join([*lines, *[f"  {at} {what}" for at, what in sorted(steps)]])


def _call(call: Row) -> str:
    """A call as the product recorded it, with the time it took."""
    came = call["status"] or call["error_code"]
    return f"  call to {call['purpose']}: {call['method']} → {came}, {call['milliseconds']} ms"


def _entry(entry: Row) -> str:
    """A request as the tenant saw it."""
    effect = f", effect at {entry['effect_at'][11:]}" if entry["effect"] else ""
    return f"  tenant: {entry['method']} → {entry['status']}, {entry['fault'] or 'no fault'}{effect}"
