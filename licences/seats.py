"""Who holds a seat of a licence: every pupil that it is assigned to, once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.db.models import F

from licences.models import Assignment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from schools.models import School

# The three ways in which an assignment reaches a pupil.
WAYS = ("pupil", "group__home_pupils", "group__places__pupil")


def pupils_of(school: School, licences: Iterable[UUID]) -> dict[UUID, set[int]]:
    """Give the numbers of the present pupils that each licence reaches; three queries."""
    found: dict[UUID, set[int]] = defaultdict(set)
    wanted = list(licences)
    for way in WAYS:
        rows = Assignment.objects.for_school(school).filter(
            **{"licence__in": wanted, f"{way}__isnull": False, f"{way}__left_at__isnull": True}
        )
        if way != "pupil":
            rows = rows.filter(group__ended_at__isnull=True)
        for licence, pupil in rows.annotate(number=F(f"{way}__pk")).values_list("licence", "number"):
            found[licence].add(pupil)
    return found


def pupils_before(school: School, licences: Iterable[UUID], number: int) -> dict[UUID, int]:
    """Count, of each licence, the pupils who stand before this one in line for a seat."""
    wanted = list(licences)
    reached = pupils_of(school, wanted)
    return {licence: sum(1 for pupil in reached[licence] if pupil < number) for licence in wanted}
