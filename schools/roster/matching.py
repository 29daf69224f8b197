"""Who in the file is who in the roster (SR-D07): by ECK iD, else by stable key, else by a name that only one has."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from schools.edexml.problems import RosterRefused
from schools.roster.problems import DeliveryProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from schools.roster.people import ArrivingPerson, StandingPerson

Pair: TypeAlias = "tuple[StandingPerson | None, ArrivingPerson]"
TOLD = 25


class MatchesConflict(RosterRefused):
    """Two persons of the file are one in the roster, or one of the file is two; nobody can tell who is meant."""


@dataclass(frozen=True, slots=True)
class _Index:
    """Where persons stand by key, by ECK iD and, made when first needed, by name."""

    by_eck: dict[bytes, StandingPerson]
    by_key: dict[bytes, StandingPerson]

    @classmethod
    def of(cls, people: Iterable[StandingPerson]) -> _Index:
        by_eck: dict[bytes, StandingPerson] = {}
        by_key: dict[bytes, StandingPerson] = {}
        for person in people:
            if person.eck_index is not None:
                by_eck[person.eck_index] = person
            if person.key_index is not None:
                by_key[person.key_index] = person
        return cls(by_eck, by_key)


def match(standing: Sequence[StandingPerson], arriving: Sequence[ArrivingPerson]) -> list[Pair]:
    """Pair each person of the file with the one in the roster, or with None. Raises MatchesConflict with the lines.

    Who is present goes before who left; who left is found again and keeps the own Basispoort ID.
    """
    present = _Index.of(person for person in standing if not person.left)
    gone = _Index.of(person for person in standing if person.left)
    pairs: list[Pair] = []
    nameless: list[int] = []
    conflicts: list[DeliveryProblem] = []
    for number, person in enumerate(arriving):
        by_eck, by_key = _found(present, person)
        if by_eck and by_key and by_eck.id != by_key.id:
            conflicts.append(DeliveryProblem("conflict_two", person.line))
        old_eck, old_key = _found(gone, person) if not (by_eck or by_key) else (None, None)
        found = by_eck or by_key or old_eck or old_key
        pairs.append((found, person))
        if found is None and not person.stable_key and not person.eck_indexes:
            nameless.append(number)
    if nameless:
        _match_by_name(standing, pairs, nameless)
    first_line: dict[int, int] = {}
    for one, person in pairs:
        if one is not None:
            if one.id in first_line:
                conflicts.append(DeliveryProblem("conflict_same", person.line, {"first": first_line[one.id]}))
            first_line.setdefault(one.id, person.line)
    if conflicts:
        raise MatchesConflict(*conflicts[:TOLD])
    return pairs


def _found(index: _Index, person: ArrivingPerson) -> tuple[StandingPerson | None, StandingPerson | None]:
    by_eck = next((index.by_eck[one] for one in person.eck_indexes if one in index.by_eck), None)
    by_key = next((index.by_key[one] for one in person.key_indexes if one in index.by_key), None)
    return by_eck, by_key


def _match_by_name(standing: Sequence[StandingPerson], pairs: list[Pair], nameless: list[int]) -> None:
    taken = {found.id for found, _ in pairs if found is not None}
    free: dict[tuple[str, ...], list[StandingPerson]] = defaultdict(list)
    for one in standing:
        if one.id not in taken and not one.left:
            free[one.first_name, one.infix, one.last_name, one.open_birth_date()].append(one)
    wanted = Counter(_name(pairs[number][1]) for number in nameless)
    for number in nameless:
        person = pairs[number][1]
        name = _name(person)
        if wanted[name] == 1 and len(free[name]) == 1:
            pairs[number] = (free[name][0], person)


def _name(person: ArrivingPerson) -> tuple[str, ...]:
    return (person.first_name, person.infix, person.last_name, person.birth_date)
