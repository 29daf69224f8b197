"""What a school's own pages tell about where pupils sign in: the word of the day, or a warning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts import permissions
from accounts.actions.door import door_of
from accounts.day_word import day_word
from accounts.guesses import are_guessed
from accounts.models import NetworkRange

if TYPE_CHECKING:
    from basispoort.lib.http import SchoolRequest


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """The word of the day where the school has networks; the warning where it has none, for who can add them.

    A school without networks needs the word while its codes are `guessed`.
    """

    word: str = ""
    warn: bool = False
    guessed: bool = False


def place_card(request: SchoolRequest) -> PlaceCard:
    """Give what this visitor should know about the place of pupils today; who only looks along sees no word."""
    if request.watched is not None:
        return PlaceCard()
    user, school = request.user, request.school
    starts, manages = (user.has_perm(right, school) for right in (permissions.CLASS_START, permissions.SCHOOL_DOOR))
    if not (starts or manages):
        return PlaceCard()
    has_networks = NetworkRange.objects.for_school(school).exists()
    guessed = not has_networks and are_guessed(school)
    needs_word = starts and (has_networks or guessed)
    word = day_word(door_of(school=school), timezone.localdate()) if needs_word else ""
    return PlaceCard(word, warn=manages and not has_networks, guessed=guessed)
