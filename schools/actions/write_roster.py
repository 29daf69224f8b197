"""Writing a difference to the tables of the roster: one statement a table, whatever the number of rows.

Rows go to the database as one JSON value. COPY is not used, as PostgreSQL refuses it on tables with row-level security.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.db import connection

from basispoort.lib.ids import allocate_ids
from schools.models import Pupil, StaffMember

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from schools.models import School
    from schools.roster.difference import Difference, PeopleDifference
    from schools.roster.people import ArrivingGroup, ArrivingPerson

Row = dict[str, Any]
Written = list[tuple[int, "ArrivingPerson"]]

GROUPS = """
INSERT INTO schools_group (id, school_id, school_year, kind, las_key, name, year_group, ended_at)
SELECT r.id, %(school)s, r.school_year, r.kind, r.las_key, r.name, r.year_group, NULL
FROM json_to_recordset(%(rows)s::json)
  AS r(id uuid, school_year text, kind text, las_key text, name text, year_group text)
ON CONFLICT (id) DO UPDATE SET kind = EXCLUDED.kind, las_key = EXCLUDED.las_key, name = EXCLUDED.name,
  year_group = EXCLUDED.year_group, ended_at = NULL
"""
PUPILS = """
INSERT INTO schools_pupil (id, public_id, school_id, first_name, infix, last_name, las_key, las_key_stable,
  las_key_index, eck_id, eck_id_index, birth_date, gender, year_group, home_group_id, fingerprint, left_at)
SELECT r.id, gen_random_uuid(), %(school)s, r.first_name, r.infix, r.last_name, r.las_key, r.las_key_stable,
  r.las_key_index, r.eck_id, r.eck_id_index, r.birth_date, r.gender, r.year_group, r.home_group_id, r.fingerprint, NULL
FROM json_to_recordset(%(rows)s::json)
  AS r(id bigint, first_name text, infix text, last_name text, las_key bytea, las_key_stable boolean,
    las_key_index bytea, eck_id bytea, eck_id_index bytea, birth_date bytea, gender text, year_group text,
    home_group_id uuid, fingerprint bytea)
ON CONFLICT (id) DO UPDATE SET first_name = EXCLUDED.first_name, infix = EXCLUDED.infix,
  last_name = EXCLUDED.last_name, las_key = EXCLUDED.las_key, las_key_stable = EXCLUDED.las_key_stable,
  las_key_index = EXCLUDED.las_key_index, eck_id = EXCLUDED.eck_id, eck_id_index = EXCLUDED.eck_id_index,
  birth_date = EXCLUDED.birth_date, gender = EXCLUDED.gender, year_group = EXCLUDED.year_group,
  home_group_id = EXCLUDED.home_group_id, fingerprint = EXCLUDED.fingerprint, left_at = NULL
"""
STAFF = """
INSERT INTO schools_staffmember (id, public_id, school_id, first_name, infix, last_name, las_key, las_key_stable,
  las_key_index, eck_id, eck_id_index, email, email_index, roster_roles, fingerprint, left_at)
SELECT r.id, gen_random_uuid(), %(school)s, r.first_name, r.infix, r.last_name, r.las_key, r.las_key_stable,
  r.las_key_index, r.eck_id, r.eck_id_index, r.email, r.email_index, r.roster_roles, r.fingerprint, NULL
FROM json_to_recordset(%(rows)s::json)
  AS r(id bigint, first_name text, infix text, last_name text, las_key bytea, las_key_stable boolean,
    las_key_index bytea, eck_id bytea, eck_id_index bytea, email bytea, email_index bytea, roster_roles varchar[],
    fingerprint bytea)
ON CONFLICT (id) DO UPDATE SET first_name = EXCLUDED.first_name, infix = EXCLUDED.infix,
  last_name = EXCLUDED.last_name, las_key = EXCLUDED.las_key, las_key_stable = EXCLUDED.las_key_stable,
  las_key_index = EXCLUDED.las_key_index, eck_id = EXCLUDED.eck_id, eck_id_index = EXCLUDED.eck_id_index,
  email = EXCLUDED.email, email_index = EXCLUDED.email_index, roster_roles = EXCLUDED.roster_roles,
  fingerprint = EXCLUDED.fingerprint, left_at = NULL
"""
PLACES = """
INSERT INTO schools_pupilsubgroup (id, school_id, pupil_id, group_id)
SELECT gen_random_uuid(), %(school)s, r.person, r."group"
FROM json_to_recordset(%(rows)s::json) AS r(person bigint, "group" uuid)
ON CONFLICT DO NOTHING
"""
WORK = """
INSERT INTO schools_staffgroup (id, school_id, staff_member_id, group_id, roster_roles)
SELECT gen_random_uuid(), %(school)s, r.person, r."group", r.roles
FROM json_to_recordset(%(rows)s::json) AS r(person bigint, "group" uuid, roles varchar[])
ON CONFLICT DO NOTHING
"""
END_GROUPS = "UPDATE schools_group SET ended_at = now() WHERE school_id = %(school)s AND id = ANY(%(ids)s)"
PUPILS_LEAVE = "UPDATE schools_pupil SET left_at = now() WHERE school_id = %(school)s AND id = ANY(%(ids)s)"
STAFF_LEAVE = "UPDATE schools_staffmember SET left_at = now() WHERE school_id = %(school)s AND id = ANY(%(ids)s)"
CLEAR_PLACES = "DELETE FROM schools_pupilsubgroup WHERE school_id = %(school)s AND pupil_id = ANY(%(ids)s)"
CLEAR_WORK = "DELETE FROM schools_staffgroup WHERE school_id = %(school)s AND staff_member_id = ANY(%(ids)s)"


def write_difference(*, school: School, difference: Difference) -> None:
    """Write the whole difference, in the transaction that is open.

    Who left keeps the row and the home group, unseen, so that it can be undone; places in subgroups go at once. A
    staff member's e-mail address stays in the roster: no account changes by it (SR-D09).
    """
    groups = difference.groups
    _run(END_GROUPS, school, [one.id for one in groups.ended])
    _rows(GROUPS, school, [_group(one) for one in (*groups.new, *(new for _, new in groups.changed))])
    _run(PUPILS_LEAVE, school, [one.id for one in difference.pupils.left])
    _run(STAFF_LEAVE, school, [one.id for one in difference.staff.left])
    pupils, staff = _numbered(difference.pupils, difference.staff)
    _rows(PUPILS, school, [_pupil(pk, one) for pk, one in pupils])
    _rows(STAFF, school, [_staff(pk, one) for pk, one in staff])
    _run(CLEAR_PLACES, school, _gone(difference.pupils))
    _rows(PLACES, school, [{"person": pk, "group": str(to)} for pk, one in pupils for to, _ in one.groups])
    _run(CLEAR_WORK, school, _gone(difference.staff))
    work = [{"person": pk, "group": str(to), "roles": roles} for pk, one in staff for to, roles in one.groups]
    _rows(WORK, school, work)


def _numbered(*sides: PeopleDifference) -> list[Written]:
    """Give who is written, each with the own Basispoort ID; new ids are taken in one go."""
    new_ids = iter(allocate_ids(sum(len(side.came) for side in sides)))
    return [
        [
            *((next(new_ids), one) for one in side.came),
            *((old.id, one) for old, one in side.returned),
            *((one.standing.id, one.arriving) for one in (*side.changed, *side.rewritten)),
        ]
        for side in sides
    ]


def _gone(side: PeopleDifference) -> list[int]:
    """Give the ids whose places in groups are taken away, to be given anew or not."""
    return [
        *(one.id for one in side.left),
        *(old.id for old, _ in side.returned),
        *(one.standing.id for one in (*side.changed, *side.rewritten)),
    ]


def _run(statement: str, school: School, ids: Sequence[int | UUID]) -> None:
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"school": school.pk, "ids": list(ids)})


def _rows(statement: str, school: School, rows: Iterable[Row]) -> None:
    found = list(rows)
    if found:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"school": school.pk, "rows": json.dumps(found, ensure_ascii=False)})


def _hex(value: bytes | None) -> str | None:
    return None if value is None else f"\\x{value.hex()}"


def _group(one: ArrivingGroup) -> Row:
    return {
        "id": str(one.id),
        "school_year": one.school_year,
        "kind": one.kind,
        "las_key": one.key,
        "name": one.name,
        "year_group": one.year_group,
    }


def _person(model: type[Pupil | StaffMember], pk: int, one: ArrivingPerson) -> Row:
    return {
        "id": pk,
        "first_name": one.first_name,
        "infix": one.infix,
        "last_name": one.last_name,
        "las_key": _sealed(model, "las_key", pk, one.key),
        "las_key_stable": one.stable_key,
        "las_key_index": _hex(one.key_indexes[0] if one.key_indexes else None),
        "eck_id": _sealed(model, "eck_id", pk, one.eck_id),
        "eck_id_index": _hex(one.eck_indexes[0] if one.eck_indexes else None),
        "fingerprint": _hex(one.fingerprint),
    }


def _pupil(pk: int, one: ArrivingPerson) -> Row:
    return _person(Pupil, pk, one) | {
        "birth_date": _sealed(Pupil, "birth_date", pk, one.birth_date),
        "gender": one.gender,
        "year_group": one.year_group,
        "home_group_id": str(one.home_group) if one.home_group else None,
    }


def _staff(pk: int, one: ArrivingPerson) -> Row:
    return _person(StaffMember, pk, one) | {
        "email": _sealed(StaffMember, "email", pk, one.email),
        "email_index": _hex(one.email_indexes[0] if one.email_indexes else None),
        "roster_roles": list(one.roles),
    }


def _sealed(model: type[Pupil | StaffMember], name: str, pk: int, value: str) -> str | None:
    return _hex(model._meta.get_field(name).seal(pk, value)) if value else None  # type: ignore[union-attr]  # EncryptedTextField
