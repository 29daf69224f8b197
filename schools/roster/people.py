"""The persons and groups on both sides of a difference: what stands in the roster, and what a file brings.

Persons are named tuples: they are made by the hundred, and a frozen dataclass takes six times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID


def _nothing() -> str:
    return ""


def _full_name(*parts: str) -> str:
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class StandingGroup:
    """A group of the roster; an ended one may come back within its school year."""

    id: UUID
    school_year: str
    kind: str
    key: str
    name: str
    year_group: str
    ended: bool


class StandingPerson(NamedTuple):
    """A pupil or staff member of the roster, present or gone. The birth date is opened only when asked for."""

    id: int
    first_name: str
    infix: str
    last_name: str
    key_index: bytes | None
    eck_index: bytes | None
    fingerprint: bytes | None
    left: bool
    year_group: str = ""
    gender: str = ""
    home_group: UUID | None = None
    email_index: bytes | None = None
    roles: tuple[str, ...] = ()
    open_birth_date: Callable[[], str] = _nothing

    def __repr__(self) -> str:
        """Name nobody, as this may end in a log."""
        return f"{type(self).__name__}(id={self.id}, left={self.left})"

    @property
    def full_name(self) -> str:
        """First name, infix and last name."""
        return _full_name(self.first_name, self.infix, self.last_name)


class ArrivingGroup(NamedTuple):
    """A group of the file, with the id it has or will have."""

    id: UUID
    school_year: str
    kind: str
    key: str
    name: str
    year_group: str


class ArrivingPerson(NamedTuple):
    """A pupil or staff member of the file, reduced to what the school keeps.

    The indexes are under the current key first, then under older ones. `key_indexes` is empty for a made-up key.
    """

    line: int
    first_name: str
    infix: str
    last_name: str
    key: str
    stable_key: bool
    eck_id: str
    key_indexes: tuple[bytes, ...]
    eck_indexes: tuple[bytes, ...]
    fingerprint: bytes
    birth_date: str = ""
    gender: str = ""
    year_group: str = ""
    home_group: UUID | None = None
    email: str = ""
    email_indexes: tuple[bytes, ...] = ()
    roles: tuple[str, ...] = ()
    groups: tuple[tuple[UUID, tuple[str, ...]], ...] = ()

    def __repr__(self) -> str:
        """Name nobody, as this may end in a log."""
        return f"{type(self).__name__}(line={self.line})"

    @property
    def full_name(self) -> str:
        """First name, infix and last name."""
        return _full_name(self.first_name, self.infix, self.last_name)
