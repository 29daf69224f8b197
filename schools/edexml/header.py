"""The header of the file: which school, which school year, which version, on which day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from schools.edexml import fields, values
from schools.edexml.elements import line_of, text_of

if TYPE_CHECKING:
    from lxml import etree

    from schools.edexml.notes import Notes

MAIN_LOCATION = "00"
# Four characters by the standard; six, with the location, in what some administrations write.
BRIN = re.compile(r"([0-9]{2}[A-Z]{2})([0-9]{2})?")
LOCATION = re.compile(r"[0-9]{2}")
VERSION = re.compile(r"[0-9][0-9A-Za-z.]{0,15}")
FIRST_MONTH = 8


@dataclass(frozen=True, slots=True)
class Header:
    """What the element `school` says."""

    version: str
    school_year: str
    brin: str | None
    location: str
    school_key: str | None
    reference_date: date


def read_header(element: etree._Element, notes: Notes) -> Header | None:
    """Read the header; None, with the problems noted, when it cannot be used."""
    children = {child.tag: child for child in element}
    notes.names(children, fields.SCHOOL)
    if len(children) != len(element):
        notes.repeated(element, fields.SCHOOL)
    texts = {name: text_of(child) for name, child in children.items() if name in fields.SCHOOL}
    lines = {name: line_of(child) for name, child in children.items()}
    line = line_of(element)
    for name in texts:
        if len(children[name]):
            notes.problems.add("nested", lines[name], name)

    school_year = texts.get("schooljaar", "")
    if not values.school_year(school_year):
        notes.problems.add("school_year", lines.get("schooljaar", line), "schooljaar")
        return None
    brin, location = _school(texts, lines, notes)
    school_key = notes.text("schoolkey", texts.get("schoolkey", ""), lines.get("schoolkey", line))
    return Header(
        version=_version(texts.get("xsdversie", ""), lines.get("xsdversie", line), notes),
        school_year=school_year,
        brin=brin,
        location=location,
        school_key=school_key or None,
        reference_date=_reference_date(texts, lines, notes) or date(int(school_year[:4]), FIRST_MONTH, 1),
    )


def _school(texts: dict[str, str], lines: dict[str, int], notes: Notes) -> tuple[str | None, str]:
    brin_text = texts.get("brincode", "").upper()
    location = texts.get("dependancecode", "")
    if location and not LOCATION.fullmatch(location):
        notes.problems.add("location_form", lines["dependancecode"], "dependancecode")
    if not brin_text:
        return None, location or MAIN_LOCATION
    found = BRIN.fullmatch(brin_text)
    if not found:
        notes.problems.add("brin_form", lines["brincode"], "brincode")
        return None, MAIN_LOCATION
    if found[2] and location and found[2] != location:
        notes.problems.add("location_form", lines["dependancecode"], "dependancecode")
    return found[1], location or found[2] or MAIN_LOCATION


def _reference_date(texts: dict[str, str], lines: dict[str, int], notes: Notes) -> date | None:
    """Give the reference date, else the day the file was made, else None with a warning."""
    for name in ("peildatum", "aanmaakdatum"):
        text = texts.get(name, "")
        if text:
            return notes.day(name, text, lines[name])
    notes.warnings.add("no_reference_date")
    return None


def _version(text: str, line: int, notes: Notes) -> str:
    if not VERSION.fullmatch(text):
        notes.warnings.add("version_missing", line, "xsdversie")
        return ""
    if text not in fields.VERSIONS:
        notes.warnings.add("version_unknown", line, "xsdversie", version=text)
    return text
