"""What may leave the house at all: the catalogue of fields, and the lock of the agreement upon it (product L4, D3).

A participant asks for fields by key. Only fields of this catalogue exist for it, and of those only the ones that the
privacy leaflet a school accepted names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.utils.functional import _StrPromise

    from dpa.models import DocumentVersion

About = Literal["pupil", "staff", "school"]
Source = Literal["portal", "roster", "register"]


@dataclass(frozen=True, slots=True)
class ReleaseField:
    """One field that can be released: its key, the words on screen, whom it is about and where it comes from."""

    key: str
    label: str | _StrPromise
    about: frozenset[About]
    source: Source
    explanation: str | _StrPromise = ""

    def is_for(self, who: Literal["pupil", "staff"]) -> bool:
        """Tell whether a pupil's (or staff member's) sign-in can carry this field."""
        return who in self.about or "school" in self.about


class UnknownField(LookupError):
    """A field was asked for that the catalogue does not hold."""


PERSON = frozenset[About]({"pupil", "staff"})
PUPIL = frozenset[About]({"pupil"})
SCHOOL = frozenset[About]({"school"})

_CATALOGUE = (
    ReleaseField("pseudonym", _("Pseudonym"), PERSON, "portal", _("A code made for this publisher alone.")),
    ReleaseField("given_name", _("First name"), PERSON, "roster"),
    ReleaseField("family_name", _("Last name with infix"), PERSON, "roster"),
    ReleaseField("year_group", _("Year group"), PUPIL, "roster"),
    ReleaseField("group_name", _("Name of the group"), PERSON, "roster"),
    ReleaseField("role", _("Pupil or staff"), PERSON, "portal"),
    ReleaseField("school_code", _("School code (BRIN and location)"), SCHOOL, "register"),
    ReleaseField("school_name", _("Name of the school"), SCHOOL, "register"),
    ReleaseField("eck_id", _("ECK iD"), PERSON, "roster", _("The national pseudonym for learning material.")),
)
FIELDS: dict[str, ReleaseField] = {field.key: field for field in _CATALOGUE}


def field_of(key: str) -> ReleaseField:
    """Give a field by its key; raises UnknownField."""
    try:
        return FIELDS[key]
    except KeyError:
        raise UnknownField(key) from None


def released_fields(leaflet: DocumentVersion, requested: Iterable[str]) -> tuple[str, ...]:
    """Cut a request down to what the accepted leaflet names, in the order of the catalogue.

    Raises UnknownField for a key that the catalogue does not hold: that is a mistake in our own tables, not a request.
    """
    wanted = {field_of(key).key for key in requested}
    return tuple(key for key in FIELDS if key in wanted and key in leaflet.fields)
