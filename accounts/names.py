"""How groups and pupils are shown to children: in order, by first name, and no more than that (SR-A14)."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from schools.models import Group, Pupil

TONES = 8
YOUNGEST_FIRST = ("B", "D", "0", "1", "2", "3", "4", "5", "6", "7", "8")


@dataclass(frozen=True, slots=True)
class GroupTile:
    """A group as a child sees it."""

    id: UUID
    name: str
    tone: int


@dataclass(frozen=True, slots=True)
class PupilTile:
    """A pupil as the pupils see it: first name, and an initial only where two are alike."""

    id: UUID
    name: str
    letter: str
    tone: int
    pupil: Pupil


def year_order(year_group: str) -> int:
    """Give the place of a year group, youngest first; other kinds of group come after."""
    return YOUNGEST_FIRST.index(year_group) if year_group in YOUNGEST_FIRST else len(YOUNGEST_FIRST)


def _tone(public_id: UUID) -> int:
    return public_id.int % TONES + 1


def group_tiles(groups: Sequence[Group]) -> list[GroupTile]:
    """Give the groups, youngest first, each in a colour of its own that stays the same."""
    ordered = sorted(groups, key=lambda group: (year_order(group.year_group), group.name.casefold()))
    return [GroupTile(group.id, group.name, _tone(group.id)) for group in ordered]


def _alike(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).strip()


def _first(pupil: Pupil) -> str:
    """Give the first name; who has none in the roster is called by the first letter of the last name."""
    return pupil.first_name.strip() or f"{pupil.last_name.strip()[:1]}."


def pupil_tiles(pupils: Sequence[Pupil]) -> list[PupilTile]:
    """Give the pupils of one group in the order given, with an initial where two first names are alike."""
    counts = Counter(_alike(_first(pupil)) for pupil in pupils)
    tiles = []
    for pupil in pupils:
        name = _first(pupil)
        initial = pupil.last_name.strip()[:1]
        shown = f"{name} {initial}." if counts[_alike(name)] > 1 and initial and pupil.first_name.strip() else name
        tiles.append(PupilTile(pupil.public_id, shown, name[:1].upper(), _tone(pupil.public_id), pupil))
    return tiles
