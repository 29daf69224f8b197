"""Load the national register of boards and school locations out of files of DUO Open Onderwijsdata.

With `--json` one object is printed:

    accepted    true when the files are taken
    written     true when something was written: false with --dry-run and when nothing changes
    files       a list of objects: name, and sha256 (of the unzipped file), locations and boards (rows); these are null
                when the file was refused
    locations   null when a file was refused, else an object: open_before, unchanged, counts (of each kind of change),
                changes (a list of objects: code, kind, name, old, new)
    boards      the same, of boards
    closed_customers   codes of closed locations for which the portal still works
    problems    a list of objects: file, line (null for the file as a whole), text
    large       true when refused because more than 2% of the register would be closed or changed

Exit status: 0 taken, 1 refused, 2 no such file.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from schools.actions.register import LargeDifference, import_register
from schools.duo.difference import ChangeKind
from schools.duo.reader import MAX_BYTES, read_duo
from schools.duo.rows import DuoProblem, DuoRefused
from schools.duo.shipped import shipped_location_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from django.core.management.base import CommandParser

    from schools.actions.register import RegisterDifference
    from schools.duo.difference import Change, Difference
    from schools.duo.rows import DuoFile

NO_SUCH_FILE = 2
EXAMPLES = 5
PHRASES = {
    ChangeKind.ADDED: "added",
    ChangeKind.RENAMED: "renamed",
    ChangeKind.MOVED: "moved to another address",
    ChangeKind.BOARD_CHANGED: "went to another board",
    ChangeKind.DETAILS_CHANGED: "changed in a detail",
    ChangeKind.CLOSED: "closed: no longer in the register",
    ChangeKind.REOPENED: "reopened: in the register again",
}


class Command(BaseCommand):
    """Reads the files, calls `import_register` and says what it did."""

    help = "Load the register of boards and school locations from DUO's files; without a file, the one that is shipped."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the files, and whether to write."""
        parser.add_argument("files", nargs="*", metavar="FILE", help="location and boards files, CSV or gzipped CSV")
        parser.add_argument("--dry-run", action="store_true", help="say what would change and write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object; see the module's docstring")
        parser.add_argument(
            "--allow-large", action="store_true", help="go on when more than 2%% of the register closes or changes"
        )

    def handle(self, **options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Print the report; exit with 1 when the files are refused."""
        report = Report(dry_run=options["dry_run"])
        report.run([Path(name) for name in options["files"]] or [shipped_location_file()], options["allow_large"])
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in report.as_text())
        if not report.accepted:
            sys.exit(1)


class Report:
    """What became of the files."""

    def __init__(self, *, dry_run: bool) -> None:
        """Start with nothing read."""
        self.dry_run = dry_run
        self.large = False
        self.files: list[tuple[Path, DuoFile | None]] = []
        self.problems: list[tuple[Path | None, DuoProblem]] = []
        self.difference: RegisterDifference | None = None

    @property
    def accepted(self) -> bool:
        """Tell whether the files are taken."""
        return not self.problems and not self.large

    @property
    def written(self) -> bool:
        """Tell whether anything was written."""
        return self.accepted and bool(self.difference) and not self.dry_run

    def run(self, paths: list[Path], allow_large: bool) -> None:  # noqa: FBT001 - an option of the command line
        """Read all files and, when each is sound, load them together."""
        for path in paths:
            self.files.append((path, self._read(path)))
        files = [file for _path, file in self.files if file is not None]
        if self.problems:
            return
        try:
            self.difference = import_register(
                files, acting_user=None, today=timezone.localdate(), dry_run=self.dry_run, allow_large=allow_large
            )
        except LargeDifference as large:
            self.difference, self.large = large.difference, True
        except DuoRefused as refused:
            self._note(None, refused)

    def _read(self, path: Path) -> DuoFile | None:
        try:
            with path.open("rb") as stream:
                return read_duo(stream.read(MAX_BYTES + 1))
        except OSError as error:
            message = f"Cannot open {path}: {error.strerror}"
            raise CommandError(message, returncode=NO_SUCH_FILE) from error
        except DuoRefused as refused:
            self._note(path, refused)
            return None

    def _note(self, path: Path | None, refused: DuoRefused) -> None:
        self.problems += [(path, problem) for problem in refused.problems]
        if refused.more:
            self.problems.append((path, DuoProblem(None, f"and {refused.more} more")))

    def as_json(self) -> dict[str, Any]:
        """Give the report as the module's docstring has it."""
        difference = self.difference
        return {
            "accepted": self.accepted,
            "written": self.written,
            "files": [
                {
                    "name": path.name,
                    "sha256": file and file.sha256,
                    "locations": file and len(file.locations),
                    "boards": file and len(file.boards),
                }
                for path, file in self.files
            ],
            "locations": _as_json(difference.locations) if difference is not None else None,
            "boards": _as_json(difference.boards) if difference is not None else None,
            "closed_customers": list(difference.closed_customers) if difference else [],
            "problems": [
                {"file": path and path.name, "line": problem.line, "text": problem.text}
                for path, problem in self.problems
            ],
            "large": self.large,
        }

    def as_text(self) -> Iterator[str]:
        """Give the report as lines for people."""
        for path, file in self.files:
            if file is not None:
                yield f"{path.name}: {len(file.locations)} locations, {len(file.boards)} boards."
        for place, problem in self.problems:
            yield f"{place.name + ': ' if place else ''}{problem}"
        if self.difference is not None:
            yield from _as_text("Locations", self.difference.locations)
            yield from _as_text("Boards", self.difference.boards)
            for code in self.difference.closed_customers:
                yield f"Note: {code} is closed and the portal still works for it."
        yield self._verdict()

    def _verdict(self) -> str:
        if self.problems:
            return "Refused: nothing was changed."
        if self.large:
            return (
                "Refused: more than 2% of the register would be closed or changed, so nothing was. Is this the whole "
                "file, and the right one? If so, run again with --allow-large."
            )
        if not self.difference:
            return "Nothing has changed."
        return "Dry run: nothing was written." if self.dry_run else "Done."


def _as_json(difference: Difference) -> dict[str, Any]:
    return {
        "open_before": difference.open_before,
        "unchanged": difference.unchanged,
        "counts": difference.counts(),
        "changes": [asdict(change) for change in difference.changes],
    }


def _as_text(title: str, difference: Difference) -> Iterator[str]:
    if not difference and not difference.unchanged:
        return
    yield f"{title}: {difference.open_before} in the register before, {difference.unchanged} unchanged."
    for kind, phrase in PHRASES.items():
        changes = difference.of_kind(kind)
        if changes:
            yield f"  {len(changes)} {phrase}"
            yield from (f"    {_example(change)}" for change in changes[:EXAMPLES])
            if len(changes) > EXAMPLES:
                yield f"    … and {len(changes) - EXAMPLES} more"


def _example(change: Change) -> str:
    text = f"{change.code} {change.name}".strip()
    if not change.old:
        return text
    old, new = (" ".join(filter(None, facts.values())) or "(nothing)" for facts in (change.old, change.new))
    return f"{text}: {old} → {new}"
