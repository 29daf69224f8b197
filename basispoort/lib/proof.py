"""How fresh the proof is of who acts: weighty acts ask for one of at most ten minutes old (SR-A12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from basispoort.lib.http import StaffRequest

PROVED = "proved_at"
FRESH_SECONDS = 600


class ProofTooOld(Exception):
    """The act asks for a fresh proof; the middleware of `accounts` asks for it and then lets the act go on."""


def note_proof(session: SessionBase) -> None:
    """Note that the user proved a moment ago who they are."""
    session[PROVED] = int(timezone.now().timestamp())


def is_fresh(session: SessionBase) -> bool:
    """Tell whether that was no longer than ten minutes ago."""
    return int(timezone.now().timestamp()) - int(session.get(PROVED, 0)) <= FRESH_SECONDS


def require_fresh(request: StaffRequest) -> None:
    """Raise ProofTooOld when the proof is older than ten minutes, before anything is changed."""
    if not is_fresh(request.session):
        raise ProofTooOld
