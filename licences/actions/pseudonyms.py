"""Finding and making pseudonyms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licences.models import Pseudonym

if TYPE_CHECKING:
    from licences.models import Participant
    from licences.people import Visitor


def pseudonym_for(visitor: Visitor, participant: Participant) -> str:
    """Give what a participant calls a person, made at the first need and the same ever after (SR-F05)."""
    rows = Pseudonym.objects.for_school(visitor.school)
    who = {"pupil": visitor.pupil} if visitor.pupil is not None else {"user": visitor.user}
    # Two sign-ins at once make one: the second finds the first by the constraint.
    row, _ = rows.get_or_create(school=visitor.school, participant=participant, **who)
    return row.sub
