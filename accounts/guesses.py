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

WINDOW = timedelta(minutes=10)
# A class of thirty on its first morning makes fewer mistakes than the one, a school of five hundred than the other.
OF_GROUP, FROM_ADDRESS = 40, 200


def count_guess(request: HttpRequest, *, school: School, group: UUID | None) -> None:
    """Count a wrong code of somebody in a group, from this address."""
    of_group, from_address = _keys(request, school, group)
    numbers = FailureCounter.add(of_group, WINDOW), FailureCounter.add(from_address, WINDOW)
    if numbers[0] >= OF_GROUP or numbers[1] >= FROM_ADDRESS:
        FailureCounter.add(_school_key(school), WINDOW)


def are_guessed(school: School) -> bool:
    """Tell whether somewhere in the school the step is asked for now: then its teachers see the word."""
    return FailureCounter.number(_school_key(school)) > 0


def asks_step(request: HttpRequest, school: School, group: UUID, passage: Passage) -> bool:
    """Tell whether this browser has to give the word of the day for this group; a class start opens it as well."""
    if passage.place is not Place.EVERYWHERE:
        return False
    of_group, from_address = _keys(request, school, group)
    numbers = FailureCounter.numbers([of_group, from_address])
    if numbers.get(of_group, 0) < OF_GROUP and numbers.get(from_address, 0) < FROM_ADDRESS:
        return False
    starts = ClassStart.objects.for_school(school).open().filter(group=group)
    return not knows_word(request, school) and not starts.exists()


def _keys(request: HttpRequest, school: School, group: UUID | None) -> tuple[bytes, bytes]:
    of_group = FailureCounter.key_of("codes of group", str(group))
    return of_group, FailureCounter.key_of("codes from address", str(school.pk), client_address(request))


def _school_key(school: School) -> bytes:
    return FailureCounter.key_of("codes of school", str(school.pk))
