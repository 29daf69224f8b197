"""What a participant is told about a person: the values of the agreed fields and nothing else (SR-F05)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from licences.models import Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from licences.people import Visitor


def _person_name(visitor: Visitor, *, family: bool) -> str:
    person = visitor.pupil or visitor.staff_member or visitor.user
    if person is None:
        return ""
    return " ".join(part for part in (person.infix, person.last_name) if part) if family else person.first_name


def _group_name(visitor: Visitor) -> str:
    return ", ".join(visitor.names_of_groups())


def _eck_id(visitor: Visitor) -> str:
    person = visitor.pupil or visitor.staff_member
    return (person.eck_id or "") if person else ""


# One reader for each field of dpa.release.FIELDS but the pseudonym, which travels as `sub`.
READERS: dict[str, Callable[[Visitor], str]] = {
    "given_name": lambda visitor: _person_name(visitor, family=False),
    "family_name": lambda visitor: _person_name(visitor, family=True),
    "year_group": lambda visitor: visitor.pupil.year_group if visitor.pupil else "",
    "group_name": _group_name,
    "role": lambda visitor: "pupil" if visitor.subject == Subject.PUPIL else "staff",
    "school_code": lambda visitor: visitor.school.code,
    "school_name": lambda visitor: visitor.school.name,
    "eck_id": _eck_id,
}


def claims_of(visitor: Visitor, fields: Iterable[str]) -> dict[str, str]:
    """Give the claims for these fields; what the portal does not know of a person is left out."""
    values = {key: READERS[key](visitor) for key in fields if key in READERS}
    return {key: value for key, value in values.items() if value}
