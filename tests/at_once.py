"""Doing things at the same moment: each in a thread, and on a connection, of its own."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from django.db import connections

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# Long enough for a slow machine; nothing waits this long when all is well.
PATIENCE_SECONDS = 60


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Begin all of them at the same moment and give what each gave, in their order; raises what one of them raised."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        gate.wait(PATIENCE_SECONDS)
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        begun = [pool.submit(run, act) for act in acts]
        return [one.result(PATIENCE_SECONDS) for one in begun]


def many_at_once(times: int, act: Callable[[int], T]) -> list[T]:
    """Do the same so many times at the same moment; each is told its number."""
    return at_once(*(partial(act, number) for number in range(times)))
