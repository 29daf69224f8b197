"""Groups, pupils and staff of one file, in whatever order they come, and in the end joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schools.edexml import fields, values
from schools.edexml.elements import key_of, line_of, text_of
from schools.edexml.pupils import PupilRows
from schools.edexml.roster import DUMMY_KEY, RosterGroup, RosterStaff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lxml import etree

    from schools.edexml.notes import Notes
    from schools.edexml.pupils import OpenPupil
    from schools.edexml.roster import GroupKind, RosterPupil

ANY_GROUP = frozenset({"groep", "samengestelde_groep"})


class People:
    """Everyone and every group in one file."""

    def __init__(self, notes: Notes) -> None:
        """Take where to note what is wrong."""
        self._notes = notes
        self._groups: dict[str, RosterGroup] = {}
        self.pupil_rows = PupilRows(notes)
        self._staff: list[RosterStaff] = []
        self._references: list[tuple[str, GroupKind, int]] = []
        self._eck_ids_usual = False
        self.leavers = 0

    def read_groups(self, rows: Sequence[etree._Element]) -> None:
        """Take rows of `groepen`; home groups and subgroups share one space of keys."""
        notes = self._notes
        for row in rows:
            if row.tag not in ANY_GROUP:
                notes.unknown(row.tag)
                continue
            children = {child.tag: child for child in row}
            notes.names(children, fields.GROUP)
            if len(children) != len(row):
                notes.repeated(row, fields.GROUP)
            line = line_of(row)
            key = notes.key(row)
            name = notes.text("naam", children["naam"].text, children["naam"]) if "naam" in children else ""
            if not name:
                notes.problems.add("missing", line, "naam")
            home = row.tag == "groep"
            year_group = self._group_year(children.get("jaargroep")) if home else None
            group = RosterGroup(key, name, year_group, "home" if home else "subgroup", line)
            if (first := self._groups.setdefault(key, group)) is not group:
                notes.problems.add("duplicate_key", line, "key", first=first.line)

    def _group_year(self, child: etree._Element | None) -> str | None:
        if child is None or (text := text_of(child)) in {"", fields.COMBINED}:
            return None
        if text in fields.YEAR_GROUPS:
            return text
        self._notes.warnings.add("year_group_code", line_of(child), "jaargroep")
        return None

    def read_staff(self, rows: Sequence[etree._Element]) -> None:
        """Take rows of `leerkrachten`."""
        notes = self._notes
        for row in rows:
            if row.tag != "leerkracht":
                notes.unknown(row.tag)
                continue
            children = {child.tag: child for child in row}
            notes.names(children, fields.STAFF)
            name = notes.person(row, children, fields.STAFF)
            self._staff.append(
                RosterStaff(
                    key=notes.key(row),
                    eck_id=notes.text("eckid", row.get("eckid"), row),
                    first_name=name.first,
                    infix=name.infix,
                    last_name=name.last,
                    email=self._email(children.get("emailadres")),
                    roles=notes.roles(row),
                    groups=self._taught(row),
                    line=line_of(row),
                )
            )

    def _email(self, child: etree._Element | None) -> str:
        if child is None or not text_of(child):
            return ""
        email = self._notes.text("emailadres", child.text, child)
        if values.is_email(email):
            return email
        self._notes.warnings.add("email_form", line_of(child), "emailadres")
        return ""

    def _taught(self, row: etree._Element) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Give the groups of a member of staff; a group named twice has the roles of both."""
        taught: dict[str, dict[str, None]] = {}
        for element in (child for holder in row.iterchildren("groepen") for child in holder):
            if element.tag not in ANY_GROUP:
                self._notes.unknown(element.tag)
                continue
            key = key_of(element)
            if not key:
                self._notes.problems.add("missing", line_of(element), "key")
            self._references.append((key, "home" if element.tag == "groep" else "subgroup", line_of(element)))
            taught.setdefault(key, {}).update(dict.fromkeys(self._notes.roles(element)))
        return tuple((key, tuple(roles)) for key, roles in taught.items())

    def settle(
        self, reference_date: date
    ) -> tuple[tuple[RosterGroup, ...], tuple[RosterPupil, ...], tuple[RosterStaff, ...]]:
        """Join the rows: keys are unique, references resolve, years come from the group where a pupil has none."""
        for key, kind, line in self._references:
            self._resolve(key, kind, line)
        self._tidy_eck_ids()
        self._check_unique(self._staff)
        self._check_unique(self.pupil_rows.pupils)
        groups, left_on, latest_year = self._groups, self.pupil_rows.left_on, reference_date.year + 1
        pupils = []
        for number, pupil in enumerate(self.pupil_rows.pupils):
            if left_on and number in left_on and left_on[number] <= reference_date:
                continue
            group = groups.get(pupil.group_key or "")
            year_group = pupil.year_group or (group.year_group if group else None)
            if year_group == fields.FORMER:
                continue
            if year_group not in fields.YEAR_GROUPS:
                self._warn_of_year(pupil, year_group)
                year_group = None
            if pupil.group_key is not None and (group is None or group.kind != "home"):
                self._resolve(pupil.group_key, "home", pupil.line)
            for key in pupil.subgroup_keys:
                self._resolve(key, "subgroup", pupil.line)
            # Said again for a file whose header comes after its pupils.
            if pupil.birth_date is not None and pupil.birth_date.year > latest_year:
                self._notes.problems.add("date_impossible", pupil.line, "geboortedatum")
            pupil.year_group = year_group
            pupils.append(pupil.close())
        self.leavers = len(self.pupil_rows.pupils) - len(pupils)
        self._warn_of_identity(pupils)
        return tuple(groups.values()), tuple(pupils), tuple(self._staff)

    def _tidy_eck_ids(self) -> None:
        """Look at the ECK iDs of all together, and at each only when not all have the usual form."""
        pupils = self.pupil_rows.pupils
        eck_ids = [pupil.eck_id for pupil in pupils] + [person.eck_id for person in self._staff]
        self._eck_ids_usual = values.usual_eck_ids(eck_ids)
        if not self._eck_ids_usual:
            for pupil in pupils:
                pupil.eck_id = self._notes.text("eckid", pupil.eck_id, pupil.line)

    def _warn_of_year(self, pupil: OpenPupil, code: str | None) -> None:
        """Warn of a year that is missing, combined or not in the standard; it counts as unknown."""
        missing = code is None or code == fields.COMBINED
        self._notes.warnings.add("year_group_unknown" if missing else "year_group_code", pupil.line, "jaargroep")

    def _resolve(self, key: str, kind: GroupKind, line: int) -> None:
        group = self._groups.get(key)
        if group is None or group.kind != kind:
            self._notes.problems.add("dangling_reference", line, "groep" if kind == "home" else "samengestelde_groep")

    def _check_unique(self, people: Sequence[OpenPupil | RosterStaff]) -> None:
        """Refuse a key or ECK iD that two rows share, former pupils too, and name both lines."""
        for field, code, found in (
            ("key", "duplicate_key", [person.key for person in people]),
            ("eckid", "duplicate_eck_id", [person.eck_id for person in people]),
        ):
            if len(set(found)) < len(found):
                first: dict[str, int] = {}
                for person, value in zip(people, found, strict=True):
                    if value in first:
                        self._notes.problems.add(code, person.line, field, first=first[value])
                    elif value:
                        first[value] = person.line

    def _warn_of_identity(self, pupils: Sequence[RosterPupil]) -> None:
        """Tell how well these people will be recognised in the next file."""
        warnings = self._notes.warnings
        people: tuple[RosterPupil | RosterStaff, ...] = (*pupils, *self._staff)
        missing = sum([not pupil.eck_id for pupil in pupils])
        if missing:
            warnings.add("eck_id_missing", count=missing)
        if not self._eck_ids_usual:
            for person in people:
                if person.eck_id and not values.usual_eck_ids([person.eck_id]):
                    warnings.add("eck_id_form", person.line, "eckid")
        keys = [*self._groups, *(person.key for person in people)]
        dummies = sum([key.startswith(DUMMY_KEY) for key in keys])
        if dummies:
            warnings.add("dummy_key", count=dummies)
