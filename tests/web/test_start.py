"""The start page of a school: a coordinator sees what to do, a teacher the own groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests import factories

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.django_db


def start(client: Client, user: User, school: School) -> str:
    client.force_login(user)
    response = client.get(reverse("accounts:school", args=[school]))
    assert response.status_code == 200
    return response.content.decode()


def test_coordinator_of_an_empty_school_begins_with_the_roster(
    client: Client, school: School, coordinator: User
) -> None:
    page = start(client, coordinator, school)
    now = page.split("next-step--now", 1)[1].split("</li>", 1)[0]
    assert reverse("schools:roster", args=[school]) in now


def test_roster_that_is_in_counts_its_pupils_and_is_done(
    client: Client, school: School, group: Group, pupil: Pupil, coordinator: User
) -> None:
    assert pupil.home_group == group
    page = start(client, coordinator, school)
    done = page.split("next-step--done", 1)[1].split("</li>", 1)[0]
    assert "Er staat 1 leerling in." in done


def test_teacher_sees_the_own_groups_and_nothing_to_arrange(client: Client, school: School, group: Group) -> None:
    teacher = factories.make_teacher(school, groups=(group,))
    page = start(client, teacher, school)
    assert "next-step" not in page
    assert reverse("licences:group", args=[school, group.pk]) in page


def test_support_staff_who_see_no_groups_are_led_to_the_material(client: Client, school: School, group: Group) -> None:  # noqa: ARG001 - a group that is not theirs
    support = factories.make_user()
    factories.make_role(support, "support_staff", school)
    client.force_login(support)

    page = client.get("/school/99XX00/").content.decode()

    assert 'class="button button--primary" href="/school/99XX00/lesmateriaal/"' in page
    assert "Er zijn nog geen groepen" not in page


def test_menu_marks_the_start_page_only_where_it_is(client: Client, school: School, coordinator: User) -> None:
    address = reverse("accounts:school", args=[school])
    mark = f'href="{address}" aria-current="page"'
    assert mark in start(client, coordinator, school)
    assert mark not in client.get(reverse("schools:roster", args=[school])).content.decode()
