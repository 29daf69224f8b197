"""The helpdesk at its own host, and a school with persons to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.accounts.office.factories import at_office, make_own
from tests.accounts.support.factories import make_grant
from tests.dpa.factories import accept

if TYPE_CHECKING:
    from accounts.models import SupportGrant, User
    from schools.models import School
    from tests.conftest import PortalClient


@pytest.fixture
def helpdesk(db: None) -> User:  # noqa: ARG001 - opens the database
    """Somebody of the helpdesk."""
    return make_own(first_name="Hanna", last_name="Geheim")


@pytest.fixture
def desk(helpdesk: User) -> PortalClient:
    """The helpdesk's browser, at the back office's own host."""
    return at_office(helpdesk)


@pytest.fixture
def grant(school: School, coordinator: User) -> SupportGrant:
    """The school agreed, and lets the helpdesk look."""
    accept(school, coordinator)
    return make_grant(school, coordinator)
