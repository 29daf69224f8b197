"""The persons and groups on both sides of a difference: what stands in the roster, and what a file brings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID


def _nothing() -> str:
    return ""


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


@dataclass(frozen=True, slots=True)
class StandingPerson:
    """A pupil or staff member of the roster, present or gone. The birth date is opened only when asked for."""

    id: int
    first_name: str = field(repr=False)
    infix: str = field(repr=False)
    last_name: str = field(repr=False)
    key_index: bytes | None = field(repr=False)
    eck_index: bytes | None = field(repr=False)
    fingerprint: bytes | None = field(repr=False)
    left: bool
    year_group: str = ""
    gender: str = ""
    home_group: UUID | None = None
    email_index: bytes | None = field(default=None, repr=False)
    roles: tuple[str, ...] = ()
    open_birth_date: Callable[[], str] = field(default=_nothing, repr=False, compare=False)

    @property
    def full_name(self) -> str:
        """First name, infix and last name."""
        return " ".join(part for part in (self.first_name, self.infix, self.last_name) if part)


@dataclass(frozen=True, slots=True)
class ArrivingGroup:
    """A group of the file, with the id it has or will have."""

    id: UUID
    school_year: str
    kind: str
    key: str
    name: str
    year_group: str


@dataclass(frozen=True, slots=True)
class ArrivingPerson:
    """A pupil or staff member of the file, reduced to what the school keeps.

    The indexes are under the current key first, then under older ones. `key_indexes` is empty for a made-up key.
    """

    line: int
    first_name: str = field(repr=False)
    infix: str = field(repr=False)
    last_name: str = field(repr=False)
    key: str = field(repr=False)
    stable_key: bool
    eck_id: str = field(repr=False)
    key_indexes: tuple[bytes, ...] = field(repr=False)
    eck_indexes: tuple[bytes, ...] = field(repr=False)
    fingerprint: bytes = field(repr=False)
    birth_date: str = field(default="", repr=False)
    gender: str = ""
    year_group: str = ""
    home_group: UUID | None = None
    email: str = field(default="", repr=False)
    email_indexes: tuple[bytes, ...] = field(default=(), repr=False)
    roles: tuple[str, ...] = ()
    groups: tuple[tuple[UUID, tuple[str, ...]], ...] = ()

    @property
    def full_name(self) -> str:
        """First name, infix and last name."""
        return " ".join(part for part in (self.first_name, self.infix, self.last_name) if part)
