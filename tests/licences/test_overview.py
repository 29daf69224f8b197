"""The group overview (product L7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction
from licences.actions.access import open_materials
from licences.overview import overview_of
from licences.people import visitor_of
from schools.models import PupilSubgroup
from schools.models.group import GroupKind
from tests import factories
from tests.licences.factories import assign_to, make_licence, make_material, make_ready, share

if TYPE_CHECKING:
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Group, Pupil, School


def test_teacher_sees_who_has_which_and_the_look_is_in_the_trail(
    client: Client, material: LearningMaterial, pupil: Pupil, teacher: User, group: Group
) -> None:
    client.force_login(teacher)

    page = client.get(reverse("licences:group", args=["99XX00", group.pk]))

    words = page.content.decode()
    assert pupil.full_name in words
    assert material.name in words
    assert 'class="mark mark--yes"' in words
    with school_transaction(group.school_id):
        assert AuditEntry.objects.for_school(group.school_id).filter(event="accounts.group.viewed").count() == 1


@pytest.mark.requirement("SR-B02")
def test_teacher_of_another_group_finds_nothing(client: Client, agreed: School, group: Group) -> None:
    other = factories.make_teacher(agreed, groups=(factories.make_group(agreed),))
    client.force_login(other)

    assert client.get(reverse("licences:group", args=[agreed.code, group.pk])).status_code == 404


def test_overview_says_what_the_decision_says(agreed: School, group: Group, pupil: Pupil, coordinator: User) -> None:
    users = {pupil.pk: factories.make_pupil_user(pupil)}
    for _ in range(2):
        another = factories.make_pupil(agreed, group)
        users[another.pk] = factories.make_pupil_user(another)
    make_ready(agreed, group, coordinator)
    scarce = make_material()
    share(agreed, scarce.participant, coordinator)
    licence = make_licence(agreed, scarce, seats=3)
    assign_to(licence, coordinator, group)
    late = factories.make_pupil(agreed, group)
    users[late.pk] = factories.make_pupil_user(late)
    assign_to(make_licence(agreed, make_material()), coordinator, group)

    with school_transaction(agreed):
        overview = overview_of(agreed, group)
        marks = {line.pupil.pk: re.findall(r"mark--(yes|no)", line.cells) for line in overview.lines}
        opened = {number: set(open_materials(visitor_of(user, agreed))) for number, user in users.items()}

    assert marks == {
        number: ["yes" if material in opened[number] else "no" for material in overview.materials] for number in users
    }
    assert {len(found) for found in opened.values()} == {1, 2}


def test_overview_takes_the_same_queries_for_any_number_of_pupils_and_materials(
    client: Client, agreed: School, group: Group, coordinator: User, queries: CaptureQueriesContext
) -> None:
    client.force_login(coordinator)
    address = reverse("licences:group", args=[agreed.code, group.pk])
    factories.make_pupil(agreed, group)
    make_ready(agreed, group, coordinator)
    client.get(address)
    with queries:
        client.get(address)
    once = len(queries)
    for _ in range(2):
        factories.make_pupil(agreed, group)
        make_ready(agreed, group, coordinator)

    with queries:
        client.get(address)

    assert len(queries) == once


def test_names_in_the_table_are_escaped(client: Client, agreed: School, group: Group, coordinator: User) -> None:
    factories.make_pupil(agreed, group, first_name="<script>alert(1)</script>")
    client.force_login(coordinator)

    page = client.get(reverse("licences:group", args=[agreed.code, group.pk]))

    assert "<script>alert" not in page.content.decode()


def test_groups_page_counts_a_subgroups_pupils_and_shows_it_after_the_groups(
    client: Client, agreed: School, coordinator: User, group: Group
) -> None:
    beside = factories.make_group(agreed, name="Aaarobotica", year_group="", kind=GroupKind.SUBGROUP)
    left = factories.make_pupil(agreed, group, left_at=timezone.now())
    here = [factories.make_pupil(agreed, group) for _ in range(3)]
    for one in (*here[:2], left):
        with school_transaction(agreed):
            PupilSubgroup.objects.create(school=agreed, pupil=one, group=beside)
    client.force_login(coordinator)

    page = client.get(reverse("licences:groups", args=[agreed.code])).content.decode()

    doors = re.findall(r'tile__door[^>]*>([^<]+)</span><span class="tile__from">([^<]+)<', page)
    assert doors == [(group.name, "3 leerlingen"), ("Aaarobotica", "2 leerlingen")]
