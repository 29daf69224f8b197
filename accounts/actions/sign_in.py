"""Signing staff in with address and password: slowed where it must be, never locked (product A1; SR-A03 to A06, K)."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone

from accounts import events
from accounts.actions.enter import Way, enter
from accounts.models import FailureCounter, KnownDevice, User
from accounts.models.attempt import DEVICE_DAYS
from accounts.passwords import LONGEST_TRIED, normal_password
from basispoort.audit import trail
from basispoort.lib.address import client_address
from basispoort.lib.crypto import normalise
from basispoort.lib.hashers import HashersBusy

if TYPE_CHECKING:
    from basispoort.lib.http import PortalRequest

WINDOW = timedelta(minutes=15)
FREE_TRIES = 3
FREE_TRIES_KNOWN = 10
LONGEST_WAIT_SECONDS = 60
# SR-K04: an address from which many accounts are tried in vain.
ADDRESS_WINDOW = timedelta(minutes=5)
ADDRESS_FAILURES, ADDRESS_ACCOUNTS = 20, 10
TICKET = "sign_in_ticket"


class Outcome(StrEnum):
    """How a try to sign in ended; the page tells a stranger only that it did not succeed."""

    DONE = "done"
    WRONG = "wrong"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of a try, and how long this browser has to wait before the next one."""

    outcome: Outcome
    wait_seconds: int = 0
    user: User | None = None


def sign_in_staff(request: PortalRequest, *, email: str, password: str, device_cookie: str) -> Attempt:
    """Sign a member of staff in.

    Counts before it checks, so that tries in parallel cannot pass the limit. After three failures in 15 minutes from
    devices that are not known, each further try needs a ticket of this very browser, which counts only after a wait
    of 2, 4, 8 … 60 seconds. The wait belongs to the ticket: a stranger's failures delay the owner by no more than one.
    """
    known = device_is_known(email, device_cookie)
    place = f"known:{device_cookie}" if known else "unknown"
    key = FailureCounter.key_of("account", normalise(email), place)
    free = FREE_TRIES_KNOWN if known else FREE_TRIES
    address = client_address(request)
    suspect = not known and _is_suspect(address)
    count = FailureCounter.add(key, WINDOW)
    if (count > free or suspect) and (wait := _ticket_wait(request, count - 1 - free)):
        FailureCounter.take_back(key)  # nothing was checked
        return Attempt(Outcome.WAIT, wait)
    user = None
    if len(password) <= LONGEST_TRIED:
        try:
            user = authenticate(request, email=email, password=normal_password(password))
        except HashersBusy:
            FailureCounter.take_back(key)
            raise
    if not isinstance(user, User):
        trail.record(events.SIGN_IN_FAILED, school=None, acting_user=None, outcome="failed")
        _count_address(address, normalise(email))
        wait = _new_ticket(request, count - free) if count >= free or suspect else 0
        return Attempt(Outcome.WRONG, wait)
    FailureCounter.take_back(key)
    _let_in(request, user)
    return Attempt(Outcome.DONE, user=user)


def _address_keys(address: str) -> tuple[bytes, bytes]:
    return FailureCounter.key_of("address", address), FailureCounter.key_of("address accounts", address)


def _is_suspect(address: str) -> bool:
    failures, accounts = (FailureCounter.number(key, ADDRESS_WINDOW) for key in _address_keys(address))
    return failures >= ADDRESS_FAILURES and accounts >= ADDRESS_ACCOUNTS


def _count_address(address: str, account: str) -> None:
    """Count a failure of an address, and how many accounts it failed at; a success clears neither."""
    failures, accounts = _address_keys(address)
    FailureCounter.add(failures, ADDRESS_WINDOW)
    if FailureCounter.add(FailureCounter.key_of("address account", address, account), ADDRESS_WINDOW) == 1:
        FailureCounter.add(accounts, ADDRESS_WINDOW)


def _let_in(request: PortalRequest, user: User) -> None:
    with transaction.atomic():
        enter(request, user=user, way=Way.PASSWORD)
        trail.record(events.SIGNED_IN, school=None, acting_user=user)


def _wait_for(step: int) -> int:
    return min(2 << min(max(step, 0), 6), LONGEST_WAIT_SECONDS)


def _new_ticket(request: PortalRequest, step: int) -> int:
    wait = _wait_for(step)
    request.session[TICKET] = time.time() + wait
    return wait


def _ticket_wait(request: PortalRequest, step: int) -> int:
    """Give the seconds this browser must still wait; 0 uses its ticket up."""
    counts_from = request.session.get(TICKET)
    if counts_from is None:
        return _new_ticket(request, step)
    left = counts_from - time.time()
    if left > 0:
        return int(left) + 1
    del request.session[TICKET]
    return 0


def _device_hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def device_is_known(email: str, cookie: str) -> bool:
    """Tell whether the account with this address was signed in to in this browser within 180 days."""
    if not cookie:
        return False
    since = timezone.now() - timedelta(days=DEVICE_DAYS)
    device = KnownDevice.objects.filter(token_hash=_device_hash(cookie), since__gt=since).first()
    user = User.objects.with_email(email)
    return device is not None and user is not None and device.user_id == user.pk


def remember_device(user: User) -> str:
    """Give a new cookie by which this browser is known for this account."""
    cookie = secrets.token_urlsafe(24)
    KnownDevice.objects.create(user=user, token_hash=_device_hash(cookie))
    return cookie
