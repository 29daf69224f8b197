"""Logboek: the school reads who did or saw what."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts import events
from accounts.models import Role
from basispoort.audit import trail
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School

PAGE = "/school/99XX00/logboek/"


def write(school: School, user: User | None, times: int = 1, **values: Any) -> None:
    with school_transaction(school):
        for _ in range(times):
            trail.record(events.CODES_PRINTED, school=school, acting_user=user, **values)


@pytest.mark.requirement("SR-J02")
def test_coordinator_reads_sentences_with_names(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    write(school, teacher)
    client.force_login(coordinator)

    page = client.get(PAGE).content.decode()

    assert teacher.full_name in page
    assert "bekeek inlogkaartjes of drukte ze af" in page


@pytest.mark.requirement("SR-B02")
def test_other_schools_entries_do_not_show(
    client: Client, school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    write(other_school, stranger)
    write(school, None)
    client.force_login(coordinator)

    page = client.get(PAGE).content.decode()

    assert stranger.full_name not in page
    assert "het portaal" in page


def test_looking_is_written_down_once_a_visit(client: Client, school: School, coordinator: User) -> None:
    write(school, coordinator, 60)
    client.force_login(coordinator)
    first: Any = client.get(PAGE)

    client.get(PAGE, {"voor": first.context["page"].older})

    with school_transaction(school):
        assert AuditEntry.objects.for_school(school).filter(event=events.TRAIL_VIEWED).count() == 1


def test_older_entries_follow_without_gap_or_double(client: Client, school: School, coordinator: User) -> None:
    write(school, coordinator, 120)
    client.force_login(coordinator)
    shown, before = 0, ""
    while True:
        page: Any = client.get(PAGE, {"voor": before, "event": events.CODES_PRINTED})
        shown += len(page.context["page"].lines)
        before = page.context["page"].older
        if not before:
            break

    assert shown == 120


@pytest.mark.parametrize("before", ["x", "_", "2026-01-01_x", "2026-01-01T00:00:00_" + "1" * 32])
def test_mark_that_nobody_gave_out_is_the_first_page(client: Client, coordinator: User, before: str) -> None:
    client.force_login(coordinator)

    assert client.get(PAGE, {"voor": before}).status_code == 200


def test_reader_asks_for_a_period_and_for_what_did_not_succeed(
    client: Client, school: School, coordinator: User
) -> None:
    write(school, coordinator)
    write(school, coordinator, outcome="refused")
    client.force_login(coordinator)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()

    later: Any = client.get(PAGE, {"since": tomorrow})
    refused: Any = client.get(PAGE, {"refused": "on"})

    assert [len(page.context["page"].lines) for page in (later, refused)] == [0, 1]


def test_page_takes_as_many_queries_for_thirty_names_as_for_one(
    client: Client, school: School, coordinator: User, queries: Any
) -> None:
    client.force_login(coordinator)
    client.get(PAGE)
    with queries:
        client.get(PAGE)
    few = len(queries)
    for _ in range(30):
        write(school, factories.make_user())
    with queries:
        client.get(PAGE)

    assert len(queries) == few


def test_teacher_does_not_read_the_trail(client: Client, teacher: User) -> None:
    client.force_login(teacher)

    assert client.get(PAGE).status_code == 403


@pytest.mark.requirement("SR-J02")
def test_role_that_was_given_and_ended_says_which_and_whose(
    client: Client, school: School, coordinator: User, teacher: User
) -> None:
    client.force_login(coordinator)
    facts = {"role": "support_staff", "starts_on": timezone.localdate().isoformat()}
    client.post(f"/school/99XX00/medewerkers/{teacher.pk}/rol/", facts)
    with school_transaction(school):
        given = Role.objects.for_school(school).get(role="support_staff")
    client.post(f"/school/99XX00/medewerkers/rollen/{given.pk}/beeindigen/")

    page = client.get(PAGE).content.decode()
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in page.split("<tr>")]

    for words in ("gaf een rol (onderwijsondersteuner)", "beëindigde een rol (onderwijsondersteuner)"):
        [row] = [row for row in rows if words in row]
        assert teacher.full_name in row


def test_trail_of_roles_takes_as_many_queries_for_ten_as_for_one(
    client: Client, school: School, coordinator: User, queries: Any
) -> None:
    def give(times: int) -> None:
        for _ in range(times):
            role = factories.make_role(factories.make_user(), "teacher", school)
            with school_transaction(school):
                trail.record(events.ROLE_GIVEN, school=school, acting_user=coordinator, target=role)

    client.force_login(coordinator)
    give(1)
    client.get(PAGE)
    with queries:
        client.get(PAGE)
    few = len(queries)
    give(9)
    with queries:
        client.get(PAGE)

    assert len(queries) == few


@pytest.mark.requirement("SR-J02")
def test_look_with_a_mark_that_nobody_gave_out_is_written_down(
    client: Client, school: School, coordinator: User
) -> None:
    client.force_login(coordinator)
    invented = f"{timezone.now().isoformat()}_{uuid.uuid4()}"

    for mark in ("x", invented):
        client.get(PAGE, {"voor": mark})

    with school_transaction(school):
        assert AuditEntry.objects.for_school(school).filter(event=events.TRAIL_VIEWED).count() == 2


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-02-30"])
def test_day_that_makes_no_sense_counts_as_not_asked(client: Client, coordinator: User, day: str) -> None:
    client.force_login(coordinator)

    pages = [client.get(PAGE, {name: day}) for name in ("since", "until")]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("bekeek het logboek" in page.content.decode() for page in pages)
