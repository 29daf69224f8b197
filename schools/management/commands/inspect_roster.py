"""Say what a roster file holds and whether it would be taken, without touching the database.

With `--json` one object is printed:

    accepted   true when the file would be taken
    version    of EDEXML, as the file names it; empty when it does not; null when the header cannot be read
    school     null when the header cannot be read, else an object: brin (null abroad), location ("00" is the main one),
               school_key (null unless named), school_year, reference_date
    counts     null when the file would be refused, else an object: pupils, groups (of which home_groups and subgroups),
               staff, leavers (former pupils, left out), pupils_without_eck_id, staff_without_eck_id
    warnings   a list of objects: line (null for the file as a whole), field (the standard's name for it, or null),
               code, message, advice
    errors     a list of the same objects; empty when the file would be taken

No name, key or other value of a person is ever printed. Exit status: 0 taken, 1 refused, 2 no such file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from schools.edexml.problems import RosterRefused
from schools.edexml.reader import read_roster

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from django.core.management.base import CommandParser

    from schools.edexml.header import Header
    from schools.edexml.problems import Problem
    from schools.edexml.roster import Roster

NO_SUCH_FILE = 2


class Command(BaseCommand):
    """Reads with the same reader as an upload does."""

    help = "Say what a roster file (EDEXML) holds and whether it would be taken; the database is not touched."
    requires_system_checks = []  # noqa: RUF012 - declared so by Django

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the form of the answer."""
        parser.add_argument("file", help="the EDEXML file; - reads standard input")
        parser.add_argument("--json", action="store_true", help="print one JSON object; see the module's docstring")

    def handle(self, *_args: str, **options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Print the report; exit with 1 when the file would be refused."""
        report = inspect(options["file"])
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in as_text(report))
        if not report["accepted"]:
            sys.exit(1)


def inspect(name: str) -> dict[str, Any]:
    """Read the file, `-` for standard input, and give the report as the module's docstring has it."""
    try:
        if name == "-":
            roster = read_roster(sys.stdin.buffer)
        else:
            with Path(name).open("rb") as file:
                roster = read_roster(file)
    except OSError as error:
        message = _("Cannot open the file: %(reason)s") % {"reason": error.strerror}
        raise CommandError(message, returncode=NO_SUCH_FILE) from error
    except RosterRefused as refused:
        return _report(refused.header, None, (), refused.problems)
    return _report(roster, _counts(roster), roster.warnings, ())


def _report(
    header: Header | Roster | None,
    counts: dict[str, int] | None,
    warnings: Iterable[Problem],
    errors: Iterable[Problem],
) -> dict[str, Any]:
    school = header and {
        "brin": header.brin,
        "location": header.location,
        "school_key": header.school_key,
        "school_year": header.school_year,
        "reference_date": header.reference_date.isoformat(),
    }
    return {
        "accepted": counts is not None,
        "version": header and header.version,
        "school": school,
        "counts": counts,
        "warnings": [_told(problem) for problem in warnings],
        "errors": [_told(problem) for problem in errors],
    }


def _counts(roster: Roster) -> dict[str, int]:
    home_groups = sum(group.kind == "home" for group in roster.groups)
    return {
        "pupils": len(roster.pupils),
        "groups": len(roster.groups),
        "home_groups": home_groups,
        "subgroups": len(roster.groups) - home_groups,
        "staff": len(roster.staff),
        "leavers": roster.leavers,
        "pupils_without_eck_id": roster.pupils_without_eck_id,
        "staff_without_eck_id": roster.staff_without_eck_id,
    }


def _told(problem: Problem) -> dict[str, Any]:
    return {
        "line": problem.line,
        "field": problem.field,
        "code": problem.code,
        "message": problem.message,
        "advice": problem.advice,
    }


def as_text(report: dict[str, Any]) -> Iterable[str]:
    """Give the report as lines for people."""
    if school := report["school"]:
        yield _("EDEXML version: %(version)s") % {"version": report["version"] or _("not named")}
        code = f"{school['brin']} {school['location']}" if school["brin"] else school["school_key"] or _("not named")
        yield _("School: %(code)s, school year %(year)s, as of %(day)s") % {
            "code": code,
            "year": school["school_year"],
            "day": school["reference_date"],
        }
    if counts := report["counts"]:
        yield _(
            "Pupils: %(pupils)s, without ECK iD: %(pupils_without_eck_id)s, left out because they left: %(leavers)s"
        ) % (counts)
        yield _("Home groups: %(home_groups)s, subgroups: %(subgroups)s, staff: %(staff)s") % counts
    for title, problems in ((_("Warning"), report["warnings"]), (_("Error"), report["errors"])):
        for problem in problems:
            place = " ".join(
                filter(None, (problem["line"] and _("line %(line)s") % {"line": problem["line"]}, problem["field"]))
            )
            yield f"{title}{f' ({place})' if place else ''}: {problem['message']} {problem['advice']}"
    yield _("This file can be taken.") if report["accepted"] else _("This file would be refused.")
