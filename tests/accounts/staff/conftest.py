"""Fixtures of signing in by staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import factories
from tests.accounts.staff.challenges import ADDRESS

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


@pytest.fixture
def owner(school: School) -> User:
    """A teacher who can sign in."""
    user = factories.make_user(email=ADDRESS)
    factories.make_role(user, "teacher", school)
    return user


@pytest.fixture
def colleague(school: School) -> User:
    """A second coordinator."""
    return factories.make_coordinator(school, first_name="Tweede", last_name="Voorbeeld")
