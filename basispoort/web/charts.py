"""Small charts drawn by the server: bars of one kind, without a script and without a style in the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import _StrPromise

HEIGHT = 100
WIDTH, GAP = 20, 4
STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, and what it says in words and as a number."""

    words: str
    number: int
    x: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart: its title, its bars, the words below it, and the number at its top line."""

    title: str | _StrPromise
    unit: str | _StrPromise
    bars: tuple[Bar, ...]
    below: tuple[str, ...]
    top: int

    @property
    def width(self) -> int:
        """The width of the drawing, in its own units."""
        return len(self.bars) * WIDTH

    @property
    def total(self) -> int:
        """All numbers together."""
        return sum(bar.number for bar in self.bars)


def round_top(highest: int) -> int:
    """Give the smallest round number that is not below the highest bar: 1, 2, 5, 10, 20, 50 and so on."""
    size = 1
    while True:
        for step in STEPS:
            if step * size >= highest:
                return step * size
        size *= 10


def bars_of(
    title: str | _StrPromise,
    unit: str | _StrPromise,
    rows: Sequence[tuple[str, int]],
    below: Sequence[str],
) -> Bars:
    """Draw rows of words and numbers; one that is not 0 is always to be seen. Raises ValueError for one below 0."""
    if any(number < 0 for _words, number in rows):
        message = "A bar cannot go below the line."
        raise ValueError(message)
    top = round_top(max((number for _words, number in rows), default=0))
    heights = [max(round(number * HEIGHT / top), 2) if number else 0 for _words, number in rows]
    drawn = tuple(
        Bar(words, number, place * WIDTH + GAP // 2, HEIGHT - height, height)
        for place, ((words, number), height) in enumerate(zip(rows, heights, strict=True))
    )
    return Bars(title, unit, drawn, tuple(below), top)
