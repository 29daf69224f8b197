"""A class start as the tests of it use it: its page and button, who asks, who comes in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import ClassStart, LetIn
from accounts.models.class_start import LASTS
from basispoort.lib.tenancy import school_transaction
from tests.accounts.pupils.factories import code_path

if TYPE_CHECKING:
    from django.test import Client

    from schools.models import Group, Pupil, School

BUTTON = re.compile(r'name="button" value="([^"]+)"')


def page_of(group: Group, more: str = "") -> str:
    return f"/school/99XX00/klassenstart/{group.pk}/{more}"


def button(client: Client, group: Group) -> str:
    found = BUTTON.search(client.get(page_of(group)).content.decode())
    assert found is not None
    return found[1]


def starts(school: School) -> list[ClassStart]:
    with school_transaction(school):
        return list(ClassStart.objects.for_school(school).order_by("started_at"))


def asks(school: School) -> list[LetIn]:
    with school_transaction(school):
        return list(LetIn.objects.for_school(school).order_by("asked_at"))


def end(start: ClassStart, ago: timedelta = timedelta(seconds=1)) -> None:
    """Let the ten minutes of a class start be over."""
    began = timezone.now() - LASTS - ago
    with school_transaction(start.school_id):
        ClassStart.objects.for_school(start.school_id).filter(pk=start.pk).update(
            started_at=began, ends_at=began + LASTS
        )


def ask_path(school: School, group: Group, pupil: Pupil) -> str:
    return f"{code_path(school, group, pupil)}vraag/"


def come(client: Client, school: School, group: Group, pupil: Pupil, **headers: Any) -> int:
    return client.post(f"{ask_path(school, group, pupil)}binnen/", **headers).status_code
