"""A roster that was read, packed to wait for the coordinator: JSON, compressed; it is encrypted where it is kept."""

from __future__ import annotations

import json
import zlib
from datetime import date
from typing import Any

from schools.edexml.problems import Problem
from schools.edexml.roster import Roster, RosterGroup, RosterPupil, RosterStaff


def pack(roster: Roster) -> bytes:
    """Give the roster as few bytes."""
    rows = {
        "head": [
            roster.version,
            roster.school_year,
            roster.brin,
            roster.location,
            roster.school_key,
            roster.reference_date.isoformat(),
            roster.leavers,
        ],
        "groups": [[one.key, one.name, one.year_group, one.kind, one.line] for one in roster.groups],
        "pupils": [
            [
                one.key,
                one.eck_id,
                one.first_name,
                one.infix,
                one.last_name,
                one.birth_date.isoformat() if one.birth_date else None,
                one.gender,
                one.year_group,
                one.group_key,
                one.subgroup_keys,
                one.line,
            ]
            for one in roster.pupils
        ],
        "staff": [
            [
                one.key,
                one.eck_id,
                one.first_name,
                one.infix,
                one.last_name,
                one.email,
                one.roles,
                one.groups,
                one.line,
            ]
            for one in roster.staff
        ],
        "warnings": [one.to_json() for one in roster.warnings],
    }
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(packed: bytes) -> Roster:
    """Give back the roster that was packed."""
    rows = json.loads(zlib.decompress(packed))
    version, school_year, brin, location, school_key, reference_date, leavers = rows["head"]
    return Roster(
        version=version,
        school_year=school_year,
        brin=brin,
        location=location,
        school_key=school_key,
        reference_date=date.fromisoformat(reference_date),
        groups=tuple(RosterGroup(*row) for row in rows["groups"]),
        pupils=tuple(_pupil(row) for row in rows["pupils"]),
        staff=tuple(_staff(row) for row in rows["staff"]),
        warnings=tuple(Problem.from_json(row) for row in rows["warnings"]),
        leavers=leavers,
    )


def _pupil(row: list[Any]) -> RosterPupil:
    key, eck_id, first, infix, last, birth_date, gender, year_group, group_key, subgroup_keys, line = row
    return RosterPupil(
        key=key,
        eck_id=eck_id,
        first_name=first,
        infix=infix,
        last_name=last,
        birth_date=date.fromisoformat(birth_date) if birth_date else None,
        gender=gender,
        year_group=year_group,
        group_key=group_key,
        subgroup_keys=tuple(subgroup_keys),
        line=line,
    )


def _staff(row: list[Any]) -> RosterStaff:
    key, eck_id, first, infix, last, email, roles, groups, line = row
    return RosterStaff(
        key=key,
        eck_id=eck_id,
        first_name=first,
        infix=infix,
        last_name=last,
        email=email,
        roles=tuple(roles),
        groups=tuple((group, tuple(held)) for group, held in groups),
        line=line,
    )
