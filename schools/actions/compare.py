"""What a roster that was read would change at a school, as the database has it now."""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Any, NamedTuple

from basispoort.lib import crypto
from schools.models import Group, GroupKind, Pupil, RosterState, StaffMember
from schools.roster.difference import Difference, GroupDifference, all_new, compare, nothing_changed
from schools.roster.packing import unpack
from schools.roster.people import ArrivingGroup, ArrivingPerson, StandingGroup, StandingPerson
from schools.roster.rules import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from basispoort.lib.fields import Sealed
    from schools.edexml.roster import Roster, RosterGroup, RosterPupil, RosterStaff
    from schools.models import School
    from schools.roster.packing import Packed

PUPIL_COLUMNS = (
    "id",
    "first_name",
    "infix",
    "last_name",
    "las_key_index",
    "eck_id_index",
    "fingerprint",
    "left_at",
    "year_group",
    "gender",
    "home_group_id",
    "birth_date",
)
STAFF_COLUMNS = (*PUPIL_COLUMNS[:8], "email_index", "roster_roles")


class Foreseen(NamedTuple):
    """What a roster would change, in numbers; `difference` is left out where everybody is new.

    `known` tells that the roster was made what the file says before, and nobody touched it since.
    """

    digest: str
    counts: dict[str, int]
    difference: Difference | None
    known: bool = False


def digest_of(*, school: School, packed: Packed) -> bytes:
    """Give a keyed hash over all that would end in the roster, and over the rules by which it would.

    Two files with the same digest make the same roster of this school, whatever their headers say.
    """
    kept = bytes([school.keeps_birth_dates, school.keeps_gender])
    return crypto.keyed_digest("schools.roster.content", rules(), str(school.pk).encode(), kept, packed.content)


def digest_of_file(*, school: School, file: bytes) -> bytes:
    """Give a keyed hash over a file as it came and the rules by which it is read."""
    kept = bytes([school.keeps_birth_dates, school.keeps_gender])
    return crypto.keyed_digest("schools.roster.file", rules(), str(school.pk).encode(), kept, file)


def foresee(*, school: School, roster: Roster, packed: Packed, namespace: UUID) -> Foreseen:
    """Tell what this roster would change, without naming anybody where that can be told at a glance.

    Works in the transaction that is open, under the lock of the roster. Raises MatchesConflict when persons cannot be
    told apart.
    """
    content = digest_of(school=school, packed=packed)
    standing = RosterState.look(school)
    if standing.digest == content:
        nothing = nothing_changed(len(roster.pupils), len(roster.staff))
        return Foreseen(nothing.digest, nothing.counts(), nothing, known=True)
    if standing.is_empty:
        counts = nothing_changed(0, 0).counts() | {
            "groups_new": len(roster.groups),
            "pupils_came": len(roster.pupils),
            "staff_came": len(roster.staff),
        }
        return Foreseen(_digest_of_first(content, namespace), counts, None)
    found = _difference(school, roster, namespace)
    return Foreseen(found.digest, found.counts(), found)


def difference_at(*, school: School, packed: Packed, namespace: UUID) -> Difference:
    """Give the difference between this roster and the one of the school now.

    `namespace` is the delivery's id: new groups get the same ids from it each time. Works in the transaction that is
    open. Raises MatchesConflict when persons cannot be told apart.
    """
    roster = unpack(packed)
    if not RosterState.look(school).is_empty:
        return _difference(school, roster, namespace)
    groups, ids = _groups([], roster, namespace)
    came = (_arriving_pupils(roster, ids, school), _arriving_staff(roster, ids))
    digest = _digest_of_first(digest_of(school=school, packed=packed), namespace)
    return all_new(groups, *came, digest=digest)


def _digest_of_first(content: bytes, namespace: UUID) -> str:
    """Give the digest of the difference that everybody is new, which the content alone decides."""
    return hashlib.sha256(b"all new" + namespace.bytes + content).hexdigest()


def _difference(school: School, roster: Roster, namespace: UUID) -> Difference:
    standing = [StandingGroup(*row) for row in _group_rows(school)]
    groups, ids = _groups(standing, roster, namespace)
    if not (groups.new or groups.changed or groups.ended) and (same := _same_people(school, roster, ids)):
        return nothing_changed(*same)
    names = {one.id: one.name for one in standing} | {ids[one.key]: one.name for one in roster.groups}
    return compare(
        groups=groups,
        group_names=names,
        pupils=(standing_pupils(school), _arriving_pupils(roster, ids, school)),
        staff=(standing_staff(school), _arriving_staff(roster, ids)),
    )


def _same_people(school: School, roster: Roster, ids: Mapping[str, UUID]) -> tuple[int, int] | None:
    """Give the numbers of pupils and staff when every fingerprint of the file stands in the roster, and no other does.

    Tells an unchanged file at once, without matching anybody.
    """
    present = list(Pupil.objects.for_school(school).present().values_list("fingerprint", flat=True))
    if len(present) != len(roster.pupils):
        return None
    arriving = {_pupil_fingerprint(one, ids, school) for one in roster.pupils}
    if len(arriving) != len(roster.pupils) or sorted(arriving) != sorted(_bytes(one) or b"" for one in present):
        return None
    coming = {_staff_fingerprint(one, ids) for one in roster.staff}
    there = StaffMember.objects.for_school(school).present().values_list("fingerprint", flat=True)
    if len(coming) != len(roster.staff) or sorted(coming) != sorted(_bytes(one) or b"" for one in there):
        return None
    return len(roster.pupils), len(roster.staff)


def _pupil_fingerprint(one: RosterPupil, ids: Mapping[str, UUID], school: School) -> bytes:
    """Give the keyed hash over all that is kept of a pupil, the groups included; a made-up key takes no part."""
    told = "\x1f".join(
        (
            one.key if one.stable_key else "",
            one.eck_id,
            one.first_name,
            one.infix,
            one.last_name,
            one.birth_date.isoformat() if one.birth_date and school.keeps_birth_dates else "",
            one.gender if school.keeps_gender else "",
            one.year_group or "",
            ids[one.group_key].hex if one.group_key else "",
            *sorted([ids[name].hex for name in one.subgroup_keys]),
        )
    )
    return crypto.blind_index("schools.pupil.fingerprint", told)


def _staff_fingerprint(one: RosterStaff, ids: Mapping[str, UUID]) -> bytes:
    """Give the keyed hash over all that is kept of a staff member, the work for groups included."""
    work = sorted([f"{ids[name].hex}={','.join(roles)}" for name, roles in one.groups])
    key = one.key if one.stable_key else ""
    told = "\x1f".join(
        (key, one.eck_id, one.first_name, one.infix, one.last_name, one.email, ",".join(one.roles), *work)
    )
    return crypto.blind_index("schools.staff.fingerprint", told)


def _group_rows(school: School) -> list[tuple[Any, ...]]:
    columns = ("id", "school_year", "kind", "las_key", "name", "year_group", "ended_at")
    rows = Group.objects.for_school(school).order_by("id").values_list(*columns)
    return [(*row[:6], row[6] is not None) for row in rows]


def standing_pupils(school: School) -> list[StandingPerson]:
    """Give the pupils of the roster, those who left included, the last to leave last."""
    rows = Pupil.objects.for_school(school).order_by("left_at", "id").values_list(*PUPIL_COLUMNS)
    field = Pupil._meta.get_field("birth_date")
    return [
        _standing(
            row,
            year_group=row[8],
            gender=row[9],
            home_group=row[10],
            open_birth_date=_opener(field, row[0], row[11]),
        )
        for row in rows
    ]


def standing_staff(school: School) -> list[StandingPerson]:
    """Give the staff of the roster, those who left included, the last to leave last."""
    rows = StaffMember.objects.for_school(school).order_by("left_at", "id").values_list(*STAFF_COLUMNS)
    return [_standing(row, email_index=row[8], roles=tuple(row[9])) for row in rows]


def _standing(row: Sequence[Any], **more: Any) -> StandingPerson:  # noqa: ANN401 - columns of many kinds
    """Give the person of a row that begins with the columns pupils and staff share."""
    return StandingPerson(
        id=row[0],
        first_name=row[1],
        infix=row[2],
        last_name=row[3],
        key_index=row[4],
        eck_index=row[5],
        fingerprint=_bytes(row[6]),
        left=row[7] is not None,
        **more,
    )


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def _opener(field: object, pk: int, sealed: Sealed | None) -> Callable[[], str]:
    def opened() -> str:
        if sealed is None:
            return ""
        return crypto.open_seal(sealed.content, field.place(pk)).decode()  # type: ignore[attr-defined]  # EncryptedTextField

    return opened


def _groups(standing: list[StandingGroup], roster: Roster, namespace: UUID) -> tuple[GroupDifference, dict[str, UUID]]:
    """Pair groups within the school year, by key or, where that is made up, by kind and name."""
    this_year = [one for one in standing if one.school_year == roster.school_year]
    ordered = sorted(this_year, key=lambda one: not one.ended)
    by_key = {one.key: one for one in ordered if one.key}
    by_name = {(one.kind, one.name): one for one in ordered}
    new, changed, ids = [], [], {}
    taken: set[UUID] = set()
    for group in roster.groups:
        kind = _kind(group)
        found = by_key.get(group.key) if group.stable_key else by_name.get((kind, group.name))
        if found is not None and found.id in taken:
            found = None
        pk = found.id if found else uuid.uuid5(namespace, group.key)
        ids[group.key] = pk
        taken.add(pk)
        key = group.key if group.stable_key else ""
        arriving = ArrivingGroup(pk, roster.school_year, kind, key, group.name, group.year_group or "")
        if found is None:
            new.append(arriving)
        elif found.ended or (found.kind, found.key, found.name, found.year_group) != (
            kind,
            key,
            group.name,
            arriving.year_group,
        ):
            changed.append((found, arriving))
    ended = tuple(one for one in standing if not one.ended and one.id not in taken)
    return GroupDifference(tuple(new), tuple(changed), ended), ids


def _kind(group: RosterGroup) -> str:
    if group.kind == "subgroup":
        return GroupKind.SUBGROUP
    if group.year_group is None:
        return GroupKind.COMBINED
    return GroupKind.TODDLERS if group.year_group == "0" else GroupKind.HOME


def _arriving_pupils(roster: Roster, ids: Mapping[str, UUID], school: School) -> list[ArrivingPerson]:
    found = []
    for one in roster.pupils:
        birth_date = one.birth_date.isoformat() if one.birth_date and school.keeps_birth_dates else ""
        gender = one.gender if school.keeps_gender else ""
        home_group = ids[one.group_key] if one.group_key else None
        key = one.key if one.stable_key else ""
        subgroups = tuple(ids[name] for name in one.subgroup_keys)
        found.append(
            ArrivingPerson(
                one.line,
                one.first_name,
                one.infix,
                one.last_name,
                one.key,
                one.stable_key,
                one.eck_id,
                _indexes("schools.pupil.las_key", key),
                _indexes("schools.pupil.eck_id", one.eck_id),
                _pupil_fingerprint(one, ids, school),
                birth_date=birth_date,
                gender=gender,
                year_group=one.year_group or "",
                home_group=home_group,
                groups=tuple((group, ()) for group in subgroups),
            )
        )
    return found


def _arriving_staff(roster: Roster, ids: Mapping[str, UUID]) -> list[ArrivingPerson]:
    found = []
    for one in roster.staff:
        key = one.key if one.stable_key else ""
        groups = tuple((ids[name], roles) for name, roles in one.groups)
        found.append(
            ArrivingPerson(
                one.line,
                one.first_name,
                one.infix,
                one.last_name,
                one.key,
                one.stable_key,
                one.eck_id,
                _indexes("schools.staff.las_key", key),
                _indexes("schools.staff.eck_id", one.eck_id),
                _staff_fingerprint(one, ids),
                email=one.email,
                email_indexes=_indexes("schools.staff.email", crypto.normalise(one.email)),
                roles=one.roles,
                groups=groups,
            )
        )
    return found


def _indexes(purpose: str, value: str) -> tuple[bytes, ...]:
    return tuple(crypto.blind_indexes(purpose, value)) if value else ()
