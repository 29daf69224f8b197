"""Renewing a lost second step: asked by one, confirmed by another, the owner told of both (SR-A11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions.passwords import end_everything
from accounts.models import FactorReset, Passkey, RecoveryKit, TotpDevice
from basispoort.audit import trail
from basispoort.lib.mail import queue_mail

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


class ResetTakesTwo(Exception):
    """Not the owner, and not the one who asked: somebody else has to confirm."""


class ResetOver(Exception):
    """The request was confirmed or withdrawn already, or there is one already."""


def ask_reset(*, school: School, user: User, reason: str, acting_user: User) -> FactorReset:
    """Ask to renew somebody's second step; raises ResetTakesTwo for the own one, ResetOver when asked already."""
    if user.pk == acting_user.pk:
        raise ResetTakesTwo
    try:
        with transaction.atomic():
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
    _tell(user, acting_user, "factor_reset_asked", _("Somebody asks to renew your second step at Basispoort"))
    return asked


def confirm_reset(*, school: School, reset: FactorReset, acting_user: User) -> None:
    """Take the second step away, so that its owner sets up a new one at the next sign-in; all sessions end (SR-A09).

    Raises ResetTakesTwo, or ResetOver.
    """
    if acting_user.pk in {reset.user_id, reset.asked_by_id}:
        raise ResetTakesTwo
    with transaction.atomic():
        open_ones = FactorReset.objects.for_school(school).filter(
            pk=reset.pk, confirmed_at__isnull=True, withdrawn_at__isnull=True
        )
        if not open_ones.update(confirmed_by=acting_user, confirmed_at=Now()):
            raise ResetOver
        user = reset.user
        for model in (TotpDevice, Passkey, RecoveryKit):
            model.objects.filter(user=user).delete()
        end_everything(user)
        trail.record(events.RESET_CONFIRMED, school=school, acting_user=acting_user, target=user)
        _tell(user, acting_user, "factor_reset_done", _("Your second step at Basispoort is renewed"))


def withdraw_reset(*, school: School, reset: FactorReset, acting_user: User) -> None:
    """Withdraw a request that nobody confirmed; raises ResetOver."""
    open_ones = FactorReset.objects.for_school(school).filter(
        pk=reset.pk, confirmed_at__isnull=True, withdrawn_at__isnull=True
    )
    if not open_ones.update(withdrawn_at=Now()):
        raise ResetOver
    trail.record(events.RESET_WITHDRAWN, school=school, acting_user=acting_user, target=reset.user)


def _tell(user: User, acting_user: User, purpose: str, subject: object) -> None:
    queue_mail(
        purpose=purpose,
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=subject,  # type: ignore[arg-type]  # a translation in waiting
        template=f"accounts/mail/{purpose}",
        facts={"name": user.first_name, "who": acting_user.full_name},
    )
