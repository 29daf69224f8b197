"""The agreement works as a lock on fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from basispoort.lib.tenancy import school_transaction
from dpa.actions.sharing import AgreementMissing, sharing_ground
from dpa.models import DocumentVersion
from dpa.release import FIELDS, UnknownField, released_fields
from schools.models import School, SchoolState
from tests.dpa import factories

if TYPE_CHECKING:
    from accounts.models import User


def ground_of(school: School) -> object:
    school.refresh_from_db()
    with school_transaction(school):
        return sharing_ground(school, day=timezone.localdate())


def test_acceptance_is_the_ground_on_which_data_may_leave(school: School, coordinator: User) -> None:
    acceptance = factories.accept(school, coordinator)

    assert ground_of(school) == acceptance


def test_school_that_accepted_nothing_has_no_ground(school: School) -> None:
    with pytest.raises(AgreementMissing):
        ground_of(school)


def test_acceptance_of_another_school_is_no_ground(school: School, other_school: School, stranger: User) -> None:
    factories.accept(other_school, stranger)

    with pytest.raises(AgreementMissing):
        ground_of(school)


@pytest.mark.parametrize("state", [SchoolState.SUSPENDED, SchoolState.ENDED])
def test_school_that_is_out_of_service_has_no_ground(school: School, coordinator: User, state: str) -> None:
    factories.accept(school, coordinator)
    School.objects.filter(pk=school.pk).update(state=state)

    with pytest.raises(AgreementMissing):
        ground_of(school)


@pytest.mark.requirement("SR-B08")
def test_field_that_the_leaflet_does_not_name_is_cut_off() -> None:
    leaflet = DocumentVersion(fields=["given_name", "pseudonym"])

    assert released_fields(leaflet, ["family_name", "given_name", "eck_id", "pseudonym"]) == ("pseudonym", "given_name")


def test_leaflet_names_every_field_but_the_one_that_needs_an_agreement_of_its_own(
    school: School, coordinator: User
) -> None:
    leaflet = factories.accept(school, coordinator).leaflet

    assert set(FIELDS) - set(leaflet.fields) == {"eck_id"}


def test_field_outside_the_catalogue_is_a_mistake() -> None:
    with pytest.raises(UnknownField):
        released_fields(DocumentVersion(fields=["birth_date"]), ["birth_date"])
