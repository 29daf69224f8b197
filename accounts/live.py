"""Who of a group is in, as the teacher sees it during the class start: two queries, however many pupils."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import LetIn, Session
from accounts.names import pupil_tiles
from basispoort.web.pictures import PICTURES
from schools.models import Pupil

if TYPE_CHECKING:
    from accounts.models import ClassStart
    from accounts.names import PupilTile
    from basispoort.web.pictures import Picture
    from schools.models import Group, School


class State(StrEnum):
    """Where a pupil is."""

    IN = "in"
    ASKS = "asks"
    WAITS = "waits"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Asking:
    """A screen that waits at a name, with the picture that it shows."""

    let_in: LetIn
    tile: PupilTile
    picture: Picture
    again: bool


@dataclass(frozen=True, slots=True)
class LivePupil:
    """One pupil of the group."""

    tile: PupilTile
    state: State
    badge_is_frozen: bool


@dataclass(frozen=True, slots=True)
class Live:
    """The whole group at one moment."""

    pupils: list[LivePupil]
    asking: list[Asking] = field(default_factory=list)
    minutes_left: int = 0

    @property
    def total(self) -> int:
        """How many pupils the group has."""
        return len(self.pupils)

    @property
    def inside(self) -> int:
        """How many of them are in."""
        return sum(pupil.state == State.IN for pupil in self.pupils)

    @property
    def fingerprint(self) -> str:
        """A short text that changes when anything on the screen does: nothing is sent while nothing happens."""
        seen = [(str(each.tile.id), each.state, each.badge_is_frozen) for each in self.pupils]
        asks = [str(each.let_in.pk) for each in self.asking]
        return hashlib.sha256(repr((seen, asks, self.minutes_left)).encode()).hexdigest()[:16]


def live_of(school: School, group: Group, start: ClassStart | None) -> Live:
    """Give who is in, who asks and who must wait; to be asked within the scope of the school."""
    # A session is stored with the moment at which it ends unless it is used, and again each minute that it is.
    sessions = Session.objects.filter(user__pupil_link__pupil=OuterRef("pk"), expire_date__gt=Now())
    pupils = Pupil.objects.for_school(school).present().filter(home_group=group).by_name()
    rows = list(pupils.select_related("code", "badge").annotate(is_in=Exists(sessions)))
    asks = LetIn.objects.for_school(school).filter(class_start=start).asking().order_by("asked_at") if start else ()
    tiles = {tile.pupil.pk: tile for tile in pupil_tiles(rows)}
    pictures = {picture.name: picture for picture in PICTURES}
    inside = {pupil.pk for pupil in rows if pupil.is_in}
    asking = [
        Asking(each, tiles[each.pupil_id], pictures[each.sign], each.pupil_id in inside)
        for each in asks
        if each.pupil_id in tiles
    ]
    waiting_at = {each.let_in.pupil_id for each in asking}
    shown = [
        LivePupil(
            tiles[pupil.pk],
            _state(pupil, is_in=pupil.pk in inside, asks=pupil.pk in waiting_at),
            badge_is_frozen=getattr(getattr(pupil, "badge", None), "frozen_at", None) is not None,
        )
        for pupil in rows
    ]
    return Live(shown, asking, _minutes_left(start))


def _state(pupil: Pupil, *, is_in: bool, asks: bool) -> State:
    if is_in:
        return State.IN
    if asks:
        return State.ASKS
    code = getattr(pupil, "code", None)
    return State.WAITS if code is not None and code.is_waiting else State.OUT


def _minutes_left(start: ClassStart | None) -> int:
    if start is None:
        return 0
    return max(0, ceil((start.ends_at - timezone.now()).total_seconds() / 60))
