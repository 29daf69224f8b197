"""Renewing a lost second step: asked by one, confirmed by another, the owner told of both (SR-A11)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions.passwords import end_everything
from accounts.failures import TooManyTries
from accounts.models import FactorReset, OfficeReset, Passkey, RecoveryKit, Role, TotpDevice, UserKind
from accounts.permissions import FACTOR_RESET
from accounts.second_step import STRONG_ROLES
from basispoort.audit import trail
from basispoort.lib.mail import queue_mail
from basispoort.lib.tenancy import school_transaction, unscoped

if TYPE_CHECKING:
    from accounts.models import User
    from basispoort.lib.tenancy import TenantQuerySet
    from schools.models import School

LIVES = timedelta(days=7)
DAY, ASKS_A_DAY = timedelta(days=1), 3


class ResetTakesTwo(Exception):
    """Not the owner, and not the one who asked: somebody else has to confirm."""


class ResetOver(Exception):
    """The request was confirmed or withdrawn already, is too old, or there is one already."""


class BeyondSchool(Exception):
    """The person has a weighty role elsewhere: a school alone does not take that one's second step away (SR-B09)."""


def is_within_reach(user: User, acting_user: User) -> bool:
    """Tell whether somebody may renew a person's second step: of the powerful, only who may do so wherever they are.

    A board's and the portal's own people are the helpdesk's. A role of a teacher elsewhere stands in nobody's way.
    """
    if user.kind != UserKind.STAFF:
        return False
    with unscoped("is this person powerful elsewhere", only_looks=True):
        roles = Role.objects.get_queryset().not_over().filter(user=user, role__in=STRONG_ROLES)
        schools = [role.school for role in roles.select_related("school")]
    return all(school is not None and acting_user.has_perm(FACTOR_RESET, school) for school in schools)


def open_resets(school: School | int) -> TenantQuerySet[FactorReset]:
    """Give the requests at a school that wait for a second person; after a week a request is over."""
    return FactorReset.objects.for_school(school).filter(
        confirmed_at__isnull=True, withdrawn_at__isnull=True, asked_at__gt=Now() - LIVES
    )


def ask_reset(*, school: School, user: User, reason: str, acting_user: User) -> FactorReset:
    """Ask to renew somebody's second step.

    Raises ResetTakesTwo for the own one, BeyondSchool, ResetOver when asked already, or TooManyTries beyond three a
    day: each is mailed to the owner.
    """
    if user.pk == acting_user.pk:
        raise ResetTakesTwo
    if not is_within_reach(user, acting_user):
        raise BeyondSchool
    rows = FactorReset.objects.for_school(school)
    waiting = rows.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True)
    if rows.filter(user=user, asked_at__gt=Now() - DAY).count() >= ASKS_A_DAY:
        raise TooManyTries
    try:
        with transaction.atomic():
            waiting.filter(user=user, asked_at__lte=Now() - LIVES).update(withdrawn_at=Now())
            asked = FactorReset.objects.create(
                school=school, user=user, reason=reason, asked_by=acting_user, asked_at=timezone.now()
            )
    except IntegrityError as error:
        if "one_open_reset_a_user" not in str(error):
            raise
        raise ResetOver from None
    trail.record(
        events.RESET_ASKED, school=school, acting_user=acting_user, target=user, details={"reason": str(reason)}
    )
    tell_asked(user, who=acting_user.full_name)
    return asked


def tell_asked(user: User, *, who: str) -> None:
    """Tell somebody that a colleague or the helpdesk asks to take the second step away."""
    tell(user, who, "factor_reset_asked", _("Somebody asks to renew your second step at Basispoort"))


def confirm_reset(*, school: School, reset: FactorReset, acting_user: User) -> None:
    """Take the second step away, so that its owner sets up a new one at the next sign-in; all sessions end (SR-A09).

    Both must be able to do so at this moment, and the person must still work here. Raises ResetTakesTwo, BeyondSchool,
    or ResetOver.
    """
    if acting_user.pk in {reset.user_id, reset.asked_by_id}:
        raise ResetTakesTwo
    if not all(is_within_reach(reset.user, one) for one in (acting_user, reset.asked_by)):
        raise BeyondSchool
    works_here = Role.objects.for_school(school).not_over().filter(user=reset.user).exists()
    if not works_here or not reset.asked_by.has_perm(FACTOR_RESET, school):
        raise ResetOver
    with transaction.atomic():
        if not open_resets(school).filter(pk=reset.pk).update(confirmed_by=acting_user, confirmed_at=Now()):
            raise ResetOver
        take_away(reset.user, who=acting_user.full_name)
        trail.record(events.RESET_CONFIRMED, school=school, acting_user=acting_user, target=reset.user)


def take_away(user: User, *, who: str) -> None:
    """Take somebody's second step away, end all sessions, and tell the owner; within the caller's transaction."""
    for model in (TotpDevice, Passkey, RecoveryKit):
        model.objects.filter(user=user).delete()
    end_everything(user)
    _withdraw_others(user)
    tell(user, who, "factor_reset_done", _("Your second step at Basispoort is renewed"))


def _withdraw_others(user: User) -> None:
    """Withdraw what else was asked about the step that is gone: the one that its owner sets up now stays."""
    OfficeReset.objects.filter(user=user, confirmed_at__isnull=True, withdrawn_at__isnull=True).update(
        withdrawn_at=Now()
    )
    with unscoped("where else this was asked", only_looks=True):
        rows = FactorReset.objects.get_queryset().filter(
            user=user, confirmed_at__isnull=True, withdrawn_at__isnull=True
        )
        schools = set(rows.values_list("school", flat=True))
    for school in sorted(schools):
        with school_transaction(school):
            open_resets(school).filter(user=user).update(withdrawn_at=Now())


def withdraw_reset(*, school: School, reset: FactorReset, acting_user: User) -> None:
    """Withdraw a request that nobody confirmed; raises ResetOver."""
    open_ones = FactorReset.objects.for_school(school).filter(
        pk=reset.pk, confirmed_at__isnull=True, withdrawn_at__isnull=True
    )
    if not open_ones.update(withdrawn_at=Now()):
        raise ResetOver
    trail.record(events.RESET_WITHDRAWN, school=school, acting_user=acting_user, target=reset.user)


def tell(user: User, who: str, purpose: str, subject: object) -> None:
    """Mail the owner of a second step what somebody did about it."""
    queue_mail(
        purpose=purpose,
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=subject,  # type: ignore[arg-type]  # a translation in waiting
        template=f"accounts/mail/{purpose}",
        facts={"name": user.first_name, "who": who},
    )
