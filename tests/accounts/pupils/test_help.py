"""How teachers help pupils in, and the coordinator's page of the school's link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import PupilCode, RoleName
from basispoort.audit.models import AuditEntry
from basispoort.lib.tenancy import school_transaction, unscoped
from basispoort.web.pictures import PICTURES as PICTURES_ON_SCREEN
from tests import factories
from tests.accounts.pupils.factories import DIGITS, PICTURES, code_now, code_path, door_path, make_code

if TYPE_CHECKING:
    from django.test import Client
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from schools.models import Group, Pupil, School


def text(response: Answer) -> str:
    return response.content.decode()


def of_group(group: Group, page: str) -> str:
    return f"/school/99XX00/groepen/{group.pk}/{page}/"


def events() -> list[str]:
    with unscoped("a test reads the trail"):
        return list(AuditEntry.objects.order_by("at").values_list("event", flat=True))


def make_wait(pupil: Pupil) -> PupilCode:
    """A code whose pupil must wait now."""
    code = make_code(pupil)
    with school_transaction(pupil.school_id):
        for _ in range(5):
            PupilCode.objects.for_school(pupil.school_id).claim_try(code.pk)
    return code


def test_card_shows_name_group_school_code_and_the_way_in(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    make_code(factories.make_pupil(school, group, first_name="Sam", last_name="Achternaam"))
    client.force_login(teacher)

    page = text(client.get(of_group(group, "kaartjes")))

    assert all(part in page for part in ("Sam", "5a", school.name, "4 8 2 6", door_path(school)))
    assert "Achternaam" not in page


def test_card_of_a_young_pupil_shows_four_pictures_in_order(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    make_code(factories.make_pupil(school, group, year_group="1"), PICTURES)
    client.force_login(teacher)

    page = text(client.get(of_group(group, "kaartjes"))).partition("sign-in-card__pictures")[2]
    labels = {picture.name: str(picture.label) for picture in PICTURES_ON_SCREEN}
    places = [page.index(labels[name]) for name in PICTURES.split()]

    assert places == sorted(places)


def test_pupils_without_a_code_get_one_when_cards_are_made(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    pupils = [factories.make_pupil(school, group) for _ in range(11)]
    client.force_login(teacher)

    page = text(client.get(of_group(group, "kaartjes")))

    assert page.count('class="sign-in-card"') == 11
    assert page.count('class="card-sheet"') == 2
    assert all(code_now(pupil).value for pupil in pupils)


@pytest.mark.requirement("SR-A16")
def test_cards_are_not_kept_and_each_look_stands_in_the_trail(
    client: Client, group: Group, pupil: Pupil, teacher: User
) -> None:
    client.force_login(teacher)

    responses = [
        client.get(of_group(group, "kaartjes")),
        client.get(f"{of_group(group, 'kaartjes')}{pupil.public_id}/"),
    ]

    assert [response["Cache-Control"] for response in responses] == ["no-store", "no-store"]
    assert events() == ["accounts.codes.printed", "accounts.codes.printed"]


def test_card_of_one_pupil_shows_that_pupil_only(client: Client, school: School, group: Group, teacher: User) -> None:
    first = factories.make_pupil(school, group, first_name="Noor")
    factories.make_pupil(school, group, first_name="Daan")
    client.force_login(teacher)

    page = text(client.get(f"{of_group(group, 'kaartjes')}{first.public_id}/"))

    assert "Noor" in page
    assert "Daan" not in page


def test_card_carries_the_name_that_the_pupil_finds_on_the_tile(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    first = factories.make_pupil(school, group, first_name="Sam", last_name="Proef")
    factories.make_pupil(school, group, first_name="Sam", last_name="Voorbeeld")
    client.force_login(teacher)

    page = text(client.get(f"{of_group(group, 'kaartjes')}{first.public_id}/"))

    assert "Sam P." in page
    assert "Sam V." not in page


@pytest.mark.requirement("SR-B02")
@pytest.mark.parametrize("page", ["inloggen", "kaartjes", "nieuwe-codes"])
def test_teacher_of_another_group_finds_nothing(client: Client, school: School, pupil: Pupil, page: str) -> None:
    other = factories.make_teacher(school, groups=(factories.make_group(school),))
    group = pupil.home_group
    assert group is not None
    client.force_login(other)

    assert client.get(of_group(group, page)).status_code == 404
    assert client.post(f"{of_group(group, 'binnenlaten')}{pupil.public_id}/").status_code == 404


@pytest.mark.requirement("SR-B02")
@pytest.mark.parametrize("page", ["kaartjes", "nieuwe-codes"])
def test_pupil_of_another_school_under_the_own_group_is_not_found(
    client: Client, group: Group, other_school: School, teacher: User, page: str
) -> None:
    theirs = factories.make_pupil(other_school, factories.make_group(other_school))
    client.force_login(teacher)

    assert client.get(f"{of_group(group, page)}{theirs.public_id}/").status_code == 404
    assert client.post(f"{of_group(group, 'nieuwe-codes')}{theirs.public_id}/").status_code == 404


def test_coordinator_prints_the_cards_of_any_group(client: Client, group: Group, coordinator: User) -> None:
    client.force_login(coordinator)

    assert client.get(of_group(group, "kaartjes")).status_code == 200


@pytest.mark.requirement("SR-B01")
@pytest.mark.parametrize("role", [RoleName.TRAINEE, RoleName.SUBSTITUTE, RoleName.SUPPORT_STAFF])
def test_who_may_not_see_codes_is_refused(client: Client, school: School, group: Group, role: str) -> None:
    user = factories.make_user()
    factories.make_role(user, role, school)
    client.force_login(user)

    assert client.get(of_group(group, "kaartjes")).status_code == 403


@pytest.mark.requirement("SR-G04")
def test_asking_for_new_codes_changes_nothing_yet(client: Client, group: Group, pupil: Pupil, teacher: User) -> None:
    make_code(pupil)
    client.force_login(teacher)

    client.get(of_group(group, "nieuwe-codes"))
    client.get(f"{of_group(group, 'nieuwe-codes')}{pupil.public_id}/")

    assert code_now(pupil).value == DIGITS


@pytest.mark.requirement("SR-A15")
def test_new_codes_for_the_whole_group_end_the_old_ones_at_once(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    pupils = [factories.make_pupil(school, group) for _ in range(3)]
    for pupil in pupils:
        make_code(pupil)
    client.force_login(teacher)

    response = client.post(of_group(group, "nieuwe-codes"))

    assert response.status_code == 302
    assert not any(code_now(pupil).matches(list(DIGITS)) for pupil in pupils)
    assert events() == ["accounts.codes.reset"]


@pytest.mark.requirement("SR-A15")
def test_new_code_for_one_pupil_leaves_the_others_alone(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    second = factories.make_pupil(school, group)
    make_code(pupil)
    make_code(second)
    client.force_login(teacher)

    client.post(f"{of_group(group, 'nieuwe-codes')}{pupil.public_id}/")

    assert [code_now(each).matches(list(DIGITS)) for each in (pupil, second)] == [False, True]


@pytest.mark.requirement("SR-A15")
def test_new_code_ends_the_session_that_the_old_one_began(
    client: Client, school: School, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_code(pupil)
    client.post(code_path(school, group, pupil), {"pincode": DIGITS})
    helper = type(client)()
    helper.force_login(teacher)

    helper.post(f"{of_group(group, 'nieuwe-codes')}{pupil.public_id}/")

    assert client.get("/leerling/klaar/")["Location"] == "/leerling/"


@pytest.mark.requirement("SR-A15")
def test_teacher_sees_who_must_wait_and_lets_the_pupil_in_at_once(
    client: Client, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_wait(pupil)
    client.force_login(teacher)

    page = text(client.get(of_group(group, "inloggen")))
    client.post(f"{of_group(group, 'binnenlaten')}{pupil.public_id}/")

    assert "moet even wachten" in page
    assert not code_now(pupil).is_waiting
    assert events()[-1] == "accounts.pupil.let_in"


def test_help_page_shows_the_means_but_never_the_code(
    client: Client, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_code(pupil)
    client.force_login(teacher)

    page = text(client.get(of_group(group, "inloggen")))

    assert "pincode" in page
    assert DIGITS not in page


@pytest.mark.parametrize("page", ["inloggen", "kaartjes"])
def test_number_of_queries_is_the_same_for_one_and_three_pupils(
    client: Client, pupil: Pupil, teacher: User, page: str, queries: CaptureQueriesContext
) -> None:
    group = pupil.home_group
    assert group is not None
    school = pupil.school
    make_code(pupil)
    client.force_login(teacher)
    path = of_group(group, page)
    client.get(path)
    with queries:
        client.get(path)
    one = len(queries)
    for _ in range(2):
        make_code(factories.make_pupil(school, group))
    with queries:
        client.get(path)

    assert len(queries) == one


def test_coordinator_sees_the_link_with_its_picture_and_the_standing_warning(
    client: Client, school: School, coordinator: User
) -> None:
    client.force_login(coordinator)

    page = text(client.get("/school/99XX00/schoollink/"))
    picture = client.get("/school/99XX00/schoollink/qr.svg")

    assert door_path(school) in page
    assert "geen netwerkadressen" in page
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture.content.startswith(b"<svg")


@pytest.mark.requirement("SR-G01")
def test_picture_of_the_link_needs_no_inline_style(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    assert b"style" not in client.get("/school/99XX00/schoollink/qr.svg").content


@pytest.mark.requirement("SR-A14")
def test_coordinator_makes_a_new_link_after_being_asked(client: Client, school: School, coordinator: User) -> None:
    old = door_path(school)
    client.force_login(coordinator)

    asked = client.get("/school/99XX00/schoollink/vernieuwen/")
    before = door_path(school)
    client.post("/school/99XX00/schoollink/vernieuwen/")

    assert (asked.status_code, before) == (200, old)
    assert door_path(school) != old
    assert client.get(old).status_code == 404


def test_teacher_may_not_renew_the_link(client: Client, school: School, teacher: User) -> None:
    door_path(school)
    client.force_login(teacher)

    assert client.post("/school/99XX00/schoollink/vernieuwen/").status_code == 403
