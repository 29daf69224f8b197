"""Argon2id at the cost we chose, a few at a time."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

if TYPE_CHECKING:
    from collections.abc import Iterator

WAIT_SECONDS = 2
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)


_count_lock = threading.Lock()


class _Count:
    hashes = 0


def computed() -> int:
    """Give how many hashes this process has computed: every road to sign in must cost the same number (SR-A05)."""
    return _Count.hashes


class HashersBusy(Exception):
    """More hashes were asked for at once than the machine has cores; nothing was checked and nothing counts."""


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise HashersBusy
    try:
        with _count_lock:
            _Count.hashes += 1
        yield
    finally:
        _slots.release()


class PortalArgon2Hasher(Argon2PasswordHasher):
    """Argon2id with memory and rounds of the settings and one lane (SR-A03); older hashes are renewed at sign-in.

    Raises HashersBusy after two seconds of waiting for a free core.
    """

    time_cost = settings.ARGON2_ROUNDS
    memory_cost = settings.ARGON2_MEMORY_KIB
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with _slot():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        """Tell whether a password is the one that was hashed."""
        with _slot():
            return bool(super().verify(password, encoded))
