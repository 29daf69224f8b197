"""The pages on which a coordinator delivers a roster."""

# ruff: noqa: ARG001 - a cast of fixtures, asked for their effect

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.edexml.write import write_roster
from schools.models import Pupil, PupilSubgroup
from tests import factories
from tests.schools.factories import apply, deliver, make_roster, now, present, with_pupil

if TYPE_CHECKING:
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from schools.models import Group, School

PAGE = "/school/99XX00/leerlingen-en-groepen/"


def page_of(delivery: object, act: str = "") -> str:
    return f"{PAGE}aanlevering/{getattr(delivery, 'pk', delivery)}/{act}"


def events() -> list[str]:
    with unscoped("a test reads the trail"):
        return list(AuditEntry.objects.order_by("at").values_list("event", flat=True))


def test_upload_leads_to_the_page_of_the_delivery(client: Client, school: School, coordinator: User) -> None:
    client.force_login(coordinator)

    response = client.post(
        PAGE, {"file": SimpleUploadedFile("rooster.xml", write_roster(make_roster(school)))}, follow=True
    )

    assert response.status_code == 200
    assert 'hx-trigger="every 2s"' in response.content.decode()
    assert events()[-1] == "schools.delivery.received"


def test_second_click_makes_no_second_delivery(client: Client, school: School, coordinator: User) -> None:
    client.force_login(coordinator)
    content = write_roster(make_roster(school))

    statuses = [client.post(PAGE, {"file": SimpleUploadedFile("rooster.xml", content)}).status_code for _ in range(2)]

    assert statuses == [302, 400]


@pytest.mark.requirement("SR-D01")
def test_file_of_60_mb_is_refused_in_words_without_being_kept(
    client: Client, school: School, coordinator: User
) -> None:
    client.force_login(coordinator)

    response = client.post(PAGE, {"file": SimpleUploadedFile("rooster.xml", b"<" + b"a" * 60_000_000)})

    assert response.status_code == 400
    assert "20 MB" in response.content.decode()
    assert "schools.delivery.received" not in events()


@pytest.mark.requirement("SR-D03")
@pytest.mark.parametrize("content", [b"PK\x03\x04zip", b"\x1f\x8bgzip", b"%PDF-1.7", b"voornaam;achternaam"])
def test_file_that_cannot_be_xml_is_refused_at_the_door(
    client: Client, school: School, coordinator: User, content: bytes
) -> None:
    client.force_login(coordinator)

    assert client.post(PAGE, {"file": SimpleUploadedFile("rooster.xml", content)}).status_code == 400


def test_refused_delivery_tells_line_reason_and_what_to_do(client: Client, school: School, coordinator: User) -> None:
    roster = make_roster(school)
    delivery = deliver(school, coordinator, with_pupil(roster, 1, key=roster.pupils[0].key))
    client.force_login(coordinator)

    response = client.get(page_of(delivery))

    assert delivery.state == "refused"
    assert str(delivery.problems[0]["line"]) in response.content.decode()


def test_difference_shows_names_and_old_and_new_but_no_keys(client: Client, school: School, coordinator: User) -> None:
    roster = make_roster(school)
    first, second, third, *others = roster.pupils
    old_key = replace(first, key="OUDE-SLEUTEL-1")
    apply(school, coordinator, replace(roster, pupils=(old_key, second, third, *others)))
    changed = (
        replace(old_key, first_name="Anders", key="NIEUWE-SLEUTEL-2"),
        replace(second, eck_id="https://ketenid.nl/pilot/" + "e" * 128),
        *others,
        replace(third, key="NIEUWE-SLEUTEL-3", eck_id="https://ketenid.nl/pilot/" + "f" * 128, last_name="Nieuwkomer"),
    )
    teacher, *colleagues = roster.staff
    staff = (replace(teacher, email="nieuw.adres@voorbeeldschool.example"), *colleagues)
    delivery = deliver(school, coordinator, replace(roster, pupils=changed, staff=staff))
    client.force_login(coordinator)

    response = client.get(page_of(delivery))
    page = response.content.decode()
    fields = {change.field for one in response.context["difference"].pupils.changed for change in one.changes}
    secrets = {"SLEUTEL", "ketenid", "e" * 20, "f" * 20, old_key.eck_id[-20:], "nieuw.adres", teacher.email}

    # All of it is in the difference, so all of it could be on the page.
    assert fields == {"first_name", "las_key", "eck_id"}
    assert [one.changes[0].field for one in response.context["difference"].staff.changed] == ["email"]
    assert [f"{first.first_name} ", "Anders", "Nieuwkomer"] == [
        word for word in (f"{first.first_name} ", "Anders", "Nieuwkomer") if word in page
    ]
    assert {secret for secret in secrets if secret in page} == set()
    assert events()[-1] == "schools.delivery.viewed"


def test_apply_button_brings_the_roster_in(client: Client, school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school))
    client.force_login(coordinator)
    digest = client.get(page_of(delivery)).context["difference"].digest

    client.post(page_of(delivery, "toepassen/"), {"digest": digest})

    assert (now(delivery).state, len(present(school))) == ("applied", 20)
    assert client.get(PAGE).context["counts"] == {"all": 20, "eck": 20}


@pytest.mark.requirement("SR-D06")
def test_server_asks_for_the_tick_when_much_changes(client: Client, school: School, coordinator: User) -> None:
    roster = make_roster(school)
    apply(school, coordinator, roster)
    delivery = deliver(school, coordinator, replace(roster, pupils=roster.pupils[:5]))
    client.force_login(coordinator)
    digest = client.get(page_of(delivery)).context["difference"].digest

    without = client.post(page_of(delivery, "toepassen/"), {"digest": digest}).status_code
    standing = len(present(school))
    client.post(page_of(delivery, "toepassen/"), {"digest": digest, "confirmed": "on"})

    assert (without, standing, len(present(school))) == (400, 20, 5)


def test_withdrawn_delivery_changes_nothing(client: Client, school: School, coordinator: User) -> None:
    delivery = deliver(school, coordinator, make_roster(school))
    client.force_login(coordinator)

    client.post(page_of(delivery, "intrekken/"))

    assert (now(delivery).state, now(delivery).reading, present(school)) == ("withdrawn", None, [])


@pytest.mark.requirement("SR-B02")
def test_delivery_of_another_school_is_unknown(
    client: Client, school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    theirs = deliver(other_school, stranger, make_roster(other_school))
    client.force_login(coordinator)

    assert client.get(page_of(theirs)).status_code == 404
    assert client.post(page_of(theirs, "toepassen/"), {"digest": "0" * 64}).status_code == 404
    assert client.post(page_of(theirs, "intrekken/")).status_code == 404


def test_teacher_delivers_no_roster(client: Client, school: School, teacher: User) -> None:
    client.force_login(teacher)

    assert client.get(PAGE).status_code == 403


def test_roster_page_takes_as_many_queries_for_three_groups_as_for_one(
    client: Client, school: School, group: Group, coordinator: User, queries: CaptureQueriesContext
) -> None:
    client.force_login(coordinator)
    client.get(PAGE)
    with queries:
        client.get(PAGE)
    with_one = len(queries)
    for _ in range(2):
        factories.make_pupil(school, factories.make_group(school))
    with queries:
        client.get(PAGE)

    assert len(queries) == with_one


@pytest.mark.requirement("SR-D08")
def test_hostile_name_is_shown_inert(client: Client, school: School, coordinator: User) -> None:
    roster = with_pupil(make_roster(school), 0, last_name="<script>alert(1)</script>{{7*7}}")
    delivery = deliver(school, coordinator, roster)
    client.force_login(coordinator)

    page = client.get(page_of(delivery)).content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "<script>alert" not in page


def test_groups_stand_from_young_to_old_and_subgroups_after_them_with_their_pupils(
    client: Client, school: School, coordinator: User
) -> None:
    eldest, youngest = (factories.make_group(school, name=f"{year}a", year_group=year) for year in ("8", "1"))
    beside = factories.make_group(school, name="Plusgroep", year_group="", kind="subgroup")
    pupils = [factories.make_pupil(school, group) for group in (eldest, youngest, youngest)]
    with school_transaction(school):
        for pupil in pupils:
            PupilSubgroup.objects.create(school=school, pupil=pupil, group=beside)
        Pupil.objects.for_school(school).filter(pk=pupils[0].pk).update(left_at=timezone.now())
    client.force_login(coordinator)

    text = client.get(PAGE).content.decode()

    rows = re.findall(r'<th scope="row">([^<]+)</th>.*?data-label="Leerlingen">(\d+)</td>', text)
    assert rows == [("1a", "2"), ("8a", "0"), ("Plusgroep", "2")]
