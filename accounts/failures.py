"""How many failures ask for what: a challenge, two, a wait; nobody is ever refused for good (SR-A04, SR-K01 to K04)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from accounts.models import ChallengeKind, FailureCounter
from accounts.models.challenge import LONGEST_WAIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCOUNT_WINDOW = timedelta(minutes=15)
CHALLENGE_FROM, WAIT_FROM, CHALLENGE_FROM_KNOWN = 4, 11, 10
DAY = timedelta(days=1)
MAIL_AT, TWICE_FROM = 50, 100
# SR-K04: an address from which many accounts are tried in vain; the whole country failing far more than is normal.
FEW_MINUTES = timedelta(minutes=5)
ADDRESS_FAILURES, ADDRESS_ACCOUNTS = 20, 10
HOUR = timedelta(hours=1)
FEW_MINUTES_AN_HOUR = 12
NATIONAL_FACTOR, NATIONAL_NORMAL_AT_LEAST = 5, 60
DAYS_COMPARED = 7
# Other doors: wrong mailed links (SR-C09), and requests for one (SR-K06), both by address.
WRONG_TOKENS, REQUESTS = 10, 20
# Questions are for people without JavaScript, and easy for a program: few from one address.
QUESTIONS, QUESTION_WINDOW = 10, timedelta(minutes=15)
# SR-K06: what a few tries could guess. Of a code by account, of a password in a running session by that session.
FEW_TRIES = ((5, timedelta(minutes=1)), (20, timedelta(hours=1)))
SHORTEST_WAIT = {ChallengeKind.WORK: 2, ChallengeKind.QUESTION: 15}


class TooManyTries(Exception):
    """Too many wrong tries of one kind lately; other ways still work."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a try costs: a number of solved challenges, and seconds between solving and trying."""

    challenges: int = 0
    wait_seconds: int = 0

    def wait_of(self, kind: str, *, with_google: bool) -> int:
        """Give the wait of a challenge of this kind: doubled for what stands in for the portal's own first choice."""
        if kind == ChallengeKind.RECAPTCHA or (kind == ChallengeKind.WORK and not with_google):
            return self.wait_seconds
        return min(max(2 * self.wait_seconds, SHORTEST_WAIT[ChallengeKind(kind)]), LONGEST_WAIT_SECONDS)


@dataclass(frozen=True, slots=True)
class Tried:
    """Who is tried from where: the account's address, the visitor's network address, the device's cookie if known."""

    account: str
    address: str
    device: str = ""

    @property
    def key(self) -> bytes:
        """The counter of this account, by known device or for all unknown ones together."""
        return FailureCounter.key_of("account", self.account, f"known:{self.device}" if self.device else "unknown")

    @property
    def day_key(self) -> bytes:
        """The counter of this account's failures today, from unknown devices."""
        return FailureCounter.key_of("account day", self.account)


def demand_of(tried: Tried, failures: int, now: datetime) -> Demand:
    """Tell what the next try costs after this many failures in the account's window."""
    at_least = 1 if settings.CAPTCHA_MODE == "always" or redis_is_away() else 0
    if tried.device:
        return Demand(max(at_least, int(failures >= CHALLENGE_FROM_KNOWN)))
    number, accounts = _address_keys(tried.address)
    national, hours = _national_keys(now)
    numbers = FailureCounter.numbers([tried.day_key, number, accounts, national, *hours])
    if numbers.get(tried.day_key, 0) >= TWICE_FROM:
        at_least = 2
    elif failures >= CHALLENGE_FROM or _is_suspect(numbers, number, accounts) or _is_storm(numbers, national, hours):
        at_least = 1
    return Demand(at_least, wait_after(failures) if at_least else 0)


def wait_after(failures: int) -> int:
    """Give how long a ticket waits before it counts: 2, 4, 8 … 60 seconds from the 11th failure on."""
    return 0 if failures < WAIT_FROM else min(2 << min(failures - WAIT_FROM, 6), LONGEST_WAIT_SECONDS)


def count_failure(tried: Tried, now: datetime) -> bool:
    """Count a failure beyond the account's own window; True when it is the one at which the owner is mailed.

    A success clears none of these.
    """
    number, accounts = _address_keys(tried.address)
    national, (this_hour, *_before) = _national_keys(now)
    FailureCounter.add(number, FEW_MINUTES)
    if FailureCounter.add(FailureCounter.key_of("address account", tried.address, tried.account), FEW_MINUTES) == 1:
        FailureCounter.add(accounts, FEW_MINUTES)
    FailureCounter.add(national, FEW_MINUTES)
    FailureCounter.add(this_hour, timedelta(days=DAYS_COMPARED + 1))
    return not tried.device and FailureCounter.add(tried.day_key, DAY) == MAIL_AT


def _address_keys(address: str) -> tuple[bytes, bytes]:
    return FailureCounter.key_of("address", address), FailureCounter.key_of("address accounts", address)


def _is_suspect(numbers: dict[bytes, int], number: bytes, accounts: bytes) -> bool:
    return numbers.get(number, 0) >= ADDRESS_FAILURES and numbers.get(accounts, 0) >= ADDRESS_ACCOUNTS


def _national_keys(now: datetime) -> tuple[bytes, list[bytes]]:
    """Give the counter of these few minutes, and those of this hour today and on the seven days before."""
    hours = [(now - timedelta(days=days)).strftime("%Y-%m-%dT%H") for days in range(DAYS_COMPARED + 1)]
    return FailureCounter.key_of("national"), [FailureCounter.key_of("national hour", hour) for hour in hours]


def _is_storm(numbers: dict[bytes, int], national: bytes, hours: Sequence[bytes]) -> bool:
    """Tell whether the country fails five times as often as on the busiest of the last seven days at this hour."""
    busiest = max(numbers.get(hour, 0) for hour in hours[1:]) / FEW_MINUTES_AN_HOUR
    return numbers.get(national, 0) >= NATIONAL_FACTOR * max(busiest, NATIONAL_NORMAL_AT_LEAST)


def storms_now(now: datetime) -> bool:
    """Tell whether the whole country fails to sign in far more often than is normal (SR-K04, SR-J04)."""
    national, hours = _national_keys(now)
    return _is_storm(FailureCounter.numbers([national, *hours]), national, hours)


def token_key(address: str) -> bytes:
    """Give the counter of wrong mailed links from an address."""
    return FailureCounter.key_of("wrong token", address)


def request_key(address: str) -> bytes:
    """Give the counter of requests for a link from an address."""
    return FailureCounter.key_of("link request", address)


def question_key(address: str) -> bytes:
    """Give the counter of questions answered from an address."""
    return FailureCounter.key_of("question", address)


class _Redis:
    """What this process last heard of Redis, and until when it believes that."""

    away = False
    asked_again_at = 0.0


def redis_is_away() -> bool:
    """Tell whether Redis is gone; then every password sign-in asks the challenge (SR-O). Asked once in five seconds.

    The counters themselves are in PostgreSQL and go on.
    """
    if time.monotonic() >= _Redis.asked_again_at:
        try:
            cache.get("here")
            _Redis.away = False
        except (RedisError, OSError):
            _Redis.away = True
        _Redis.asked_again_at = time.monotonic() + 5
    return _Redis.away


def ask_redis_again() -> None:
    """Believe nothing that was heard of Redis before."""
    _Redis.asked_again_at = 0.0


def count_try(kind: str, who: str) -> None:
    """Count a try before it is looked at, so that tries in parallel cannot pass the limit; raises TooManyTries."""
    for key, most, window in _few_keys(kind, who):
        if FailureCounter.add(key, window) > most:
            raise TooManyTries


def take_try_back(kind: str, who: str) -> None:
    """Count a try no longer at which nothing was looked at."""
    for key, _most, _window in _few_keys(kind, who):
        FailureCounter.take_back(key)


def forget_tries(kind: str, who: str) -> None:
    """Forget the tries that went before a right one."""
    FailureCounter.objects.filter(key__in=[key for key, _most, _window in _few_keys(kind, who)]).delete()


def _few_keys(kind: str, who: str) -> list[tuple[bytes, int, timedelta]]:
    return [(FailureCounter.key_of(kind, who, str(most)), most, window) for most, window in FEW_TRIES]
