"""What dpa tells a board of its schools: whether each accepted the agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from basispoort.web.boards import SchoolFact, register_school_fact
from dpa.models import Acceptance
from schools.models import SchoolState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basispoort.web.boards import Tone
    from schools.models import School


def agreement_fact(schools: Sequence[School]) -> dict[int, SchoolFact]:
    """Give for each school since when its agreement runs, or that it was not accepted; one query."""
    rows = Acceptance.objects.for_schools(schools).order_by().values("school").annotate(last=Max("at"))
    accepted = dict(rows.values_list("school", "last"))
    today = timezone.localdate()
    facts = {}
    for school in schools:
        if school.pk in accepted and school.is_in_service_on(today):
            day = date_format(timezone.localtime(accepted[school.pk]), "j F Y")
            facts[school.pk] = SchoolFact(_("Agreement"), _("accepted on %(day)s") % {"day": day}, "good")
        elif school.pk in accepted:
            facts[school.pk] = SchoolFact(_("Agreement"), _("ended"), "warn")
        else:
            tone: Tone = "warn" if school.state == SchoolState.ACTIVE else ""
            facts[school.pk] = SchoolFact(_("Agreement"), _("not accepted"), tone)
    return facts


register_school_fact(10, agreement_fact)
