"""Pseudonyms and claims: nobody can be linked, nothing extra is told (SR-F05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from basispoort.lib.tenancy import school_transaction
from dpa.release import FIELDS
from licences.claims import READERS, claims_of
from licences.models import Pseudonym, Subject
from licences.people import Visitor, visitor_of
from schools.models import Group, Pupil, School
from tests.licences.factories import make_ready
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from licences.models import LearningMaterial


def sub_at(material: LearningMaterial, browser: Client, machine: Client) -> str:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    token = party.exchange(machine, code).json()["access_token"]
    return str(party.userinfo(machine, token).json()["sub"])


@pytest.mark.requirement("SR-F05")
def test_two_publishers_know_one_pupil_by_unrelated_names(
    browser: Client, machine: Client, material: LearningMaterial, group: Group, coordinator: User
) -> None:
    other = make_ready(group.school, group, coordinator)

    first, second = sub_at(material, browser, machine), sub_at(other, browser, machine)

    assert first != second
    assert len({first, second, sub_at(material, browser, machine)}) == 2
    assert all(len(sub) == 32 for sub in (first, second))


@pytest.mark.requirement("SR-F05")
def test_pseudonym_holds_nothing_of_the_pupil(
    browser: Client, machine: Client, material: LearningMaterial, pupil: Pupil, pupil_user: User
) -> None:
    sub = sub_at(material, browser, machine)

    assert str(pupil.pk) not in sub
    assert pupil.public_id.hex not in sub
    assert pupil_user.pk.hex not in sub


def test_publisher_finds_the_person_again_by_the_adapter(
    browser: Client, machine: Client, material: LearningMaterial, pupil_user: User
) -> None:
    from licences.oidc.adapter import PortalOIDCAdapter  # noqa: PLC0415 - settings name it

    sub = sub_at(material, browser, machine)
    client = material.participant.client
    assert client is not None

    assert PortalOIDCAdapter().get_user_by_sub(client, sub) == pupil_user
    assert PortalOIDCAdapter().get_user_by_sub(client, "0" * 32) is None


def test_every_field_that_may_leave_has_a_reader() -> None:
    assert {*READERS, "pseudonym"} == set(FIELDS)


SCHOOL = School(code="99XX00", register_name="Basisschool De Proef")
GROUP = Group(name="5a")
PUPIL = Pupil(first_name="Sam", infix="van", last_name="Voorbeeld", year_group="5", home_group=GROUP)
KNOWN = {
    "given_name": "Sam",
    "family_name": "van Voorbeeld",
    "year_group": "5",
    "group_name": "5a",
    "role": "pupil",
    "school_code": "99XX00",
    "school_name": "Basisschool De Proef",
}


@pytest.mark.requirement("SR-F05")
@settings(max_examples=200, deadline=None)
@given(fields=st.sets(st.sampled_from(sorted(FIELDS))))
def test_claims_are_those_of_the_agreed_fields_and_no_others(fields: set[str]) -> None:
    claims = claims_of(Visitor(SCHOOL, Subject.PUPIL, pupil=PUPIL), fields)

    assert claims == {key: value for key, value in KNOWN.items() if key in fields}


@pytest.mark.requirement("SR-B08")
def test_claims_are_cut_down_to_what_was_agreed_when_the_publisher_asks_for_more(
    browser: Client, machine: Client, material: LearningMaterial
) -> None:
    material.participant.fields.create(subject="pupil", key="family_name", purpose_nl="Meer.", purpose_en="More.")
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]
    token = party.exchange(machine, code).json()["access_token"]

    assert "family_name" not in party.userinfo(machine, token).json()


def test_staff_member_has_a_pseudonym_for_each_school(
    material: LearningMaterial, teacher: User, school: School
) -> None:
    from licences.actions.pseudonyms import pseudonym_for  # noqa: PLC0415 - only here

    with school_transaction(school):
        visitor = visitor_of(teacher, school)
        sub = pseudonym_for(visitor, material.participant)

        assert pseudonym_for(visitor, material.participant) == sub
        assert Pseudonym.objects.for_school(school).get().user == teacher
