"""A code that a pupil is half-way through, kept in the session and sealed, never in an address or on the page."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from basispoort.lib import crypto
from basispoort.lib.crypto import SealBroken

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

KEY = "pupil_code"


@dataclass(slots=True)
class CodeEntry:
    """What one pupil has tapped so far, and whether the try before was wrong."""

    chosen: list[str] = field(default_factory=list)
    was_wrong: bool = False

    def take(self, part: str) -> None:
        """Add a picture or digit."""
        self.chosen.append(part)
        self.was_wrong = False

    def step_back(self) -> None:
        """Take the last picture or digit away."""
        self.chosen = self.chosen[:-1]
        self.was_wrong = False


def _place(pupil: UUID) -> bytes:
    return f"session|{KEY}|{pupil}".encode()


def entry_of(request: HttpRequest, pupil: UUID) -> CodeEntry:
    """Give what was tapped for this pupil in this browser; an empty entry for another pupil's or none."""
    try:
        sealed = base64.b64decode(request.session.get(KEY, ""))
        chosen, was_wrong = json.loads(crypto.open_seal(sealed, _place(pupil), ring="CODE_KEYS"))
    except (SealBroken, binascii.Error):
        return CodeEntry()
    return CodeEntry(chosen, was_wrong)


def keep_entry(request: HttpRequest, pupil: UUID, entry: CodeEntry) -> None:
    """Keep what was tapped, for the next page; a copy of the table of sessions does not show it (SR-I02)."""
    content = json.dumps([entry.chosen, entry.was_wrong]).encode()
    request.session[KEY] = base64.b64encode(crypto.seal(content, _place(pupil), ring="CODE_KEYS")).decode()
