"""The helpdesk renews a second step that no school can renew: asked by one, confirmed by another (SR-A11, SR-B07).

Neither of the two sees a name or an address: both type the address that the owner gave.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import events
from accounts.actions.factor_reset import ASKS_A_DAY, DAY, ResetOver, ResetTakesTwo, take_away, tell_asked
from accounts.failures import TooManyTries, count_try, forget_tries, take_try_back
from accounts.models import OfficeReset, Role, User, UserKind
from accounts.permissions import FACTOR_RESET, OFFICE_RESET, RIGHTS
from accounts.second_step import STRONG_ROLES, has_device
from basispoort.audit import trail
from basispoort.lib.tenancy import unscoped
from schools.models import School

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet


LIVES = timedelta(days=7)
SHOWN_AFTER = timedelta(hours=24)
TWO = 2
ASKING, CONFIRMING = "office reset asked", "office reset confirmed"
MAY_RESET = [role for role, rights in RIGHTS.items() if FACTOR_RESET in rights]


class NobodyForUs(Exception):
    """Nobody has this address, has no second step, or can be helped by the own school: all the same to who asks."""


def open_requests() -> QuerySet[OfficeReset]:
    """Give the requests that wait for a second person; after a week a request is over."""
    return OfficeReset.objects.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True, asked_at__gt=Now() - LIVES)


def done_lately() -> QuerySet[OfficeReset]:
    """Give what was confirmed in the last day."""
    return OfficeReset.objects.filter(confirmed_at__gt=Now() - SHOWN_AFTER).order_by("-confirmed_at")


def is_for_us(user: User) -> bool:
    """Tell whether no school alone can renew somebody's second step.

    A school can where two of its people, not counting the owner, may do so, and the owner is powerful nowhere else.
    """
    if user.kind == UserKind.PORTAL:
        return True
    with unscoped("can a school renew this second step"):
        roles = Role.objects.get_queryset().running_today()
        places = {(role.school_id, role.board_id) for role in roles.filter(user=user, called="")}
        # One that is to come counts already, as it does where the school asks.
        strong = Role.objects.get_queryset().not_over().filter(user=user, role__in=STRONG_ROLES)
        powerful = {(role.school_id, role.board_id) for role in strong}
        # A school at which the owner has never been does not renew it, and keeps the own school from doing so.
        never_there = any(role.called for role in strong)
        if never_there or len(powerful) > 1 or any(school is None for school, _board in powerful):
            return True
        known = School.objects.filter(pk__in={school for school, _board in powerful or places} - {None})
        schools = [school.pk for school in known if school.is_in_service_on(timezone.localdate())]
        helpers = roles.of_who_came().filter(school__in=schools, role__in=MAY_RESET).exclude(user=user)
        found: dict[int, set[UUID]] = {}
        for school, helper in helpers.values_list("school", "user"):
            found.setdefault(school, set()).add(helper)
    return not any(len(people) >= TWO for people in found.values())


def ask_office_reset(*, address: str, ticket: str, reason: str, checked: str, acting_user: User) -> OfficeReset:
    """Ask, for the helpdesk, to renew a second step; the owner is mailed.

    Raises NobodyForUs, ResetTakesTwo for the own one, ResetOver when it was asked already, or TooManyTries: of the one
    who asks in vain, and beyond three a day for one person.
    """
    count_try(ASKING, str(acting_user.pk))
    user = User.objects.with_email(address)
    if user is None or not user.is_active or not has_device(user) or not is_for_us(user):
        trail.record(events.OFFICE_RESET_ASKED, school=None, acting_user=acting_user, outcome="denied")
        raise NobodyForUs
    take_try_back(ASKING, str(acting_user.pk))
    if user.pk == acting_user.pk:
        raise ResetTakesTwo
    if OfficeReset.objects.filter(user=user, asked_at__gt=Now() - DAY).count() >= ASKS_A_DAY:
        raise TooManyTries
    asked = OfficeReset(
        user=user, ticket=ticket, reason=reason, checked=checked, asked_by=acting_user, asked_at=timezone.now()
    )
    try:
        with transaction.atomic():
            waiting = OfficeReset.objects.filter(user=user, confirmed_at__isnull=True, withdrawn_at__isnull=True)
            waiting.filter(asked_at__lte=Now() - LIVES).update(withdrawn_at=Now())
            asked.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_office_reset" not in str(error):
            raise
        raise ResetOver from None
    details = {"ticket": ticket, "reason": reason, "checked": checked}
    _note(events.OFFICE_RESET_ASKED, user, acting_user, details)
    tell_asked(user, who=_helpdesk(acting_user, user))
    return asked


def confirm_office_reset(*, reset: OfficeReset, address: str, acting_user: User) -> None:
    """Take the second step away; who confirms was given the same address, and both may still do so.

    Raises ResetTakesTwo, NobodyForUs for another address, TooManyTries after a few of those, or ResetOver.
    """
    if acting_user.pk in {reset.user_id, reset.asked_by_id}:
        raise ResetTakesTwo
    count_try(CONFIRMING, str(acting_user.pk))
    if User.objects.with_email(address) != reset.user:
        details = {"ticket": reset.ticket}
        trail.record(
            events.OFFICE_RESET_CONFIRMED, school=None, acting_user=acting_user, outcome="denied", details=details
        )
        raise NobodyForUs
    forget_tries(CONFIRMING, str(acting_user.pk))
    if not reset.asked_by.has_perm(OFFICE_RESET) or not is_for_us(reset.user):
        raise ResetOver
    with transaction.atomic():
        if not open_requests().filter(pk=reset.pk).update(confirmed_by=acting_user, confirmed_at=Now()):
            raise ResetOver
        take_away(reset.user, who=_helpdesk(acting_user, reset.user))
        _note(events.OFFICE_RESET_CONFIRMED, reset.user, acting_user, {"ticket": reset.ticket})


def withdraw_office_reset(*, reset: OfficeReset, acting_user: User) -> None:
    """Withdraw a request that nobody confirmed; raises ResetOver."""
    if not open_requests().filter(pk=reset.pk).update(withdrawn_at=Now()):
        raise ResetOver
    _note(events.OFFICE_RESET_WITHDRAWN, reset.user, acting_user, {"ticket": reset.ticket})


def _helpdesk(acting_user: User, reader: User) -> str:
    with translation.override(reader.language):
        return gettext("%(name)s of the helpdesk") % {"name": acting_user.first_name}


def _note(event: str, user: User, acting_user: User, details: dict[str, str]) -> None:
    """Write it in the national trail, and in that of each school where the owner works."""
    with unscoped("schools read what was done to their people"):
        roles = Role.objects.get_queryset().running_today().filter(user=user, school__isnull=False, called="")
        schools = set(roles.values_list("school", flat=True))
        for school in [None, *sorted(schools)]:
            trail.record(event, school=school, acting_user=acting_user, target=user, details=details)
