from itertools import pairwise

import pytest

from neurons_admin.ui.charts import HEIGHT, Series, ceiling, columns, share


def drawn(*values, others=()):
    series = [Series("Done", "good", values), Series("Failed", "bad", others or [0] * len(values))]
    return columns("c", "Runs", "runs", [f"{day} May" for day in range(1, len(values) + 1)], series)


@pytest.mark.parametrize(
    ("number", "top"), [(0, 1), (1, 1), (2, 2), (3, 5), (6, 10), (10, 10), (11, 20), (501, 1000), (10**6, 10**6)]
)
def test_the_scale_ends_at_a_round_number(number, top):
    assert ceiling(number) == top


def test_series_stand_on_each_other_and_reach_up_to_their_sum():
    chart = drawn(6, 0, others=(2, 0))
    done, failed = chart.parts
    assert chart.top == 10
    assert (done.y, done.height) == (40, 60)
    assert (failed.y, failed.height) == (20, 20)
    assert done.y + done.height == HEIGHT
    assert done.words == "1 May: 6 runs, done"


def test_columns_stay_inside_the_drawing_and_apart():
    parts = drawn(*range(1, 31)).parts
    assert parts[0].x > 0
    assert parts[-1].x + parts[-1].width < 1000
    assert all(left.x + left.width < right.x for left, right in pairwise(parts))


def test_the_table_and_the_description_have_the_same_numbers():
    chart = drawn(1, 4, others=(2, 0))
    assert chart.rows == [("1 May", [1, 2], 3), ("2 May", [4, 0], 4)]
    assert chart.description == "1 May to 2 May: 5 done, 2 failed. The most were 4 on 2 May."


def test_nothing_at_all_is_said_in_a_word():
    chart = drawn(0, 0)
    assert chart.description == "1 May to 2 May: none."
    assert not chart.parts


def test_a_series_that_does_not_fit_its_labels_is_refused():
    with pytest.raises(ValueError, match="for each label"):
        columns("c", "Runs", "runs", ["1 May"], [Series("Done", "good", [1, 2])])


@pytest.mark.parametrize(("part", "whole", "filled"), [(0, 9, 0), (1, 10**6, 1), (1, 2, 50), (9, 3, 100), (1, 0, 0)])
def test_a_share_is_seen_as_soon_as_there_is_something_and_never_too_long(part, whole, filled):
    assert share(part, whole) == filled
