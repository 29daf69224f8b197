"""How groups and pupils are shown to children: in order, by first name, and no more than that (SR-A14)."""

from __future__ import annotations

import unicodedata
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
    """A pupil as the pupils see it: first name, and of the last name only what tells two apart."""

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
    """Give the pupils of one group in the order given, with an initial where two first names are alike.

    Where two are still alike, both show more letters of the last name, no more than tells them apart (SR-A14); two who
    share the whole name get a number, in the order given.
    """
    alike: dict[str, list[Pupil]] = {}
    for pupil in pupils:
        alike.setdefault(_alike(_first(pupil)), []).append(pupil)
    return [
        PupilTile(
            pupil.public_id,
            _shown(pupil, alike[_alike(_first(pupil))]),
            _first(pupil)[:1].upper(),
            _tone(pupil.public_id),
            pupil,
        )
        for pupil in pupils
    ]


def _shown(pupil: Pupil, namesakes: Sequence[Pupil]) -> str:
    """Give the first name, with as many letters of the last name as no namesake shares."""
    name, last = _first(pupil), pupil.last_name.strip()
    if len(namesakes) == 1 or not last or not pupil.first_name.strip():
        return name
    twins = [other for other in namesakes if _alike(other.last_name) == _alike(last)]
    if len(twins) > 1:
        return f"{name} {last[:1]}. {twins.index(pupil) + 1}"
    others = [_alike(other.last_name) for other in namesakes if other is not pupil]
    letters = next((count for count in range(1, len(last)) if not _shared(last[:count], others)), len(last))
    return f"{name} {last[:letters]}" + ("." if letters < len(last) or letters == 1 else "")


def _shared(beginning: str, others: Sequence[str]) -> bool:
    return any(other.startswith(_alike(beginning)) for other in others)
