"""The difference that a delivery makes: who came, left, moved and changed, and whether that is alarmingly much."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schools.roster.matching import match

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from schools.roster.people import ArrivingGroup, ArrivingPerson, StandingGroup, StandingPerson

# Product S7: the shares above which a person must say that it is right.
PUPIL_SHARE = 0.10
STAFF_SHARE = 0.75
# Fields whose values are never shown: only whether there is one, or that it changed.
SECRET = frozenset({"las_key", "eck_id", "email", "memberships"})


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changes; for a secret one, `old` and `new` only tell whether there is a value."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A person who stays, with what changes. No changes at all: only the stored form does (a new index key)."""

    standing: StandingPerson
    arriving: ArrivingPerson
    changes: tuple[Change, ...]

    @property
    def moves(self) -> bool:
        """Tell whether the person goes to another home group."""
        return any(change.field == "home_group" for change in self.changes)

    @property
    def renamed(self) -> bool:
        """Tell whether a part of the name changes."""
        return any(change.field in {"first_name", "infix", "last_name"} for change in self.changes)


@dataclass(frozen=True, slots=True)
class PeopleDifference:
    """What happens to pupils, or to staff."""

    came: tuple[ArrivingPerson, ...]
    returned: tuple[tuple[StandingPerson, ArrivingPerson], ...]
    left: tuple[StandingPerson, ...]
    changed: tuple[Changed, ...]
    rewritten: tuple[Changed, ...]
    unchanged: int
    before: int

    @property
    def moved(self) -> tuple[Changed, ...]:
        """Those who go to another home group."""
        return tuple(one for one in self.changed if one.moves)

    @property
    def altered(self) -> tuple[Changed, ...]:
        """Those who stay in their group and change otherwise."""
        return tuple(one for one in self.changed if not one.moves)

    @property
    def share(self) -> float:
        """The share of those now present who leave or change."""
        return (len(self.left) + len(self.changed)) / self.before if self.before else 0.0


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """What happens to groups; `kept` pairs each group that stays and changes."""

    new: tuple[ArrivingGroup, ...]
    changed: tuple[tuple[StandingGroup, ArrivingGroup], ...]
    ended: tuple[StandingGroup, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All that a delivery changes at a school."""

    groups: GroupDifference
    pupils: PeopleDifference
    staff: PeopleDifference
    alarms: tuple[str, ...]
    digest: str

    @property
    def is_empty(self) -> bool:
        """Tell whether the roster stays as it is."""
        people = any(one.came or one.returned or one.left or one.changed for one in (self.pupils, self.staff))
        return not (people or self.groups.new or self.groups.changed or self.groups.ended)

    @property
    def rewrites(self) -> bool:
        """Tell whether rows must be written anew although nothing in them changes."""
        return bool(self.pupils.rewritten or self.staff.rewritten)

    def counts(self) -> dict[str, int]:
        """Give the numbers that are kept with the delivery and in the audit trail."""
        numbers = {"groups_new": len(self.groups.new), "groups_ended": len(self.groups.ended)}
        for name, people in (("pupils", self.pupils), ("staff", self.staff)):
            numbers[f"{name}_came"] = len(people.came) + len(people.returned)
            numbers[f"{name}_left"] = len(people.left)
            numbers[f"{name}_changed"] = len(people.changed)
        return numbers


def compare(
    *,
    groups: GroupDifference,
    group_names: Mapping[UUID, str],
    pupils: tuple[Sequence[StandingPerson], Sequence[ArrivingPerson]],
    staff: tuple[Sequence[StandingPerson], Sequence[ArrivingPerson]],
) -> Difference:
    """Give the difference. Raises MatchesConflict when somebody cannot be told from somebody else."""
    of_pupils = _people(*pupils, group_names)
    of_staff = _people(*staff, group_names)
    alarms = tuple(_alarms(of_pupils, of_staff, pupils[0]))
    return Difference(groups, of_pupils, of_staff, alarms, _digest(groups, of_pupils, of_staff))


def nothing_changed(pupils: int, staff: int) -> Difference:
    """Give the difference that there is none, for so many pupils and staff."""
    groups = GroupDifference((), (), ())
    sides = [PeopleDifference((), (), (), (), (), number, number) for number in (pupils, staff)]
    return Difference(groups, sides[0], sides[1], (), _digest(groups, *sides))


def all_new(
    groups: GroupDifference, pupils: Sequence[ArrivingPerson], staff: Sequence[ArrivingPerson], *, digest: str
) -> Difference:
    """Give the difference at a school where nobody ever was: everybody is new and nobody can be mistaken."""
    sides = [PeopleDifference(tuple(people), (), (), (), (), 0, 0) for people in (pupils, staff)]
    return Difference(groups, sides[0], sides[1], (), digest)


def _people(
    standing: Sequence[StandingPerson], arriving: Sequence[ArrivingPerson], group_names: Mapping[UUID, str]
) -> PeopleDifference:
    came: list[ArrivingPerson] = []
    returned: list[tuple[StandingPerson, ArrivingPerson]] = []
    changed: list[Changed] = []
    rewritten: list[Changed] = []
    unchanged = 0
    seen = set()
    for found, person in match(standing, arriving):
        if found is None:
            came.append(person)
            continue
        seen.add(found.id)
        if found.left:
            returned.append((found, person))
        elif found.fingerprint == person.fingerprint:
            unchanged += 1
        else:
            one = Changed(found, person, tuple(_changes(found, person, group_names)))
            (changed if one.changes else rewritten).append(one)
    present = [person for person in standing if not person.left]
    left = tuple(person for person in present if person.id not in seen)
    return PeopleDifference(
        tuple(came), tuple(returned), left, tuple(changed), tuple(rewritten), unchanged + len(rewritten), len(present)
    )


def _changes(old: StandingPerson, new: ArrivingPerson, group_names: Mapping[UUID, str]) -> list[Change]:
    group = (group_names.get(old.home_group, "") if old.home_group else "", old.home_group)
    goes = (group_names.get(new.home_group, "") if new.home_group else "", new.home_group)
    texts = (
        ("first_name", old.first_name, new.first_name),
        ("infix", old.infix, new.infix),
        ("last_name", old.last_name, new.last_name),
        ("birth_date", old.open_birth_date(), new.birth_date),
        ("gender", old.gender, new.gender),
        ("year_group", old.year_group, new.year_group),
        ("roles", " ".join(old.roles), " ".join(new.roles)),
    )
    changes = [Change(name, was, will) for name, was, will in texts if was != will]
    if group[1] != goes[1]:
        changes.append(Change("home_group", group[0], goes[0]))
    indexes = (
        ("las_key", old.key_index, new.key_indexes),
        ("eck_id", old.eck_index, new.eck_indexes),
        ("email", old.email_index, new.email_indexes),
    )
    renewed = False
    for name, was_index, will_indexes in indexes:
        if was_index is None and not will_indexes:
            continue
        if was_index in will_indexes:
            renewed = renewed or was_index != will_indexes[0]
        else:
            changes.append(Change(name, "yes" if was_index else "", "yes" if will_indexes else ""))
    if not changes and not renewed:
        changes.append(Change("memberships", "", ""))
    return changes


def _alarms(pupils: PeopleDifference, staff: PeopleDifference, standing: Sequence[StandingPerson]) -> list[str]:
    alarms = []
    if pupils.share > PUPIL_SHARE:
        alarms.append("pupils")
    if staff.share > STAFF_SHARE:
        alarms.append("staff")
    gone = {person.id for person in pupils.left}
    stays: dict[UUID, bool] = {}
    for person in standing:
        if person.home_group and not person.left:
            stays[person.home_group] = stays.get(person.home_group, False) or person.id not in gone
    if not all(stays.values()):
        alarms.append("group_gone")
    if pupils.before > 1 and all(person.renamed for person in pupils.changed) and len(pupils.changed) == pupils.before:
        alarms.append("all_names")
    return alarms


def _digest(groups: GroupDifference, *people: PeopleDifference) -> str:
    parts = [
        [str(one.id) for one in groups.new],
        [(str(old.id), old.name, new.name) for old, new in groups.changed],
        [str(one.id) for one in groups.ended],
    ]
    for one in people:
        pairs = [*((new.standing, new.arriving) for new in one.changed), *one.returned]
        parts.append([person.fingerprint.hex() for person in one.came])
        parts.append([(old.id, (old.fingerprint or b"").hex(), new.fingerprint.hex()) for old, new in pairs])
        parts.append([person.id for person in one.left])
    return hashlib.sha256(repr(parts).encode()).hexdigest()
