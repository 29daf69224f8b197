"""What a file of the register would change: from what is known and what it says to a difference, without a database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Facts = dict[str, str]


class ChangeKind(StrEnum):
    """The kinds of change to a location or a board; one may change in several ways at once."""

    ADDED = "added"
    RENAMED = "renamed"
    MOVED = "moved"
    BOARD_CHANGED = "board_changed"
    DETAILS_CHANGED = "details_changed"
    CLOSED = "closed"
    REOPENED = "reopened"


# The fields that make a change more than a detail; a field without a kind here is one.
LOCATION_KINDS = {
    "register_name": ChangeKind.RENAMED,
    "street": ChangeKind.MOVED,
    "house_number": ChangeKind.MOVED,
    "postcode": ChangeKind.MOVED,
    "city": ChangeKind.MOVED,
    "board": ChangeKind.BOARD_CHANGED,
}
BOARD_KINDS = {"name": ChangeKind.RENAMED}


@dataclass(frozen=True, slots=True)
class Known:
    """A location or board that the portal knows: its public facts, and whether it stands in the register now.

    `was_closed` tells one that left the register from one that never stood in it.
    """

    facts: Mapping[str, str]
    in_register: bool
    was_closed: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one kind: the code of the location or number of the board, its name, and what changes."""

    code: str
    name: str
    kind: ChangeKind
    old: Facts = field(default_factory=dict)
    new: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes to the locations, or to the boards. `open_before` counts what stood in the register before."""

    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    open_before: int = 0
    touched: int = 0

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of_kind(self, *kinds: ChangeKind) -> tuple[Change, ...]:
        """Give the changes of these kinds."""
        return tuple(change for change in self.changes if change.kind in kinds)

    def counts(self) -> dict[str, int]:
        """Give how many there are of each kind, zero included."""
        counted = Counter(change.kind for change in self.changes)
        return {kind.value: counted[kind] for kind in ChangeKind}

    def exceeds(self, percentage: int) -> bool:
        """Tell whether more than this share of what stood in the register would be closed or changed."""
        return self.touched * 100 > self.open_before * percentage


def compare(
    known: Mapping[str, Known],
    delivered: Mapping[str, Facts],
    *,
    kinds: Mapping[str, ChangeKind],
    name_field: str,
    leaving: Iterable[str],
) -> Difference:
    """Give what the delivered facts change, code by code.

    A fact that is not delivered stays as it is; filling in a name where there was none is a detail. `leaving` names
    what is known and no longer delivered.
    """
    changes: list[Change] = []
    touched = unchanged = 0
    for code in sorted(delivered):
        facts, row = delivered[code], known.get(code)
        if row is None:
            changes.append(Change(code, facts.get(name_field, ""), ChangeKind.ADDED, {}, dict(facts)))
            continue
        found = list(_changed(code, row, facts, kinds, name_field))
        known_facts = any(change.kind is not ChangeKind.DETAILS_CHANGED or _said(change.old) for change in found)
        touched += row.in_register and known_facts
        if not row.in_register:
            back = ChangeKind.REOPENED if row.was_closed else ChangeKind.ADDED
            found.insert(0, Change(code, facts.get(name_field, ""), back))
        unchanged += not found
        changes.extend(found)
    for code in sorted(leaving):
        touched += 1
        changes.append(Change(code, known[code].facts[name_field], ChangeKind.CLOSED))
    open_before = sum(row.in_register for row in known.values())
    return Difference(tuple(changes), unchanged, open_before, touched)


def _said(facts: Facts) -> bool:
    return any(facts.values())


def _changed(code: str, row: Known, facts: Facts, kinds: Mapping[str, ChangeKind], name_field: str) -> Iterable[Change]:
    by_kind: dict[ChangeKind, list[str]] = {}
    for name, value in facts.items():
        if row.facts[name] != value:
            kind = kinds.get(name, ChangeKind.DETAILS_CHANGED)
            if name == name_field and not row.facts[name]:
                kind = ChangeKind.DETAILS_CHANGED
            by_kind.setdefault(kind, []).append(name)
    for kind in ChangeKind:
        if names := by_kind.get(kind):
            old = {name: row.facts[name] for name in names}
            yield Change(code, facts.get(name_field, ""), kind, old, {name: facts[name] for name in names})
