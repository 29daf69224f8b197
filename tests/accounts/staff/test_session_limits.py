"""How long adults stay signed in: told by the server, by role (SR-A07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts import limits
from accounts.models import RoleName, Session
from accounts.sessions import stored_key
from tests import factories
from tests.accounts.staff.app import digits
from tests.accounts.staff.test_second_step import start, take

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School

MINUTE, HOUR = 60, 3600
POWERFUL = [RoleName.ICT_COORDINATOR, RoleName.HEAD, RoleName.BOARD_MEMBER, RoleName.HELPDESK]


def is_signed_in_after(client: Client, *, began: int, seen: int) -> bool:
    """Tell whether the session still opens a page when it began, and was last used, so many seconds ago."""
    session = client.session
    now = int(timezone.now().timestamp())
    session[limits.KEY] = [*session[limits.KEY][:2], now - began, now - seen]
    session.save()
    key = session.session_key
    page = client.get("/school/99XX00/")
    stays = not page.headers.get("Location", "").startswith("/inloggen")
    assert stays == Session.objects.filter(session_key=stored_key(str(key))).exists()
    return stays


def make_powerful(role: str, school: School) -> User:
    """A user with an app and this role at its own kind of place."""
    user = factories.make_user()
    if role in factories.SCHOOL_ROLES:
        factories.make_role(user, role, school)
    else:
        factories.make_role(user, role, board=school.board if role == RoleName.BOARD_MEMBER else None)
    factories.make_app(user)
    return user


@pytest.mark.requirement("SR-A07")
@pytest.mark.parametrize(
    ("began", "seen", "stays"),
    [
        (59 * MINUTE, 59 * MINUTE, True),
        (61 * MINUTE, 61 * MINUTE, False),
        (12 * HOUR - MINUTE, 0, True),
        (12 * HOUR + MINUTE, 0, False),
    ],
)
def test_teacher_is_signed_out_after_an_hour_idle_or_twelve_hours_in_all(
    teacher: User, began: int, seen: int, *, stays: bool
) -> None:
    assert is_signed_in_after(start(teacher), began=began, seen=seen) is stays


@pytest.mark.requirement("SR-A07")
@pytest.mark.parametrize("role", POWERFUL)
@pytest.mark.parametrize(
    ("began", "seen", "stays"),
    [
        (14 * MINUTE, 14 * MINUTE, True),
        (16 * MINUTE, 16 * MINUTE, False),
        (8 * HOUR - MINUTE, 0, True),
        (8 * HOUR + MINUTE, 0, False),
    ],
)
def test_powerful_role_is_signed_out_after_a_quarter_idle_or_eight_hours_in_all(
    school: School, role: str, began: int, seen: int, *, stays: bool
) -> None:
    browser = start(make_powerful(role, school))
    take(browser, digits())

    assert is_signed_in_after(browser, began=began, seen=seen) is stays


@pytest.mark.requirement("SR-A07")
def test_role_that_is_given_shortens_a_session_that_runs(client: Client, school: School, teacher: User) -> None:
    factories.make_app(teacher)
    client.post("/inloggen/", {"email": teacher.email, "password": factories.PASSWORD})
    client.post("/inloggen/tweede-stap/", {"code": digits()})
    before = client.session[limits.KEY][:2]
    factories.make_role(teacher, RoleName.HEAD, school)

    client.get("/school/99XX00/")

    assert (before, client.session[limits.KEY][:2]) == ([HOUR, 12 * HOUR], [15 * MINUTE, 8 * HOUR])
