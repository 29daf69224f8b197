"""Giving, showing and renewing pupils' codes."""

from __future__ import annotations

import itertools
import secrets
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts import events
from accounts.models import CodeKind, PupilCode, Session, UserPupil
from accounts.models.code import CODE_LENGTH, kind_for
from accounts.signals import access_ended
from basispoort.audit import trail
from basispoort.web.pictures import PICTURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db import models

    from accounts.models import User
    from schools.models import Pupil, School

EVERYONES_FIRST_GUESS = frozenset({"1212", "1122", "2580", "0852", "1004", "2000", "2468", "1357"})
PICTURE_NAMES: tuple[str, ...] = tuple(picture.name for picture in PICTURES)


def is_too_easy(digits: str, birth_date: str | None = None) -> bool:
    """Tell whether four digits are never handed out: all alike, a run up or down, a favourite, or the birth day."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(digits)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return True
    return digits in EVERYONES_FIRST_GUESS or digits in _birth_digits(birth_date)


def _birth_digits(birth_date: str | None) -> set[str]:
    try:
        born = date.fromisoformat(birth_date or "")
    except ValueError:
        return set()
    return {born.strftime(form) for form in ("%d%m", "%m%d", "%Y", "%y%m", "%m%y", "%d%y")}


def new_digits(birth_date: str | None = None) -> str:
    """Give a random pincode that is not too easy (SR-A15)."""
    while True:
        digits = "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH))
        if not is_too_easy(digits, birth_date):
            return digits


def new_pictures() -> str:
    """Give four different pictures in random order, never four that stand in a row on the screen (SR-A15)."""
    while True:
        places = secrets.SystemRandom().sample(range(len(PICTURE_NAMES)), CODE_LENGTH)
        steps = {after - before for before, after in itertools.pairwise(places)}
        if steps not in ({1}, {-1}):
            return " ".join(PICTURE_NAMES[place] for place in places)


def _give(code: PupilCode, pupil: Pupil) -> PupilCode:
    code.kind = kind_for(pupil.year_group)
    code.value = new_pictures() if code.kind == CodeKind.PICTURES else new_digits(pupil.birth_date)
    code.given_at = timezone.now()
    return code


def ensure_codes(*, school: School, pupils: Iterable[Pupil]) -> int:
    """Give every one of these pupils who has no code one, of the kind that suits the year group; give how many.

    To be called within the scope of the school; safe to run twice or at once. A code that is there stays.
    """
    wanted = list(pupils)
    held = set(PupilCode.objects.for_school(school).filter(pupil__in=wanted).values_list("pupil_id", flat=True))
    fresh = [_give(PupilCode(school=school, pupil=p), p) for p in wanted if p.pk not in held]
    PupilCode.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def reset_codes(
    *, school: School, pupils: Sequence[Pupil], acting_user: User, target: models.Model | None = None
) -> int:
    """Give these pupils new codes: the old ones, and sessions begun with them, are dead at once; give how many.

    Waits end too. The act stands in the trail as the group's or the one pupil's (`target`).
    """
    ensure_codes(school=school, pupils=pupils)
    by_pupil = {pupil.pk: pupil for pupil in pupils}
    codes = PupilCode.objects.for_school(school).filter(pupil__in=pupils)
    locked = list(codes.select_for_update().order_by("pk"))
    for code in locked:
        _give(code, by_pupil[code.pupil_id])
    PupilCode.objects.bulk_create(
        locked,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["kind", "value", "given_at"],
    )
    codes.forget_tries()
    end_sessions(school=school, pupils=[pupil.pk for pupil in pupils])
    trail.record(
        events.CODES_RESET, school=school, acting_user=acting_user, target=target, details={"count": len(locked)}
    )
    return len(locked)


def end_sessions(*, school: School, pupils: Sequence[int]) -> None:
    """End every session of these pupils, and what they had under way elsewhere."""
    links = UserPupil.objects.for_school(school).filter(pupil__in=pupils)
    user_ids = list(links.values_list("user", flat=True))
    Session.objects.filter(user__in=user_ids).delete()
    access_ended.send(sender=None, user_ids=user_ids)


def let_in(*, school: School, pupil: Pupil, acting_user: User) -> None:
    """End a pupil's wait at once and forget the wrong tries; the code stays (SR-A15)."""
    PupilCode.objects.for_school(school).filter(pupil=pupil).forget_tries()
    trail.record(events.PUPIL_LET_IN, school=school, acting_user=acting_user, target=pupil)


def cards_for(
    *, school: School, pupils: Sequence[Pupil], acting_user: User, target: models.Model
) -> list[tuple[Pupil, PupilCode]]:
    """Give each pupil with the code, for a card; each look stands in the trail, with the number of cards (SR-A16)."""
    ensure_codes(school=school, pupils=pupils)
    codes = {code.pupil_id: code for code in PupilCode.objects.for_school(school).filter(pupil__in=pupils)}
    trail.record(
        events.CODES_PRINTED, school=school, acting_user=acting_user, target=target, details={"count": len(pupils)}
    )
    return [(pupil, codes[pupil.pk]) for pupil in pupils]
