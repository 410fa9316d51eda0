"""The arithmetic of the figures."""

import pytest

from .report import Figure, percentile, table


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.95, 95), (1.0, 100), (0.001, 1)])
def test_percentile(share, value):
    assert percentile(range(100, 0, -1), share) == value


def test_percentile_of_one():
    assert percentile([7.0], 0.95) == 7.0


@pytest.mark.parametrize(
    ("values", "goal", "is_met"),
    [
        ([90, 100, 500], "≤100", True),
        ([90, 101, 500], "≤100", False),
        ([1, 10_000, 10_001], "≥10,000", True),
        ([1, 9_999, 10_001], "≥10,000", False),
    ],
)
def test_a_goal_is_compared_with_the_median(values, goal, is_met):
    assert Figure("rows", "rows/s", values, goal).is_met is is_met


def test_table():
    figures = [Figure("stored", "rows/s", [12_345.6, 11_000, 13_000], "≥10,000"), Figure("queries", "", [6])]
    assert table("Title", figures).splitlines() == [
        "Title",
        "figure          median     min     max  goal",
        "-" * 51,
        "stored, rows/s  12,346  11,000  13,000  ≥10,000 met",
        "queries              6       6       6",
    ]
