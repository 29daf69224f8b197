"""Wrong codes of a whole group, or from one address: many of them ask for the one step more (SR-A15).

Never a wait: the other children of the group, and those behind the same address, give the word of the day and go on.
A school with networks of its own asks that step of everybody elsewhere already; on its networks nobody is asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from accounts.actions.place import Place, knows_word
from accounts.models import ClassStart, FailureCounter
from basispoort.lib.address import client_address

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from accounts.actions.place import Passage
    from schools.models import School

WINDOW, DAY = timedelta(minutes=10), timedelta(days=1)
# A class of thirty on its first morning makes fewer mistakes than those of a group, a school of five hundred than the
# others. Those of a day see who is patient enough to stay below the ones of ten minutes.
OF_GROUP, FROM_ADDRESS = 40, 200
OF_GROUP_A_DAY, FROM_ADDRESS_A_DAY = 200, 1_000


def count_guess(request: HttpRequest, *, school: School, group: UUID | None) -> None:
    """Count a wrong code of somebody in a group, from this address."""
    counters = _counters(request, school, group)
    tripped = [window for key, window, most in counters if FailureCounter.add(key, window) >= most]
    if tripped:
        # The word is shown for as long as it may be asked, also for a group whose count began later than another's.
        FailureCounter.extend(_school_key(school), max(tripped))


def are_guessed(school: School) -> bool:
    """Tell whether somewhere in the school the step is asked for now: then its teachers see the word."""
    return FailureCounter.number(_school_key(school)) > 0


def asks_step(request: HttpRequest, school: School, group: UUID, passage: Passage) -> bool:
    """Tell whether this browser has to give the word of the day for this group; a class start opens it as well."""
    if passage.place is not Place.EVERYWHERE:
        return False
    counters = _counters(request, school, group)
    numbers = FailureCounter.numbers(key for key, _window, _most in counters)
    if all(numbers.get(key, 0) < most for key, _window, most in counters):
        return False
    starts = ClassStart.objects.for_school(school).open().filter(group=group)
    return not knows_word(request, school) and not starts.exists()


def _counters(request: HttpRequest, school: School, group: UUID | None) -> list[tuple[bytes, timedelta, int]]:
    """Give what a wrong code counts for: key, window, and how many ask for the step."""
    of_group, from_address = str(group), (str(school.pk), client_address(request))
    return [
        (FailureCounter.key_of("codes of group", of_group), WINDOW, OF_GROUP),
        (FailureCounter.key_of("codes from address", *from_address), WINDOW, FROM_ADDRESS),
        (FailureCounter.key_of("codes of group today", of_group), DAY, OF_GROUP_A_DAY),
        (FailureCounter.key_of("codes from address today", *from_address), DAY, FROM_ADDRESS_A_DAY),
    ]


def _school_key(school: School) -> bytes:
    return FailureCounter.key_of("codes of school", str(school.pk))
