"""What one EDEXML file says about one school in one school year, and nothing it should not say.

Only these fields leave the reader (SR-D04). Numbers of the state, addresses, photos, origin and free text have no
place here, so they cannot be kept by mistake. What leads to a person stays out of `repr`, and so out of logs.
Lines take no part in comparing: two files that say the same are equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import date

    from schools.edexml.problems import Problem

GroupKind: TypeAlias = Literal["home", "subgroup"]

# A key that starts with this is made up for this one file and says nothing about the next (handbook, keys).
DUMMY_KEY = "#"


@dataclass(frozen=True, slots=True)
class RosterGroup:
    """A home group (*stamgroep*) or a subgroup (*samengestelde groep*).

    `year_group` is None for a subgroup and for a combination group, whose pupils each have their own.
    """

    key: str
    name: str
    year_group: str | None
    kind: GroupKind
    line: int = field(compare=False)

    @property
    def stable_key(self) -> bool:
        """Tell whether the key still means the same group in the next file."""
        return not self.key.startswith(DUMMY_KEY)


@dataclass(frozen=True, slots=True)
class RosterPupil:
    """A pupil who attends on the reference date.

    `first_name` is the name the child is called by (*roepnaam*), else the first names, else the initials. `gender` is
    NEN-ISO 5218: 0 unknown, 1 boy, 2 girl, 9 not specified. `year_group` is the EDEXML code, None when unknown.
    Absent text is empty.
    """

    key: str = field(repr=False)
    eck_id: str = field(repr=False)
    first_name: str = field(repr=False)
    infix: str = field(repr=False)
    last_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    gender: str = field(repr=False)
    year_group: str | None
    group_key: str | None
    subgroup_keys: tuple[str, ...]
    line: int = field(compare=False)

    @property
    def stable_key(self) -> bool:
        """Tell whether the key still means the same pupil in the next file."""
        return not self.key.startswith(DUMMY_KEY)


@dataclass(frozen=True, slots=True)
class RosterStaff:
    """A member of staff; `groups` pairs a group's key with the roles held there. Roles are EDEXML codes.

    A role only proposes: the standard advises against granting rights by it, and SR-D09 forbids it.
    """

    key: str = field(repr=False)
    eck_id: str = field(repr=False)
    first_name: str = field(repr=False)
    infix: str = field(repr=False)
    last_name: str = field(repr=False)
    email: str = field(repr=False)
    roles: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    line: int = field(compare=False)

    @property
    def stable_key(self) -> bool:
        """Tell whether the key still means the same person in the next file."""
        return not self.key.startswith(DUMMY_KEY)


@dataclass(frozen=True, slots=True)
class Roster:
    """One file, read whole and found sound. `location` is "00" when the file names none (identifiers, section 1).

    `leavers` counts the former pupils in the file; they are in no list. Everyone in `pupils` has a group that is in
    `groups`, or none.
    """

    version: str
    school_year: str
    brin: str | None
    location: str
    school_key: str | None
    reference_date: date
    groups: tuple[RosterGroup, ...]
    pupils: tuple[RosterPupil, ...]
    staff: tuple[RosterStaff, ...]
    warnings: tuple[Problem, ...] = ()
    leavers: int = 0

    @property
    def pupils_without_eck_id(self) -> int:
        """Count the pupils for whom the administration sends no ECK iD."""
        return sum(not pupil.eck_id for pupil in self.pupils)

    @property
    def staff_without_eck_id(self) -> int:
        """Count the staff for whom the administration sends no ECK iD."""
        return sum(not person.eck_id for person in self.staff)
