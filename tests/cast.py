"""The cast: two schools of two boards, a coordinator, a teacher, a pupil, and a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import factories

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, Pupil, School


@pytest.fixture
def school(db: None) -> School:  # noqa: ARG001 - opens the database
    """A school that the portal works for."""
    return factories.make_school(code="99XX00", brin="99XX", location="00")


@pytest.fixture
def other_school(db: None) -> School:  # noqa: ARG001 - opens the database
    """A school of another board."""
    return factories.make_school(code="99ZZ00", brin="99ZZ", location="00")


@pytest.fixture
def group(school: School) -> Group:
    """A home group of the school."""
    return factories.make_group(school, name="5a")


@pytest.fixture
def pupil(school: School, group: Group) -> Pupil:
    """A pupil of the group."""
    return factories.make_pupil(school, group, first_name="Sam")


@pytest.fixture
def coordinator(school: School) -> User:
    """The ICT coordinator of the school."""
    return factories.make_coordinator(school)


@pytest.fixture
def teacher(school: School, group: Group) -> User:
    """The teacher of the group."""
    return factories.make_teacher(school, groups=(group,))


@pytest.fixture
def stranger(other_school: School) -> User:
    """The ICT coordinator of the other school."""
    return factories.make_coordinator(other_school)
