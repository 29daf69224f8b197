"""Bars that the server draws: nothing is lost and nothing is made larger than it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basispoort.web.charts import HEIGHT, bars_of, round_top

ROWS = st.lists(st.tuples(st.text(max_size=5), st.integers(0, 100_000)), max_size=40)


@given(ROWS)
def test_every_number_stands_in_the_chart_and_no_bar_leaves_it(rows: list[tuple[str, int]]) -> None:
    chart = bars_of("Cijfers", "keer", rows, [])

    assert [(bar.words, bar.number) for bar in chart.bars] == rows
    assert all(bar.y + bar.height == HEIGHT and 0 <= bar.height <= HEIGHT for bar in chart.bars)
    assert all((bar.height > 0) == (bar.number > 0) for bar in chart.bars)


@given(ROWS)
def test_higher_number_never_has_a_lower_bar(rows: list[tuple[str, int]]) -> None:
    heights = [(bar.number, bar.height) for bar in bars_of("Cijfers", "keer", rows, []).bars]

    assert sorted(heights) == sorted(heights, key=lambda pair: (pair[1], pair[0]))


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (1, 1), (2, 2), (3, 5), (6, 10), (11, 20), (50, 50), (51, 100), (999, 1000)]
)
def test_top_line_is_the_next_round_number(highest: int, top: int) -> None:
    assert round_top(highest) == top


def test_number_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below the line"):
        bars_of("Cijfers", "keer", [("ma", -1)], [])
