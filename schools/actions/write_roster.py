"""Writing a difference to the tables of the roster: one statement a table, whatever the number of rows.

Rows go to the database as one array a column, in binary: measured for 220 pupils, 4.4 ms against 6.5 ms for one JSON
value and 5.7 ms by way of a temporary table. COPY itself PostgreSQL refuses on tables with row-level security.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection

from basispoort.lib.ids import allocate_ids
from schools.models import Pupil, StaffMember
from schools.roster.people import ArrivingPerson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from schools.models import School
    from schools.roster.difference import Difference, PeopleDifference
    from schools.roster.people import ArrivingGroup

Written = list[tuple[int, ArrivingPerson]]
Arrays = dict[str, list[Any]]

GROUPS = """
INSERT INTO schools_group (id, school_id, school_year, kind, las_key, name, year_group, ended_at)
SELECT r.id, %(school)s, r.school_year, r.kind, r.las_key, r.name, r.year_group, NULL
FROM unnest(%(id)b::uuid[], %(school_year)b::text[], %(kind)b::text[], %(las_key)b::text[], %(name)b::text[],
  %(year_group)b::text[]) AS r(id, school_year, kind, las_key, name, year_group)
ON CONFLICT (id) DO UPDATE SET kind = EXCLUDED.kind, las_key = EXCLUDED.las_key, name = EXCLUDED.name,
  year_group = EXCLUDED.year_group, ended_at = NULL
"""
PUPILS = """
INSERT INTO schools_pupil (id, public_id, school_id, first_name, infix, last_name, las_key, las_key_stable,
  las_key_index, eck_id, eck_id_index, birth_date, gender, year_group, home_group_id, fingerprint, left_at)
SELECT r.id, encode(r.public_id, 'hex')::uuid, %(school)s, r.first_name, r.infix, r.last_name, r.las_key,
  r.las_key_stable, r.las_key_index, r.eck_id, r.eck_id_index, r.birth_date, r.gender, r.year_group, r.home_group_id,
  r.fingerprint, NULL
FROM unnest(%(id)b::bigint[], %(public_id)b::bytea[], %(first_name)b::text[], %(infix)b::text[], %(last_name)b::text[],
  %(las_key)b::bytea[], %(las_key_stable)b::boolean[], %(las_key_index)b::bytea[], %(eck_id)b::bytea[],
  %(eck_id_index)b::bytea[], %(birth_date)b::bytea[], %(gender)b::text[], %(year_group)b::text[],
  %(home_group_id)b::uuid[], %(fingerprint)b::bytea[])
  AS r(id, public_id, first_name, infix, last_name, las_key, las_key_stable, las_key_index, eck_id, eck_id_index,
    birth_date, gender, year_group, home_group_id, fingerprint)
ON CONFLICT (id) DO UPDATE SET first_name = EXCLUDED.first_name, infix = EXCLUDED.infix,
  last_name = EXCLUDED.last_name, las_key = EXCLUDED.las_key, las_key_stable = EXCLUDED.las_key_stable,
  las_key_index = EXCLUDED.las_key_index, eck_id = EXCLUDED.eck_id, eck_id_index = EXCLUDED.eck_id_index,
  birth_date = EXCLUDED.birth_date, gender = EXCLUDED.gender, year_group = EXCLUDED.year_group,
  home_group_id = EXCLUDED.home_group_id, fingerprint = EXCLUDED.fingerprint, left_at = NULL
"""
STAFF = """
INSERT INTO schools_staffmember (id, public_id, school_id, first_name, infix, last_name, las_key, las_key_stable,
  las_key_index, eck_id, eck_id_index, email, email_index, roster_roles, fingerprint, left_at)
SELECT r.id, encode(r.public_id, 'hex')::uuid, %(school)s, r.first_name, r.infix, r.last_name, r.las_key,
  r.las_key_stable, r.las_key_index, r.eck_id, r.eck_id_index, r.email, r.email_index,
  string_to_array(r.roster_roles, ','), r.fingerprint, NULL
FROM unnest(%(id)b::bigint[], %(public_id)b::bytea[], %(first_name)b::text[], %(infix)b::text[], %(last_name)b::text[],
  %(las_key)b::bytea[], %(las_key_stable)b::boolean[], %(las_key_index)b::bytea[], %(eck_id)b::bytea[],
  %(eck_id_index)b::bytea[], %(email)b::bytea[], %(email_index)b::bytea[], %(roster_roles)b::text[],
  %(fingerprint)b::bytea[])
  AS r(id, public_id, first_name, infix, last_name, las_key, las_key_stable, las_key_index, eck_id, eck_id_index,
    email, email_index, roster_roles, fingerprint)
ON CONFLICT (id) DO UPDATE SET first_name = EXCLUDED.first_name, infix = EXCLUDED.infix,
  last_name = EXCLUDED.last_name, las_key = EXCLUDED.las_key, las_key_stable = EXCLUDED.las_key_stable,
  las_key_index = EXCLUDED.las_key_index, eck_id = EXCLUDED.eck_id, eck_id_index = EXCLUDED.eck_id_index,
  email = EXCLUDED.email, email_index = EXCLUDED.email_index, roster_roles = EXCLUDED.roster_roles,
  fingerprint = EXCLUDED.fingerprint, left_at = NULL
"""
PLACES = """
INSERT INTO schools_pupilsubgroup (id, school_id, pupil_id, group_id)
SELECT gen_random_uuid(), %(school)s, r.person, r."group"
FROM unnest(%(person)b::bigint[], %(group)b::uuid[]) AS r(person, "group")
ON CONFLICT DO NOTHING
"""
WORK = """
INSERT INTO schools_staffgroup (id, school_id, staff_member_id, group_id, roster_roles)
SELECT gen_random_uuid(), %(school)s, r.person, r."group", string_to_array(r.roles, ',')
FROM unnest(%(person)b::bigint[], %(group)b::uuid[], %(roles)b::text[]) AS r(person, "group", roles)
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
    _insert(GROUPS, school, _groups([*groups.new, *(new for _, new in groups.changed)]))
    _run(PUPILS_LEAVE, school, [one.id for one in difference.pupils.left])
    _run(STAFF_LEAVE, school, [one.id for one in difference.staff.left])
    pupils, staff = _numbered(difference.pupils, difference.staff)
    _insert(PUPILS, school, _pupils(pupils))
    _insert(STAFF, school, _staff(staff))
    _run(CLEAR_PLACES, school, _gone(difference.pupils))
    _insert(PLACES, school, _memberships(pupils))
    _run(CLEAR_WORK, school, _gone(difference.staff))
    _insert(WORK, school, _memberships(staff, with_roles=True))


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


def _insert(statement: str, school: School, arrays: Arrays) -> None:
    """Run a statement with arrays of one length; a cursor of psycopg's own sends them in binary."""
    if any(arrays.values()):
        assert connection.connection is not None
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            cursor.execute(statement, {"school": school.pk, **arrays})


def _groups(groups: Sequence[ArrivingGroup]) -> Arrays:
    names = ("id", "school_year", "kind", "las_key", "name", "year_group")
    return dict(zip(names, map(list, zip(*groups, strict=True)), strict=False))


def _people(model: type[Pupil | StaffMember], written: Written) -> tuple[Arrays, Any]:
    """Give the columns that pupils and staff share, and an ArrivingPerson that holds a column in each field."""
    ids = [pk for pk, _ in written]
    columns: Any = map(list, zip(*(one for _, one in written), strict=True))
    column: Any = ArrivingPerson(*columns)
    return {
        "id": ids,
        "public_id": random_uuids(len(ids)),
        "first_name": column.first_name,
        "infix": column.infix,
        "last_name": column.last_name,
        "las_key": _sealed(model, "las_key", ids, column.key),
        "las_key_stable": column.stable_key,
        "las_key_index": _current(column.key_indexes),
        "eck_id": _sealed(model, "eck_id", ids, column.eck_id),
        "eck_id_index": _current(column.eck_indexes),
        "fingerprint": column.fingerprint,
    }, column


def _pupils(written: Written) -> Arrays:
    if not written:
        return {}
    arrays, column = _people(Pupil, written)
    return arrays | {
        "birth_date": _sealed(Pupil, "birth_date", arrays["id"], column.birth_date),
        "gender": column.gender,
        "year_group": column.year_group,
        "home_group_id": column.home_group,
    }


def _staff(written: Written) -> Arrays:
    if not written:
        return {}
    arrays, column = _people(StaffMember, written)
    return arrays | {
        "email": _sealed(StaffMember, "email", arrays["id"], column.email),
        "email_index": _current(column.email_indexes),
        "roster_roles": [",".join(roles) for roles in column.roles],
    }


def _memberships(written: Written, *, with_roles: bool = False) -> Arrays:
    rows = [(pk, group, ",".join(roles)) for pk, one in written for group, roles in one.groups]
    arrays: Arrays = {"person": [row[0] for row in rows], "group": [row[1] for row in rows]}
    return arrays | {"roles": [row[2] for row in rows]} if with_roles else arrays


def _current(indexes: Iterable[tuple[bytes, ...]]) -> list[bytes | None]:
    """Give the index under the current key, where there is one."""
    return [found[0] if found else None for found in indexes]


def _sealed(model: type[Pupil | StaffMember], name: str, ids: list[int], values: list[str]) -> list[bytes | None]:
    found: list[bytes | None] = model._meta.get_field(name).seal_all(zip(ids, values, strict=True))  # type: ignore[union-attr]  # EncryptedTextField
    return found


def random_uuids(count: int) -> list[bytes]:
    """Give random UUIDs (version 4) as bytes, drawn in one go: PostgreSQL takes 3 microseconds for each."""
    drawn = bytearray(os.urandom(16 * count))
    drawn[6::16] = drawn[6::16].translate(VERSION_4)
    drawn[8::16] = drawn[8::16].translate(VARIANT)
    return [bytes(drawn[at : at + 16]) for at in range(0, len(drawn), 16)]


VERSION_4 = bytes(one & 0x0F | 0x40 for one in range(256))
VARIANT = bytes(one & 0x3F | 0x80 for one in range(256))
