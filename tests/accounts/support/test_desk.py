"""The helpdesk finds and opens persons of a school while its leave runs, and nothing of them otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import alerts, events
from accounts.models import RoleName, SupportRequest
from accounts.support_desk import search
from basispoort.audit.models import AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.tenancy import school_transaction
from basispoort.web import pictures
from licences.causes import NOT_ASSIGNED
from tests import factories
from tests.accounts.office.factories import make_own
from tests.accounts.pupils.factories import PICTURES, make_badge, make_code
from tests.accounts.support.factories import let_time_pass, make_grant
from tests.licences.factories import make_material, make_ready

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, Pupil, School
    from tests.conftest import PortalClient

pytestmark = pytest.mark.requirement("SR-B07")
PEOPLE = "/kantoor/school/99XX00/personen/"
SEARCH = f"{PEOPLE}#Sam"


def pages(pupil: Pupil, teacher: User) -> list[str]:
    return [
        PEOPLE,
        SEARCH,
        f"/kantoor/school/99XX00/leerlingen/{pupil.public_id}/",
        f"/kantoor/school/99XX00/medewerkers/{teacher.pk}/",
    ]


def find(desk: PortalClient, name: str) -> Any:
    """Search as the page does: the name in the form, what was found on the page after it."""
    return desk.post(PEOPLE, {"q": name}, follow=True)


def statuses(desk: PortalClient, addresses: list[str]) -> list[int]:
    return [(find(desk, "Sam") if address == SEARCH else desk.get(address)).status_code for address in addresses]


def looks(school: School) -> list[tuple[str, str, str, dict[str, Any]]]:
    with school_transaction(school):
        rows = AuditEntry.objects.for_school(school).filter(event__in=events.SUPPORT_LOOKS).order_by("at")
        return [(row.event, row.actor_role, row.target_id, row.details) for row in rows]


def test_without_leave_no_page_about_a_person_is_there(
    desk: PortalClient, school: School, pupil: Pupil, teacher: User
) -> None:
    assert statuses(desk, pages(pupil, teacher)) == [404] * 4
    assert looks(school) == []


@pytest.mark.usefixtures("grant")
def test_leave_opens_the_pages_and_its_end_shuts_them_at_the_very_next_request(
    desk: PortalClient, client: PortalClient, coordinator: User, pupil: Pupil, teacher: User
) -> None:
    client.force_login(coordinator)

    before = statuses(desk, pages(pupil, teacher))
    client.post("/school/99XX00/helpdesk/beeindigen/")

    assert (before, statuses(desk, pages(pupil, teacher))) == ([200] * 4, [404] * 4)


@pytest.mark.requirement("SR-A10")
@pytest.mark.usefixtures("grant")
def test_end_of_the_coordinators_role_shuts_the_pages(
    desk: PortalClient, coordinator: User, pupil: Pupil, teacher: User
) -> None:
    factories.end_roles(coordinator)

    assert statuses(desk, pages(pupil, teacher)) == [404] * 4


@pytest.mark.usefixtures("grant")
def test_list_of_leaves_shows_schools_that_let_look_now_and_no_names(
    desk: PortalClient, school: School, other_school: School, coordinator: User, stranger: User
) -> None:
    make_grant(other_school, stranger)
    let_time_pass(other_school)

    page = desk.get("/kantoor/supportgrant/").content.decode()

    assert [name in page for name in (school.name, other_school.name, coordinator.full_name)] == [True, False, False]
    assert 'href="/kantoor/school/99XX00/"' in page


@pytest.mark.usefixtures("grant")
def test_leave_that_is_over_shuts_the_pages_by_itself(
    desk: PortalClient, school: School, pupil: Pupil, teacher: User
) -> None:
    let_time_pass(school, hours=2)

    assert statuses(desk, pages(pupil, teacher)) == [404] * 4


@pytest.mark.requirement("SR-B02")
@pytest.mark.usefixtures("grant")
def test_leave_of_one_school_opens_nothing_of_another(desk: PortalClient, other_school: School, stranger: User) -> None:
    group = factories.make_group(other_school)
    foreign = factories.make_pupil(other_school, group)
    addresses = [f"/kantoor/school/{code}/leerlingen/{foreign.public_id}/" for code in ("99XX00", "99ZZ00")]
    addresses += [f"/kantoor/school/{code}/medewerkers/{stranger.pk}/" for code in ("99XX00", "99ZZ00")]

    assert statuses(desk, addresses) == [404] * 4


@pytest.mark.usefixtures("grant")
def test_refusal_is_the_same_for_a_school_without_leave_and_one_that_does_not_exist(
    desk: PortalClient, other_school: School
) -> None:
    known, unknown = (desk.get(f"/kantoor/school/{code}/personen/") for code in (other_school.code, "98QQ00"))

    ids = [page.content.decode().replace(page["X-Request-Id"], "") for page in (known, unknown)]
    assert (known.status_code, ids[0] == ids[1]) == (404, True)


@pytest.mark.requirement("SR-J02")
def test_try_without_leave_stands_in_the_schools_trail(desk: PortalClient, school: School, helpdesk: User) -> None:
    desk.get(PEOPLE)

    with school_transaction(school):
        [entry] = AuditEntry.objects.for_school(school)
    assert (entry.event, entry.outcome, entry.actor_id) == ("accounts.denied", "denied", helpdesk.pk)


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("schools", "seen"), [(alerts.DOORS_TRIED - 1, []), (alerts.DOORS_TRIED, [alerts.DENIALS])])
def test_helpdesk_that_tries_many_schools_without_leave_is_seen_by_the_watch(
    desk: PortalClient, schools: int, seen: list[str]
) -> None:
    for number in range(schools):
        code = factories.make_school().code if number else "98QQ00"
        desk.get(f"/kantoor/school/{code}/personen/")

    assert [one.kind for one in alerts.look_at_denials()] == seen


@pytest.mark.usefixtures("grant")
@pytest.mark.parametrize("role", [RoleName.SECURITY_OFFICER])
def test_others_of_the_portal_do_not_look(desk: PortalClient, pupil: Pupil, teacher: User, role: str) -> None:
    desk.force_login(make_own(role))

    assert statuses(desk, pages(pupil, teacher)) == [403] * 4


@pytest.mark.requirement("SR-P02")
@pytest.mark.usefixtures("grant", "desk")
def test_pages_are_not_there_on_the_public_host(client: PortalClient, helpdesk: User, coordinator: User) -> None:
    found = []
    for user in (helpdesk, coordinator):
        client.force_login(user)
        found.append(client.get(PEOPLE).status_code)

    assert found == [404, 404]


@pytest.mark.usefixtures("grant")
def test_search_shows_twenty_at_most_and_says_that_there_are_more(
    desk: PortalClient, school: School, group: Group
) -> None:
    for _ in range(25):
        factories.make_pupil(school, group, first_name="Sam")

    page: Any = find(desk, "sam")

    assert (len(page.context["results"].people), page.context["results"].more) == (20, True)
    assert page.content.decode().count("/leerlingen/") == 20


@pytest.mark.requirement("SR-I02")
@pytest.mark.usefixtures("grant", "pupil")
def test_name_that_is_searched_stands_in_no_address_and_in_no_session_in_clear(desk: PortalClient) -> None:
    page = find(desk, "Zoeknaam")

    assert page.redirect_chain == [(PEOPLE, 302)]
    assert page.context["form"]["q"].value() == "Zoeknaam"
    assert "Zoeknaam" not in str(dict(desk.session))


@pytest.mark.usefixtures("grant")
def test_way_back_shows_what_was_found_and_another_school_does_not(
    desk: PortalClient, other_school: School, stranger: User, pupil: Pupil
) -> None:
    make_grant(other_school, stranger)
    find(desk, pupil.first_name)

    back = desk.get(PEOPLE)
    elsewhere = desk.get(PEOPLE.replace("99XX00", other_school.code))

    assert [one.id for one in back.context["results"].people] == [pupil.public_id]
    assert (elsewhere.status_code, elsewhere.context["results"]) == (200, None)


@pytest.mark.usefixtures("grant", "pupil")
@pytest.mark.parametrize("query", ["", "s", " S ", "a b", "%", "__", "q" * 100])
def test_search_without_a_name_lists_nobody(desk: PortalClient, query: str) -> None:
    page = find(desk, query).content.decode()

    assert "/leerlingen/" not in page


def test_search_finds_pupils_and_staff_of_the_school_only(
    school: School, other_school: School, group: Group, teacher: User
) -> None:
    pupil = factories.make_pupil(school, group, first_name="Robin", last_name="Jansen")
    factories.make_pupil(other_school, first_name="Robin", last_name="Elders")
    waiting = factories.make_staff_member(school, first_name="Robin", last_name="Wacht")
    teacher.first_name, teacher.last_name = "Robin", "Zand"
    teacher.save()

    with school_transaction(school):
        found = search(school, "robin").people
        by_both = search(school, "jans rob").people

    assert [(one.kind, one.id) for one in found] == [
        ("pupil", pupil.public_id),
        ("roster", waiting.public_id),
        ("staff", teacher.pk),
    ]
    assert [one.id for one in by_both] == [pupil.public_id]


def test_query_that_is_too_short_finds_nobody_whoever_asks(school: School, pupil: Pupil) -> None:
    with school_transaction(school):
        found = [len(search(school, query).people) for query in (pupil.first_name[:1], "a m", pupil.first_name[:2])]

    assert found == [0, 0, 1]


@pytest.mark.usefixtures("grant")
def test_search_takes_as_many_statements_for_three_as_for_one(desk: PortalClient, school: School, group: Group) -> None:
    counts = []
    for number in (1, 2):
        for _ in range(number):
            factories.make_pupil(school, group, first_name="Sam")
            factories.make_teacher(school, first_name="Sam")
            factories.make_staff_member(school, first_name="Sam")
        find(desk, "sam")
        with CaptureQueriesContext(connection) as queries:
            find(desk, "sam")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.requirement("SR-K06")
@pytest.mark.usefixtures("grant", "pupil")
def test_sixty_first_search_in_ten_minutes_is_put_off(desk: PortalClient) -> None:
    found = [find(desk, "sam").status_code for _ in range(61)]

    assert (set(found[:60]), found[60]) == ({200}, 429)


@pytest.mark.requirement("SR-J02")
@pytest.mark.usefixtures("grant")
def test_each_search_and_each_page_stands_in_the_schools_trail_once(
    desk: PortalClient, school: School, pupil: Pupil, teacher: User
) -> None:
    statuses(desk, pages(pupil, teacher))

    assert looks(school) == [
        ("accounts.support.searched", "helpdesk", "", {"found": 1}),
        ("accounts.support.person_seen", "helpdesk", str(pupil.pk), {}),
        ("accounts.support.person_seen", "helpdesk", str(teacher.pk), {}),
    ]


@pytest.mark.usefixtures("grant")
def test_coordinator_reads_who_of_the_helpdesk_looked_at_whom(
    desk: PortalClient, client: PortalClient, coordinator: User, pupil: Pupil, teacher: User
) -> None:
    statuses(desk, pages(pupil, teacher))
    client.force_login(coordinator)

    page: Any = client.get("/school/99XX00/helpdesk/")

    lines = [(line.who, line.role, line.about) for line in page.context["page"].lines]
    assert lines == [
        ("Hanna", "helpdesk", teacher.full_name),
        ("Hanna", "helpdesk", pupil.full_name),
        ("Hanna", "helpdesk", ""),
    ]


@pytest.mark.usefixtures("grant")
def test_list_of_looks_takes_as_many_statements_for_three_as_for_one(
    desk: PortalClient, client: PortalClient, coordinator: User, pupil: Pupil, teacher: User
) -> None:
    client.force_login(coordinator)
    counts = []
    for times in (1, 2):
        for _ in range(times):
            statuses(desk, pages(pupil, teacher))
        client.get("/school/99XX00/helpdesk/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/school/99XX00/helpdesk/")
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.usefixtures("grant")
def test_page_of_a_pupil_tells_which_means_there_are_and_shows_none(
    desk: PortalClient, pupil: Pupil, teacher: User
) -> None:
    make_code(pupil, PICTURES)
    secret = make_badge(pupil, teacher)

    page = desk.get(f"/kantoor/school/99XX00/leerlingen/{pupil.public_id}/").content.decode()

    assert "plaatjescode, nog niet gebruikt" in " ".join(page.split())
    paths = [picture.path for picture in pictures.PICTURES]
    assert [shown for shown in [*paths, secret, str(pupil.las_key)] if shown in page] == []


@pytest.mark.usefixtures("grant")
def test_page_of_a_member_of_staff_shows_no_address(desk: PortalClient, coordinator: User, teacher: User) -> None:
    found = {
        user: desk.get(f"/kantoor/school/99XX00/medewerkers/{user.pk}/").content.decode()
        for user in (coordinator, teacher)
    }

    assert [str(user.email) in page for user, page in found.items()] == [False, False]
    assert "ICT-coördinator" in found[coordinator]
    assert "leerkracht" in found[teacher]


@pytest.mark.usefixtures("grant")
def test_page_of_staff_without_account_says_who_can_mend_it(desk: PortalClient, school: School) -> None:
    waiting = factories.make_staff_member(school, first_name="Robin", email="robin@geheim.example")

    page = desk.get(f"/kantoor/school/99XX00/personeel/{waiting.public_id}/").content.decode()

    assert "Geen account op deze school" in page
    assert "geheim.example" not in page


@pytest.mark.usefixtures("grant")
def test_page_of_a_pupil_tells_why_material_does_not_open(
    desk: PortalClient, school: School, coordinator: User, group: Group, pupil: Pupil
) -> None:
    opens = make_ready(school, group, coordinator, name="Rekenrups")
    shut = make_ready(school, factories.make_group(school), coordinator, name="Taalreis")
    make_material()

    page: Any = desk.get(f"/kantoor/school/99XX00/leerlingen/{pupil.public_id}/")

    openings = {one.name: str(one.why) for one in page.context["page"].openings}
    assert openings == {opens.name: "", shut.name: str(NOT_ASSIGNED.why)}
    assert str(NOT_ASSIGNED.repair) in page.content.decode()


def test_helpdesk_asks_from_its_own_host_and_the_mail_leads_to_the_portal(
    desk: PortalClient, school: School, coordinator: User
) -> None:
    desk.post("/kantoor/school/99XX00/vragen/", {"reason": "material", "ticket": "HD-77"})

    with school_transaction(school):
        asked = SupportRequest.objects.for_school(school).get()
    mail = OutgoingMail.objects.get(recipient_id=coordinator.pk)
    assert asked.ticket == "HD-77"
    assert "http://localhost:8000/school/99XX00/helpdesk/" in str(mail.text)


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize("ticket", ["", "x", "Sam de Vries", "HD 1", "hd-1", "HD-é", "a" * 30])
def test_request_without_a_number_is_not_sent(desk: PortalClient, school: School, ticket: str) -> None:
    desk.post("/kantoor/school/99XX00/vragen/", {"reason": "material", "ticket": ticket})

    with school_transaction(school):
        assert [one.ticket for one in SupportRequest.objects.for_school(school)] == []
