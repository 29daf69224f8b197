"""What the tests of the pupils' way in set up: links and codes that are known beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.actions.door import door_of
from accounts.models import CodeKind, PupilCode
from basispoort.lib.tenancy import school_transaction

if TYPE_CHECKING:
    from schools.models import Group, Pupil, School

DIGITS = "4826"
PICTURES = "fish sun tree ball"


def make_code(pupil: Pupil, value: str = DIGITS) -> PupilCode:
    """A code that the test knows: digits, or names of pictures."""
    kind = CodeKind.DIGITS if value.isdigit() else CodeKind.PICTURES
    with school_transaction(pupil.school_id):
        return PupilCode.objects.create(
            school_id=pupil.school_id, pupil=pupil, kind=kind, value=value, given_at=timezone.now()
        )


def code_now(pupil: Pupil) -> PupilCode:
    """The code of a pupil as it stands in the database."""
    with school_transaction(pupil.school_id):
        return PupilCode.objects.for_school(pupil.school_id).get(pupil=pupil)


def door_path(school: School) -> str:
    """The path of the school's own link."""
    with school_transaction(school):
        return door_of(school=school).path


def code_path(school: School, group: Group, pupil: Pupil) -> str:
    """The path of the page on which a pupil gives the code."""
    return f"{door_path(school)}groep/{group.pk}/{pupil.public_id}/"
