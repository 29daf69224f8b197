"""Loading the national register of boards and school locations (product S1; contract duo-open-data §5)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from django.db import connection, transaction

from basispoort.audit import trail
from schools import events
from schools.actions.write_register import write_boards, write_locations
from schools.duo.difference import BOARD_KINDS, LOCATION_KINDS, ChangeKind, Difference, Known, compare
from schools.duo.rows import DuoProblem, DuoRefused
from schools.models import Board, School, SchoolState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from django.contrib.auth.base_user import AbstractBaseUser

    from schools.duo.difference import Facts
    from schools.duo.rows import BoardRow, DuoFile, LocationRow

R = TypeVar("R")

MOST_CHANGED_PERCENTAGE = 2
SCHOOL_FACTS = (
    "register_name",
    "street",
    "house_number",
    "postcode",
    "city",
    "municipality",
    "denomination",
    "phone",
    "website",
    "holiday_region",
)
BOARD_FACTS = ("name", "kvk_number", "street", "postcode", "city", "phone", "website")


@dataclass(frozen=True, slots=True)
class RegisterDifference:
    """What files of the register change. `closed_customers` names closed locations the portal still works for."""

    locations: Difference
    boards: Difference
    closed_customers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.locations) or bool(self.boards)


class LargeDifference(Exception):
    """The files would close or change more of the register than a month can; somebody must say that it is right."""

    def __init__(self, difference: RegisterDifference) -> None:
        """Hold what would have been done."""
        self.difference = difference
        super().__init__(difference.locations.counts(), difference.boards.counts())


def import_register(
    files: Sequence[DuoFile],
    *,
    acting_user: AbstractBaseUser | None,
    today: date,
    dry_run: bool = False,
    allow_large: bool = False,
) -> RegisterDifference:
    """Bring the register to what the files say together, and give the difference.

    The location files together are the whole register: a location that stands in none of them is closed today, and
    opens again when a later file has it. Nothing is deleted, and nothing at all is written when nothing differs. What
    the portal or the school added to a location stays. Schools that never stood in the register (abroad, the demo) are
    left alone. A boards file gives boards their names; without locations beside it, it closes no school.

    Raises DuoRefused when a location or board stands in two files, LargeDifference when more than 2% of the open
    locations, or of the boards that a boards file is about, would be closed or changed, unless `allow_large`. With
    `dry_run` nothing is written.
    """
    locations = _once((row.code, row) for file in files for row in file.locations)
    boards = _once((row.number, row) for file in files for row in file.boards)
    with transaction.atomic():
        lock_register()
        difference = _difference(locations, boards)
        large = difference.locations.exceeds(MOST_CHANGED_PERCENTAGE) or (
            bool(boards) and difference.boards.exceeds(MOST_CHANGED_PERCENTAGE)
        )
        if large and not allow_large:
            raise LargeDifference(difference)
        if difference and not dry_run:
            write_boards(difference.boards)
            write_locations(difference.locations, today=today, source=_source(files))
            trail.record(
                events.REGISTER_IMPORTED,
                school=None,
                acting_user=acting_user,
                details={
                    "locations": difference.locations.counts(),
                    "boards": difference.boards.counts(),
                    "files": [file.sha256 for file in files],
                    "confirmed": large,
                },
            )
    return difference


def lock_register() -> None:
    """Wait until nobody else loads the register; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('schools.register', 0))")


def _once(rows: Iterable[tuple[str, R]]) -> dict[str, R]:
    found: dict[str, R] = {}
    for key, row in rows:
        if key in found:
            raise DuoRefused(DuoProblem(None, f"{key} stands in two of the files"))
        found[key] = row
    return found


def _source(files: Sequence[DuoFile]) -> str:
    """Give the digest of the location file, or one over all of them."""
    digests = [file.sha256 for file in files if file.locations]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _difference(locations: Mapping[str, LocationRow], boards: Mapping[str, BoardRow]) -> RegisterDifference:
    schools = _known_schools()
    leaving = [code for code, row in schools.items() if row.in_register and code not in locations]
    delivered = {code: location_facts(row) for code, row in locations.items()}
    of_locations = Difference()
    if locations:
        of_locations = compare(schools, delivered, kinds=LOCATION_KINDS, name_field="register_name", leaving=leaving)
    return RegisterDifference(
        of_locations,
        _boards_difference(schools, locations, boards),
        _customers({change.code for change in of_locations.of_kind(ChangeKind.CLOSED)}),
    )


def _known_schools() -> dict[str, Known]:
    rows = School.objects.values_list("code", "in_register", "closed_on", "board__number", *SCHOOL_FACTS)
    return {
        code: Known(
            {"board": number or "", **dict(zip(SCHOOL_FACTS, facts, strict=True))}, in_register, closed_on is not None
        )
        for code, in_register, closed_on, number, *facts in rows.order_by().iterator(chunk_size=5000)
    }


def _boards_difference(
    schools: Mapping[str, Known], locations: Mapping[str, LocationRow], boards: Mapping[str, BoardRow]
) -> Difference:
    """Compare the boards: those named by a location are in the register, and get facts from a boards file alone."""
    rows = Board.objects.values_list("number", "in_register", *BOARD_FACTS).order_by()
    known = {
        number: Known(dict(zip(BOARD_FACTS, facts, strict=True)), in_register) for number, in_register, *facts in rows
    }
    delivered: dict[str, Facts] = {row.board_number: {} for row in locations.values()}
    delivered |= {number: board_facts(row) for number, row in boards.items()}
    with_locations = {row.facts["board"] for row in schools.values() if row.in_register}
    absent = {number for number, row in known.items() if row.in_register} - delivered.keys()
    if not boards:
        # Locations alone tell only that a board lost its last one; they say nothing of boards that had none.
        absent &= with_locations if locations else set()
    elif not locations:
        absent -= with_locations
    return compare(known, delivered, kinds=BOARD_KINDS, name_field="name", leaving=absent)


def _customers(codes: set[str]) -> tuple[str, ...]:
    if not codes:
        return ()
    running = (SchoolState.REQUESTED, SchoolState.ACTIVE, SchoolState.SUSPENDED)
    return tuple(
        School.objects.filter(code__in=codes, state__in=running).order_by("code").values_list("code", flat=True)
    )


def location_facts(row: LocationRow) -> Facts:
    """Give what a row says of a school, by the names of our fields; a column the file lacks says nothing."""
    facts = {
        "register_name": row.name,
        "board": row.board_number,
        "street": row.street,
        "house_number": row.house_number,
        "postcode": row.postcode,
        "city": row.city,
        "municipality": row.municipality,
        "denomination": row.denomination,
        "phone": row.phone,
        "website": row.website,
        "holiday_region": row.holiday_region,
    }
    return {name: value for name, value in facts.items() if value is not None}


def board_facts(row: BoardRow) -> Facts:
    """Give what a row says of a board, by the names of our fields."""
    street = None if row.street is None else f"{row.street} {row.house_number or ''}".strip()
    facts = {
        "name": row.name,
        "kvk_number": row.kvk_number,
        "street": street,
        "postcode": row.postcode,
        "city": row.city,
        "phone": row.phone,
        "website": row.website,
    }
    return {name: value for name, value in facts.items() if value is not None}
