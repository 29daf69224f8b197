"""Signing staff in with address and password: slowed where it must be, never locked (product A1; SR-A03 to A06, K)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts import events
from accounts.actions.enter import Way, enter
from accounts.actions.tokens import warn_owner
from accounts.challenges import desk
from accounts.failures import ACCOUNT_WINDOW, Demand, Tried, count_failure, demand_of
from accounts.models import FailureCounter, KnownDevice, SolvedChallenge, User
from accounts.models.attempt import DEVICE_DAYS
from accounts.models.user import email_indexes
from accounts.passwords import LONGEST_TRIED, normal_password
from basispoort.audit import trail
from basispoort.lib.address import client_address
from basispoort.lib.compiled import Compiled, ask
from basispoort.lib.crypto import normalise
from basispoort.lib.hashers import HashersBusy

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from basispoort.lib.http import PortalRequest


FREE = Demand()


class Outcome(StrEnum):
    """How a try to sign in ended; the page tells a stranger only that it did not succeed."""

    DONE = "done"
    WRONG = "wrong"  # address and password do not belong together, or the challenge was not solved
    WAIT = "wait"  # the challenge was solved, but its ticket does not count yet


@dataclass(frozen=True, slots=True)
class Attempt:
    """The outcome of a try, how long this browser has to wait before the next one, and what that one costs."""

    outcome: Outcome
    wait_seconds: int = 0
    user: User | None = None
    demand: Demand = FREE
    device_is_known: bool = False
    own_only: bool = False


def tried_by(request: PortalRequest, *, email: str, device_cookie: str) -> Tried:
    """Tell who is tried, from where, and whether on a device that is known for this account."""
    device = device_cookie if device_is_known(email, device_cookie) else ""
    return Tried(normalise(email), client_address(request), device)


def sign_in_staff(
    request: PortalRequest, *, email: str, password: str, device_cookie: str, shared: bool = False
) -> Attempt:
    """Sign a member of staff in; `shared` on a computer that others use too.

    Counts before it checks, so that tries in parallel cannot pass the limit. When failures ask for a challenge, the
    password is only looked at once the challenge is solved, in this very browser, and its wait is over. The wait
    belongs to that ticket: a stranger's failures delay the owner by one challenge and a minute at most.
    """
    tried = tried_by(request, email=email, device_cookie=device_cookie)
    before = FailureCounter.add(tried.key, ACCOUNT_WINDOW) - 1
    demand = demand_of(tried, before, timezone.now())
    tickets: tuple[UUID, ...] = ()
    if demand.challenges:
        taken, redeemed = desk.hand_in(request, desk.Purpose.SIGN_IN, demand)
        if not redeemed.tickets:
            FailureCounter.take_back(tried.key)  # nothing was checked
            outcome = Outcome.WAIT if redeemed.wait_seconds else Outcome.WRONG
            own_only = taken is desk.Taken.OWN_INSTEAD
            return Attempt(outcome, redeemed.wait_seconds, demand=demand, own_only=own_only)
        tickets = redeemed.tickets
    user = None
    if len(password) <= LONGEST_TRIED:
        try:
            user = authenticate(request, email=email, password=normal_password(password))
        except HashersBusy:
            FailureCounter.take_back(tried.key)
            SolvedChallenge.give_back(tickets)
            raise
    if not isinstance(user, User):
        trail.record(events.SIGN_IN_FAILED, school=None, acting_user=None, outcome="failed")
        if count_failure(tried, timezone.now()):
            warn_owner(address=email)
        return Attempt(Outcome.WRONG, demand=demand_of(tried, before + 1, timezone.now()))
    FailureCounter.take_back(tried.key)
    _let_in(request, user, shared=shared)
    return Attempt(Outcome.DONE, user=user, device_is_known=bool(tried.device))


def demand_before(request: PortalRequest, *, email: str = "", device_cookie: str = "") -> Demand:
    """Tell what a try would cost now; without an address, what it costs from this network at least."""
    tried = tried_by(request, email=email, device_cookie=device_cookie)
    failures = FailureCounter.number(tried.key) if email else 0
    return demand_of(tried, failures, timezone.now())


def _let_in(request: PortalRequest, user: User, *, shared: bool) -> None:
    with transaction.atomic():
        enter(request, user=user, way=Way.PASSWORD, is_shared_computer=shared)
        trail.record(events.SIGNED_IN, school=None, acting_user=user)


def _device_hash(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()


def device_is_known(email: str, cookie: str) -> bool:
    """Tell whether the account with this address was signed in to in this browser within 180 days."""
    if not cookie:
        return False
    [owners] = ask([OWNERS], token=_device_hash(cookie))
    return any(bytes(index) in email_indexes(email) for [index] in owners if index)


def _owners(*, token: bytes) -> QuerySet[Any, Any]:
    devices = KnownDevice.objects.filter(token_hash=token, since__gt=Now() - timedelta(days=DEVICE_DAYS))
    return devices.values_list("user__email_index")


OWNERS = Compiled(_owners)


def remember_device(user: User) -> str:
    """Give a new cookie by which this browser is known for this account."""
    cookie = secrets.token_urlsafe(24)
    KnownDevice.objects.create(user=user, token_hash=_device_hash(cookie))
    return cookie
