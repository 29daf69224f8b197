"""The coordinator's pages: publishers, licences, trace codes, disclosures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction
from licences.actions.sharing import ask_for_sharing
from licences.forms.sharing import SwitchOnForm
from licences.models import Assignment, DataSharing, Disclosure, Licence, Refusal
from tests import factories
from tests.licences.factories import make_licence, make_material, make_participant, make_ready

if TYPE_CHECKING:
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from licences.models import LearningMaterial, Participant
    from schools.models import Group, Pupil, School

SEEN = {"pupil": ["pseudonym", "given_name", "group_name", "role"], "staff": ["pseudonym", "given_name", "role"]}


def running(school: School) -> int:
    with school_transaction(school):
        return DataSharing.objects.for_school(school).running().count()


def switch_on(client: Client, school: School, participant: Participant, **changes: str) -> Any:
    data = {"seen": SwitchOnForm.words_for(SEEN), "confirmed": "on"} | changes
    return client.post(reverse("licences:participant-on", args=[school.code, participant.pk]), data)


def test_coordinator_sees_the_very_records_before_switching_on(
    client: Client, agreed: School, pupil: Pupil, coordinator: User
) -> None:
    participant = make_participant()
    client.force_login(coordinator)

    page = client.get(reverse("licences:participant", args=[agreed.code, participant.pk]))

    words = page.content.decode()
    assert pupil.first_name in words
    assert "Om te tonen." in words
    with school_transaction(agreed):
        assert AuditEntry.objects.for_school(agreed).filter(event="licences.sharing.viewed").count() == 1


def test_switching_on_needs_the_fields_that_were_on_screen(client: Client, agreed: School, coordinator: User) -> None:
    participant = make_participant()
    client.force_login(coordinator)

    switch_on(client, agreed, participant, seen=SwitchOnForm.words_for({"pupil": ["pseudonym"], "staff": []}))
    assert running(agreed) == 0

    switch_on(client, agreed, participant)
    assert running(agreed) == 1


@pytest.mark.parametrize("changes", [{"confirmed": ""}, {"seen": "no json"}, {"seen": "[]"}])
def test_switching_on_without_confirming_does_nothing(
    client: Client, agreed: School, coordinator: User, changes: dict[str, str]
) -> None:
    participant = make_participant()
    client.force_login(coordinator)

    assert switch_on(client, agreed, participant, **changes).status_code == 400
    assert running(agreed) == 0


def test_switching_off_asks_first_and_keeps_the_history(
    client: Client, material: LearningMaterial, agreed: School, coordinator: User
) -> None:
    client.force_login(coordinator)
    address = reverse("licences:participant-off", args=[agreed.code, material.participant_id])

    assert material.name in client.get(address).content.decode()
    assert running(agreed) == 1
    client.post(address)

    with school_transaction(agreed):
        row = DataSharing.objects.for_school(agreed).get()
        assert AuditEntry.objects.for_school(agreed).filter(event="licences.sharing.off").count() == 1
    assert (row.off_by, row.agreed("pupil")) == (coordinator.pk, SEEN["pupil"])


def test_request_of_a_publisher_switches_nothing_on(client: Client, agreed: School, coordinator: User) -> None:
    participant = make_participant()
    with school_transaction(agreed):
        ask_for_sharing(school=agreed, participant=participant)
    client.force_login(coordinator)

    page = client.get(reverse("licences:participants", args=[agreed.code]))

    assert participant.name in page.content.decode()
    assert running(agreed) == 0


@pytest.mark.parametrize("name", ["licences:participants", "licences:licences", "licences:disclosures"])
def test_list_pages_take_the_same_queries_for_one_row_and_for_three(
    client: Client, agreed: School, group: Group, coordinator: User, name: str, queries: CaptureQueriesContext
) -> None:
    client.force_login(coordinator)
    address = reverse(name, args=[agreed.code])
    make_rows(agreed, group, coordinator, 1)
    client.get(address)
    with queries:
        client.get(address)
    once = len(queries)

    make_rows(agreed, group, coordinator, 2)
    with queries:
        client.get(address)

    assert len(queries) == once


def make_rows(school: School, group: Group, user: User, number: int) -> None:
    for _ in range(number):
        material = make_ready(school, group, user)
        pupil = factories.make_pupil(school, group)
        with school_transaction(school):
            Disclosure.objects.create(
                school=school,
                participant=material.participant,
                material=material,
                pupil_number=pupil.pk,
                fields=["pseudonym"],
                why="token",
                trace="AAAA-2222",
            )


def test_ticks_become_assignments_and_go_again(client: Client, agreed: School, group: Group, coordinator: User) -> None:
    licence = make_licence(agreed, make_material())
    client.force_login(coordinator)
    address = reverse("licences:assign", args=[agreed.code])

    client.post(address, {"ticked": [f"{licence.pk}:{group.pk}", f"{licence.pk}:staff"]})
    with school_transaction(agreed):
        assert Assignment.objects.for_school(agreed).count() == 2

    client.post(address, {"ticked": []})
    with school_transaction(agreed):
        assert Assignment.objects.for_school(agreed).count() == 0


@pytest.mark.requirement("SR-B02")
def test_tick_for_a_group_of_another_school_changes_nothing(
    client: Client, agreed: School, other_school: School, coordinator: User
) -> None:
    licence = make_licence(agreed, make_material())
    foreign = factories.make_group(other_school)
    client.force_login(coordinator)

    client.post(reverse("licences:assign", args=[agreed.code]), {"ticked": [f"{licence.pk}:{foreign.pk}"]})

    with school_transaction(agreed):
        assert Assignment.objects.for_school(agreed).count() == 0


def test_ticks_beyond_the_seats_save_nothing(client: Client, agreed: School, group: Group, coordinator: User) -> None:
    licence = make_licence(agreed, make_material(), seats=1)
    for _ in range(2):
        factories.make_pupil(agreed, group)
    client.force_login(coordinator)

    page = client.post(
        reverse("licences:assign", args=[agreed.code]), {"ticked": [f"{licence.pk}:{group.pk}"]}, follow=True
    )

    assert "2" in page.content.decode()
    with school_transaction(agreed):
        assert Assignment.objects.for_school(agreed).count() == 0


def test_coordinator_adds_a_licence_and_changes_its_end(client: Client, agreed: School, coordinator: User) -> None:
    material = make_material()
    client.force_login(coordinator)

    client.post(
        reverse("licences:licence-add", args=[agreed.code]),
        {"material": material.pk, "valid_from": "2026-08-01", "valid_until": "2027-07-31", "seats": "25"},
    )
    with school_transaction(agreed):
        licence = Licence.objects.for_school(agreed).get()
    address = reverse("licences:licence-change", args=[agreed.code, licence.pk])
    wrong = client.post(address, {"valid_until": "2026-07-31", "seats": ""})
    client.post(address, {"valid_until": "2026-12-31", "seats": ""})

    assert wrong.status_code == 200
    with school_transaction(agreed):
        licence.refresh_from_db(from_queryset=Licence.objects.for_school(agreed))
    assert (str(licence.valid_until), licence.seats) == ("2026-12-31", None)


def test_trace_code_tells_cause_actor_and_repair_to_its_own_school_only(
    client: Client, browser: Client, material: LearningMaterial, agreed: School, stranger: User, coordinator: User
) -> None:
    with school_transaction(agreed):
        Assignment.objects.for_school(agreed).delete()
    browser.post(reverse("licences:open", args=[material.pk]))
    with school_transaction(agreed):
        refusal = Refusal.objects.for_school(agreed).get()
    typed = {"code": refusal.trace.lower().replace("-", " ")}
    client.force_login(coordinator)

    page = client.get(reverse("licences:trace", args=[agreed.code]), typed)

    assert page.context["cause"].code == "assignment"
    assert page.context["person"].startswith("Sam")
    client.force_login(stranger)
    elsewhere = client.get(reverse("licences:trace", args=["99ZZ00"]), typed)
    assert page.context["row"] is not None
    assert elsewhere.context.get("row") is None


@pytest.mark.parametrize("code", ["", "K7F3", "x" * 50, "K7F3-92QX-1"], ids=["empty", "short", "long", "too many"])
def test_code_that_is_none_is_no_error(client: Client, agreed: School, coordinator: User, code: str) -> None:
    client.force_login(coordinator)

    assert client.get(reverse("licences:trace", args=[agreed.code]), {"code": code}).status_code == 200


@pytest.mark.requirement("SR-A05")
def test_records_of_who_has_not_come_to_the_school_yet_are_not_shown(
    client: Client, agreed: School, teacher: User, coordinator: User
) -> None:
    invited = factories.make_user(first_name="Werkelijke")
    factories.make_role(invited, "teacher", agreed, called="Wie Dan")
    client.force_login(coordinator)

    path = reverse("licences:participant", args=[agreed.code, make_participant().pk])
    page = client.get(path, {"about": "staff"})

    assert set(page.context["page"].object_list) == {teacher, coordinator}
    assert "Werkelijke" not in page.content.decode()
