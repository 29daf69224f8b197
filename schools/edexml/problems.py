"""What can be wrong with a roster file, and what to do about it, in the reader's language.

A problem names a line, a field of the standard and, at most, things of the file as a whole. Never a pupil's data.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from django.utils.functional import _StrPromise

    from schools.edexml.header import Header

EXPORT_AGAIN = _("Export the file again from your pupil administration system and upload it here unchanged.")
ASK_SUPPLIER = _("Ask the supplier of your pupil administration system to correct the export.")
CORRECT_THERE = _("Correct this in your pupil administration system and export the file again.")
NOTHING_TO_DO = _("You do not have to do anything.")

# Code: what is wrong, what to do. The codes are for programs and stay what they are.
MESSAGES: Mapping[str, tuple[_StrPromise, _StrPromise]] = {
    # The file as a file.
    "empty_file": (_("The file is empty."), EXPORT_AGAIN),
    "zip": (_("This is a zip file."), _("Unpack it and upload the XML file that is in it.")),
    "gzip": (_("This is a compressed file (gzip)."), _("Unpack it and upload the XML file that is in it.")),
    "not_xml": (
        _("This is not an XML file."),
        _("Choose EDEXML as the format in your pupil administration system; a spreadsheet or PDF cannot be read."),
    ),
    "not_edexml": (
        _("This is an XML file, but not an EDEXML file."),
        _("Choose EDEXML as the format in your pupil administration system."),
    ),
    "encoding_not_allowed": (
        _("The file is written in a character encoding that we do not accept."),
        _("Export the file as UTF-8."),
    ),
    "encoding_contradiction": (
        _("The file says to be written in one character encoding and begins in another."),
        _("Export the file as UTF-8."),
    ),
    "encoding_broken": (
        _("The file holds characters that do not fit the character encoding it says to have."),
        EXPORT_AGAIN,
    ),
    "doctype": (
        _("The file holds a document type declaration (DOCTYPE). That is not part of EDEXML and can be harmful."),
        ASK_SUPPLIER,
    ),
    "forbidden_character": (
        _("There is a character here that may not stand in a file of this kind, such as a NUL."),
        CORRECT_THERE,
    ),
    "malformed": (_("The file is not sound XML here."), EXPORT_AGAIN),
    "truncated": (_("The file stops halfway."), EXPORT_AGAIN),
    # Limits (SR-D01).
    "too_many_bytes": (
        _("The file is larger than %(limit)s MiB."),
        _("Export one school at a time, without photos or attachments."),
    ),
    "too_many_elements": (_("The file has more parts than a roster can have."), EXPORT_AGAIN),
    "too_deep": (_("The file is nested more than %(limit)s levels deep."), ASK_SUPPLIER),
    "too_many_attributes": (_("A part of the file has more than %(limit)s attributes."), ASK_SUPPLIER),
    "value_too_long": (_("The file holds a value of more than %(limit)s characters."), ASK_SUPPLIER),
    "too_slow": (_("Reading the file took longer than %(limit)s seconds."), EXPORT_AGAIN),
    # The header.
    "no_header": (_("The file does not say for which school and school year it is."), EXPORT_AGAIN),
    "school_year": (
        _("The school year is missing or is not written as two years in a row, such as 2026-2027."),
        CORRECT_THERE,
    ),
    "brin_form": (_("The BRIN is not two digits and two letters."), CORRECT_THERE),
    "location_form": (_("The location number is not two digits, or contradicts the BRIN."), CORRECT_THERE),
    "other_school": (
        _("This file is of school %(found)s, not of %(expected)s."),
        _("Export the file of this very location, or go to the school it belongs to."),
    ),
    "school_unnamed": (
        _("The file does not say of which school it is."),
        _("Fill in the BRIN and the location in your pupil administration system and export the file again."),
    ),
    # Rows.
    "no_pupils": (
        _("The file holds no pupil who attends the school."),
        _("Check that you export this school year and all groups."),
    ),
    "missing": (_("A required value is missing here."), CORRECT_THERE),
    "missing_name": (_("A person has no name at all."), CORRECT_THERE),
    "repeated": (_("A value stands here more than once."), ASK_SUPPLIER),
    "nested": (_("There are parts inside a value that should be plain text."), ASK_SUPPLIER),
    "too_long": (_("The value is longer than %(limit)s characters."), CORRECT_THERE),
    "control_character": (
        _("The value holds an invisible control character (%(character)s)."),
        CORRECT_THERE,
    ),
    "direction_character": (
        _("The value holds a sign that turns the reading direction (%(character)s)."),
        CORRECT_THERE,
    ),
    "invisible_character": (
        _("The value holds a sign that nobody can see (%(character)s)."),
        CORRECT_THERE,
    ),
    "too_many_marks": (_("The value holds too many accents on one letter."), CORRECT_THERE),
    "date_impossible": (_("This date does not exist or cannot be right."), CORRECT_THERE),
    "duplicate_key": (_("This key was already used on line %(first)s."), ASK_SUPPLIER),
    "duplicate_eck_id": (_("This ECK iD was already used on line %(first)s."), CORRECT_THERE),
    "dangling_reference": (
        _("This refers to a group that is not in the file."),
        _("Export the groups together with the pupils and staff."),
    ),
    "more": (_("And %(count)s more of the kind: %(kind)s"), CORRECT_THERE),
    # Warnings: the file is taken all the same.
    "version_unknown": (_("We do not know EDEXML version %(version)s."), _("Check the differences well.")),
    "version_missing": (_("The file does not name its version of EDEXML."), NOTHING_TO_DO),
    "no_reference_date": (
        _("The file does not say on which day it was made. We count from 1 August of the school year."),
        _("Check that the pupils who left are not in the list."),
    ),
    "unknown_element": (_("We do not know the part “%(name)s” and skipped it."), NOTHING_TO_DO),
    "dropped_data": (
        _("The file holds data that we may not keep: %(names)s. We threw it away while reading."),
        _("Leave this out of the export if your pupil administration system lets you."),
    ),
    "year_group_unknown": (
        _("We cannot tell in which year a pupil is."),
        _("Fill in the year of this pupil in your pupil administration system."),
    ),
    "year_group_code": (_("This year code is not in the standard, so the year is unknown."), CORRECT_THERE),
    "gender_code": (_("This gender code is not in the standard, so it was left out."), CORRECT_THERE),
    "role_code": (_("This role code is not in the standard and was skipped."), NOTHING_TO_DO),
    "email_form": (_("This e-mail address cannot be right and was left out."), CORRECT_THERE),
    "eck_id_form": (_("This ECK iD does not have the usual form."), ASK_SUPPLIER),
    "eck_id_missing": (
        _("Pupils without ECK iD: %(count)s."),
        _("Switch on ECK iD for this school in your pupil administration system."),
    ),
    "dummy_key": (
        _("Keys that change with every file, so that we cannot recognise anyone by them: %(count)s."),
        _("Check the differences well."),
    ),
    "broken_character": (
        _("The value holds the sign for a lost letter."),
        CORRECT_THERE,
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a code of `MESSAGES`, where it stands, and the values for its message."""

    code: str
    line: int | None = None
    field: str | None = None
    params: Mapping[str, str | int] = dataclasses.field(default_factory=dict)

    @property
    def message(self) -> str:
        """Say what is wrong, in the active language."""
        params = dict(self.params)
        if self.code == "more":
            params["kind"] = str(MESSAGES[str(params["kind"])][0])
        return str(MESSAGES[self.code][0]) % params

    @property
    def advice(self) -> str:
        """Say what to do, in the active language."""
        return str(MESSAGES[self.code][1])

    def to_json(self) -> dict[str, object]:
        """Give what must be kept to tell the problem later in any language."""
        return {"code": self.code, "line": self.line, "field": self.field, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Self:
        """Take back what `to_json` gave. Raises KeyError or TypeError for anything else."""
        code, line, name, params = data["code"], data["line"], data["field"], data["params"]
        if (
            not isinstance(code, str)
            or not isinstance(line, int | None)
            or not isinstance(name, str | None)
            or not isinstance(params, dict)
        ):
            message = "Not a problem as to_json gives it."
            raise TypeError(message)
        return cls(code, line, name, params)


class RosterRefused(Exception):
    """The file cannot be taken; nothing of it was kept. `problems` tells why, `header` whose it is if that was read."""

    def __init__(self, *problems: Problem, header: Header | None = None) -> None:
        """Hold the problems; the text of the exception has codes and lines only."""
        self.problems = problems
        self.header = header
        super().__init__(", ".join(f"{p.code} (line {p.line})" if p.line else p.code for p in problems))


class ProblemList:
    """Collects problems, and of each kind tells the first few and counts the others."""

    def __init__(self, told: int) -> None:
        """Take how many of one kind are told in full."""
        self._told = told
        self._counts: dict[str, int] = {}
        self._problems: list[Problem] = []

    def __bool__(self) -> bool:
        """Tell whether anything is wrong."""
        return bool(self._counts)

    def add(self, code: str, line: int | None = None, field: str | None = None, **params: str | int) -> None:
        """Note one problem."""
        count = self._counts.get(code, 0) + 1
        self._counts[code] = count
        if count <= self._told:
            self._problems.append(Problem(code, line, field, params))

    def told(self) -> tuple[Problem, ...]:
        """Give the problems by line, then for each kind with too many of them how many more there are."""
        ordered = sorted(self._problems, key=lambda problem: problem.line or 0)
        more = (
            Problem("more", params={"count": count - self._told, "kind": code})
            for code, count in self._counts.items()
            if count > self._told
        )
        return (*ordered, *more)
