"""The pupils' way in: the school's link, the group, the own name, the code."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from accounts.actions.door import renew_door
from accounts.models import Session
from accounts.names import pupil_tiles
from accounts.sessions import stored_key
from basispoort.lib.tenancy import school_transaction
from schools.models import GroupKind
from tests import factories
from tests.accounts.pupils.factories import DIGITS, PICTURES, code_now, code_path, door_path, make_code

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from schools.models import Group, Pupil, School

COOKIE = "session"


def text(response: Answer) -> str:
    return response.content.decode()


def tap(client: Client, path: str, parts: list[str], name: str = "digit") -> Answer:
    """Tap one after the other; give the last answer."""
    answers = [client.post(path, {name: part}) for part in parts]
    return answers[-1]


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_link_shows_the_groups_youngest_first(client: Client, school: School) -> None:
    for name, year in (("Uilen", "8"), ("Kikkers", "1"), ("Peuters", "0"), ("Gemengd", "C")):
        factories.make_pupil(school, factories.make_group(school, name=name, year_group=year))

    page = text(client.get(door_path(school)))

    assert sorted(("Uilen", "Kikkers", "Peuters", "Gemengd"), key=page.index) == [
        "Peuters",
        "Kikkers",
        "Uilen",
        "Gemengd",
    ]


def test_subgroup_ended_group_and_empty_group_are_not_shown(client: Client, school: School, pupil: Pupil) -> None:  # noqa: ARG001 - a pupil in 5a
    factories.make_pupil(school, factories.make_group(school, name="Plusklas", kind=GroupKind.SUBGROUP))
    factories.make_pupil(school, factories.make_group(school, name="Vorigjaar", ended_at=timezone.now()))
    factories.make_group(school, name="Leeg")

    page = text(client.get(door_path(school)))

    assert "5a" in page
    assert not any(name in page for name in ("Plusklas", "Vorigjaar", "Leeg"))


@pytest.mark.requirement("SR-A14")
def test_names_are_first_names_with_an_initial_only_where_two_are_alike(
    client: Client, school: School, group: Group
) -> None:
    for first, last in (("Zoë", "Achternaamuil"), ("Zoe", "Bachternaam"), ("Mila", "Cachternaam")):
        factories.make_pupil(school, group, first_name=first, last_name=last)

    page = text(client.get(f"{door_path(school)}groep/{group.pk}/"))

    assert all(name in page for name in ("Zoë A.", "Zoe B.", "Mila"))
    assert "Mila C" not in page
    assert "chternaam" not in page


@pytest.mark.requirement("SR-A14")
@pytest.mark.parametrize(
    ("last_names", "shown"),
    [
        (("Proefpersoon", "Pruim", "Das"), ("Finn Pro.", "Finn Pru.", "Finn D.")),
        (("Proef", "Proefpersoon"), ("Finn Proef", "Finn Proefp.")),
        (("Proefpersoon", "Proefpersoon"), ("Finn P. 1", "Finn P. 2")),
    ],
)
def test_namesakes_with_one_initial_are_told_apart_by_no_more_than_needed(
    school: School, group: Group, last_names: tuple[str, ...], shown: tuple[str, ...]
) -> None:
    pupils = [factories.make_pupil(school, group, first_name="Finn", last_name=last) for last in last_names]

    assert tuple(tile.name for tile in pupil_tiles(pupils)) == shown


@pytest.mark.requirement("SR-A10")
def test_pupil_who_left_the_roster_is_gone_from_the_names_and_the_code_page(
    client: Client, school: School, group: Group
) -> None:
    gone = factories.make_pupil(school, group, first_name="Vertrokken", left_at=timezone.now())

    assert "Vertrokken" not in text(client.get(f"{door_path(school)}groep/{group.pk}/"))
    assert client.get(code_path(school, group, gone)).status_code == 404


@pytest.mark.requirement("SR-A14")
def test_pages_of_the_link_ask_not_to_be_indexed_and_not_to_be_kept(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    door = door_path(school)

    for path in (door, f"{door}groep/{group.pk}/", code_path(school, group, pupil), "/s/unknown/"):
        response = client.get(path)
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert response["Cache-Control"] == "no-store"


@pytest.mark.requirement("SR-A14")
@pytest.mark.parametrize("guess", ["99XX00", "99XX", "a" * 26])
def test_guessed_link_and_brin_get_the_one_friendly_page(client: Client, school: School, guess: str) -> None:
    door_path(school)

    response = client.get(f"/s/{guess}/")

    assert response.status_code == 404
    assert response.content == client.get("/s/zzzz/").content
    assert school.name not in text(response)


@pytest.mark.requirement("SR-A14")
def test_renewed_link_gives_the_same_page_as_one_that_never_was(
    client: Client, school: School, coordinator: User
) -> None:
    old = door_path(school)
    with school_transaction(school):
        renew_door(school=school, acting_user=coordinator)

    assert client.get(old).content == client.get("/s/zzzz/").content
    assert client.get(door_path(school)).status_code == 200


@pytest.mark.requirement("SR-A14")
def test_guesses_of_one_address_are_slowed_while_the_right_link_goes_on_working(client: Client, school: School) -> None:
    statuses = [client.get("/s/zzzz/").status_code for _ in range(31)]

    assert statuses == [404] * 30 + [429]
    assert client.get(door_path(school)).status_code == 200


@pytest.mark.requirement("SR-B02")
def test_pupil_and_group_of_another_school_are_as_unknown_as_invented_ones(
    client: Client, school: School, group: Group, other_school: School
) -> None:
    their_group = factories.make_group(other_school)
    theirs = factories.make_pupil(other_school, their_group)
    make_code(theirs)

    foreign = client.get(code_path(school, group, theirs))
    invented = client.get(f"{door_path(school)}groep/{group.pk}/{uuid.uuid4()}/")

    assert (foreign.status_code, foreign.content) == (404, invented.content)
    assert client.get(code_path(school, their_group, theirs)).status_code == 404
    assert client.post(code_path(school, their_group, theirs), {"pincode": DIGITS}).status_code == 404
    assert not is_signed_in(client)


def test_four_tapped_pictures_let_the_pupil_in(client: Client, school: School, group: Group) -> None:
    pupil = factories.make_pupil(school, group, year_group="2")
    make_code(pupil, PICTURES)

    response = tap(client, code_path(school, group, pupil), PICTURES.split(), "picture")

    assert response.status_code == 302
    assert is_signed_in(client)


def test_four_pictures_gathered_by_the_script_let_the_pupil_in_with_one_form(
    client: Client, school: School, group: Group
) -> None:
    pupil = factories.make_pupil(school, group)
    make_code(pupil, PICTURES)

    client.post(code_path(school, group, pupil), {"pictures": PICTURES})

    assert is_signed_in(client)


@pytest.mark.requirement("SR-A15")
@pytest.mark.parametrize("wrong", [1, 2])
def test_wrong_pictures_gathered_by_the_script_are_one_try_each(
    client: Client, school: School, group: Group, wrong: int
) -> None:
    pupil = factories.make_pupil(school, group)
    make_code(pupil, PICTURES)

    for _ in range(wrong):
        page = client.post(code_path(school, group, pupil), {"pictures": " ".join(PICTURES.split()[::-1])}, follow=True)

    assert "Bijna! Probeer het nog een keer." in page.content.decode()
    assert (code_now(pupil).wrong_count, is_signed_in(client)) == (wrong, False)


@pytest.mark.parametrize("nonsense", ["", "cat cat", "cat dog fish nothing", "cat " * 5, "x" * 101])
def test_anything_but_four_pictures_is_no_try(client: Client, school: School, group: Group, nonsense: str) -> None:
    pupil = factories.make_pupil(school, group)
    make_code(pupil, PICTURES)

    response = client.post(code_path(school, group, pupil), {"pictures": nonsense})

    assert (response.status_code, code_now(pupil).wrong_count) == (200, 0)


def test_same_pictures_in_another_order_do_not(client: Client, school: School, group: Group) -> None:
    pupil = factories.make_pupil(school, group, year_group="2")
    make_code(pupil, PICTURES)

    tap(client, code_path(school, group, pupil), PICTURES.split()[::-1], "picture")

    assert not is_signed_in(client)


def test_tapped_digits_let_the_pupil_in(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)

    tap(client, code_path(school, group, pupil), list(DIGITS))

    assert is_signed_in(client)


def test_typed_pincode_lets_the_pupil_in(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)

    client.post(code_path(school, group, pupil), {"pincode": DIGITS})

    assert is_signed_in(client)


def test_one_back_takes_the_last_digit_away(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)

    tap(client, path, ["4", "8", "9"])
    client.post(path, {"back": "1"})
    tap(client, path, ["2", "6"])

    assert is_signed_in(client)


def test_half_a_code_of_one_pupil_does_not_count_for_the_next(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    second = factories.make_pupil(school, group)
    make_code(second)

    tap(client, code_path(school, group, pupil), ["4", "8"])
    tap(client, code_path(school, group, second), ["2", "6"])

    assert not is_signed_in(client)
    assert code_now(second).wrong_count == 0


@pytest.mark.requirement("SR-I02")
def test_half_a_code_stands_in_no_address_page_or_table(client: Client, school: School, group: Group) -> None:
    pupil = factories.make_pupil(school, group, year_group="1")
    make_code(pupil, PICTURES)
    path = code_path(school, group, pupil)

    response = client.post(path, {"picture": "fish"})
    key = client.cookies[COOKIE].value

    assert response["Location"] == path
    assert "fish" not in str(Session.objects.get(session_key=stored_key(key)).get_decoded())
    assert text(client.get(path)).count("fish") == text(Client().get(path)).count("fish")


def test_wrong_code_gets_a_kind_word_on_the_same_screen(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)

    response = client.post(path, {"pincode": "9173"}, follow=True)

    assert response.request["PATH_INFO"] == path
    assert "Probeer het nog een keer" in text(response)


def test_what_is_no_digit_is_no_try(client: Client, school: School, group: Group, pupil: Pupil) -> None:
    make_code(pupil)
    path = code_path(school, group, pupil)

    for data in ({"pincode": "12"}, {"pincode": "abcd"}, {"digit": "12"}, {"digit": "٣"}, {"picture": "fish"}, {}):
        client.post(path, data)

    assert code_now(pupil).wrong_count == 0


def test_pincode_field_is_nothing_a_browser_keeps_as_a_password(
    client: Client, school: School, group: Group, pupil: Pupil
) -> None:
    make_code(pupil)

    page = text(client.get(code_path(school, group, pupil)))

    assert 'type="password"' not in page
    assert 'inputmode="numeric"' in page
    assert 'autocomplete="off"' in page


def test_pictures_have_words_for_who_cannot_see_them(client: Client, school: School, group: Group) -> None:
    pupil = factories.make_pupil(school, group, year_group="1")
    make_code(pupil, PICTURES)

    page = text(client.get(code_path(school, group, pupil)))

    assert page.count('name="picture"') == 12
    assert page.count("aria-label") >= 12


@pytest.mark.parametrize("page", ["groups", "names", "code"])
def test_number_of_queries_is_the_same_for_one_and_three_pupils(
    client: Client, school: School, pupil: Pupil, page: str, queries: CaptureQueriesContext
) -> None:
    make_code(pupil)
    group = pupil.home_group
    assert group is not None
    path = {
        "groups": door_path(school),
        "names": f"{door_path(school)}groep/{group.pk}/",
        "code": code_path(school, group, pupil),
    }[page]
    client.get(path)
    with queries:
        client.get(path)
    one = len(queries)
    for _ in range(2):
        second = factories.make_group(school)
        make_code(factories.make_pupil(school, group))
        factories.make_pupil(school, second)
    with queries:
        client.get(path)

    assert len(queries) == one


def test_browser_that_knows_the_link_brings_a_pupil_without_session_back_to_it(client: Client, school: School) -> None:
    path = door_path(school)
    before = client.get("/leerling/").status_code
    client.get(path)

    assert (before, client.get("/leerling/")["Location"]) == (200, path)


@pytest.mark.requirement("SR-A14")
def test_browser_that_knows_a_renewed_link_is_told_to_ask(client: Client, school: School, coordinator: User) -> None:
    client.get(door_path(school))
    with school_transaction(school):
        renew_door(school=school, acting_user=coordinator)

    assert client.get("/leerling/").status_code == 200
