"""Small EDEXML files, made from parts, so that a test shows only what it is about."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from schools.edexml.generate import generate_roster, invent_roster
from schools.edexml.problems import RosterRefused
from schools.edexml.reader import read_roster

if TYPE_CHECKING:
    from typing import BinaryIO

    from schools.edexml.roster import Roster

DAY = date(2026, 9, 1)

SCHOOL = (
    "<school><schooljaar>2026-2027</schooljaar><peildatum>2026-09-01</peildatum><brincode>99XX</brincode>"
    "<dependancecode>00</dependancecode><xsdversie>2.1</xsdversie></school>"
)
GROUPS = (
    '<groepen><groep key="g1"><naam>3A</naam><jaargroep>3</jaargroep></groep>'
    '<samengestelde_groep key="s1"><naam>Plusgroep</naam></samengestelde_groep></groepen>'
)
PUPIL = (
    '<leerling key="L1"><achternaam>Voorbeeld</achternaam><roepnaam>Sam</roepnaam>'
    '<jaargroep>3</jaargroep><groep key="g1"/></leerling>'
)
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'


def eck_id(digit: str = "0") -> str:
    """Give an ECK iD of the usual form."""
    return f"https://ketenid.nl/pilot/{digit * 128}"


def pupil(inside: str = "<roepnaam>Sam</roepnaam><jaargroep>3</jaargroep>", attributes: str = 'key="L1"') -> str:
    """Give a pupil's row."""
    return f"<leerling {attributes}>{inside}</leerling>"


def edex(
    *, school: str = SCHOOL, groups: str = GROUPS, pupils: str = PUPIL, staff: str = "", prolog: str = DECLARATION
) -> bytes:
    """Give a file; each section stands on a line of its own: header 2, groups 3, pupils 4, staff 5."""
    people = f"<leerkrachten>{staff}</leerkrachten>" if staff else ""
    return f"{prolog}<EDEX>\n{school}\n{groups}\n<leerlingen>{pupils}</leerlingen>\n{people}</EDEX>\n".encode()


def refusal(data: bytes) -> list[tuple[str, int | None, str | None]]:
    """Give code, line and field of each problem for which the file is refused; empty when it is taken."""
    found = outcome(data)
    problems = found.problems if isinstance(found, RosterRefused) else ()
    return [(problem.code, problem.line, problem.field) for problem in problems]


def warnings(data: bytes) -> list[tuple[str, int | None]]:
    """Give code and line of each warning."""
    return [(problem.code, problem.line) for problem in read_roster(data).warnings]


def generate(pupils: int = 64, *, seed: int = 1, version: str = "2.1", with_forbidden: bool = False) -> bytes:
    """Give the generated file of an invented school."""
    return generate_roster(
        brin="99XX",
        location="03",
        school_year="2026-2027",
        pupils=pupils,
        seed=seed,
        version=version,
        reference_date=DAY,
        with_forbidden=with_forbidden,
    )


def invent(pupils: int = 64, *, seed: int = 1, version: str = "2.1") -> Roster:
    """Give what `generate` writes."""
    return invent_roster(
        brin="99XX",
        location="03",
        school_year="2026-2027",
        pupils=pupils,
        seed=seed,
        version=version,
        reference_date=DAY,
    )


def outcome(data: bytes | BinaryIO) -> Roster | RosterRefused:
    """Read, and let nothing but the two outcomes pass."""
    try:
        return read_roster(data)
    except RosterRefused as refused:
        return refused
