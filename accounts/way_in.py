"""What the pupils' way in asks of the database: by a whole class at once, in the first minute of a lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from accounts.actions.class_start import RUNNING
from accounts.models import PupilCode
from accounts.names import GroupTile, PupilTile, group_tiles, pupil_tiles
from basispoort.lib.compiled import Objects, ask
from schools.models import Group, Pupil

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.actions.place import Passage
    from schools.models import School
    from schools.models.group import GroupQuerySet


@dataclass(frozen=True, slots=True)
class Keypad:
    """What a pupil stands before who is about to give a code."""

    tile: PupilTile
    code: PupilCode | None
    class_start_runs: bool


def groups_to_choose(school: School, passage: Passage) -> list[GroupTile]:
    """Give the groups that have pupils and whose names show from this place."""
    groups = GROUPS.all(school=school.pk)
    return group_tiles([group for group in groups if passage.opens(group.pk)])


def names_in(school: School, group: UUID) -> tuple[Group | None, list[PupilTile]]:
    """Give a group and its pupils as children see them; None and nobody for what is no running home group."""
    found, children = ask([HOME_GROUP, CHILDREN], school=school.pk, group=group)
    return (found[0], pupil_tiles(children)) if found else (None, [])


def the_pupil(school: School, group: UUID, pupil: UUID) -> PupilTile | None:
    """Give a pupil of a group as the children see it; None for what is not there."""
    return _of(names_in(school, group)[1], pupil)


def keypad_of(school: School, group: UUID, pupil: UUID) -> Keypad | None:
    """Give what a pupil of a group needs to give a code; None for a pupil or group that is not there."""
    found, children, codes, starts = ask(
        [HOME_GROUP, CHILDREN, CODE, RUNNING], school=school.pk, group=group, pupil=pupil
    )
    tile = _of(pupil_tiles(children), pupil) if found else None
    return Keypad(tile, codes[0] if codes else None, bool(starts)) if tile else None


def pupil_with_code(school: School, group: UUID, pupil: UUID) -> Pupil | None:
    """Give the one pupil with the code along; how the group is shown to children does not matter here."""
    return PUPIL_WITH_CODE.first(school=school.pk, group=group, pupil=pupil)


def _of(tiles: list[PupilTile], pupil: UUID) -> PupilTile | None:
    return next((each for each in tiles if each.id == pupil), None)


def _groups(*, school: int) -> GroupQuerySet:
    pupils = Pupil.objects.for_school(school).present().filter(home_group=OuterRef("pk"))
    return Group.objects.for_school(school).current().with_home_pupils().filter(Exists(pupils))


def _home_group(*, school: int, group: UUID) -> GroupQuerySet:
    return Group.objects.for_school(school).current().with_home_pupils().filter(pk=group)


def _children(*, school: int, group: UUID) -> QuerySet[Pupil]:
    pupils = Pupil.objects.for_school(school).present().filter(home_group=group).by_name()
    return pupils.only("id", "public_id", "school", "home_group", "first_name", "last_name")


def _code(*, school: int, pupil: UUID) -> QuerySet[PupilCode]:
    return PupilCode.objects.for_school(school).filter(pupil__public_id=pupil)


def _pupil_with_code(*, school: int, group: UUID, pupil: UUID) -> QuerySet[Pupil]:
    groups = _home_group(school=school, group=group)
    pupils = Pupil.objects.for_school(school).present().filter(home_group__in=groups, public_id=pupil)
    return pupils.select_related("code")


GROUPS, HOME_GROUP = Objects[Group](_groups), Objects[Group](_home_group)
CHILDREN, CODE = Objects[Pupil](_children), Objects[PupilCode](_code)
PUPIL_WITH_CODE = Objects[Pupil](_pupil_with_code)
