"""Somebody who lost a second step, and two of the helpdesk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import factories
from tests.accounts.office.factories import at_office, make_own
from tests.accounts.office.resets import ADDRESS

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School
    from tests.conftest import PortalClient


@pytest.fixture
def owner(school: School) -> User:
    """A board member who lost the phone."""
    user = factories.make_user(email=ADDRESS, first_name="Verborgen")
    factories.make_role(user, "board_member", board=school.board)
    factories.make_app(user)
    return user


@pytest.fixture
def first() -> PortalClient:
    """The browser of somebody of the helpdesk."""
    return at_office(make_own(first_name="Hanna"))


@pytest.fixture
def second() -> PortalClient:
    """The browser of a colleague."""
    return at_office(make_own(first_name="Hugo"))
