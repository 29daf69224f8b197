"""Somebody of the board of the school, and a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import factories
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


@pytest.fixture
def member(school: School) -> User:
    """Somebody of the board of the school."""
    assert school.board is not None
    return factories.make_board_member(school.board)


@pytest.fixture
def browser(member: User) -> PortalClient:
    """The browser of somebody of the board."""
    browser = PortalClient()
    browser.force_login(member)
    return browser
