"""The header of a file: whose it is, and what cannot be right in it."""

from __future__ import annotations

import pytest

from schools.edexml.problems import RosterRefused
from schools.edexml.reader import check_school, read_roster
from tests.schools.edexml.samples import DECLARATION, GROUPS, SCHOOL, edex, pupil, refusal

# SR-D04: another school's file


@pytest.mark.requirement("SR-D04")
@pytest.mark.parametrize(
    ("brin", "location", "key"),
    [("99XX", "00", None), ("99xx", "00", None), ("99XX00", "00", None), ("99XX", "00", "k")],
)
def test_file_of_the_school_itself_is_taken(brin: str, location: str, key: str | None) -> None:
    check_school(read_roster(edex()), brin, location, key)


@pytest.mark.requirement("SR-D04")
@pytest.mark.parametrize(
    ("brin", "location", "key", "code"),
    [
        ("99XY", "00", None, "other_school"),
        ("99XX", "01", None, "other_school"),
        ("99XX01", "00", None, "other_school"),
        (None, "00", "paris-1", "school_unnamed"),
        (None, "00", None, "school_unnamed"),
    ],
)
def test_file_of_another_school_is_refused(brin: str | None, location: str, key: str | None, code: str) -> None:
    with pytest.raises(RosterRefused) as refused:
        check_school(read_roster(edex()), brin, location, key)

    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.requirement("SR-D04")
def test_file_that_names_no_school_is_refused() -> None:
    roster = read_roster(edex(school="<school><schooljaar>2026-2027</schooljaar></school>"))

    with pytest.raises(RosterRefused, match="school_unnamed"):
        check_school(roster, "99XX", "00", None)


@pytest.mark.requirement("SR-D04")
def test_school_abroad_is_recognised_by_its_key() -> None:
    school = "<school><schooljaar>2026-2027</schooljaar><schoolkey>paris-1</schoolkey></school>"
    roster = read_roster(edex(school=school))

    check_school(roster, None, "00", "paris-1")
    with pytest.raises(RosterRefused, match="other_school"):
        check_school(roster, None, "00", "paris-2")


# The header


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2026-2027", "2026-2028", [("school_year", 2, "schooljaar")]),
        ("2026-2027", "26-27", [("school_year", 2, "schooljaar")]),
        ("<schooljaar>2026-2027</schooljaar>", "", [("school_year", 2, "schooljaar")]),
        ("99XX", "999X", [("brin_form", 2, "brincode")]),
        ("99XX", "٩٩XX", [("brin_form", 2, "brincode")]),
        ("99XX", "99XX01", [("location_form", 2, "dependancecode")]),
        (">00<", ">0<", [("location_form", 2, "dependancecode")]),
        ("2026-09-01", "2026-02-31", [("date_impossible", 2, "peildatum")]),
        ("2026-09-01", "0001-01-01", [("date_impossible", 2, "peildatum")]),
        ("2026-09-01", "2999-01-01", [("date_impossible", 2, "peildatum")]),
        ("<brincode>99XX<", "<brincode>99XX<x/><", [("nested", 2, "brincode")]),
        ("<brincode>", "<brincode>99XY</brincode><brincode>", [("repeated", 2, "brincode")]),
        (SCHOOL, SCHOOL + SCHOOL, [("repeated", 2, "school")]),
        (SCHOOL, "", [("no_header", None, None)]),
    ],
)
def test_header_that_cannot_be_right_is_refused(old: str, new: str, expected: list[tuple[str, int, str]]) -> None:
    assert refusal(edex(school=SCHOOL.replace(old, new))) == expected


def test_file_without_pupils_is_refused() -> None:
    former = pupil("<roepnaam>Bo</roepnaam><jaargroep>H</jaargroep>")

    assert refusal(edex(pupils="")) == [("no_pupils", None, None)]
    assert refusal(edex(pupils=former)) == [("no_pupils", None, None)]
    assert refusal(f"{DECLARATION}<EDEX>{SCHOOL}{GROUPS}</EDEX>".encode()) == [("no_pupils", None, None)]
