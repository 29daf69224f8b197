"""The group overview: pupils by material, in one round trip to the database (product L7).

Whether a cell says yes is decided by `Access.why_not`, the same that decides a launch.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Max, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from accounts.models import CodeKind
from accounts.models.code import seconds_until
from basispoort.lib.compiled import Compiled, ask, columns, made
from dpa.actions.sharing import grounds
from dpa.models import Acceptance, DocumentVersion
from licences.actions.access import Access
from licences.models import Assignment, DataSharing, Launch, LearningMaterial, Licence, Participant, Subject
from licences.people import Visitor
from licences.seats import pupils_of
from schools.models import Group, GroupKind, Pupil, PupilSubgroup
from schools.models.pupil import pupils_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from basispoort.lib.compiled import Row
    from schools.models import School


Held = tuple[Licence, frozenset["UUID"], frozenset[int]]


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


PUPIL = columns(Pupil, "id", "first_name", "infix", "last_name", "home_group_id")
CODE = ("kind", "waiting_until", "last_used_at")
LICENCE = columns(Licence, "id", "material_id", "valid_from", "valid_until", "seats")
MATERIAL = columns(LearningMaterial, "id", "participant_id", "name", "url", "teacher_only")
PARTICIPANT = columns(Participant, "id", "state", "client_id", "initiate_login_uri")


def _pupils(*, school: int, group: UUID) -> QuerySet[Any, Any]:
    return _with_means(school, Group(pk=group, school_id=school))


def _pupils_of_subgroup(*, school: int, group: UUID) -> QuerySet[Any, Any]:
    return _with_means(school, Group(pk=group, school_id=school, kind=GroupKind.SUBGROUP))


def _with_means(school: int, group: Group) -> QuerySet[Any, Any]:
    places = PupilSubgroup.objects.for_school(school).filter(pupil=OuterRef("pk"), group__ended_at__isnull=True)
    launches = Launch.objects.for_school(school).filter(user__pupil_link__pupil=OuterRef("pk")).order_by()
    last = launches.values("user__pupil_link__pupil").annotate(last=Max("at")).values("last")
    return (
        pupils_in(group)
        .annotate(places=ArraySubquery(places.values("group")), used=last)
        .values_list(*PUPIL, *(f"code__{name}" for name in CODE), "places", "used")
    )


def _licences(*, school: int, day: date) -> QuerySet[Any, Any]:
    given = Assignment.objects.for_school(school).filter(licence=OuterRef("pk"))
    columns = [*(f"material__{name}" for name in MATERIAL), *(f"material__participant__{name}" for name in PARTICIPANT)]
    rows = Licence.objects.for_school(school).valid_on(day).order_by("material__name", "pk")
    return rows.annotate(
        groups=ArraySubquery(given.filter(group__isnull=False).values("group")),
        pupils=ArraySubquery(given.filter(pupil__isnull=False).values("pupil")),
    ).values_list(*LICENCE, *columns, "groups", "pupils")


def _sharing(*, school: int) -> QuerySet[Any, Any]:
    return DataSharing.objects.for_school(school).running().order_by().values_list("participant_id", "fields")


def _ground(*, school: int, day: date) -> QuerySet[Any, Any]:
    return grounds(school, day).values_list("leaflet__fields")[:1]


QUERIES = (Compiled(_ground), Compiled(_sharing), Compiled(_licences), Compiled(_pupils))
OF_SUBGROUP = (*QUERIES[:3], Compiled(_pupils_of_subgroup))


def overview_of(school: School, group: Group, *, day: date | None = None) -> Overview:
    """Give the overview of a group: its present pupils, the material that opens for one of them, who has which."""
    today = day or timezone.localdate()
    queries = OF_SUBGROUP if group.is_subgroup else QUERIES
    ground, sharing, licences, rows = ask(queries, school=school.pk, group=group.pk, day=today)
    rule = _rule(school, today, ground, sharing)
    participants: dict[UUID, Participant] = {}
    held = [_licence(row, participants) for row in licences]
    for licence, *_given in held:
        rule.licences[licence.material_id].append(licence)
    limited = [one for one, *_given in held if one.seats is not None]
    seated = _seated(school, limited) if limited else {}
    materials = {licence.material_id: licence.material for licence, *_given in held}
    # Licences by their place in the list: numbers are compared for each pupil, and random ids are slow to compare.
    by_group, by_pupil = _given_to(held)
    seats = [(place, seated[one.pk]) for place, (one, *_given) in enumerate(held) if one.pk in seated]
    opened: dict[int, frozenset[UUID]] = {}
    known: dict[Any, frozenset[UUID]] = {}
    pupils = [_pupil(row) for row in rows]
    for pupil, _means, _waiting, places, _used in pupils:
        mine = by_group[pupil.home_group_id].union(by_pupil[pupil.pk], *(by_group[place] for place in places))
        full = frozenset(place for place, holders in seats if place in mine and pupil.pk not in holders)
        if (mine, full) not in known:
            ids = [{held[place][0].pk for place in places} for places in (mine, full)]
            known[mine, full] = _opened(rule, ids[0], ids[1], materials.values())
        opened[pupil.pk] = known[mine, full]
    anybody = frozenset().union(*known.values()) if known else frozenset()
    shown = sorted((one for pk, one in materials.items() if pk in anybody), key=lambda one: one.name)
    drawn = {pattern: _cells(shown, pattern) for pattern in set(known.values())}
    words = _words()
    lines = [
        Line(pupil, drawn[opened[pupil.pk]], words[means], used, waiting)
        for pupil, means, waiting, _places, used in pupils
    ]
    return Overview(group, shown, lines, agreement=rule.ground is not None)


def _given_to(held: list[Held]) -> tuple[dict[UUID | None, frozenset[int]], dict[int, frozenset[int]]]:
    """Give which licences, by their place in the list, each group and each single pupil has; none for any other."""
    groups: dict[UUID | None, set[int]] = defaultdict(set)
    pupils: dict[int, set[int]] = defaultdict(set)
    for place, (_licence, to_groups, to_pupils) in enumerate(held):
        for group in to_groups:
            groups[group].add(place)
        for pupil in to_pupils:
            pupils[pupil].add(place)
    return (
        defaultdict(frozenset, {group: frozenset(places) for group, places in groups.items()}),
        defaultdict(frozenset, {pupil: frozenset(places) for pupil, places in pupils.items()}),
    )


def _rule(school: School, day: date, ground: list[Row], sharing: list[Row]) -> Access:
    """Give the decision for a pupil of the school, still without licences."""
    accepted = None
    if ground and school.is_in_service_on(day):
        accepted = Acceptance(leaflet=DocumentVersion(fields=ground[0][0]))
    shared = {participant: DataSharing(participant_id=participant, fields=fields) for participant, fields in sharing}
    visitor = Visitor(school, Subject.PUPIL, present=True)
    return Access(visitor, day, accepted, shared, licences=defaultdict(list), mine=set(), full=set())


def _opened(rule: Access, mine: set[UUID], full: set[UUID], materials: Iterable[LearningMaterial]) -> frozenset[UUID]:
    asked = replace(rule, mine=mine, full=full)
    return frozenset(one.pk for one in materials if asked.why_not(one) is None)


def _seated(school: School, limited: list[Licence]) -> dict[UUID, set[int]]:
    """Give the pupils who have a seat of each licence with seats: seats go by Basispoort ID."""
    everybody = pupils_of(school, [one.pk for one in limited])
    return {one.pk: set(sorted(everybody[one.pk])[: one.seats]) for one in limited}


def _pupil(row: Row) -> tuple[Pupil, str | None, bool, frozenset[UUID], datetime | None]:
    pupil, (means, waiting_until, last_used_at, places, launched) = made(Pupil, PUPIL, row)
    times = [at for at in (last_used_at, launched) if at]
    return pupil, means, seconds_until(waiting_until) > 0, frozenset(places), max(times, default=None)


def _licence(row: Row, participants: dict[UUID, Participant]) -> Held:
    licence, rest = made(Licence, LICENCE, row)
    licence.material, rest = made(LearningMaterial, MATERIAL, rest)
    number = licence.material.participant_id
    if number not in participants:
        participants[number] = made(Participant, PARTICIPANT, rest)[0]
    licence.material.participant = participants[number]
    groups, pupils = rest[len(PARTICIPANT) :]
    return licence, frozenset(groups), frozenset(pupils)


def _words() -> dict[str | None, str]:
    return {None: _("no code yet"), CodeKind.PICTURES: _("picture code"), CodeKind.DIGITS: _("pincode")}


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
