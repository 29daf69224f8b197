"""What a board reads of its schools: each app tells its own part, the board's page shows it beside each school."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.utils.functional import _StrPromise

    from schools.models import School

Tone = Literal["", "good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class SchoolFact:
    """One fact of a school, such as whether it accepted the agreement: words and how good that is."""

    label: str | _StrPromise
    words: str | _StrPromise
    tone: Tone = ""


_tellers: dict[str, tuple[int, Callable[[Sequence[School]], Mapping[int, SchoolFact]]]] = {}


def register_school_fact(order: int, tell: Callable[[Sequence[School]], Mapping[int, SchoolFact]]) -> None:
    """Add a fact; `tell` gives it by school, for all schools in a fixed number of queries, and names no person."""
    _tellers[f"{tell.__module__}.{tell.__qualname__}"] = (order, tell)


def facts_of(schools: Sequence[School]) -> dict[int, list[SchoolFact]]:
    """Give the facts of each of these schools, in order; the database must be open for them."""
    told = [tell(schools) for _order, tell in sorted(_tellers.values(), key=lambda pair: pair[0])]
    return {school.pk: [facts[school.pk] for facts in told if school.pk in facts] for school in schools}
