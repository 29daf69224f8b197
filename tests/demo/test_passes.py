"""The substitutes of the demo keep a pass, however long the demo stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from accounts.models import Role
from basispoort.demo.seed import renew_passes
from basispoort.lib.tenancy import school_transaction
from tests import factories

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, School


@pytest.fixture
def substitute(school: School, group: Group) -> User:
    """The demo's substitute at a school of the demo, still without a pass."""
    factories.make_pupil(school, group)
    factories.make_coordinator(school, email="coordinator@99xx00.voorbeeldschool.example")
    return factories.make_user(email="invaller@99xx00.voorbeeldschool.example")


def passes(school: School) -> list[Role]:
    with school_transaction(school):
        return list(Role.objects.for_school(school).filter(role="substitute").order_by("since"))


def test_substitute_without_a_pass_gets_one(school: School, substitute: User) -> None:
    renew_passes()

    assert [role.user_id for role in passes(school)] == [substitute.pk]


def test_pass_that_runs_is_left_as_it_is(school: School, substitute: User) -> None:
    renew_passes()
    substitute.forget_roles()

    renew_passes()

    assert len(passes(school)) == 1


def test_pass_that_ended_is_followed_by_another(school: School, substitute: User) -> None:
    renew_passes()
    with school_transaction(school):
        Role.objects.for_school(school).filter(user=substitute).update(until=timezone.now())

    renew_passes()

    assert len(passes(school)) == 2
