"""A machine on which no core is free for a password, for tests."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from basispoort.lib import hashers

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def no_core_free() -> Iterator[None]:
    """Let every password wait in vain, for the time of the block."""
    with pytest.MonkeyPatch.context() as busy:
        busy.setattr(hashers, "WAIT_SECONDS", 0)
        busy.setattr(hashers, "_slots", threading.BoundedSemaphore(1))
        with hashers._slot():
            yield
