"""From the bytes of an EDEXML file to a `Roster`, or to the reasons why not.

The file comes from outside and is taken for hostile (SR-D01 to SR-D08). Whatever the bytes are, the outcome is a
`Roster` or `RosterRefused`; neither ever holds what the portal may not keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schools.edexml.document import HEADER, stream_rows
from schools.edexml.elements import line_of
from schools.edexml.fields import SECTIONS
from schools.edexml.header import MAIN_LOCATION, Header, read_header
from schools.edexml.limits import Limits
from schools.edexml.notes import Notes
from schools.edexml.people import People
from schools.edexml.problems import Problem, RosterRefused
from schools.edexml.roster import Roster
from schools.edexml.source import read_utf8

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["Limits", "RosterRefused", "check_school", "read_roster"]

DEFAULT_LIMITS = Limits()
BRIN_LENGTH = 4


def read_roster(data: bytes | BinaryIO, *, limits: Limits = DEFAULT_LIMITS) -> Roster:
    """Read a whole file. Raises RosterRefused with everything that is wrong, rows included, and keeps nothing then."""
    notes = Notes(limits.told)
    people = People(notes)
    header = _read_sections(data, limits, notes, people)
    if header is None:
        raise RosterRefused(*notes.problems.told())
    groups, pupils, staff = people.settle(header.reference_date)
    if not pupils:
        notes.problems.add("no_pupils")
    if notes.problems:
        raise RosterRefused(*notes.problems.told(), header=header)
    notes.finish()
    return Roster(
        version=header.version,
        school_year=header.school_year,
        brin=header.brin,
        location=header.location,
        school_key=header.school_key,
        reference_date=header.reference_date,
        groups=groups,
        pupils=pupils,
        staff=staff,
        warnings=notes.warnings.told(),
        leavers=people.leavers,
    )


def _read_sections(data: bytes | BinaryIO, limits: Limits, notes: Notes, people: People) -> Header | None:
    """Go through the file once; give its header, None when there is none to use."""
    sections = {"groepen": people.read_groups, "leerlingen": people.pupil_rows.read, "leerkrachten": people.read_staff}
    header: Header | None = None
    headers = 0
    for section, rows in stream_rows(read_utf8(data, limits), limits):
        if section == HEADER:
            headers += 1
            header = read_header(rows[0], notes)
            if header:
                people.pupil_rows.latest_year = header.reference_date.year + 1
            if headers > 1:
                notes.problems.add("repeated", line_of(rows[0]), HEADER)
        elif read := sections.get(section):
            read(rows)
        elif section not in SECTIONS:
            notes.unknown(section)
    if headers == 0:
        notes.problems.add("no_header")
    return header


def check_school(
    roster: Roster, brin: str | None, location: str = MAIN_LOCATION, school_key: str | None = None
) -> None:
    """Raise RosterRefused when the file is another school's, or does not say whose it is (SR-D04).

    A school in the Netherlands is known by BRIN and location (`brin` may hold both, as 99XX00); a school abroad, which
    has no BRIN, by the key that it agreed on.
    """
    if brin:
        expected = f"{brin[:BRIN_LENGTH].upper()}{brin[BRIN_LENGTH:] or location}"
        found = f"{roster.brin}{roster.location}" if roster.brin else None
    else:
        expected, found = school_key or "", roster.school_key
    if not found or not expected:
        raise RosterRefused(Problem("school_unnamed", field="brincode" if brin else "schoolkey"))
    if found != expected:
        params = {"found": found, "expected": expected}
        raise RosterRefused(Problem("other_school", field="brincode" if brin else "schoolkey", params=params))
