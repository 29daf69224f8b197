"""What is to be done at a school: each app tells its own step, the start page shows them in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import _StrPromise

    from basispoort.lib.http import SchoolRequest


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: words with a figure, and where to do it."""

    title: str | _StrPromise
    words: str | _StrPromise
    url: str
    action: str | _StrPromise
    icon: str
    state: Literal["now", "later", "done"]


_steps: dict[str, tuple[int, Callable[[SchoolRequest], Step | None]]] = {}


def register_step(order: int, step: Callable[[SchoolRequest], Step | None]) -> None:
    """Add a step; its function gives None to who may not do it."""
    _steps[f"{step.__module__}.{step.__qualname__}"] = (order, step)


def steps_for(request: SchoolRequest) -> list[Step]:
    """Give the steps of this school for this visitor, in the order in which a school takes them."""
    found = (step(request) for _order, step in sorted(_steps.values(), key=lambda pair: pair[0]))
    return [one for one in found if one is not None]
