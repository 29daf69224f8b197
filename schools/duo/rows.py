"""What DUO's files hold, one dataclass a kind of row, and how they are refused."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LocationRow:
    """A school location (*vestiging*) as the register has it.

    An optional fact is None when the file has no such column (older files have no holiday region), and empty when
    the file leaves it blank: the first says nothing, the second says that there is none.
    """

    line: int
    code: str
    board_number: str
    name: str
    street: str
    house_number: str
    postcode: str
    city: str
    municipality: str | None = None
    denomination: str | None = None
    phone: str | None = None
    website: str | None = None
    holiday_region: str | None = None

    @property
    def brin(self) -> str:
        """The institution (*instellingscode*) this is a location of."""
        return self.code[:4]

    @property
    def location(self) -> str:
        """The number of the location within its institution; 00 is the main one."""
        return self.code[4:]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A board (*bevoegd gezag*) as the register has it; None means that the file has no such column."""

    line: int
    number: str
    name: str
    kvk_number: str | None = None
    street: str | None = None
    house_number: str | None = None
    postcode: str | None = None
    city: str | None = None
    phone: str | None = None
    website: str | None = None


@dataclass(frozen=True, slots=True)
class DuoFile:
    """A file that was read whole: rows of one kind, the other kind empty. `sha256` is of the unzipped bytes."""

    sha256: str
    locations: tuple[LocationRow, ...] = field(default=(), repr=False)
    boards: tuple[BoardRow, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class DuoProblem:
    """Why a file is refused: the line in the file (None for the file as a whole) and what is wrong there."""

    line: int | None
    text: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}" if self.line else self.text


class DuoRefused(Exception):
    """The file cannot be taken; `problems` holds at most `TOLD` reasons, `more` counts the others."""

    TOLD = 20

    def __init__(self, *problems: DuoProblem) -> None:
        """Take every problem found."""
        self.problems = problems[: self.TOLD]
        self.more = len(problems) - len(self.problems)
        super().__init__("; ".join(map(str, self.problems)))
