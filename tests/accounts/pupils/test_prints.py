"""Sheets of A4: cards and badges as PDF, made on the spot (SR-A16)."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import pytest

from accounts.names import pupil_tiles
from accounts.prints.cards import Badge, Card, Place, badges_pdf, cards_pdf, spelled
from accounts.prints.sheet import Sheet
from basispoort.web.pictures import PICTURES
from tests import factories
from tests.accounts.pupils.factories import DIGITS, badge_now, code_now, events, make_code

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import Group, Pupil, School

pytestmark = pytest.mark.requirement("SR-A16")
PLACE = Place("Basisschool De Proef", "Kikkers")


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def streams(content: bytes) -> bytes:
    found = []
    for raw in re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(raw))
        except zlib.error:
            found.append(raw)
    return b"\n".join(found)


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (10, 1), (11, 2), (30, 3)])
def test_ten_cards_fit_a_page(number: int, expected: int) -> None:
    cards = [Card(f"Proef{each}", digits=tuple(DIGITS)) for each in range(number)]

    content = cards_pdf(place=PLACE, cards=cards, address="https://portal.example/s/abc/")

    assert content.startswith(b"%PDF-")
    assert pages(content) == expected


@pytest.mark.parametrize(("number", "expected"), [(1, 1), (8, 1), (9, 2), (28, 4)])
def test_eight_badges_fit_a_page(number: int, expected: int) -> None:
    badges = [Badge(f"Proef{each}", f"https://portal.example/badge/#{each:026}", "a" * 26) for each in range(number)]

    assert pages(badges_pdf(place=PLACE, badges=badges)) == expected


def test_font_holds_the_letters_of_names_in_a_dutch_class(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING", logger="fpdf")
    names = ("Zoë Ł.", "Çağla", "Ørjan", "Jiří", "Nguyễn", "Ștefan", "Siân")

    cards_pdf(place=PLACE, cards=[Card(name) for name in names], address="https://portal.example/s/abc/")
    known = caplog.text
    cards_pdf(place=PLACE, cards=[Card("美玲")], address="https://portal.example/s/abc/")

    assert (known, "missing" in caplog.text) == ("", True)


def test_every_picture_can_be_drawn() -> None:
    cards = [Card("Proef", pictures=PICTURES[start : start + 4]) for start in (0, 4, 8)]

    plain = streams(cards_pdf(place=PLACE, cards=[Card("Proef")], address="https://x.example/"))
    drawn = streams(cards_pdf(place=PLACE, cards=cards, address="https://x.example/"))

    assert len(drawn) > len(plain) + 3000


def test_long_name_is_written_smaller_and_stays_within_its_piece() -> None:
    sheet = Sheet(title="x", language="nl", columns=2, rows=5)
    sheet.add_page()
    written = []
    sheet.cell = lambda *args, **_kwargs: written.append(args[2])  # type: ignore[method-assign,assignment]  # looks over its shoulder

    for name in ("Maximiliaan-Alexander", "Proef" * 40):
        sheet.words(name, 0, 0, 40, size=17, bold=True)
        assert 6 <= sheet.font_size_pt < 17
        assert sheet.get_string_width(written[-1]) <= 40
    assert (written[0], written[1][-1]) == ("Maximiliaan-Alexander", "…")


def test_secret_is_spelled_in_groups_of_four() -> None:
    assert spelled("abcdefghij") == "abcd efgh ij"


def test_cards_come_as_pdf_that_nobody_keeps_without_changing_a_code(
    client: Client, group: Group, pupil: Pupil, teacher: User
) -> None:
    make_code(pupil)
    client.force_login(teacher)

    responses = [
        client.get(f"/school/99XX00/groepen/{group.pk}/kaartjes.pdf"),
        client.get(f"/school/99XX00/groepen/{group.pk}/kaartjes/{pupil.public_id}.pdf"),
    ]

    assert [response["Content-Type"] for response in responses] == ["application/pdf"] * 2
    assert [response["Cache-Control"] for response in responses] == ["no-store"] * 2
    assert all(response["Content-Disposition"].startswith("attachment; filename=") for response in responses)
    assert code_now(pupil).value == DIGITS
    assert events() == ["accounts.codes.printed"] * 2


def test_badges_of_a_group_are_all_new_and_the_print_stands_in_the_trail(
    client: Client, school: School, group: Group, teacher: User
) -> None:
    pupils = [factories.make_pupil(school, group) for _ in range(3)]
    client.force_login(teacher)

    def hashes() -> set[bytes]:
        found = [badge_now(pupil) for pupil in pupils]
        return {bytes(badge.secret_hash) for badge in found if badge}

    first = client.post(f"/school/99XX00/groepen/{group.pk}/badges/")
    before = hashes()
    client.post(f"/school/99XX00/groepen/{group.pk}/badges/")

    assert (first["Content-Type"], first["Cache-Control"]) == ("application/pdf", "no-store")
    assert len(before) == 3
    assert before.isdisjoint(hashes())
    assert events() == ["accounts.badges.printed"] * 2


def test_names_on_paper_are_those_on_the_tiles(school: School, group: Group) -> None:
    pupils = [factories.make_pupil(school, group, first_name="Sam", last_name=last) for last in ("Boom", "Kaas")]

    assert [tile.name for tile in pupil_tiles(pupils)] == ["Sam B.", "Sam K."]


def test_empty_group_prints_nothing_and_does_not_fail(client: Client, group: Group, teacher: User) -> None:
    client.force_login(teacher)

    assert client.get(f"/school/99XX00/groepen/{group.pk}/kaartjes.pdf").status_code == 200
    assert client.post(f"/school/99XX00/groepen/{group.pk}/badges/").status_code == 200
