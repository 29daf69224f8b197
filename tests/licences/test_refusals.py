"""Every reason why a material does not open, at every step (product L4, L6; SR-B08, F06, A10)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from basispoort.lib.tenancy import school_transaction
from dpa.models import Acceptance
from licences import causes
from licences.actions.access import open_materials, why_not
from licences.actions.assign import set_groups
from licences.actions.sharing import switch_off
from licences.models import Assignment, LearningMaterial, Licence, Participant, ParticipantState, Refusal
from licences.people import visitor_of
from schools.models import Pupil, School, SchoolState
from tests import factories
from tests.licences.factories import (
    assign_to,
    make_licence,
    make_material,
    make_participant,
    make_ready,
    share,
)
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.models import User
    from schools.models import Group


def cause_for(user: User, material: LearningMaterial) -> str | None:
    """The code of the cause, decided anew from what stands in the database."""
    school = School.objects.get(code="99XX00")
    fresh = LearningMaterial.objects.with_participants().get(pk=material.pk)
    user.forget_roles()
    with school_transaction(school):
        visitor = visitor_of(user, school)
        cause = why_not(visitor, fresh)
        tiles = open_materials(visitor)
    assert (cause is None) == (fresh in tiles), "tiles and decision must say the same"
    return cause.code if cause else None


def in_school(action: Callable[[School], object]) -> None:
    school = School.objects.get(code="99XX00")
    with school_transaction(school):
        action(school)


def close_school(_material: LearningMaterial, _coordinator: User) -> None:
    School.objects.filter(code="99XX00").update(state=SchoolState.SUSPENDED)


def pupil_leaves(_material: LearningMaterial, _coordinator: User) -> None:
    in_school(lambda school: Pupil.objects.for_school(school).update(left_at=timezone.now()))


def sharing_off(material: LearningMaterial, coordinator: User) -> None:
    in_school(lambda school: switch_off(school=school, participant=material.participant, acting_user=coordinator))


def no_licence(_material: LearningMaterial, _coordinator: User) -> None:
    in_school(lambda school: Licence.objects.for_school(school).delete())


def licence_over(_material: LearningMaterial, _coordinator: User) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    in_school(lambda school: Licence.objects.for_school(school).update(valid_until=yesterday))


def licence_later(_material: LearningMaterial, _coordinator: User) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    in_school(lambda school: Licence.objects.for_school(school).update(valid_from=tomorrow))


def not_assigned(_material: LearningMaterial, _coordinator: User) -> None:
    in_school(lambda school: Assignment.objects.for_school(school).delete())


def teacher_only(material: LearningMaterial, _coordinator: User) -> None:
    LearningMaterial.objects.filter(pk=material.pk).update(teacher_only=True)


def participant_suspended(material: LearningMaterial, _coordinator: User) -> None:
    Participant.objects.filter(pk=material.participant_id).update(state=ParticipantState.SUSPENDED)


SPOILS = {
    "school": close_school,
    "person": pupil_leaves,
    "sharing": sharing_off,
    "licence": no_licence,
    "licence-over": licence_over,
    "licence-later": licence_later,
    "assignment": not_assigned,
    "teacher-only": teacher_only,
    "participant": participant_suspended,
}
# Where the portal already shuts the door before anybody can click.
SHUT_OUT = {"school", "person"}


@pytest.mark.parametrize("cause", SPOILS)
def test_each_cause_shuts_a_material_that_was_open(
    cause: str, material: LearningMaterial, pupil_user: User, coordinator: User
) -> None:
    assert cause_for(pupil_user, material) is None

    SPOILS[cause](material, coordinator)

    assert cause_for(pupil_user, material) == cause


def test_school_without_agreement_opens_nothing(
    school: School, group: Group, pupil_user: User, coordinator: User
) -> None:
    material = make_material()
    assign_to(make_licence(school, material), coordinator, group)

    assert cause_for(pupil_user, material) == "agreement"
    with school_transaction(school):
        assert not Acceptance.objects.for_school(school).exists()


def test_material_that_asks_nothing_of_pupils_does_not_open_for_them(
    agreed: School, group: Group, pupil_user: User, teacher: User, coordinator: User
) -> None:
    material = make_material(make_participant(pupil=()))
    assign_to(make_licence(agreed, material), coordinator, group)
    share(agreed, material.participant, coordinator)

    assert cause_for(pupil_user, material) == "fields"
    assert cause_for(teacher, material) is None


def test_newest_pupil_finds_no_seat_when_the_group_outgrew_the_licence(
    agreed: School, group: Group, pupil: Pupil, pupil_user: User, coordinator: User
) -> None:
    material = make_material()
    assign_to(make_licence(agreed, material, seats=1), coordinator, group)
    share(agreed, material.participant, coordinator)
    newest = factories.make_pupil_user(factories.make_pupil(agreed, group))

    assert pupil.pk
    assert cause_for(pupil_user, material) is None
    assert cause_for(newest, material) == "seats"


def test_teacher_opens_what_is_assigned_to_the_own_group(material: LearningMaterial, teacher: User) -> None:
    assert cause_for(teacher, material) is None


def test_teacher_of_another_group_does_not(material: LearningMaterial, agreed: School) -> None:
    other = factories.make_teacher(agreed, groups=(factories.make_group(agreed),))

    assert cause_for(other, material) == "assignment"


def test_second_role_takes_no_tile_away(material: LearningMaterial, teacher: User, school: School) -> None:
    factories.make_role(teacher, "support_staff", school)

    assert cause_for(teacher, material) is None


@pytest.mark.requirement("SR-A10")
def test_staff_member_whose_role_ended_opens_nothing(material: LearningMaterial, teacher: User) -> None:
    factories.end_roles(teacher)

    assert cause_for(teacher, material) == "person"


@pytest.mark.requirement("SR-B08")
@pytest.mark.parametrize("cause", [name for name in SPOILS if name not in SHUT_OUT])
def test_tile_is_refused_at_once_with_a_reason_and_a_trace_code(
    cause: str, browser: Client, material: LearningMaterial, coordinator: User, school: School
) -> None:
    SPOILS[cause](material, coordinator)

    page = browser.post(reverse("licences:open", args=[material.pk]))

    with school_transaction(school):
        refusal = Refusal.objects.for_school(school).get()
    assert page.status_code == 403
    assert refusal.cause == cause
    assert refusal.trace in page.content.decode()


@pytest.mark.requirement("SR-F06")
@pytest.mark.parametrize("cause", [name for name in SPOILS if name != "person"])
def test_authorisation_is_refused_at_once(
    cause: str, browser: Client, material: LearningMaterial, coordinator: User
) -> None:
    hint = click(browser, material)
    SPOILS[cause](material, coordinator)

    page = RelyingParty(material.participant).authorise(browser, hint)

    assert page.status_code == 403
    assert "Location" not in page


@pytest.mark.requirement("SR-F06")
@pytest.mark.requirement("SR-A10")
@pytest.mark.parametrize("cause", SPOILS)
def test_token_is_refused_at_once(
    cause: str, browser: Client, machine: Client, material: LearningMaterial, coordinator: User
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    SPOILS[cause](material, coordinator)

    answer = party.exchange(machine, code)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert "trace code" in answer.json()["error_description"]


@pytest.mark.requirement("SR-F06")
@pytest.mark.requirement("SR-A10")
@pytest.mark.parametrize("cause", SPOILS)
def test_userinfo_is_refused_at_once(
    cause: str, browser: Client, machine: Client, material: LearningMaterial, coordinator: User
) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    token = party.exchange(machine, code).json()["access_token"]
    SPOILS[cause](material, coordinator)

    answer = party.userinfo(machine, token)

    assert answer.status_code == 401
    assert "Sam" not in answer.content.decode()


def test_taking_the_material_from_the_group_acts_on_the_next_request(
    browser: Client, material: LearningMaterial, coordinator: User, school: School
) -> None:
    with school_transaction(school):
        licence = Licence.objects.for_school(school).get()
        set_groups(licence=licence, groups=[], all_staff=False, acting_user=coordinator)

    assert material.name not in browser.get(reverse("licences:tiles")).content.decode()


def test_pupil_of_no_group_gets_nothing_that_is_meant_for_all_staff_or_others(
    agreed: School, group: Group, coordinator: User
) -> None:
    loner = factories.make_pupil(agreed, None)
    material = make_ready(agreed, group, coordinator)
    with school_transaction(agreed):
        Assignment.objects.for_school(agreed).update(group=None, all_staff=True)
        assert why_not(visitor_of(factories.make_pupil_user(loner), agreed), material) == causes.NOT_ASSIGNED
