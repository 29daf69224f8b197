"""What a sound file says, and how leniently it may say it."""

from __future__ import annotations

import dataclasses
import io
from datetime import date

import pytest

from schools.edexml.reader import read_roster
from schools.edexml.roster import RosterGroup, RosterPupil, RosterStaff
from tests.schools.edexml.samples import GROUPS, PUPIL, SCHOOL, eck_id, edex, pupil, warnings

LEGACY = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
<EDEX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="EDEXML.structuur.xsd">
<school><schooljaar>2019-2020</schooljaar><brincode>99DE</brincode>
<aanmaakdatum>2019-09-02T07:15:00</aanmaakdatum><auteur>Voorbeeld-LAS</auteur><xsdversie>1.03</xsdversie></school>
<groepen><groep key="7"><naam>Groep 5</naam><jaargroep>5</jaargroep></groep></groepen>
<leerlingen>
<leerling key="1"><achternaam>Demo</achternaam><voorvoegsel>van der</voorvoegsel><voorletters-1>R</voorletters-1>
<roepnaam>Ren\xe9e</roepnaam><geboortedatum>2011-03-01</geboortedatum><geslacht>2</geslacht><groep key="7"/>
<sofinummer>123456782</sofinummer></leerling>
<leerling key="2"><roepnaam>Bas</roepnaam><jaargroep>6</jaargroep></leerling>
</leerlingen>
<leerkrachten><leerkracht key="1"><achternaam>Proef</achternaam><groepen><groep key="7"/></groepen></leerkracht>
</leerkrachten></EDEX>"""

SECOND = b"""<?xml version="1.0" encoding="UTF-8"?>
<EDEX><school><schooljaar>2021-2022</schooljaar><peildatum>2021-10-01</peildatum><brincode>99XX</brincode>
<dependancecode>01</dependancecode><xsdversie>2.0</xsdversie></school>
<vestigingen><vestiging key="v1"><naam>Noord</naam></vestiging></vestigingen>
<groepen><samengestelde_groep key="s"><naam>Plus</naam></samengestelde_groep>
<groep key="c"><naam>4/5</naam><jaargroep>C</jaargroep></groep></groepen>
<leerlingen><leerling key="a"><roepnaam>Noa</roepnaam><jaargroep>4</jaargroep><groep key="c"/>
<samengestelde_groepen><samengestelde_groep key="s"/></samengestelde_groepen>
<vestiging key="v1"/></leerling></leerlingen>
<leerkrachten><leerkracht key="k"><roepnaam>Kees</roepnaam><emailadres>kees@voorbeeldschool.example</emailadres>
<rol>LRK</rol><rol>ICT</rol><rolomschrijving>iets</rolomschrijving>
<groepen><groep key="c"><rol>LRK</rol></groep><samengestelde_groep key="s"/></groepen></leerkracht>
</leerkrachten></EDEX>"""


def test_file_of_version_1_03_is_read_with_years_from_its_groups() -> None:
    roster = read_roster(LEGACY)

    assert (roster.version, roster.school_year, roster.brin, roster.location) == ("1.03", "2019-2020", "99DE", "00")
    assert roster.reference_date == date(2019, 9, 2)
    assert roster.groups == (RosterGroup("7", "Groep 5", "5", "home", 0),)
    assert roster.pupils == (
        RosterPupil("1", "", "Renée", "van der", "Demo", date(2011, 3, 1), "2", "5", "7", (), 0),
        RosterPupil("2", "", "Bas", "", "", None, "0", "6", None, (), 0),
    )
    assert roster.staff == (RosterStaff("1", "", "", "", "Proef", "", (), (("7", ()),), 0),)


def test_file_of_version_2_0_is_read_with_subgroups_and_roles() -> None:
    roster = read_roster(SECOND)

    assert (roster.version, roster.location, roster.reference_date) == ("2.0", "01", date(2021, 10, 1))
    assert roster.groups == (
        RosterGroup("s", "Plus", None, "subgroup", 0),
        RosterGroup("c", "4/5", None, "home", 0),
    )
    assert roster.pupils == (RosterPupil("a", "", "Noa", "", "", None, "0", "4", "c", ("s",), 0),)
    assert roster.staff == (
        RosterStaff(
            "k",
            "",
            "Kees",
            "",
            "",
            "kees@voorbeeldschool.example",
            ("LRK", "ICT"),
            (("c", ("LRK",)), ("s", ())),
            0,
        ),
    )


def test_rows_carry_the_line_on_which_they_begin() -> None:
    roster = read_roster(LEGACY)

    assert [row.line for row in roster.groups] == [5]
    assert [row.line for row in roster.pupils] == [7, 10]
    assert [row.line for row in roster.staff] == [12]


def test_stream_is_read_as_bytes_are() -> None:
    assert read_roster(io.BytesIO(SECOND)) == read_roster(SECOND)


def test_nothing_of_a_roster_can_be_changed() -> None:
    roster = read_roster(SECOND)

    for row in (roster, roster.pupils[0], roster.groups[0], roster.staff[0]):
        for field in dataclasses.fields(row):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(row, field.name, "other")


def test_people_stay_out_of_what_is_logged() -> None:
    roster = read_roster(LEGACY)

    shown = repr(roster)

    for secret in ("Renée", "Demo", "2011", "Proef"):
        assert secret not in shown


@pytest.mark.parametrize("version", ["2.2", "3.0"])
def test_unknown_version_is_taken_and_reported(version: str) -> None:
    data = edex(school=SCHOOL.replace(">2.1<", f">{version}<"))

    assert read_roster(data).version == version
    assert warnings(data) == [("eck_id_missing", None), ("version_unknown", 2)]


@pytest.mark.parametrize("text", ["", "&lt;script&gt;", "x" * 400])
def test_version_that_is_no_version_is_taken_and_reported(text: str) -> None:
    data = edex(school=SCHOOL.replace(">2.1<", f">{text}<"))

    assert read_roster(data).version == ""
    assert ("version_missing", 2) in warnings(data)


def test_order_of_elements_does_not_matter() -> None:
    shuffled = (
        "<EDEX><leerkrachten><leerkracht key='k'><groepen><groep key='g1'/></groepen><roepnaam>Kim</roepnaam>"
        f"</leerkracht></leerkrachten><leerlingen>{PUPIL}</leerlingen>{GROUPS}{SCHOOL}</EDEX>"
    ).encode()

    roster = read_roster(shuffled)

    ordered = read_roster(
        edex(staff="<leerkracht key='k'><roepnaam>Kim</roepnaam><groepen><groep key='g1'/></groepen></leerkracht>")
    )
    assert roster == ordered


def test_empty_elements_count_as_absent() -> None:
    inside = (
        "<achternaam>Demo</achternaam><voorvoegsel/><roepnaam> </roepnaam><geboortedatum/><geslacht/><jaargroep/>"
        "<groep key='g1'/><samengestelde_groepen/><uitstroomdatum/>"
    )

    roster = read_roster(edex(pupils=pupil(inside)))

    assert roster.pupils == (RosterPupil("L1", "", "", "", "Demo", None, "0", "3", "g1", (), 0),)


def test_location_is_the_main_one_when_absent() -> None:
    school = SCHOOL.replace("<dependancecode>00</dependancecode>", "")

    assert read_roster(edex(school=school)).location == "00"


def test_brin_may_carry_the_location() -> None:
    school = SCHOOL.replace("99XX", "99xx03").replace("<dependancecode>00</dependancecode>", "")

    roster = read_roster(edex(school=school))

    assert (roster.brin, roster.location) == ("99XX", "03")


def test_school_abroad_is_known_by_its_key() -> None:
    school = "<school><schooljaar>2026-2027</schooljaar><schoolkey> paris-1 </schoolkey></school>"

    roster = read_roster(edex(school=school))

    assert (roster.brin, roster.location, roster.school_key) == (None, "00", "paris-1")


def test_reference_date_is_the_first_of_august_when_the_file_names_no_day() -> None:
    school = SCHOOL.replace("<peildatum>2026-09-01</peildatum>", "")

    assert read_roster(edex(school=school)).reference_date == date(2026, 8, 1)
    assert ("no_reference_date", None) in warnings(edex(school=school))


@pytest.mark.parametrize("day", ["2026-09-01+02:00", "2026-09-01Z", " 2026-09-01 "])
def test_reference_date_may_have_a_time_zone(day: str) -> None:
    school = SCHOOL.replace("2026-09-01", day)

    assert read_roster(edex(school=school)).reference_date == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("inside", "first_name"),
    [
        ("<voornamen>Anna Maria</voornamen><roepnaam>An</roepnaam>", "An"),
        ("<voornamen>Anna Maria</voornamen><voorletters-1>A.M.</voorletters-1>", "Anna Maria"),
        ("<achternaam>Demo</achternaam><voorletters-1>A.M.</voorletters-1>", "A.M."),
        ("<achternaam>Demo</achternaam>", ""),
        ("<roepnaam>\n  An\n  </roepnaam>", "An"),
        ("<roepnaam>An\n  Marie</roepnaam>", "An Marie"),
        ("<roepnaam>An<!-- remark -->na</roepnaam>", "Anna"),
        ("<roepnaam><![CDATA[An]]></roepnaam>", "An"),
        ("<roepnaam>Zo&#xEB; &amp; co</roepnaam>", "Zoë & co"),
    ],
)
def test_first_name_is_the_call_name_else_the_first_names_else_the_initials(inside: str, first_name: str) -> None:
    (found,) = read_roster(edex(pupils=pupil(f"{inside}<jaargroep>3</jaargroep>"))).pupils

    assert found.first_name == first_name


@pytest.mark.parametrize(
    ("own", "of_group", "expected", "warning"),
    [
        ("4", "3", "4", None),
        ("", "3", "3", None),
        ("", "C", None, ("year_group_unknown", 4)),
        ("C", "3", None, ("year_group_unknown", 4)),
        ("", "", None, ("year_group_unknown", 4)),
        ("9", "3", None, ("year_group_code", 4)),
        ("0", "C", "0", None),
        ("16", "3", "16", None),
    ],
)
def test_year_of_the_pupil_wins_over_that_of_the_group(
    own: str, of_group: str, expected: str | None, warning: tuple[str, int] | None
) -> None:
    data = edex(
        groups=GROUPS.replace("<jaargroep>3<", f"<jaargroep>{of_group}<"),
        pupils=pupil(
            f"<roepnaam>Sam</roepnaam><jaargroep>{own}</jaargroep><groep key='g1'/>", f'key="1" eckid="{eck_id()}"'
        ),
    )

    assert read_roster(data).pupils[0].year_group == expected
    assert warnings(data) == ([warning] if warning else [])


@pytest.mark.parametrize(
    "leaving",
    [
        "<uitstroomdatum>2026-09-01</uitstroomdatum>",
        "<uitstroomdatum>2020-07-31</uitstroomdatum>",
        "<jaargroep>H</jaargroep>",
    ],
)
def test_former_pupil_is_left_out_and_counted_with_a_group_that_is_gone(leaving: str) -> None:
    former = pupil(f"<roepnaam>Bo</roepnaam>{leaving}<groep key='long-gone'/>", 'key="L2"')

    roster = read_roster(edex(pupils=PUPIL + former))

    assert [found.key for found in roster.pupils] == ["L1"]
    assert roster.leavers == 1


def test_pupil_of_a_group_of_former_pupils_is_left_out() -> None:
    groups = '<groepen><groep key="g1"><naam>3A</naam><jaargroep>3</jaargroep></groep>'
    groups += '<groep key="h"><naam>Oud</naam><jaargroep>H</jaargroep></groep></groepen>'
    former = pupil("<roepnaam>Bo</roepnaam><groep key='h'/>", 'key="L2"')

    assert read_roster(edex(groups=groups, pupils=PUPIL + former)).leavers == 1


@pytest.mark.parametrize("day", ["2026-09-02", "2027-07-31", "9999-12-31"])
def test_pupil_who_leaves_later_still_attends(day: str) -> None:
    leaving = pupil(f"<roepnaam>Bo</roepnaam><jaargroep>8</jaargroep><uitstroomdatum>{day}</uitstroomdatum>")

    roster = read_roster(edex(pupils=leaving))

    assert (len(roster.pupils), roster.leavers) == (1, 0)


def test_keys_are_trimmed_before_they_are_compared() -> None:
    groups = GROUPS.replace('key="g1"', 'key=" g1 "').replace('key="s1"', 'key="s1 "')
    inside = (
        '<roepnaam>Sam</roepnaam><groep key="g1 "/>'
        '<samengestelde_groepen><samengestelde_groep key=" s1"/></samengestelde_groepen>'
    )

    (found,) = read_roster(edex(groups=groups, pupils=pupil(inside, 'key=" L1 "'))).pupils

    assert (found.key, found.group_key, found.subgroup_keys) == ("L1", "g1", ("s1",))


def test_made_up_keys_are_kept_and_flagged() -> None:
    data = edex(pupils=PUPIL.replace('"L1"', '"#L1"'))

    roster = read_roster(data)

    assert (roster.pupils[0].key, roster.pupils[0].stable_key, roster.groups[0].stable_key) == ("#L1", False, True)
    assert ("dummy_key", None) in warnings(data)


def test_missing_eck_ids_are_counted() -> None:
    two = PUPIL + pupil(attributes=f'key="L2" eckid="{eck_id()}"')

    roster = read_roster(edex(pupils=two))

    assert (roster.pupils_without_eck_id, roster.staff_without_eck_id) == (1, 0)
    assert [(problem.code, problem.params) for problem in roster.warnings] == [("eck_id_missing", {"count": 1})]


@pytest.mark.parametrize("text", ["https://id.school/pilot/abc", eck_id("A"), eck_id() + "0", "x"])
def test_eck_id_of_another_form_is_kept_with_a_warning(text: str) -> None:
    data = edex(pupils=pupil(attributes=f'key="L1" eckid="{text}"'))

    assert read_roster(data).pupils[0].eck_id == text
    assert warnings(data) == [("eck_id_form", 4)]


def test_unknown_codes_are_left_out_with_a_warning() -> None:
    staff = (
        "<leerkracht key='k'><roepnaam>Kim</roepnaam><emailadres>geen adres</emailadres><rol>BAAS</rol><rol>ICT</rol>"
        "</leerkracht>"
    )
    data = edex(pupils=PUPIL.replace("<jaargroep>", "<geslacht>7</geslacht><jaargroep>"), staff=staff)

    roster = read_roster(data)

    assert (roster.pupils[0].gender, roster.staff[0].roles, roster.staff[0].email) == ("0", ("ICT",), "")
    assert warnings(data) == [("eck_id_missing", None), ("gender_code", 4), ("email_form", 5), ("role_code", 5)]


@pytest.mark.requirement("SR-D04")
def test_unknown_elements_are_skipped_and_named_once() -> None:
    data = edex(
        pupils=pupil("<roepnaam>Sam</roepnaam><hobby>Schaken</hobby><jaargroep>3</jaargroep><vak><naam>x</naam></vak>")
        + pupil("<hobby>Dammen</hobby><roepnaam>Bo</roepnaam><jaargroep>3</jaargroep>", 'key="L2"')
        + "<gast/>",
        groups=GROUPS + "<rooster><les/></rooster>",
    )

    found = read_roster(data).warnings

    assert [problem.params["name"] for problem in found if problem.code == "unknown_element"] == [
        "rooster",
        "hobby",
        "vak",
        "gast",
    ]
    assert "Schaken" not in repr(found)


@pytest.mark.requirement("SR-D04")
def test_name_of_an_unknown_element_cannot_smuggle_a_number() -> None:
    data = edex(pupils=pupil("<roepnaam>Sam</roepnaam><bsn123456782/><jaargroep>3</jaargroep>"))

    assert "123456782" not in repr(read_roster(data))


def test_one_kind_of_warning_is_told_at_most_twenty_five_times() -> None:
    rows = "".join(pupil(attributes=f'key="L{n}" eckid="x{n}"') for n in range(40))

    found = read_roster(edex(pupils=rows)).warnings

    assert len(found) == 26
    assert found[-1].params == {"count": 15, "kind": "eck_id_form"}
