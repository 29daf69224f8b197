"""The group overview: pupils by material, put together with a fixed number of queries (product L7)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from accounts.models import CodeKind
from dpa.actions.sharing import AgreementMissing, sharing_ground
from licences.models import Assignment, DataSharing, Launch, Licence
from licences.seats import pupils_of
from schools.models import Pupil, PupilSubgroup

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from accounts.models import PupilCode
    from licences.models import LearningMaterial
    from schools.models import Group, School


@dataclass(frozen=True, slots=True)
class Line:
    """One pupil's line: cells as ready markup, equal cells made once."""

    pupil: Pupil
    cells: SafeString
    means: str
    used_at: datetime | None
    waiting: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page shows of one group."""

    group: Group
    materials: list[LearningMaterial]
    lines: list[Line]
    agreement: bool


def overview_of(school: School, group: Group, *, day: date | None = None) -> Overview:
    """Give the overview of a group: its present pupils, the material that is activated, who has which.

    The answer in each cell is the one of the decision (`actions.access`), worked out for all pupils together.
    """
    today = day or timezone.localdate()
    pupils = list(_pupils(school, group))
    licences = _running_licences(school, today)
    reach = _reach(school, licences, pupils, group)
    materials = {one.material_id: one.material for one in licences if reach[one.pk]}
    shown = sorted((one for one in materials.values() if not one.teacher_only), key=lambda one: one.name)
    has: dict[int, set[UUID]] = defaultdict(set)
    for licence in licences:
        for number in reach[licence.pk]:
            has[number].add(licence.material_id)
    used = _last_used(school, pupils)
    drawn: dict[frozenset[UUID], SafeString] = {}
    lines = []
    for pupil in pupils:
        pattern = frozenset(has[pupil.pk])
        if pattern not in drawn:
            drawn[pattern] = _cells(shown, pattern)
        code: PupilCode | None = getattr(pupil, "code", None)
        waiting = code is not None and code.is_waiting
        lines.append(Line(pupil, drawn[pattern], _means(code), used.get(pupil.pk), waiting))
    return Overview(group, shown, lines, agreement=bool(licences) or _has_agreement(school, today))


def _pupils(school: School, group: Group) -> QuerySet[Pupil]:
    rows = Pupil.objects.for_school(school).present().select_related("code").by_name()
    return rows.filter(home_group=group).defer("birth_date", "las_key", "eck_id", "code__value")


def _has_agreement(school: School, day: date) -> bool:
    try:
        sharing_ground(school, day=day)
    except AgreementMissing:
        return False
    return True


def _running_licences(school: School, day: date) -> list[Licence]:
    """Give the licences that run and whose publisher is on, if the agreement stands."""
    if not _has_agreement(school, day):
        return []
    on = DataSharing.objects.for_school(school).running()
    rows = Licence.objects.for_school(school).valid_on(day).filter(material__participant__in=on.values("participant"))
    return [one for one in rows.select_related("material__participant") if one.material.url]


def _reach(school: School, licences: list[Licence], pupils: list[Pupil], group: Group) -> dict[UUID, set[int]]:
    """Give the numbers of this group's pupils that each licence reaches, and for whom there is a seat."""
    numbers = {pupil.pk for pupil in pupils}
    limited = [one.pk for one in licences if one.seats is not None]
    everybody = pupils_of(school, limited) if limited else {}
    rows = Assignment.objects.for_school(school).filter(licence__in=licences, all_staff=False)
    places: dict[UUID, set[int]] = defaultdict(set)
    for pupil, place in (
        PupilSubgroup.objects.for_school(school).filter(pupil__in=numbers).values_list("pupil", "group")
    ):
        places[place].add(pupil)
    places[group.pk] |= numbers
    found: dict[UUID, set[int]] = defaultdict(set)
    for licence, to_group, to_pupil in rows.values_list("licence", "group", "pupil"):
        found[licence] |= {to_pupil} & numbers if to_pupil else places[to_group]
    for one in licences:
        if one.seats is not None:
            found[one.pk] &= set(sorted(everybody[one.pk])[: one.seats])
    return found


def _last_used(school: School, pupils: list[Pupil]) -> dict[int, datetime]:
    """Give when each pupil last opened material or signed in, whichever is known."""
    links = {pupil.pk: pupil.code.last_used_at for pupil in pupils if getattr(pupil, "code", None)}
    rows = Launch.objects.for_school(school).filter(user__pupil_link__pupil__in=[pupil.pk for pupil in pupils])
    last = rows.values_list("user__pupil_link__pupil").annotate(last=Max("at"))
    for pupil, at in last:
        links[pupil] = max(at, links.get(pupil) or at)
    return {pupil: at for pupil, at in links.items() if at}


def _means(code: PupilCode | None) -> str:
    if code is None:
        return _("no code yet")
    return _("picture code") if code.kind == CodeKind.PICTURES else _("pincode")


def _cells(materials: list[LearningMaterial], has: frozenset[UUID]) -> SafeString:
    yes = format_html('<td><span class="mark mark--yes">{}</span></td>', _("yes"))
    no = format_html('<td><span class="mark mark--no">{}</span></td>', _("no"))
    return format_html_join("", "{}", ((yes if one.pk in has else no,) for one in materials))


def rows_of(overview: Overview) -> SafeString:
    """Give the lines of the table as markup: made here in one loop, because a template takes ten times as long."""
    waits = format_html(' <span class="badge badge--warn">{}</span>', _("must wait"))
    never = _("never")
    return format_html_join(
        "",
        '<tr><th scope="row">{}{}</th><td>{}</td><td>{}</td>{}</tr>',
        (
            (
                line.pupil.full_name,
                waits if line.waiting else "",
                line.means,
                date_format(timezone.localtime(line.used_at), "j-n-Y") if line.used_at else never,
                line.cells,
            )
            for line in overview.lines
        ),
    )
