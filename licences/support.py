"""What licences tells the helpdesk, within a school's leave: which material opens for a person, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.support_desk import Opening, register_openings
from licences.actions.access import access_of
from licences.models import LearningMaterial, Subject
from licences.people import Visitor, visitor_of

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Pupil, School


def openings(school: School, user: User | None, pupil: Pupil | None) -> list[Opening]:
    """Give each material that the school has a licence for, with the cause where it does not open for this person.

    The same decision as that of the tile itself (product L6).
    """
    visitor = visitor_of(user, school) if user is not None else Visitor(school, Subject.PUPIL, pupil=pupil)
    access = access_of(visitor)
    found = []
    for material in LearningMaterial.objects.to_open().with_participants().filter(pk__in=access.licences):
        cause = access.why_not(material)
        found.append(Opening(material.name, cause.why, cause.who, cause.repair) if cause else Opening(material.name))
    return found


register_openings(openings)
