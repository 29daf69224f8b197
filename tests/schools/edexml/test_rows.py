"""Rows with something wrong: the whole file is refused, and each row named by line and field (SR-D07, SR-D08)."""

from __future__ import annotations

import pytest

from schools.edexml.problems import RosterRefused
from schools.edexml.reader import read_roster
from tests.schools.edexml.samples import DECLARATION, GROUPS, PUPIL, SCHOOL, eck_id, edex, pupil, refusal, warnings

PRETTY = """<?xml version="1.0" encoding="UTF-8"?>
<EDEX>
  {school}
  <leerlingen>
    <leerling key="L1">
      <achternaam>Voorbeeld</achternaam>
      <roepnaam>{name}</roepnaam>
      <geboortedatum>{born}</geboortedatum>
      <jaargroep>3</jaargroep>
    </leerling>
  </leerlingen>
</EDEX>
"""


def pretty(name: str = "Sam", born: str = "2017-05-01") -> bytes:
    return PRETTY.format(school=SCHOOL, name=name, born=born).encode()


# SR-D07: keys and references

TWICE = (
    '<groepen><groep key="g1"><naam>3A</naam></groep>\n'
    '<samengestelde_groep key=" g1"><naam>S</naam></samengestelde_groep></groepen>'
)


@pytest.mark.requirement("SR-D07")
@pytest.mark.parametrize(
    ("data", "expected", "first"),
    [
        (edex(pupils=f"{PUPIL}\n{PUPIL}"), ("duplicate_key", 5, "key"), 4),
        (edex(pupils=f"{PUPIL}\n{PUPIL.replace('L1', ' L1 ')}"), ("duplicate_key", 5, "key"), 4),
        (edex(pupils=f"{PUPIL}\n{PUPIL}".replace("L1", "#")), ("duplicate_key", 5, "key"), 4),
        (edex(groups=TWICE), ("duplicate_key", 4, "key"), 3),
        (
            edex(staff="<leerkracht key='k'><roepnaam>A</roepnaam></leerkracht>\n" * 2),
            ("duplicate_key", 6, "key"),
            5,
        ),
        (
            edex(pupils="\n".join(pupil(attributes=f'key="L{n}" eckid="{eck_id()}"') for n in range(2))),
            ("duplicate_eck_id", 5, "eckid"),
            4,
        ),
        (
            edex(staff="\n".join(f"<leerkracht key='{n}' eckid='x'><roepnaam>A</roepnaam></leerkracht>" for n in "ab")),
            ("duplicate_eck_id", 6, "eckid"),
            5,
        ),
    ],
)
def test_key_or_eck_id_used_twice_is_refused_with_both_lines(
    data: bytes, expected: tuple[str, int, str], first: int
) -> None:
    with pytest.raises(RosterRefused) as refused:
        read_roster(data)

    (problem,) = refused.value.problems
    assert (problem.code, problem.line, problem.field) == expected
    assert problem.params == {"first": first}


@pytest.mark.requirement("SR-D07")
def test_pupil_and_teacher_may_share_a_key_and_an_eck_id() -> None:
    staff = f"<leerkracht key='L1' eckid='{eck_id()}'><roepnaam>Kim</roepnaam></leerkracht>"

    assert refusal(edex(pupils=pupil(attributes=f'key="L1" eckid="{eck_id()}"'), staff=staff)) == []


@pytest.mark.requirement("SR-D07")
@pytest.mark.parametrize(
    ("inside", "field"),
    [
        ("<groep key='gone'/>", "groep"),
        ("<groep key='s1'/>", "groep"),
        ("<samengestelde_groepen><samengestelde_groep key='gone'/></samengestelde_groepen>", "samengestelde_groep"),
        ("<samengestelde_groepen><samengestelde_groep key='g1'/></samengestelde_groepen>", "samengestelde_groep"),
    ],
)
def test_pupil_of_a_group_that_is_not_in_the_file_is_refused(inside: str, field: str) -> None:
    data = edex(pupils=pupil(f"<roepnaam>Sam</roepnaam><jaargroep>3</jaargroep>{inside}"))

    assert refusal(data) == [("dangling_reference", 4, field)]


@pytest.mark.requirement("SR-D07")
@pytest.mark.parametrize(
    ("inside", "field"),
    [
        ("<groep key='gone'/>", "groep"),
        ("<groep key='s1'><rol>LRK</rol></groep>", "groep"),
        ("<samengestelde_groep key='gone'/>", "samengestelde_groep"),
    ],
)
def test_teacher_of_a_group_that_is_not_in_the_file_is_refused(inside: str, field: str) -> None:
    staff = f"<leerkracht key='k'><roepnaam>Kim</roepnaam><groepen>{inside}</groepen></leerkracht>"

    assert refusal(edex(staff=staff)) == [("dangling_reference", 5, field)]


@pytest.mark.parametrize(
    ("pupils", "groups", "expected"),
    [
        (PUPIL.replace(' key="L1"', ""), GROUPS, ("missing", 4, "key")),
        (PUPIL.replace('"L1"', '" "'), GROUPS, ("missing", 4, "key")),
        (PUPIL.replace('groep key="g1"', "groep"), GROUPS, ("missing", 4, "key")),
        (pupil("<jaargroep>3</jaargroep>"), GROUPS, ("missing_name", 4, None)),
        (PUPIL, GROUPS.replace("3A", " "), ("missing", 3, "naam")),
        (PUPIL.replace("<roepnaam>", "<roepnaam>Bo</roepnaam><roepnaam>"), GROUPS, ("repeated", 4, "roepnaam")),
        (PUPIL.replace("Sam", "Sam<b>uel</b>"), GROUPS, ("nested", 4, "roepnaam")),
    ],
)
def test_row_without_what_it_must_have_is_refused(pupils: str, groups: str, expected: tuple[str, int, str]) -> None:
    assert refusal(edex(pupils=pupils, groups=groups)) == [expected]


# SR-D08: what stands in a value


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=cmd|' /C calc'!A0",
        "+31612345678",
        "@SUM(1)",
        "Robert'); DROP TABLE pupil;--",
        "%s %(x)s ${x}",
        "../../etc/passwd",
        "O\u2019Brien-Ünal",
        "Zoe\u0308",
        "𝓢𝓪𝓶 😀",
        "سارة",
        "Nguyễn",
        "山田",
    ],
)
def test_name_that_is_code_elsewhere_is_kept_as_it_is(name: str) -> None:
    escaped = name.replace("&", "&amp;").replace("<", "&lt;")

    assert read_roster(pretty(escaped)).pupils[0].first_name == name


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize(
    ("character", "code"),
    [
        *((chr(point), "direction_character") for point in range(0x202A, 0x202F)),
        *((chr(point), "direction_character") for point in range(0x2066, 0x206A)),
        ("\u200e", "direction_character"),
        ("\u200f", "direction_character"),
        ("\u061c", "direction_character"),
        ("\u200b", "invisible_character"),
        ("\u200c", "invisible_character"),
        ("\u200d", "invisible_character"),
        ("\u2060", "invisible_character"),
        ("\ufeff", "invisible_character"),
        ("\u00ad", "invisible_character"),
        ("\u3164", "invisible_character"),
        ("\U000e0041", "invisible_character"),
        ("\u007f", "control_character"),
        ("\u0085", "control_character"),
        ("\u009b", "control_character"),
        ("\u2028", "control_character"),
        ("\u2029", "control_character"),
        ("\u0301" * 5, "too_many_marks"),
        ("\u0489" * 30, "too_many_marks"),
    ],
)
@pytest.mark.parametrize("reference", [False, True])
def test_character_that_hides_or_turns_text_is_refused_with_line_and_field(
    character: str, code: str, *, reference: bool
) -> None:
    written = "".join(f"&#{ord(sign)};" for sign in character) if reference else character

    assert refusal(pretty(f"Sa{written}m")) == [(code, 7, "roepnaam")]


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize("bad", ["\0", "\x01", "\x0b", "\x1b", "&#0;", "&#8;", "&#x1F;", "&#xFFFE;", "\ufffe"])
def test_character_that_xml_forbids_is_refused_with_its_line(bad: str) -> None:
    assert refusal(pretty(f"Sa{bad}m")) == [("forbidden_character", 7, None)]


@pytest.mark.requirement("SR-D08")
def test_four_marks_in_a_row_are_taken() -> None:
    assert refusal(pretty("Sa\u0301\u0301\u0301\u0301m")) == []


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize(
    ("pupils", "field"),
    [
        (PUPIL.replace('"L1"', '"L\u202e1"'), "key"),
        (PUPIL.replace("Voorbeeld", "Voor\u200bbeeld"), "achternaam"),
        (PUPIL.replace("<roepnaam>", "<voorvoegsel>d\u202ee</voorvoegsel><roepnaam>"), "voorvoegsel"),
        (pupil(attributes='key="L1" eckid="https://ketenid.nl/\u200b"'), "eckid"),
    ],
)
def test_every_value_of_a_pupil_is_looked_at(pupils: str, field: str) -> None:
    assert [(line, name) for _code, line, name in refusal(edex(pupils=pupils))] == [(4, field)]


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize(
    ("staff", "groups", "expected"),
    [
        ("<leerkracht key='k'><roepnaam>K\u202eim</roepnaam></leerkracht>", GROUPS, (5, "roepnaam")),
        ("<leerkracht key='k\u200b'><roepnaam>Kim</roepnaam></leerkracht>", GROUPS, (5, "key")),
        (
            "<leerkracht key='k'><roepnaam>Kim</roepnaam><emailadres>k\u202e@a.example</emailadres></leerkracht>",
            GROUPS,
            (5, "emailadres"),
        ),
        ("", GROUPS.replace("3A", "3\u202eA"), (3, "naam")),
    ],
)
def test_every_value_of_staff_and_groups_is_looked_at(staff: str, groups: str, expected: tuple[int, str]) -> None:
    assert [(line, name) for _code, line, name in refusal(edex(staff=staff, groups=groups))] == [expected]


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize(
    ("field", "limit"), [("achternaam", 200), ("voorvoegsel", 10), ("voornamen", 200), ("roepnaam", 64)]
)
def test_value_longer_than_the_standard_allows_is_refused(field: str, limit: int) -> None:
    def row(length: int) -> str:
        return pupil(f"<voorletters-1>A</voorletters-1><{field}>{'x' * length}</{field}><jaargroep>3</jaargroep>")

    assert refusal(edex(pupils=row(limit))) == []
    assert refusal(edex(pupils=row(limit + 1))) == [("too_long", 4, field)]


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize("attribute", ["key", "eckid"])
def test_key_longer_than_the_standard_allows_is_refused(attribute: str) -> None:
    def row(length: int) -> str:
        keys = {"key": "L1", "eckid": "x"} | {attribute: "x" * length}
        return pupil(attributes=" ".join(f'{name}="{value}"' for name, value in keys.items()))

    assert refusal(edex(pupils=row(256))) == []
    assert refusal(edex(pupils=row(257))) == [("too_long", 4, attribute)]


@pytest.mark.requirement("SR-D08")
@pytest.mark.parametrize(
    "born",
    [
        "2017-02-31",
        "31-02-2017",
        "2017-13-01",
        "0001-01-01",
        "1899-12-31",
        "2028-01-01",
        "2999-01-01",
        "9999-12-31",
        "20170501",
        "2017-W01-1",
        "2017-5-1",
        "\u0662\u0660\u0661\u0667-05-01",
        "gisteren",
        "-2017-05-01",
    ],
)
def test_impossible_birth_date_is_refused_with_line_and_field(born: str) -> None:
    assert refusal(pretty(born=born)) == [("date_impossible", 8, "geboortedatum")]


@pytest.mark.requirement("SR-D08")
def test_impossible_birth_date_is_refused_when_the_header_comes_last() -> None:
    born = PUPIL.replace("<jaargroep>", "<geboortedatum>2028-01-01</geboortedatum><jaargroep>")
    data = f"{DECLARATION}<EDEX>{GROUPS}\n<leerlingen>{born}</leerlingen>\n{SCHOOL}</EDEX>".encode()

    assert refusal(data) == [("date_impossible", 2, "geboortedatum")]


@pytest.mark.requirement("SR-D08")
def test_impossible_leaving_date_is_refused_with_line_and_field() -> None:
    row = pupil("<roepnaam>Sam</roepnaam><jaargroep>3</jaargroep>\n<uitstroomdatum>2026-02-30</uitstroomdatum>")

    assert refusal(edex(pupils=row)) == [("date_impossible", 5, "uitstroomdatum")]


def test_lost_letter_is_taken_with_a_warning() -> None:
    assert ("broken_character", 7) in warnings(pretty("S\ufffdm"))


def test_all_wrong_rows_are_told_in_the_order_of_the_file() -> None:
    rows = [
        pupil("<roepnaam>Sam</roepnaam><jaargroep>3</jaargroep><groep key='gone'/>", 'key="1"'),
        pupil("<roepnaam>B\u202eo</roepnaam><jaargroep>3</jaargroep>", 'key="2"'),
        pupil("<jaargroep>3</jaargroep>", 'key="1"'),
    ]

    assert refusal(edex(pupils="\n".join(rows))) == [
        ("dangling_reference", 4, "groep"),
        ("direction_character", 5, "roepnaam"),
        ("missing_name", 6, None),
        ("duplicate_key", 6, "key"),
    ]


def test_one_kind_of_problem_is_told_at_most_twenty_five_times() -> None:
    rows = "\n".join(pupil("<jaargroep>3</jaargroep>", f'key="{number}"') for number in range(60))

    with pytest.raises(RosterRefused) as refused:
        read_roster(edex(pupils=rows))

    *told, more = refused.value.problems
    assert [problem.line for problem in told] == list(range(4, 29))
    assert (more.code, more.params) == ("more", {"count": 35, "kind": "missing_name"})


def test_school_is_known_when_only_rows_are_wrong() -> None:
    with pytest.raises(RosterRefused) as refused:
        read_roster(edex(pupils=pupil("<jaargroep>3</jaargroep>")))

    assert refused.value.header is not None
    assert refused.value.header.brin == "99XX"
