"""Writing a difference of the register to the tables, in few statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from basispoort.lib.ids import allocate_ids
from schools.duo.difference import ChangeKind
from schools.models import Board, RegisterChange, School

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from schools.duo.difference import Difference, Facts

BATCH = 500


def write_boards(difference: Difference) -> None:
    """Create and change boards as the difference says; a board that leaves the register stays, marked so."""
    closed = {change.code for change in difference.of_kind(ChangeKind.CLOSED)}
    new = _new_facts(difference)
    known = {board.number: board for board in Board.objects.filter(number__in=new).order_by()} if new else {}
    created = [Board(number=number, in_register=True, **facts) for number, facts in new.items() if number not in known]
    Board.objects.bulk_create(created, batch_size=BATCH)
    fields = {"in_register"}
    for number, board in known.items():
        board.in_register = True
        for name, value in new[number].items():
            setattr(board, name, value)
            fields.add(name)
    if known:
        Board.objects.bulk_update(known.values(), sorted(fields), batch_size=BATCH)
    if closed:
        Board.objects.filter(number__in=closed).update(in_register=False)


def write_locations(difference: Difference, *, today: date, source: str) -> None:
    """Create, change and close locations as the difference says, and add to their history unless this is the first."""
    new = _new_facts(difference)
    numbers = {facts["board"] for facts in new.values() if "board" in facts}
    boards = dict(Board.objects.filter(number__in=numbers).order_by().values_list("number", "id")) if numbers else {}
    known = {school.code: school for school in School.objects.filter(code__in=new).order_by()} if new else {}
    _create({code: facts for code, facts in new.items() if code not in known}, boards)
    _change(known, new, boards)
    closed = [change.code for change in difference.of_kind(ChangeKind.CLOSED)]
    if closed:
        School.objects.filter(code__in=closed).update(in_register=False, closed_on=today)
    if difference.open_before:
        _add_history(difference, today, source)


def _new_facts(difference: Difference) -> dict[str, Facts]:
    """Give the facts to write of each code that is added, changed or reopened."""
    facts: dict[str, Facts] = {}
    for change in difference.changes:
        if change.kind is not ChangeKind.CLOSED:
            facts.setdefault(change.code, {}).update(change.new)
    return facts


def _create(new: dict[str, Facts], boards: dict[str, UUID]) -> None:
    schools = []
    for number, (code, facts) in zip(allocate_ids(len(new)), new.items(), strict=True):
        others = {name: value for name, value in facts.items() if name != "board"}
        school = School(id=number, code=code, brin=code[:4], location=code[4:], in_register=True, **others)
        school.board_id = boards[facts["board"]]
        schools.append(school)
    School.objects.bulk_create(schools, batch_size=BATCH)


def _change(known: dict[str, School], new: dict[str, Facts], boards: dict[str, UUID]) -> None:
    fields = {"in_register", "closed_on"}
    for code, school in known.items():
        school.in_register, school.closed_on = True, None
        if not school.brin:
            school.brin, school.location = code[:4], code[4:]
            fields |= {"brin", "location"}
        for name, value in new[code].items():
            if name == "board":
                school.board_id = boards[value]
            else:
                setattr(school, name, value)
            fields.add(name)
    if known:
        School.objects.bulk_update(known.values(), sorted(fields), batch_size=BATCH)


def _add_history(difference: Difference, today: date, source: str) -> None:
    codes = {change.code for change in difference.changes}
    ids = dict(School.objects.filter(code__in=codes).order_by().values_list("code", "id")) if codes else {}
    RegisterChange.objects.bulk_create(
        [
            RegisterChange(
                school_id=ids[change.code],
                kind=change.kind.value,
                old=change.old,
                new=change.new,
                noticed_on=today,
                source_sha256=source,
            )
            for change in difference.changes
        ],
        batch_size=BATCH,
    )
