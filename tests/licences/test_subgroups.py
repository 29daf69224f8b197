"""A subgroup has pupils of several home groups: its teacher sees and helps them as any teacher does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from basispoort.lib.tenancy import school_scope
from schools.models import GroupKind, PupilSubgroup
from tests import factories
from tests.accounts.pupils.factories import make_code
from tests.licences.factories import make_ready

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import Group, Pupil, School


@pytest.fixture
def plus(agreed: School) -> Group:
    """A subgroup of two pupils: Bo of 5A and Bo of 6A."""
    return factories.make_group(agreed, name="Plusgroep", kind=GroupKind.SUBGROUP)


@pytest.fixture
def members(agreed: School, plus: Group) -> list[Pupil]:
    """The two of the subgroup, the third Bo of 5A having no place in it."""
    rooms = [factories.make_group(agreed, name=name) for name in ("5A", "6A")]
    pupils = [factories.make_pupil(agreed, room, first_name="Bo", last_name="Aap") for room in rooms]
    with school_scope(agreed):
        for pupil in pupils:
            PupilSubgroup.objects.create(school=agreed, pupil=pupil, group=plus)
            make_code(pupil)
    return pupils


@pytest.fixture
def outside(agreed: School, members: list[Pupil]) -> Pupil:
    """The third Bo."""
    return factories.make_pupil(agreed, members[0].home_group, first_name="Bo", last_name="Beer")


@pytest.fixture
def plus_teacher(agreed: School, plus: Group, members: list[Pupil]) -> User:  # noqa: ARG001 - the subgroup is full
    """Somebody who teaches the subgroup alone."""
    return factories.make_teacher(agreed, groups=(plus,))


def test_teacher_of_a_subgroup_finds_it_on_the_start_page(client: Client, agreed: School, plus_teacher: User) -> None:
    client.force_login(plus_teacher)

    assert "Plusgroep" in client.get(f"/school/{agreed.code}/").content.decode()


def test_list_of_groups_counts_the_pupils_of_a_subgroup(client: Client, agreed: School, plus_teacher: User) -> None:
    client.force_login(plus_teacher)

    [row] = client.get(reverse("licences:groups", args=[agreed.code])).context["page"]

    assert (row.name, row.pupils) == ("Plusgroep", 2)


def test_overview_of_a_subgroup_shows_its_pupils_with_what_each_home_group_has(
    client: Client, agreed: School, plus: Group, plus_teacher: User, members: list[Pupil], coordinator: User
) -> None:
    assert members[0].home_group is not None
    make_ready(agreed, members[0].home_group, coordinator)
    client.force_login(plus_teacher)

    overview = client.get(reverse("licences:group", args=[agreed.code, plus.pk])).context["overview"]

    assert [(line.pupil.pk, "mark--yes" in line.cells) for line in overview.lines] == [
        (members[0].pk, True),
        (members[1].pk, False),
    ]


def test_cards_of_a_subgroup_name_each_child_as_the_tile_of_the_home_group_does(
    client: Client, agreed: School, plus: Group, plus_teacher: User, outside: Pupil
) -> None:
    client.force_login(plus_teacher)

    pages = client.get(reverse("accounts:cards", args=[agreed.code, plus.pk])).context["pages"]

    cards = [(card["name"], card["group"]) for page in pages for card in page]
    assert (outside.first_name, cards) == ("Bo", [("Bo A.", "5A"), ("Bo", "6A")])


def test_pupil_of_the_home_group_outside_the_subgroup_is_not_there(
    client: Client, agreed: School, plus: Group, plus_teacher: User, members: list[Pupil], outside: Pupil
) -> None:
    client.force_login(plus_teacher)

    pages = [
        client.get(reverse("accounts:card", args=[agreed.code, plus.pk, pupil.public_id]))
        for pupil in (members[0], outside)
    ]

    assert [page.status_code for page in pages] == [200, 404]


def test_class_start_is_for_home_groups(client: Client, agreed: School, plus: Group, plus_teacher: User) -> None:
    client.force_login(plus_teacher)
    page = reverse("accounts:class-start", args=[agreed.code, plus.pk])

    assert client.get(page).status_code == 404
    assert page not in client.get(reverse("licences:group", args=[agreed.code, plus.pk])).content.decode()
