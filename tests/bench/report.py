"""Figures, and the plain table they are printed in."""

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADINGS = ("figure", "median", "min", "max", "goal")


@dataclass(frozen=True)
class Figure:
    """One quantity, with one value from each repetition. `goal` begins with ≤ or ≥; empty where none was set."""

    name: str
    unit: str
    values: Sequence[float]
    goal: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def is_met(self) -> bool:
        """Whether the median reaches the goal."""
        bound = float(self.goal[1:].replace(",", ""))
        return self.median <= bound if self.goal.startswith("≤") else self.median >= bound

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        name = f"{self.name}, {self.unit}" if self.unit else self.name
        numbers = (_number(value) for value in (self.median, min(self.values), max(self.values)))
        return (name, *numbers, f"{self.goal} {'met' if self.is_met else 'MISSED'}" if self.goal else "")


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def table(title: str, figures: Sequence[Figure]) -> str:
    """The figures under their headings, in columns."""
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = []
    for row in rows:
        numbers = (cell.rjust(width) for cell, width in zip(row[1:4], widths[1:4], strict=True))
        lines.append("  ".join([row[0].ljust(widths[0]), *numbers, row[4]]).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join([title, *lines])


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
