"""Badges: making them, signing in with one, freezing and freeing it (product A6, SR-A16)."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from accounts import events
from accounts.actions.codes import end_sessions
from accounts.actions.door import new_token
from accounts.actions.enter import Way, enter
from accounts.actions.place import Passage, Place, networks_of, passage_of
from accounts.actions.pupil_sign_in import user_of
from accounts.models import FailureCounter, PupilBadge
from accounts.models.door import token_hash
from basispoort.audit import trail
from basispoort.lib.address import client_address
from basispoort.lib.crypto import blind_index
from basispoort.lib.tenancy import school_scope, unscoped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models
    from django.http import HttpRequest

    from accounts.models import User
    from schools.models import Pupil, School

TWO_PLACES_WITHIN = timedelta(minutes=1)
LONGEST_SESSION = timedelta(hours=8)
GUESS_WINDOW = timedelta(minutes=10)
FREE_GUESSES = 30
LONGEST_TYPED = 200


class BadgeOutcome(Enum):
    """How a badge was received."""

    RIGHT = "right"
    UNKNOWN = "unknown"
    TOO_MANY = "too many"
    FROZEN = "frozen"
    ELSEWHERE = "elsewhere"


def badge_address(secret: str) -> str:
    """Give what the QR code says: the secret stands in the part of an address that no server ever sees."""
    return f"{settings.BASE_URL}/badge/#{secret}"


def new_badges(
    *, school: School, pupils: Sequence[Pupil], acting_user: User, target: models.Model
) -> list[tuple[Pupil, str]]:
    """Give each pupil a new badge, with its secret, which is told this once; the old badges are dead at once.

    Sessions that an old badge may have begun end too.
    """
    rows = PupilBadge.objects.for_school(school).filter(pupil__in=pupils).order_by("pupil")
    lately = timezone.now() - LONGEST_SESSION
    # Held before it is looked at: who is signing in with an old badge at this moment is seen.
    old = [row.pupil_id for row in rows.select_for_update() if row.last_used_at and row.last_used_at > lately]
    if old:
        end_sessions(school=school, pupils=old)
    made = [(pupil, new_token()) for pupil in pupils]
    fresh = [
        PupilBadge(school=school, pupil=pupil, secret_hash=token_hash(secret), given_at=timezone.now())
        for pupil, secret in sorted(made, key=lambda each: each[0].pk)
    ]
    PupilBadge.objects.bulk_create(
        fresh,
        update_conflicts=True,
        unique_fields=["pupil"],
        update_fields=["secret_hash", "given_at", "last_used_at", "last_place", "frozen_at"],
    )
    details = {"count": len(made)}
    trail.record(events.BADGES_PRINTED, school=school, acting_user=acting_user, target=target, details=details)
    return made


def free_badge(*, school: School, pupil: Pupil, acting_user: User) -> bool:
    """Let a frozen badge work again; False when it was not frozen."""
    frozen = PupilBadge.objects.for_school(school).filter(pupil=pupil, frozen_at__isnull=False)
    if not frozen.update(frozen_at=None, last_used_at=None, last_place=None):
        return False
    trail.record(events.BADGE_FREED, school=school, acting_user=acting_user, target=pupil)
    return True


def end_badge(*, school: School, pupil: Pupil, acting_user: User) -> bool:
    """End a pupil's badge without a new one, for one that was lost; False when there was none."""
    if not PupilBadge.objects.for_school(school).filter(pupil=pupil).delete()[0]:
        return False
    end_sessions(school=school, pupils=[pupil.pk])
    trail.record(events.BADGE_ENDED, school=school, acting_user=acting_user, target=pupil)
    return True


def secret_of(typed: str) -> str:
    """Give the secret in what was scanned or typed: a whole address, or the letters with blanks."""
    return "".join(typed[:LONGEST_TYPED].rpartition("#")[2].replace("-", "").split()).lower()


def sign_in_badge(request: HttpRequest, *, typed: str) -> BadgeOutcome:
    """Begin the session of the pupil whose badge this is, from a place that allows it (SR-A14, SR-A16).

    Used in two places within a minute it is frozen, every session of the pupil ends, and the teacher decides. Wrong
    ones are counted for the network address; a right one always goes on working.
    """
    secret_hash = token_hash(secret_of(typed))
    with unscoped("whose badge is this"):
        found = PupilBadge.objects.get_queryset().select_related("school").filter(secret_hash=secret_hash).first()
    if found is None or not found.school.is_in_service_on(timezone.localdate()):
        return _missed(request)
    school = found.school
    with school_scope(school):
        # Read again under a lock: it may have been printed anew, or be in use elsewhere, at this very moment.
        rows = PupilBadge.objects.for_school(school).select_related("pupil").select_for_update(of=("self",))
        badge = rows.filter(pk=found.pk, secret_hash=secret_hash).first()
        if badge is None or badge.pupil.left_at is not None:
            return _missed(request)
        return _use(request, school, badge, passage_of(request, school, networks_of(school)))


def _missed(request: HttpRequest) -> BadgeOutcome:
    key = FailureCounter.key_of("badge", client_address(request) or "unknown")
    many = FailureCounter.add(key, GUESS_WINDOW) > FREE_GUESSES
    return BadgeOutcome.TOO_MANY if many else BadgeOutcome.UNKNOWN


def _use(request: HttpRequest, school: School, badge: PupilBadge, passage: Passage) -> BadgeOutcome:
    pupil = badge.pupil
    if not passage.takes_badge(pupil.home_group_id):
        return _refuse(school, pupil, BadgeOutcome.ELSEWHERE)
    if badge.frozen_at is not None:
        return _refuse(school, pupil, BadgeOutcome.FROZEN)
    place = _place_of(request, passage)
    rows = PupilBadge.objects.for_school(school).filter(pk=badge.pk)
    if _in_two_places(badge, place):
        rows.update(frozen_at=Now())
        end_sessions(school=school, pupils=[pupil.pk])
        trail.record(events.BADGE_FROZEN, school=school, acting_user=None, target=pupil, outcome="refused")
        return BadgeOutcome.FROZEN
    user = user_of(school, pupil)
    if not user.is_active:
        return _refuse(school, pupil, BadgeOutcome.UNKNOWN)
    rows.update(last_used_at=Now(), last_place=place)
    enter(request, user=user, way=Way.PUPIL_BADGE)
    details = {"way": "badge"}
    trail.record(events.SIGNED_IN, school=school, acting_user=user, target=pupil, role="pupil", details=details)
    return BadgeOutcome.RIGHT


def _refuse(school: School, pupil: Pupil, outcome: BadgeOutcome) -> BadgeOutcome:
    trail.record(events.SIGN_IN_FAILED, school=school, acting_user=None, target=pupil, outcome=outcome.value)
    return outcome


def _place_of(request: HttpRequest, passage: Passage) -> bytes | None:
    """Give where the badge is used: the whole school is one place; None where that cannot be told now."""
    if passage.place == Place.UNKNOWN:
        return None
    name = "school" if passage.place == Place.AT_SCHOOL else client_address(request) or "unknown"
    return blind_index("accounts.badge.place", name)


def _in_two_places(badge: PupilBadge, place: bytes | None) -> bool:
    if place is None or badge.last_used_at is None or badge.last_place is None:
        return False
    return timezone.now() - badge.last_used_at < TWO_PLACES_WITHIN and bytes(badge.last_place) != place
