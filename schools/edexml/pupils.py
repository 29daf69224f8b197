"""The pupils' rows. Here goes the time of reading a file, so here it is spared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lxml import etree

from schools.edexml import fields, values
from schools.edexml.elements import children_of, key_of, line_of, text_of
from schools.edexml.notes import REMEMBERED
from schools.edexml.roster import RosterPupil

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from schools.edexml.notes import Notes

# Under these lengths together, none of a row's names and keys can be over its own.
SHORT = min(fields.LENGTHS[name] for name in ("key", "achternaam", "voornamen"))
FIRST_NAME_LENGTH = min(fields.LENGTHS["roepnaam"], fields.LENGTHS["voornamen"])
INFIX_LENGTH = fields.LENGTHS["voorvoegsel"]
NOWHERE = -1
ABSENT = etree.Element("absent")
SUBGROUP = frozenset({"samengestelde_groep"})
# Some administrations write "no end" as the last day of this year.
YEAR_OF_NO_END = "9999-"


@dataclass(slots=True)
class OpenPupil:
    """A pupil whose group and year are not settled yet; the same slots as RosterPupil, which it then becomes.

    A frozen dataclass sets its fields one call at a time: 1.7 microseconds against 0.3 for this way, which for one
    school is a quarter of the time it takes to parse its file.
    """

    key: str
    eck_id: str
    first_name: str
    infix: str
    last_name: str
    birth_date: date | None
    gender: str
    year_group: str | None
    group_key: str | None
    subgroup_keys: tuple[str, ...]
    line: int

    def close(self) -> RosterPupil:
        """Become what can no longer be changed."""
        self.__class__ = RosterPupil  # type: ignore[assignment]  # the same slots, which Python checks
        return self  # type: ignore[return-value]  # it is one by now


class _Shape(NamedTuple):
    """What follows from which elements stand in a pupil's row, and in which order: where to find each of them."""

    ordinary: bool
    first_name: int
    infix: int
    last_name: int
    birth_date: int
    gender: int
    year_group: int
    group: int
    subgroups: int


class PupilRows:
    """All rows of `leerlingen`, former pupils too, before it is known which groups there are."""

    def __init__(self, notes: Notes) -> None:
        """Take where to note what is wrong."""
        self._notes = notes
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self.pupils: list[OpenPupil] = []
        # By place in `pupils`: the day from which the pupil no longer attends.
        self.left_on: dict[int, date] = {}
        self.latest_year = values.LATEST_YEAR

    def read(self, rows: Sequence[etree._Element]) -> None:
        """Take the next rows. An ordinary one is read in one go, with hardly a call to anything of ours.

        What is not ordinary in any way is read again by `_careful`, which has a word for everything.
        """
        shapes, pupils, year_groups, genders = self._shapes, self.pupils, fields.YEAR_GROUPS, fields.GENDERS
        for row in rows:
            if row.tag != "leerling":
                self._notes.unknown(row.tag)
                continue
            children = children_of(row)
            names = tuple([child.tag for child in children])
            shape = shapes.get(names) or self._learn_shape(names)
            ordinary, first_at, infix_at, last_at, born_at, gender_at, year_at, group_at, subgroups_at = shape
            # What is absent stands at -1.
            children.append(ABSENT)
            key = row.get("key") or ""
            first_name = children[first_at].text or ""
            infix = children[infix_at].text or ""
            last_name = children[last_at].text or ""
            born = children[born_at].text
            birth_date = values.day(born, self.latest_year) if born else None
            gender = children[gender_at].text or fields.GENDER_UNKNOWN
            year_group = children[year_at].text
            # A reference is sound when it resolves, so only white space matters in it.
            group_key = key_of(children[group_at])
            joined = f"|{key}|{first_name}|{infix}|{last_name}|"
            if (
                ordinary
                and len(joined) <= SHORT
                and len(first_name) <= FIRST_NAME_LENGTH
                and len(infix) <= INFIX_LENGTH
                and values.plain(joined)
                and "| " not in joined
                and " |" not in joined
                and key
                and first_name
                and gender in genders
                and (birth_date is not None or not born)
                and (year_group is None or year_group in year_groups)
                and (group_key or group_at == NOWHERE)
            ):
                pupils.append(
                    OpenPupil(
                        key,
                        row.get("eckid") or "",
                        first_name,
                        infix,
                        last_name,
                        birth_date,
                        gender,
                        year_group,
                        group_key or None,
                        () if subgroups_at == NOWHERE else self._subgroup_keys(children[subgroups_at]),
                        line_of(row),
                    )
                )
            else:
                pupils.append(self._careful(row))

    def _learn_shape(self, names: tuple[str, ...]) -> _Shape:
        """Note what is unknown in a row with these elements, and remember what there is to know about it."""
        self._notes.names(names, fields.PUPIL)
        at = {name: place for place, name in enumerate(names)}
        shape = _Shape(
            ordinary="roepnaam" in at and "uitstroomdatum" not in at and len(at) == len(names),
            first_name=at.get("roepnaam", NOWHERE),
            infix=at.get("voorvoegsel", NOWHERE),
            last_name=at.get("achternaam", NOWHERE),
            birth_date=at.get("geboortedatum", NOWHERE),
            gender=at.get("geslacht", NOWHERE),
            year_group=at.get("jaargroep", NOWHERE),
            group=at.get("groep", NOWHERE),
            subgroups=at.get("samengestelde_groepen", NOWHERE),
        )
        if len(self._shapes) < REMEMBERED:
            self._shapes[names] = shape
        return shape

    def _careful(self, row: etree._Element) -> OpenPupil:
        """Read a row with something out of the ordinary."""
        notes = self._notes
        children = {child.tag: child for child in row}
        name = notes.person(row, children, fields.PUPIL)
        birth_date, gender, group_key = None, fields.GENDER_UNKNOWN, None
        if (child := children.get("geboortedatum")) is not None and (text := text_of(child)):
            birth_date = notes.day("geboortedatum", text, line_of(child), self.latest_year)
        if (child := children.get("geslacht")) is not None and (text := text_of(child)):
            if text in fields.GENDERS:
                gender = text
            else:
                notes.warnings.add("gender_code", line_of(child), "geslacht")
        if (child := children.get("uitstroomdatum")) is not None:
            self._note_leaving(child)
        if (child := children.get("groep")) is not None:
            group_key = key_of(child)
            if not group_key:
                notes.problems.add("missing", line_of(child), "key")
        return OpenPupil(
            key=notes.key(row),
            eck_id=row.get("eckid") or "",
            first_name=name.first,
            infix=name.infix,
            last_name=name.last,
            birth_date=birth_date,
            gender=gender,
            year_group=text_of(children.get("jaargroep")) or None,
            group_key=group_key or None,
            subgroup_keys=self._subgroup_keys(*row.iterchildren("samengestelde_groepen")),
            line=line_of(row),
        )

    def _subgroup_keys(self, *holders: etree._Element) -> tuple[str, ...]:
        """Give the keys of the pupil's subgroups, each once."""
        found = {key_of(child): child.tag for holder in holders for child in holder}
        if "" not in found and SUBGROUP.issuperset(found.values()):
            return tuple(found)
        keys: dict[str, None] = {}
        for holder in holders:
            for child in holder:
                if child.tag not in SUBGROUP:
                    self._notes.unknown(child.tag)
                elif key := key_of(child):
                    keys[key] = None
                else:
                    self._notes.problems.add("missing", line_of(child), "key")
        return tuple(keys)

    def _note_leaving(self, child: etree._Element) -> None:
        text = text_of(child)
        if text and not text.startswith(YEAR_OF_NO_END):
            left_on = self._notes.day("uitstroomdatum", text, line_of(child))
            if left_on:
                self.left_on[len(self.pupils)] = left_on
