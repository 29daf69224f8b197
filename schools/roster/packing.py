"""A roster that was read, packed to wait for the coordinator: JSON, compressed; it is encrypted where it is kept."""

from __future__ import annotations

import json
import zlib
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from schools.edexml.problems import Problem
from schools.edexml.pupils import OpenPupil
from schools.edexml.roster import Roster, RosterGroup, RosterPupil, RosterStaff

GROUP = attrgetter("key", "name", "year_group", "kind", "line")
PUPIL = attrgetter(*OpenPupil.__dataclass_fields__)
STAFF = attrgetter("key", "eck_id", "first_name", "infix", "last_name", "email", "roles", "groups", "line")


class Packed(NamedTuple):
    """A roster as JSON in two parts: `content` is all that ends in the roster, `head` what is only told of the file.

    `file_digest` is the digest of the file's bytes, for the day they come again.
    """

    head: bytes
    content: bytes
    file_digest: bytes = b""

    def __repr__(self) -> str:
        """Show nothing of what is in it."""
        return f"{type(self).__name__}({len(self.content)} bytes)"

    def compressed(self) -> bytes:
        """Give both as few bytes."""
        return zlib.compress(b"\n".join((self.file_digest.hex().encode(), self.head, self.content)), 1)

    @classmethod
    def from_compressed(cls, compressed: bytes) -> Packed:
        """Give back what `compressed` gave."""
        file_digest, head, content = zlib.decompress(compressed).split(b"\n", 2)
        return cls(head, content, bytes.fromhex(file_digest.decode()))


def pack(roster: Roster, *, file_digest: bytes = b"") -> Packed:
    """Give the roster as bytes; the same content is always the same bytes, whenever the file was made."""
    head = [
        roster.version,
        roster.brin,
        roster.location,
        roster.school_key,
        roster.reference_date,
        roster.leavers,
        [one.to_json() for one in roster.warnings],
    ]
    content = [
        roster.school_year,
        list(map(GROUP, roster.groups)),
        list(map(PUPIL, roster.pupils)),
        list(map(STAFF, roster.staff)),
    ]
    return Packed(_json(head), _json(content), file_digest)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=date.isoformat).encode()


def unpack(packed: Packed) -> Roster:
    """Give back the roster that was packed."""
    version, brin, location, school_key, reference_date, leavers, warnings = json.loads(packed.head)
    school_year, groups, pupils, staff = json.loads(packed.content)
    return Roster(
        version=version,
        school_year=school_year,
        brin=brin,
        location=location,
        school_key=school_key,
        reference_date=date.fromisoformat(reference_date),
        groups=tuple([RosterGroup(*row) for row in groups]),
        pupils=tuple(map(_pupil, pupils)),
        staff=tuple(map(_staff, staff)),
        warnings=tuple([Problem.from_json(row) for row in warnings]),
        leavers=leavers,
    )


def _pupil(row: list[Any]) -> RosterPupil:
    key, eck_id, first, infix, last, birth_date, gender, year_group, group_key, subgroup_keys, line = row
    return OpenPupil(
        key,
        eck_id,
        first,
        infix,
        last,
        date.fromisoformat(birth_date) if birth_date else None,
        gender,
        year_group,
        group_key,
        tuple(subgroup_keys),
        line,
    ).close()


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
