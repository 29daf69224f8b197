"""The ground on which anything may leave: the agreement that the school accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basispoort.lib.compiled import Objects
from dpa.models import Acceptance

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from basispoort.lib.tenancy import TenantQuerySet
    from schools.models import School


class AgreementMissing(Exception):
    """The school has no agreement that covers this day: nothing may leave."""


def sharing_ground(school: School, *, day: date) -> Acceptance:
    """Give the acceptance that covers a school's data on a day, with the leaflet that names the fields.

    Ask within the scope of the school. Raises AgreementMissing when nobody accepted, when what was accepted is not in
    effect yet, or when the school is not in service on that day.
    """
    if not school.is_in_service_on(day):
        raise AgreementMissing
    ground = GROUND.first(school=school.pk, day=day)
    if ground is None:
        raise AgreementMissing
    return ground


def grounds(school: int, day: date) -> TenantQuerySet[Acceptance]:
    """Give the acceptances of a school that are in effect on a day, the newest first: that one counts."""
    rows = Acceptance.objects.for_school(school).filter(at__date__lte=day, version__effective_on__lte=day)
    return rows.order_by("-at")


def _ground(*, school: int, day: date) -> QuerySet[Acceptance]:
    # Not the texts: they are long, and what may leave stands in the fields.
    return grounds(school, day).select_related("leaflet").defer("documents", "leaflet__texts")[:1]


# Asked at every step of every launch.
GROUND = Objects[Acceptance](_ground)
