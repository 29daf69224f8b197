"""The board's yearly check of who can sign in at a school (product A4)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts import events
from accounts.models import RoleName, StaffCheck
from accounts.staff_list import staff_of
from basispoort.audit import trail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from accounts.staff_list import StaffRow
    from schools.models import Board, School


class ListChanged(Exception):
    """The list is no longer the one that the reader had on the screen."""


def digest_of(rows: Iterable[StaffRow]) -> str:
    """Give the SHA-256 of what is checked: people, their roles and days, and who has a second step."""
    content = [
        [
            str(row.id),
            row.has_second_step,
            *sorted([role.role, str(role.starts_on), str(role.ends_on), str(role.until)] for role in row.roles),
        ]
        for row in rows
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def check_staff(*, school: School, board: Board, seen: str, acting_user: User) -> StaffCheck:
    """Record that somebody of the board checked the list whose digest is `seen`; the same list once a day.

    Raises ListChanged when the list is another one by now.
    """
    with transaction.atomic():
        rows = staff_of(school)
        digest = digest_of(rows)
        if digest != seen:
            raise ListChanged
        check, is_new = StaffCheck.objects.for_school(school).get_or_create(
            school=school,
            checked_by=acting_user,
            day=timezone.localdate(),
            sha256=digest,
            defaults={"board": board, "people": len(rows)},
        )
        if is_new:
            trail.record(
                events.STAFF_CHECKED,
                school=school,
                acting_user=acting_user,
                role=RoleName.BOARD_MEMBER,
                target=check,
                details={"people": len(rows)},
            )
    return check


def last_check(school: School, board: Board | None = None) -> StaffCheck | None:
    """Give the latest check of a school's list, with who did it; by one board where one is given."""
    checks = StaffCheck.objects.for_school(school).select_related("checked_by", "board").order_by("-at")
    return (checks.filter(board=board) if board is not None else checks).first()
