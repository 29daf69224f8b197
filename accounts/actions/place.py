"""Where a pupil's browser is, and what that opens (SR-A14)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.day_word import is_day_word, is_proof, proof_of
from accounts.models import ClassStart, FailureCounter, NetworkRange, SchoolDoor
from basispoort.lib.address import client_address, whole_address

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.networks import Network
    from schools.models import School

WORD_COOKIE = "__Host-word" if settings.HTTPS else "word"
GUESS_WINDOW = timedelta(minutes=10)
# A child's mistakes slow its own browser; those of a whole school are needed before an address waits.
FREE_GUESSES, FREE_FROM_ADDRESS = 10, 100
BROWSER = "word_browser"
WAITS_SECONDS = (10, 20, 40, 60)


class Place(StrEnum):
    """Where a browser is, as far as the school's rules go."""

    EVERYWHERE = "everywhere"  # the school set no networks: its link suffices
    AT_SCHOOL = "at school"
    WITH_WORD = "with the word of the day"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"  # no address, or the check failed: one step more, never the lesson


@dataclass(frozen=True, slots=True)
class Passage:
    """What a place opens: everything, or the groups whose class start runs now."""

    place: Place
    started: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def is_whole(self) -> bool:
        """Whether every group of the school is open from here."""
        return self.place in {Place.EVERYWHERE, Place.AT_SCHOOL, Place.WITH_WORD}

    def opens(self, group_id: UUID | None) -> bool:
        """Tell whether the names of a group show here, and its pupils' codes count."""
        return self.is_whole or group_id in self.started

    def takes_badge(self, group_id: UUID | None) -> bool:
        """Tell whether a badge of this group counts here.

        Where the check failed a badge is the one step more. Elsewhere it is not: it may be a photo (SR-A16).
        """
        return self.place == Place.UNKNOWN or self.opens(group_id)


def networks_of(school: School) -> list[Network] | None:
    """Give the networks of a school, None where they cannot be read; to be asked within the scope of the school."""
    try:
        with transaction.atomic():
            return list(NetworkRange.objects.for_school(school).values_list("network", flat=True))
    except (DatabaseError, ValueError):
        return None


def passage_of(request: HttpRequest, school: School, networks: list[Network] | None) -> Passage:
    """Give what is open to this browser; to be asked within the scope of the school."""
    place = _place_of(request, networks)
    if place in {Place.EVERYWHERE, Place.AT_SCHOOL}:
        return Passage(place)
    if knows_word(request, school):
        return Passage(Place.WITH_WORD)
    started = ClassStart.objects.for_school(school).open().values_list("group_id", flat=True)
    return Passage(place, frozenset(started))


def _place_of(request: HttpRequest, networks: list[Network] | None) -> Place:
    if networks is None:
        return Place.UNKNOWN
    if not networks:
        return Place.EVERYWHERE
    address = whole_address(request)
    if address is None:
        return Place.UNKNOWN
    at_school = any(address.version == network.version and address in network for network in networks)
    return Place.AT_SCHOOL if at_school else Place.ELSEWHERE


def knows_word(request: HttpRequest, school: School) -> bool:
    """Tell whether this browser gave the word of today before."""
    kept = request.COOKIES.get(WORD_COOKIE, "")
    door = SchoolDoor.objects.for_school(school).first() if kept else None
    return door is not None and is_proof(door, timezone.localdate(), kept)


class TooManyGuesses(Exception):
    """The word is not looked at yet: this browser or address guessed often; `seconds` tells how long it waits."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


def try_word(request: HttpRequest, *, door: SchoolDoor, typed: str) -> bool:
    """Tell whether this is the word of today; a wrong one is counted for the browser, and for the address there.

    Ten of a browser in ten minutes are free, and a hundred from an address at one school; after each further one the
    browser, or the address, waits 10, 20, 40, 60 seconds, and raises TooManyGuesses when it does not. A child's own
    mistakes hold up nobody else, and nothing is ever locked.
    """
    browser = request.session.setdefault(BROWSER, secrets.token_urlsafe(16))
    address = f"{door.school_id} {client_address(request) or 'unknown'}"
    counted = (("browser", browser, FREE_GUESSES), ("address", address, FREE_FROM_ADDRESS))
    keys = [FailureCounter.key_of(f"day word {kind}", who) for kind, who, _free in counted]
    pauses = [FailureCounter.key_of(f"day word pause {kind}", who) for kind, who, _free in counted]
    # Counted before anything is looked at: of many at once each sees the pause that the one before it began (SR-K01).
    numbers = [FailureCounter.add(key, GUESS_WINDOW) for key in keys]
    paused = FailureCounter.objects.filter(key__in=pauses, until__gt=timezone.now())
    waits = paused.aggregate(until=Max("until"))["until"]
    is_right = waits is None and is_day_word(door, timezone.localdate(), typed)
    if waits is not None or is_right:
        for key in keys:
            FailureCounter.take_back(key)
    if waits is not None:
        raise TooManyGuesses(max(1, round((waits - timezone.now()).total_seconds())))
    if not is_right:
        for pause, number, (_kind, _who, free) in zip(pauses, numbers, counted, strict=True):
            if number > free:
                step = min(number - free, len(WAITS_SECONDS)) - 1
                FailureCounter.add(pause, timedelta(seconds=WAITS_SECONDS[step]))
    return is_right


def remember_word(response: HttpResponse, door: SchoolDoor) -> None:
    """Let this browser pass until the day is over."""
    now = timezone.localtime()
    midnight = timezone.make_aware(datetime.combine(now.date() + timedelta(days=1), time.min))
    response.set_cookie(
        WORD_COOKIE,
        proof_of(door, now.date()),
        max_age=int((midnight - now).total_seconds()),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )
