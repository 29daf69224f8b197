"""A school gets in by the click of its delegate, and the click is kept as evidence."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db.utils import ProgrammingError
from django.utils import timezone

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from dpa.actions.accept import OfferChanged, SchoolClosed, accept_agreement, offer_on, put_in_service
from dpa.actions.documents import load_documents
from dpa.models import Acceptance
from dpa.text import in_groups
from schools.models import School, SchoolState
from tests import factories
from tests.at_once import many_at_once
from tests.dpa.factories import accept

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from accounts.models import User


@pytest.fixture
def new_school(db: None) -> School:  # noqa: ARG001 - opens the database
    """A school that has its coordinator, but no agreement yet."""
    load_documents()
    return factories.make_school(
        code="99YY00", brin="99YY", state=SchoolState.REQUESTED, in_service_from=None, register_name="De Nieuwe"
    )


@pytest.fixture
def delegate(new_school: School) -> User:
    """The coordinator of the new school."""
    return factories.make_coordinator(new_school)


def shown_digest() -> str:
    return offer_on(timezone.localdate()).sha256


def accepted(school: School) -> list[Acceptance]:
    with school_transaction(school):
        return list(Acceptance.objects.for_school(school))


def test_coordinator_without_agreement_lands_on_it(client: Client, new_school: School, delegate: User) -> None:
    client.force_login(delegate)

    response = client.get(f"/school/{new_school.code}/", follow=True)

    assert response.redirect_chain == [(f"/school/{new_school.code}/verwerkersovereenkomst/", 302)]
    page = response.content.decode()
    assert "Akkoord" in page
    assert "Bewaren en vernietigen" in page


def test_akkoord_lets_the_school_in_at_once(client: Client, new_school: School, delegate: User) -> None:
    client.force_login(delegate)
    base = f"/school/{new_school.code}/"

    response = client.post(f"{base}verwerkersovereenkomst/akkoord/", {"sha256": shown_digest()})
    new_school.refresh_from_db()

    assert (response.status_code, response["Location"]) == (302, base)
    assert new_school.in_service_from == timezone.localdate()
    assert new_school.is_in_service_on(timezone.localdate())
    assert client.get(base).status_code == 200


def test_teacher_hears_who_must_act_while_there_is_no_agreement(client: Client, new_school: School) -> None:
    client.force_login(factories.make_teacher(new_school))

    response = client.get(f"/school/{new_school.code}/")

    assert response.status_code == 403
    assert "ICT" in response.content.decode()


def test_teacher_cannot_accept(client: Client, new_school: School) -> None:
    client.force_login(factories.make_teacher(new_school))

    response = client.post(f"/school/{new_school.code}/verwerkersovereenkomst/akkoord/", {"sha256": shown_digest()})

    assert (response.status_code, accepted(new_school)) == (403, [])


def test_evidence_tells_who_when_in_what_role_and_which_versions(new_school: School, delegate: User) -> None:
    accept(new_school, delegate)

    (evidence,) = accepted(new_school)

    assert (evidence.accepted_by, evidence.role) == (delegate.pk, "ict_coordinator")
    assert {one["kind"]: one["version"] for one in evidence.documents} == {
        "service-agreement": "1.0",
        "processor-agreement": "1.0",
        "privacy-leaflet": "1.0",
        "security-annex": "1.0",
    }
    assert evidence.sha256 == shown_digest()


def test_coordinator_sees_the_evidence_afterwards(client: Client, new_school: School, delegate: User) -> None:
    evidence = accept(new_school, delegate)
    client.force_login(delegate)

    page = client.get(f"/school/{new_school.code}/verwerkersovereenkomst/").content.decode()

    assert delegate.full_name in page
    assert in_groups(evidence.sha256) in page


def test_every_version_stays_readable_on_a_page_of_its_own(client: Client, school: School, coordinator: User) -> None:
    evidence = accept(school, coordinator)
    client.force_login(coordinator)

    page = client.get(f"/school/{school.code}/verwerkersovereenkomst/{evidence.leaflet_id}/").content.decode()

    assert in_groups(evidence.leaflet.sha256) in page


@pytest.mark.requirement("SR-J02")
def test_second_click_gives_one_acceptance_and_one_entry(new_school: School, delegate: User) -> None:
    first, second = accept(new_school, delegate), accept(new_school, delegate)

    with unscoped("a test reads the trail"):
        entries = AuditEntry.objects.get_queryset().filter(event="dpa.agreement.accepted").count()
    assert (first, len(accepted(new_school)), entries) == (second, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_give_one_acceptance() -> None:
    load_documents()
    school = factories.make_school(state=SchoolState.REQUESTED, in_service_from=None)
    delegate = factories.make_coordinator(school)

    results = many_at_once(2, lambda _number: accept(school, delegate).pk)

    assert len(results) == 2
    assert set(results) == {one.pk for one in accepted(school)}


def test_text_that_changed_since_it_was_read_is_not_accepted(new_school: School, delegate: User) -> None:
    with school_transaction(new_school), pytest.raises(OfferChanged):
        accept_agreement(school=new_school, acting_user=delegate, sha256="0" * 64)

    assert accepted(new_school) == []


@pytest.mark.parametrize("state", [SchoolState.SUSPENDED, SchoolState.ENDED])
def test_school_that_was_closed_does_not_come_back_by_a_click(new_school: School, delegate: User, state: str) -> None:
    School.objects.filter(pk=new_school.pk).update(state=state)

    with school_transaction(new_school), pytest.raises(SchoolClosed):
        accept_agreement(school=new_school, acting_user=delegate, sha256=shown_digest())


def test_first_day_in_service_stays_when_a_new_version_is_accepted(school: School) -> None:
    first_day = school.in_service_from

    put_in_service(school=school, day=timezone.localdate() + timedelta(days=400))
    school.refresh_from_db()

    assert school.in_service_from == first_day


def change_role(school: School) -> None:
    with school_transaction(school):
        Acceptance.objects.for_school(school).update(role="teacher")


def remove(school: School) -> None:
    with school_transaction(school):
        Acceptance.objects.for_school(school)._raw_delete("default")


@pytest.mark.parametrize("change", [change_role, remove])
def test_portal_cannot_change_or_remove_the_evidence(
    school: School, coordinator: User, change: Callable[[School], None]
) -> None:
    accept(school, coordinator)

    with pytest.raises(ProgrammingError, match="permission denied"):
        change(school)
