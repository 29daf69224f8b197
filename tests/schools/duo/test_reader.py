from __future__ import annotations

import gzip

import pytest

from schools.duo import reader
from schools.duo.reader import read_duo
from schools.duo.rows import BoardRow, DuoProblem, DuoRefused, LocationRow
from schools.duo.shipped import shipped_location_file
from tests.schools.duo.files import BOARD_TITLES, OLD_TITLES, TITLES, board, csv_file, location


def refused(data: bytes) -> tuple[DuoProblem, ...]:
    with pytest.raises(DuoRefused) as caught:
        read_duo(data)
    return caught.value.problems


def test_shipped_file_holds_the_register_of_august_2026() -> None:
    file = read_duo(shipped_location_file().read_bytes())

    assert len(file.locations) == 6122
    assert len({row.brin for row in file.locations}) == 6011
    assert len({row.board_number for row in file.locations}) == 749
    assert file.sha256 == "357d63db22d4255874424415c0e94bcebc7a15708be6d52ccd4802311318a50f"


def test_shipped_file_is_named_with_its_source_and_date() -> None:
    path = shipped_location_file()
    notice = (path.parent / "README.md").read_text(encoding="utf-8")

    assert "DUO Open Onderwijsdata" in notice
    assert "August 2026" in notice
    assert path.name in notice


def test_row_of_a_location_is_read_whole() -> None:
    file = read_duo(csv_file([location("99XX01", name="De Proëf", website="www.deproef.example")]))

    assert file.locations == (
        LocationRow(
            line=2,
            code="99XX01",
            board_number="98001",
            name="De Proëf",
            street="Proefweg",
            house_number="1",
            postcode="9999 XX",
            city="VOORBEELDSTAD",
            municipality="VOORBEELDSTAD",
            denomination="Openbaar",
            phone="",
            website="www.deproef.example",
            holiday_region="Noord",
        ),
    )
    assert (file.locations[0].brin, file.locations[0].location) == ("99XX", "01")


def test_old_header_is_read_and_says_nothing_of_columns_it_lacks() -> None:
    rows = [{OLD_TITLES.get(title, title): value for title, value in location("99XX00").items()}]
    titles = [OLD_TITLES.get(title, title) for title in TITLES if title != "VAKANTIEREGIO"]

    row = read_duo(csv_file(rows, titles)).locations[0]

    assert (row.code, row.holiday_region, row.municipality) == ("99XX00", None, "VOORBEELDSTAD")


@pytest.mark.parametrize(
    "data",
    [
        csv_file([location("99XX00", name="De Proëf")]),
        csv_file([location("99XX00", name="De Proëf")], separator=",", encoding="utf-8-sig"),
        csv_file([location("99XX00", name="De Proëf")], encoding="utf-8"),
        csv_file([location("99XX00", name="De Proëf")]).replace(b"\r\n", b"\n"),
        gzip.compress(csv_file([location("99XX00", name="De Proëf")])),
        csv_file([location("99XX00", name='"De Proëf"')]),
        csv_file([location("99xx00", name="  De   Proëf ")]),
        csv_file([location("99XX00", name="De Proëf")], reversed(TITLES)),
    ],
    ids=["windows-1252", "commas and utf-8", "utf-8 unmarked", "LF", "gzip", "quoted", "untidy", "other order"],
)
def test_same_row_is_read_from_every_form_of_the_file(data: bytes) -> None:
    row = read_duo(data).locations[0]

    assert (row.code, row.name) == ("99XX00", "De Proëf")


def test_row_of_a_board_is_read_with_the_zero_that_its_kvk_number_lost() -> None:
    file = read_duo(csv_file([board("98001", "Stichting Voorbeeldscholen", "1234567")], BOARD_TITLES))

    assert file.boards == (
        BoardRow(
            line=2,
            number="98001",
            name="Stichting Voorbeeldscholen",
            kvk_number="01234567",
            street="Proefplein",
            house_number="2",
        ),
    )


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (location("99XX0"), "VESTIGINGSCODE '99XX0' is not a BRIN and two digits"),
        (location("9XXX00"), "INSTELLINGSCODE '9XXX' is not two digits and two letters"),
        (location("٩٩XX00"), "INSTELLINGSCODE '٩٩XX' is not two digits and two letters"),
        (location("99XX00", brin="99ZZ"), "location 99XX00 does not belong to institution 99ZZ"),
        (location("99XX00", board="9800"), "BEVOEGD GEZAG NUMMER '9800' is not five digits"),
        (location("99XX00", board=" "), "BEVOEGD GEZAG NUMMER is empty"),
        (location("99XX00", name=" "), "VESTIGINGSNAAM is empty"),
        (location("99XX00", name="A" * 201), "VESTIGINGSNAAM is longer than 200 characters"),
        (location("99XX00", name="De\x00Proef"), "VESTIGINGSNAAM holds a character that nobody can see (U+0000)"),
        (location("99XX00", name="De\u202eProef"), "VESTIGINGSNAAM holds a character that nobody can see (U+202E)"),
        (location("99XX00", name='"De\nProef"'), "VESTIGINGSNAAM holds a character that nobody can see (U+000A)"),
        (location("99XX00", website="JavaScript:alert(1)"), "INTERNETADRES is not the address of a web page"),
        (location("99XX00", website="//elsewhere.example"), "INTERNETADRES is not the address of a web page"),
    ],
)
def test_row_that_cannot_be_right_refuses_the_file_by_its_line(row: dict[str, str], text: str) -> None:
    data = csv_file([location("99ZZ00"), row], encoding="utf-8-sig")

    assert refused(data) == (DuoProblem(3, text),)


def test_location_that_stands_twice_is_refused_with_both_lines() -> None:
    data = csv_file([location("99XX00"), location("99ZZ00"), location("99XX00")])

    assert refused(data) == (DuoProblem(4, "99XX00 stands on line 2 already"),)


def test_row_that_stops_halfway_is_refused() -> None:
    data = csv_file([location("99XX00"), location("99ZZ00")])[:-25]

    (problem,) = refused(data)

    assert problem.line == 3
    assert "where the header has 15" in problem.text


def test_column_that_lacks_is_named() -> None:
    data = csv_file([location("99XX00")], [title for title in TITLES if title != "BEVOEGD GEZAG NUMMER"])

    assert refused(data) == (DuoProblem(1, "the header lacks BEVOEGD GEZAG NUMMER"),)


def test_column_that_stands_twice_is_refused() -> None:
    data = csv_file([location("99XX00")], [*TITLES, "VESTIGINGSNAAM"])

    assert refused(data) == (DuoProblem(1, "the column 'VESTIGINGSNAAM' stands in the header twice"),)


def test_file_of_pupil_counts_is_told_that_it_is_not_for_this() -> None:
    data = b"\xef\xbb\xbfINSTELLINGSCODE;VESTIGINGSCODE;NAAM_VESTIGING;LEERLINGEN_1996\r\n99XX;99XX00;De Proef;31\r\n"

    (problem,) = refused(data)

    assert "pupil counts" in problem.text


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "neither"),
        (csv_file([]), "no rows"),
        (b"<html><body>404</body></html>", "neither"),
        (b"PK\x03\x04....", "Excel"),
        (gzip.compress(csv_file([location("99XX00")]))[:-9], "stops halfway"),
        (b"\x1f\x8bnothing", "damaged"),
        (b"\xef\xbb\xbf" + csv_file([location("99XX00", name="De Proëf")]), "not UTF-8"),
        (csv_file([location("99XX00", name="De Proef")]).replace(b"Proef;", b"Pr\x81\xff;"), "neither Windows-1252"),
    ],
)
def test_what_is_no_file_of_the_register_is_refused_with_a_word(data: bytes, word: str) -> None:
    (problem,) = refused(data)

    assert word in problem.text


def test_compressed_bomb_is_refused_without_unpacking_it_all() -> None:
    bomb = gzip.compress(bytes(reader.MAX_BYTES * 4))

    assert len(bomb) < 100_000
    assert refused(bomb) == (DuoProblem(None, "the file is larger than 16 MiB unzipped"),)


def test_more_rows_than_the_register_can_have_are_refused() -> None:
    data = csv_file([location("99XX00")] * (reader.MAX_ROWS + 1))

    assert refused(data) == (DuoProblem(reader.MAX_ROWS + 2, f"the file has more than {reader.MAX_ROWS} rows"),)


def test_only_the_first_problems_are_told_and_the_others_counted() -> None:
    with pytest.raises(DuoRefused) as caught:
        read_duo(csv_file([location("99XX0")] * 30))

    assert (len(caught.value.problems), caught.value.more) == (20, 10)
