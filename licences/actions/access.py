"""The one decision: may this person open this material today, and if not, why not (product L4, L6; SR-F06).

Tiles, launch, authorisation, token and userinfo all ask here, so that a switch acts on the next request everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from basispoort.lib.compiled import Objects, ask
from dpa.actions.sharing import AgreementMissing, sharing_ground
from dpa.release import released_fields
from licences import causes
from licences.models import Assignment, DataSharing, LearningMaterial, Licence, Subject
from licences.people import Visitor
from licences.seats import pupils_before
from schools.models import Pupil, School

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

    from django.db.models import QuerySet

    from dpa.models import Acceptance
    from licences.causes import Cause
    from licences.models.licence import LicenceQuerySet


@dataclass(frozen=True, slots=True)
class Access:
    """All that the decision needs, fetched once for one visitor; `why_not` asks nothing more of the database."""

    visitor: Visitor
    day: date
    ground: Acceptance | None
    sharing: dict[UUID, DataSharing]
    licences: dict[UUID, list[Licence]]
    mine: set[UUID]
    full: set[UUID]

    def why_not(self, material: LearningMaterial) -> Cause | None:
        """Give the first cause that keeps this material shut, or None when it opens."""
        return (
            self._about_the_school()
            or self._about_sharing(material)
            or self._about_licences(material)
            or self._about_the_material(material)
        )

    def fields(self, material: LearningMaterial) -> tuple[str, ...]:
        """Give the keys that may leave: seen by the school, named by the agreement, about this kind of person."""
        sharing = self.sharing.get(material.participant_id)
        if sharing is None or self.ground is None:
            return ()
        return released_fields(self.ground.leaflet, sharing.agreed(self.visitor.subject))

    def _about_the_school(self) -> Cause | None:
        if not self.visitor.school.is_in_service_on(self.day):
            return causes.SCHOOL_CLOSED
        if not self.visitor.present:
            return causes.GONE
        return causes.NO_AGREEMENT if self.ground is None else None

    def _about_sharing(self, material: LearningMaterial) -> Cause | None:
        if material.participant_id not in self.sharing:
            return causes.SHARING_OFF
        return None if "pseudonym" in self.fields(material) else causes.NOTHING_AGREED

    def _about_licences(self, material: LearningMaterial) -> Cause | None:
        held = self.licences.get(material.pk, [])
        valid = [licence for licence in held if licence.is_valid_on(self.day)]
        if not valid:
            return self._about_dates(held)
        meant = [licence for licence in valid if licence.pk in self.mine]
        if not meant:
            return causes.NOT_ASSIGNED
        return causes.SEATS_FULL if all(licence.pk in self.full for licence in meant) else None

    def _about_dates(self, held: list[Licence]) -> Cause:
        if not held:
            return causes.NO_LICENCE
        later = any(licence.valid_from > self.day for licence in held)
        return causes.LICENCE_LATER if later else causes.LICENCE_OVER

    def _about_the_material(self, material: LearningMaterial) -> Cause | None:
        if material.teacher_only and self.visitor.subject == Subject.PUPIL:
            return causes.TEACHER_ONLY
        return None if material.url and material.participant.is_connected else causes.PARTICIPANT_DOWN


def access_of(
    visitor: Visitor, *, day: date | None = None, materials: Iterable[LearningMaterial] | None = None
) -> Access:
    """Fetch what decides for one visitor, about some materials or all; a fixed number of queries.

    Three of them, and three more where a licence has seats. Ask within the scope of the visitor's school.
    """
    today = day or timezone.localdate()
    shared, rows = _everything(visitor) if materials is None else _about(visitor, list(materials))
    licences: dict[UUID, list[Licence]] = defaultdict(list)
    mine: set[UUID] = set()
    for licence in rows:
        licences[licence.material_id].append(licence)
        if licence.is_mine:  # type: ignore[attr-defined]  # annotated in _licences
            mine.add(licence.pk)
    valid = [licence for held in licences.values() for licence in held if licence.is_valid_on(today)]
    limited = [licence for licence in valid if licence.seats is not None and licence.pk in mine]
    return Access(
        visitor=visitor,
        day=today,
        ground=_ground(visitor, today),
        sharing={row.participant_id: row for row in shared},
        licences=licences,
        mine=mine,
        full=_full_for(visitor, limited),
    )


def _licences(visitor: Visitor) -> LicenceQuerySet:
    return Licence.objects.for_school(visitor.school).order_by().annotate(is_mine=_assigned_to(visitor))


def _about(visitor: Visitor, materials: list[LearningMaterial]) -> tuple[Iterable[DataSharing], Iterable[Licence]]:
    shared = DataSharing.objects.for_school(visitor.school).running()
    participants = {material.participant_id for material in materials}
    return shared.filter(participant__in=participants), _licences(visitor).filter(material__in=materials)


def _everything(visitor: Visitor) -> tuple[Iterable[DataSharing], Iterable[Licence]]:
    """Give what the school shares and holds, the licences with their material and by its name."""
    pupil = visitor.pupil
    if pupil is None or pupil.home_group_id is None:
        return DataSharing.objects.for_school(visitor.school).running(), _with_material(_licences(visitor))
    shared, rows = ask([SHARED, LICENCES], school=visitor.school.pk, pupil=pupil.pk, group=pupil.home_group_id)
    return shared, rows


def _with_material(rows: LicenceQuerySet) -> LicenceQuerySet:
    return rows.select_related("material__participant__client").order_by("material__name", "pk")


def _shared(*, school: int) -> QuerySet[DataSharing]:
    return DataSharing.objects.for_school(school).running().order_by()


def _licences_of_pupil(*, school: int, pupil: int, group: UUID) -> LicenceQuerySet:
    somebody = Pupil(pk=pupil, school_id=school, home_group_id=group)
    return _with_material(_licences(Visitor(School(pk=school), Subject.PUPIL, pupil=somebody)))


# Asked by each pupil who comes in.
SHARED, LICENCES = Objects[DataSharing](_shared), Objects[Licence](_licences_of_pupil)


def why_not(visitor: Visitor, material: LearningMaterial, *, day: date | None = None) -> Cause | None:
    """Give the first cause that keeps a material shut for a visitor, or None when it opens."""
    return access_of(visitor, day=day, materials=[material]).why_not(material)


def open_materials(visitor: Visitor, *, day: date | None = None) -> list[LearningMaterial]:
    """Give the materials that open for a visitor: exactly the tiles (product L6)."""
    access = access_of(visitor, day=day)
    held = {licences[0].material_id: licences[0].material for licences in access.licences.values()}
    return [material for material in held.values() if access.why_not(material) is None]


def _ground(visitor: Visitor, day: date) -> Acceptance | None:
    try:
        return sharing_ground(visitor.school, day=day)
    except AgreementMissing:
        return None


def _assigned_to(visitor: Visitor) -> Exists:
    """Give the condition that a licence is meant for a visitor: for the person, for a group of theirs, or for all."""
    meant = Q(group__in=visitor.other_groups())
    if visitor.pupil is None:
        meant |= Q(all_staff=True)
    else:
        meant |= Q(pupil=visitor.pupil)
        # Without this a pupil of no group would get all that is assigned to no group.
        if visitor.pupil.home_group_id is not None:
            meant |= Q(group=visitor.pupil.home_group_id)
    return Exists(Assignment.objects.for_school(visitor.school).filter(meant, licence=OuterRef("pk")))


def _full_for(visitor: Visitor, limited: list[Licence]) -> set[UUID]:
    """Give the licences without a seat for this pupil: seats go by Basispoort ID, so the newest find none left."""
    if visitor.pupil is None or not limited:
        return set()
    before = pupils_before(visitor.school, [licence.pk for licence in limited], visitor.pupil.pk)
    return {licence.pk for licence in limited if licence.seats is not None and before[licence.pk] >= licence.seats}
