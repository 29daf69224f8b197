"""Which groups somebody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.actions.groups import groups_of
from accounts.models import RoleName
from basispoort.lib.tenancy import school_scope, school_transaction
from tests import factories

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, School


def test_teacher_sees_the_groups_that_the_teacher_teaches(school: School, group: Group, teacher: User) -> None:
    factories.make_group(school)

    with school_scope(school):
        assert list(groups_of(teacher, school)) == [group]


def test_coordinator_sees_every_group_of_the_school(school: School, group: Group, coordinator: User) -> None:
    second = factories.make_group(school)

    with school_scope(school):
        assert set(groups_of(coordinator, school)) == {group, second}


def test_groups_of_another_school_are_never_among_them(
    school: School, group: Group, other_school: School, coordinator: User
) -> None:
    factories.make_group(other_school)

    with school_scope(school, other_school):
        assert list(groups_of(coordinator, school)) == [group]


def test_two_roles_add_up_to_all_groups(school: School, group: Group, teacher: User) -> None:
    second = factories.make_group(school)
    factories.make_role(teacher, RoleName.INTERNAL_SUPERVISOR, school)

    with school_scope(school):
        assert set(groups_of(teacher, school)) == {group, second}


def test_group_that_ended_is_not_among_them(school: School, group: Group, coordinator: User) -> None:
    with school_transaction(school):
        group.ended_at = timezone.now()
        group.save(update_fields=["ended_at"])

    with school_scope(school):
        assert list(groups_of(coordinator, school)) == []


@pytest.mark.requirement("SR-A10")
def test_teacher_who_left_the_roster_sees_no_group(school: School, teacher: User) -> None:
    with school_transaction(school):
        staff = teacher.staff_links.get().staff_member
        staff.left_at = timezone.now()
        staff.save(update_fields=["left_at"])

    with school_scope(school):
        assert list(groups_of(teacher, school)) == []
