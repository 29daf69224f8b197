"""How a pupil gets in at school: the right code, a new session."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from django.db.models.functions import Now

from accounts import events
from accounts.actions.enter import Way, enter
from accounts.guesses import count_guess
from accounts.models import PupilCode, User, UserKind, UserPupil
from basispoort.audit import trail
from schools.models import Pupil

if TYPE_CHECKING:
    from django.http import HttpRequest

    from accounts.actions.place import Passage
    from schools.models import School


class Outcome(Enum):
    """How a try ended."""

    RIGHT = "right"
    WRONG = "wrong"
    WAIT = "wait"
    ELSEWHERE = "elsewhere"


def sign_in_pupil(request: HttpRequest, *, school: School, pupil: Pupil, parts: list[str], passage: Passage) -> Outcome:
    """Try a pupil's code, and on the right one start a new session for the pupil (SR-A06, SR-A15).

    The try is counted before it is looked at; while the pupil must wait, or from a place that does not open the
    pupil's group, it is not looked at. The pupil's account is made at the first sign-in. To be called within the scope
    of the school, in the transaction of the request.
    """
    if not passage.opens(pupil.home_group_id):
        trail.record(events.SIGN_IN_FAILED, school=school, acting_user=None, target=pupil, outcome="elsewhere")
        return Outcome.ELSEWHERE
    codes = PupilCode.objects.for_school(school)
    if not codes.claim_try_of(pupil):
        if not codes.filter(pupil=pupil).exists():
            return Outcome.WRONG
        trail.record(events.SIGN_IN_FAILED, school=school, acting_user=None, target=pupil, outcome="waiting")
        return Outcome.WAIT
    # Read under the lock that the claim holds: a new code may have been given a moment ago.
    code = codes.get(pupil=pupil)
    user = user_of(school, pupil) if code.matches(parts) else None
    if user is None or not user.is_active:
        trail.record(events.SIGN_IN_FAILED, school=school, acting_user=None, target=pupil, outcome="refused")
        count_guess(request, school=school, group=pupil.home_group_id)
        return Outcome.WAIT if code.is_waiting else Outcome.WRONG
    codes.filter(pk=code.pk).forget_tries(last_used_at=Now())
    enter(request, user=user, way=Way.PUPIL_CODE)
    trail.record(events.SIGNED_IN, school=school, acting_user=user, target=pupil, role="pupil")
    return Outcome.RIGHT


def user_of(school: School, pupil: Pupil) -> User:
    """Give the account of a pupil, made when it is first needed; of two ways in at once the second waits."""
    links = UserPupil.objects.for_school(school).select_related("user").filter(pupil=pupil)
    link = links.first()
    if link is None:
        Pupil.objects.for_school(school).select_for_update(no_key=True).get(pk=pupil.pk)
        link = links.first()
    if link is not None:
        return link.user
    user = User(kind=UserKind.PUPIL, first_name=pupil.first_name)
    user.set_unusable_password()
    user.save(force_insert=True)
    UserPupil.objects.create(school=school, user=user, pupil=pupil)
    return user
