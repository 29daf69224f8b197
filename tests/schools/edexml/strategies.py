"""Rosters as hypothesis invents them: all that the standard can say, in values that the reader accepts."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from schools.edexml import fields
from schools.edexml.roster import Roster, RosterGroup, RosterPupil, RosterStaff
from tests.schools.edexml.samples import eck_id

LETTERS = st.characters(
    categories=("Lu", "Ll", "Lo", "Nd", "Pd", "Po", "Sm", "So", "Zs"),
    exclude_characters="\u3164\u115f\u1160\uffa0\u2800",
)
KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=12)


def words(longest: int, shortest: int = 0) -> st.SearchStrategy[str]:
    """Give text without white space around it."""
    return st.text(LETTERS, min_size=shortest, max_size=longest).filter(lambda text: text == text.strip())


def names(draw: st.DrawFn) -> tuple[str, str, str]:
    """Give first name, infix and last name, of which the first or the last is there."""
    first, infix, last = draw(words(12)), draw(words(10)), draw(words(20))
    return (first, infix, last or "Voorbeeld") if not first else (first, infix, last)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    """Give a roster of version 2.1 with up to a few of everything."""
    group_keys = draw(st.lists(KEYS, unique=True, max_size=4))
    groups = tuple(
        RosterGroup(key, draw(words(20, 1)), year, "home", 0)
        if (year := draw(st.sampled_from([None, "1", "8", "S", "subgroup"]))) != "subgroup"
        else RosterGroup(key, draw(words(20, 1)), None, "subgroup", 0)
        for key in group_keys
    )
    homes = [group for group in groups if group.kind == "home"]
    subgroups = [group.key for group in groups if group.kind == "subgroup"]
    digits = iter("0123456789abcdef")
    pupils = []
    for key in draw(st.lists(KEYS, unique=True, min_size=1, max_size=4)):
        first, infix, last = names(draw)
        home = draw(st.sampled_from([None, *homes]))
        known = st.sampled_from(sorted(fields.YEAR_GROUPS - {fields.FORMER}))
        pupils.append(
            RosterPupil(
                key=key,
                eck_id=draw(st.sampled_from(["", eck_id(next(digits))])),
                first_name=first,
                infix=infix,
                last_name=last,
                birth_date=draw(st.none() | st.dates(date(1900, 1, 1), date(2027, 12, 31))),
                gender=draw(st.sampled_from("0129")),
                year_group=draw(known | st.none()),
                group_key=home.key if home else None,
                subgroup_keys=tuple(draw(st.lists(st.sampled_from(subgroups), unique=True))) if subgroups else (),
                line=0,
            )
        )
    roles = st.lists(st.sampled_from(sorted(fields.ROLES)), unique=True, max_size=3).map(tuple)
    staff = []
    for key in draw(st.lists(KEYS, unique=True, max_size=3)):
        first, infix, last = names(draw)
        taught = draw(st.lists(st.sampled_from(group_keys), unique=True)) if group_keys else []
        staff.append(
            RosterStaff(
                key=key,
                eck_id=draw(st.sampled_from(["", eck_id(next(digits))])),
                first_name=first,
                infix=infix,
                last_name=last,
                email=draw(st.sampled_from(["", "kim@voorbeeldschool.example", "zoë.o'brien+x@sub.school.example"])),
                roles=draw(roles),
                groups=tuple((group, draw(roles)) for group in taught),
                line=0,
            )
        )
    return Roster(
        version="2.1",
        school_year="2026-2027",
        brin=draw(st.sampled_from(["99XX", "00AA", None])),
        location="00",
        school_key=draw(st.none() | KEYS),
        reference_date=date(2026, 9, 1),
        groups=groups,
        pupils=tuple(pupils),
        staff=tuple(staff),
    )
