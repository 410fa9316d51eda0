"""Charts as plain numbers: what `_chart_columns.html` and `_chart_bars.html` draw as SVG, with a table of the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, log10
from typing import Final

# The drawing's own units; it is stretched to the room there is, so all words stand outside it.
WIDTH: Final = 1000.0
HEIGHT: Final = 100.0
# What a column leaves free of its place.
GAP: Final = 0.25
_ROUND: Final = (1, 2, 5, 10)


@dataclass(frozen=True)
class Series:
    """One kind of thing counted over all places of a chart. `tone` gives the colour."""

    label: str
    tone: str
    values: Sequence[int]

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(self.values)


@dataclass(frozen=True)
class Part:
    """One rectangle, in the drawing's units, and what it says when it is pointed at."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    words: str


@dataclass(frozen=True)
class Columns:
    """Stacked columns, one for each label. `top` is the number at the upper edge; `id` is unique on the page.

    Numbers that are a level (how many there are) do not add up from label to label, as numbers of events do.
    """

    id: str
    title: str
    description: str
    unit: str
    labels: Sequence[str]
    series: Sequence[Series]
    parts: Sequence[Part]
    top: int
    is_level: bool = False

    width = WIDTH
    height = HEIGHT

    @property
    def rows(self) -> list[tuple[str, list[int], int]]:
        """The numbers as a table: label, the number of each series, and their sum."""
        columns = zip(*(series.values for series in self.series), strict=True)
        return [(label, list(values), sum(values)) for label, values in zip(self.labels, columns, strict=True)]

    @property
    def total(self) -> int:
        """Everything that was counted."""
        return sum(series.total for series in self.series)

    @property
    def ticks(self) -> tuple[str, str, str]:
        """The labels below the drawing: the first, the middle one and the last."""
        return self.labels[0], self.labels[len(self.labels) // 2], self.labels[-1]


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart. `share` is how much of its room is filled, from 0 to 100; `words` is its number."""

    label: str
    words: str
    share: float
    tone: str
    url: str = ""
    state: str = ""


@dataclass(frozen=True)
class Bars:
    """Rows with a bar each: a table of numbers that shows their size, too. `heads` name label and number."""

    id: str
    title: str
    description: str
    heads: tuple[str, str]
    bars: Sequence[Bar]


def columns(
    name: str, title: str, unit: str, labels: Sequence[str], series: Sequence[Series], *, is_level: bool = False
) -> Columns:
    """Stack the series on each other, the first at the bottom. Each has one value for each label; `unit` is a plural.

    Raises ValueError where a series is longer or shorter than the labels.
    """
    sums = [sum(values) for values in zip(*(each.values for each in series), strict=True)]
    if len(sums) != len(labels) or not labels:
        raise ValueError("A series needs one value for each label.")
    top = ceiling(max(sums))
    parts = [part for place in range(len(labels)) for part in _column(place, unit, labels, series, top)]
    if is_level:
        said = f"from {sums[0]:,} to {sums[-1]:,} {unit}"
    else:
        said = ", ".join(f"{each.total:,} {each.label.lower()}" for each in series if each.total) or "none"
    most = max(range(len(labels)), key=lambda place: sums[place])
    peak = f" The most were {sums[most]:,} on {labels[most]}." if sums[most] else ""
    description = f"{labels[0]} to {labels[-1]}: {said}.{peak}"
    return Columns(name, title, description, unit, labels, series, parts, top, is_level)


def _column(place: int, unit: str, labels: Sequence[str], series: Sequence[Series], top: int) -> Iterator[Part]:
    """The rectangles of one column, from the bottom up; none for what is nought."""
    room = WIDTH / len(labels)
    left, below = room * (place + GAP / 2), 0
    for each in series:
        number = each.values[place]
        if number:
            below += number
            words = f"{labels[place]}: {number:,} {unit}, {each.label.lower()}"
            yield Part(
                round(left, 2),
                round(HEIGHT - HEIGHT * below / top, 2),
                round(room * (1 - GAP), 2),
                round(HEIGHT * number / top, 2),
                each.tone,
                words,
            )


def ceiling(number: int) -> int:
    """The next round number (1, 2 or 5, and noughts) that is not smaller; at least 1."""
    if number <= 1:
        return 1
    power: int = 10 ** int(log10(number))
    return next(step * power for step in _ROUND if step * power >= number)


def share(part: float, whole: float) -> float:
    """How much of the whole a part is, in per cent: never above 100, and something where it is not nothing."""
    if part <= 0 or whole <= 0:
        return 0.0
    return float(min(100, max(1, ceil(100 * part / whole))))
