"""What the tests of the pupils' way in set up: links and codes that are known beforehand."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.actions.badges import new_badges
from accounts.actions.door import door_of
from accounts.day_word import day_word
from accounts.models import ClassStart, CodeKind, NetworkRange, PupilBadge, PupilCode
from accounts.models.class_start import LASTS
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
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


AT_SCHOOL, AT_HOME = "203.0.113.7", "198.51.100.9"


def make_network(school: School, network: str = "203.0.113.0/24", name: str = "hoofdgebouw") -> NetworkRange:
    """A network of the school."""
    with school_transaction(school):
        return NetworkRange.objects.create(school=school, network=network, name=name)


def make_start(group: Group, teacher: User, **values: Any) -> ClassStart:
    """A class start that began a moment ago."""
    began = values.pop("started_at", timezone.now() - timedelta(seconds=5))
    defaults = {"started_by": teacher, "request_key": uuid.uuid4(), "started_at": began, "ends_at": began + LASTS}
    with school_transaction(group.school_id):
        return ClassStart.objects.create(school_id=group.school_id, group=group, **defaults | values)


def word_today(school: School) -> str:
    """The word of the day of a school."""
    with school_transaction(school):
        return day_word(door_of(school=school), timezone.localdate())


def make_badge(pupil: Pupil, teacher: User) -> str:
    """A badge of a pupil; gives its secret."""
    with school_transaction(pupil.school_id):
        (_, secret), *_rest = new_badges(school=pupil.school, pupils=[pupil], acting_user=teacher, target=pupil)
    return secret


def badge_now(pupil: Pupil) -> PupilBadge | None:
    """The badge of a pupil as it stands in the database."""
    with school_transaction(pupil.school_id):
        return PupilBadge.objects.for_school(pupil.school_id).filter(pupil=pupil).first()


def events() -> list[str]:
    """The events in the trail, in order."""
    with unscoped("a test reads the trail"):
        return list(AuditEntry.objects.order_by("at").values_list("event", flat=True))


def outcomes() -> list[str]:
    """The outcomes in the trail, in order."""
    with unscoped("a test reads the trail"):
        return list(AuditEntry.objects.order_by("at").values_list("outcome", flat=True))


def is_signed_in(client: Client) -> bool:
    """Whether this browser holds a session of somebody."""
    return "_auth_user_id" in client.session
