"""Setting up and taking the second step of signing in (product A3; SR-A09, SR-A11, SR-K06)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import django_otp
from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events, limits, second_step
from accounts.actions.enter import WAY, Way
from accounts.actions.passwords import (
    count_password_try,
    end_everything,
    password_was_right,
    take_back_password_try,
)
from accounts.failures import count_try, forget_tries
from accounts.models import Passkey, RecoveryCode, RecoveryKit, TotpDevice, User
from accounts.models.verification import DIGITS, RECOVERY_CODES, new_code, plain_code
from accounts.passwords import LONGEST_TRIED, normal_password
from accounts.sessions import stored_key
from basispoort.audit import trail
from basispoort.lib.crypto import blind_index
from basispoort.lib.hashers import HashersBusy
from basispoort.lib.mail import queue_mail
from basispoort.lib.proof import note_proof

if TYPE_CHECKING:
    from django_otp.models import Device

    from basispoort.lib.http import StaffRequest

# SR-K06: digits are few, so tries are; passkeys and recovery codes cannot be guessed and always work.
CODES = "second step"
SEED_MINUTES = 30
OFFERED = "offered_app"
PASSKEY_SHOWN = "passkey_shown_at"
PASSKEY_SECONDS = 120


def offered_app(request: StaffRequest) -> TotpDevice:
    """Give the app that is being set up in this session, with a seed that is at most half an hour old.

    A seed that another session saw is never offered: whoever looked at it there would know the digits for good.
    """
    user = request.user
    device = TotpDevice.objects.filter(
        user=user,
        confirmed=False,
        public_id=request.session.get(OFFERED),
        created_at__gte=timezone.now() - timedelta(minutes=SEED_MINUTES),
    ).first()
    if device is None:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user.pk)
            TotpDevice.objects.filter(user=user, confirmed=False).delete()
            device = TotpDevice(user=user, name="app", confirmed=False, seed=TotpDevice.new_seed())
            device.save(force_insert=True)
        request.session[OFFERED] = str(device.public_id)
    return device


def confirm_app(*, request: StaffRequest, user: User, token: str) -> bool:
    """Put the offered app in use when its digits are right, in place of an earlier one; False otherwise.

    Raises TooManyTries.
    """
    device = offered_app(request)
    count_try(CODES, str(user.pk))
    with transaction.atomic():
        if django_otp.verify_token(user, device.persistent_id, token) is None:
            return False
        forget_tries(CODES, str(user.pk))
        TotpDevice.objects.filter(user=user, confirmed=True).delete()
        TotpDevice.objects.filter(pk=device.pk).update(confirmed=True)
        device.confirmed = True
        factor_added(request=request, user=user, device=device, kind="app")
    return True


def factor_added(*, request: StaffRequest, user: User, device: Device, kind: str) -> None:
    """Count the new means as taken, end whatever ran without it, and tell the owner (SR-A09)."""
    _pass(request, user, device)
    _other_sessions_end(request, user)
    trail.record(events.FACTOR_ADDED, school=None, acting_user=user, details={"kind": kind})
    _tell(user, "factor_added", _("A second step was set up for your account at Basispoort"))


def remove_factor(*, request: StaffRequest, user: User, device: Device, kind: str) -> None:
    """Take one means away; without any app or passkey the recovery codes go too."""
    with transaction.atomic():
        device.delete()
        if not has_factor(user):
            RecoveryKit.objects.filter(user=user).delete()
        _other_sessions_end(request, user)
        trail.record(events.FACTOR_REMOVED, school=None, acting_user=user, details={"kind": kind})
        _tell(user, "factor_removed", _("A second step of your account at Basispoort was removed"))


def has_factor(user: User) -> bool:
    """Tell whether a user has an app or a passkey in use."""
    return (
        TotpDevice.objects.filter(user=user, confirmed=True).exists()
        or Passkey.objects.filter(user=user, confirmed=True).exists()
    )


def make_recovery_codes(*, user: User) -> list[str]:
    """Give ten new recovery codes, to be shown this once; earlier ones are dead at once."""
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two tabs make one set after the other
        RecoveryKit.objects.filter(user=user).delete()
        kit = RecoveryKit.objects.create(user=user, name="codes")
        RecoveryCode.objects.bulk_create(
            RecoveryCode(kit=kit, code_hash=blind_index("accounts.recovery_code", plain_code(code))) for code in codes
        )
        trail.record(events.RECOVERY_CODES_MADE, school=None, acting_user=user)
    return codes


def codes_left(user: User) -> int:
    """Give how many recovery codes still work."""
    return RecoveryCode.objects.filter(kit__user=user, used_at__isnull=True).count()


def proves(user: User, token: str) -> Device | None:
    """Give the means of which this is a code, used up by asking; None for a wrong one. Raises TooManyTries."""
    token = token.replace(" ", "").strip()
    if len(token) == DIGITS and token.isdigit():
        count_try(CODES, str(user.pk))
        app = TotpDevice.objects.filter(user=user, confirmed=True).first()
        found = django_otp.verify_token(user, app.persistent_id, token) if app else None
        if found is not None:
            forget_tries(CODES, str(user.pk))
        return found
    kit = RecoveryKit.objects.filter(user=user).first()
    return django_otp.verify_token(user, kit.persistent_id, token) if kit else None


def take_step(*, request: StaffRequest, user: User, token: str) -> bool:
    """Take the second step with a code of the app or on paper; False for a wrong one. Raises TooManyTries."""
    device = proves(user, token)
    if device is None:
        trail.record(events.SECOND_STEP_FAILED, school=None, acting_user=user, outcome="failed")
        return False
    with transaction.atomic():
        step_taken(request=request, user=user, device=device)
        if isinstance(device, RecoveryKit):
            _tell(user, "recovery_code_used", _("A recovery code of your account at Basispoort was used"))
    return True


def step_taken(*, request: StaffRequest, user: User, device: Device) -> None:
    """Turn the half-begun session into a whole one, under a new key."""
    _pass(request, user, device)
    trail.record(events.SECOND_STEP_TAKEN, school=None, acting_user=user, details={"kind": device.model_label()})


def end_wait(request: StaffRequest) -> None:
    """Make a half-begun session a whole one for who needs no second step any more: the role that asked for it ended."""
    request.session.pop(second_step.DUE, None)
    request.session.cycle_key()
    limits.limit(request.session, limits.ADULT, int(timezone.now().timestamp()))


def _pass(request: StaffRequest, user: User, device: Device) -> None:
    request.session.pop(second_step.DUE, None)
    django_otp.login(request, device)
    request.session.cycle_key()
    powerful = second_step.is_powerful(user)
    limits.limit(request.session, limits.POWERFUL if powerful else limits.ADULT, int(timezone.now().timestamp()))
    if request.session.get(WAY) != Way.SCHOOL_ACCOUNT:  # who came without the password shows it before a weighty act
        note_proof(request.session)


def prove_again(*, request: StaffRequest, user: User, password: str, token: str) -> bool:
    """Prove again who one is, by the password and, where there is a second step, by that as well (SR-A12).

    Raises TooManyTries, or HashersBusy.
    """
    count_password_try(request)
    if len(password) > LONGEST_TRIED:
        return False
    try:
        known = authenticate(request, email=str(user.email), password=normal_password(password))
    except HashersBusy:
        take_back_password_try(request)
        raise
    if known is None or known.pk != user.pk:
        return False
    if has_factor(user) and not passkey_shown(request) and proves(user, token) is None:
        return False
    password_was_right(request)
    note_proof(request.session)
    request.session.pop(PASSKEY_SHOWN, None)
    trail.record(events.PROVED_AGAIN, school=None, acting_user=user)
    return True


def note_passkey(request: StaffRequest) -> None:
    """Note that a passkey was shown a moment ago, as part of proving again who one is."""
    request.session[PASSKEY_SHOWN] = int(timezone.now().timestamp())


def passkey_shown(request: StaffRequest) -> bool:
    """Tell whether a passkey was shown within two minutes."""
    return int(timezone.now().timestamp()) - int(request.session.get(PASSKEY_SHOWN, 0)) <= PASSKEY_SECONDS


def _other_sessions_end(request: StaffRequest, user: User) -> None:
    request.session.save()
    end_everything(user, but_session=stored_key(str(request.session.session_key)))


def _tell(user: User, purpose: str, subject: object) -> None:
    queue_mail(
        purpose=purpose,
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=subject,  # type: ignore[arg-type]  # a translation in waiting
        template=f"accounts/mail/{purpose}",
        facts={"name": user.first_name},
    )
