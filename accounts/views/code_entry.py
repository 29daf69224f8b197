"""A code that a pupil is half-way through, kept in the session and sealed, never in an address or on the page."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from accounts.kept import keep, kept

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


def entry_of(request: HttpRequest, pupil: UUID) -> CodeEntry:
    """Give what was tapped for this pupil in this browser; an empty entry for another pupil's or none."""
    content = kept(request, KEY, pupil, ring="CODE_KEYS")
    return CodeEntry(*json.loads(content)) if content else CodeEntry()


def keep_entry(request: HttpRequest, pupil: UUID, entry: CodeEntry) -> None:
    """Keep what was tapped, for the next page."""
    keep(request, KEY, pupil, json.dumps([entry.chosen, entry.was_wrong]), ring="CODE_KEYS")
