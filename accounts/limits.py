"""How long a session lives: idle, and in all (SR-A07). Kept and judged on the server; the cookie has no say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from django.contrib.sessions.backends.base import SessionBase

KEY = "_limits"
SHARED = "shared_computer"
SEEN_EVERY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds without a request, and seconds since sign-in, after which a session is over."""

    idle_seconds: int
    absolute_seconds: int


PUPIL = Limits(60 * 60, 8 * 60 * 60)
ADULT = Limits(60 * 60, 12 * 60 * 60)
POWERFUL = Limits(15 * 60, 8 * 60 * 60)
# On a computer that others use too, whoever it is.
SHARED_IDLE_SECONDS = 10 * 60
# The second step is still to come.
HALF_WAY = Limits(10 * 60, 10 * 60)


def limit(session: SessionBase, limits: Limits, now_seconds: int) -> None:
    """Give a session, just begun, its limits; `now_seconds` is the moment as seconds of the epoch."""
    idle_seconds = min(limits.idle_seconds, SHARED_IDLE_SECONDS) if session.get(SHARED) else limits.idle_seconds
    session[KEY] = [idle_seconds, limits.absolute_seconds, now_seconds, now_seconds]


def tighten(session: SessionBase, limits: Limits) -> None:
    """Give a session that runs these limits where its own are wider: its owner got a role that asks for them."""
    if KEY not in session:
        return
    idle_seconds, absolute_seconds, *moments = session[KEY]
    narrow = [min(idle_seconds, limits.idle_seconds), min(absolute_seconds, limits.absolute_seconds)]
    if narrow != [idle_seconds, absolute_seconds]:
        session[KEY] = [*narrow, *moments]


def is_over(data: MutableMapping[str, Any], now_seconds: int) -> bool:
    """Tell whether a session has passed one of its limits; one without limits has not."""
    if KEY not in data:
        return False
    idle_seconds, absolute_seconds, began, seen = data[KEY]
    return bool(now_seconds - seen > idle_seconds or now_seconds - began > absolute_seconds)


def ends_at(data: MutableMapping[str, Any]) -> int | None:
    """Give the second of the epoch at which a session is over when nobody uses it; None for one without limits."""
    if KEY not in data:
        return None
    idle_seconds, absolute_seconds, began, seen = data[KEY]
    return int(min(seen + idle_seconds, began + absolute_seconds))


def see(data: MutableMapping[str, Any], now_seconds: int) -> bool:
    """Note that the session is in use; True when that changed the note, at most once a minute."""
    if KEY not in data or now_seconds - data[KEY][3] < SEEN_EVERY_SECONDS:
        return False
    data[KEY] = [*data[KEY][:3], now_seconds]
    return True
