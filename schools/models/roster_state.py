"""How a school's roster stands: whether anything touched it since a file was found to be equal to it."""

from __future__ import annotations

import json
from typing import NamedTuple, TypedDict

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantModel
from schools.models.school import School

LOOK = """
SELECT (SELECT digest FROM schools_rosterstate WHERE school_id = %(school)s AND digest_revision = revision),
  NOT (EXISTS (SELECT FROM schools_pupil WHERE school_id = %(school)s)
    OR EXISTS (SELECT FROM schools_staffmember WHERE school_id = %(school)s)
    OR EXISTS (SELECT FROM schools_group WHERE school_id = %(school)s))
"""
REMEMBER = """
INSERT INTO schools_rosterstate AS state (school_id, revision, digest, digest_revision, file_digest, told)
VALUES (%(school)s, 1, %(digest)s, 1, %(file)s, %(told)s)
ON CONFLICT (school_id) DO UPDATE
SET revision = state.revision + 1, digest = EXCLUDED.digest, digest_revision = state.revision + 1,
  file_digest = EXCLUDED.file_digest, told = EXCLUDED.told
"""
RECOGNISE = """
SELECT told FROM schools_rosterstate
WHERE school_id = %(school)s AND digest_revision = revision AND file_digest = %(file)s
"""


class Standing(NamedTuple):
    """What can be said of a roster at one look: the digest of a file equal to it, if known; whether it is empty."""

    digest: bytes | None
    is_empty: bool


class Told(TypedDict):
    """What a coordinator was told about a file: numbers, and warnings as JSON. Nothing in it is about one person."""

    counts: dict[str, int]
    problems: list[dict[str, object]]


class RosterState(TenantModel):
    """The state of one school's roster. The database itself raises `revision` at each statement that writes to it.

    A digest holds as long as nothing was written after it, by whomever and by whatever way (migration 0004).
    """

    school = models.OneToOneField(
        School, primary_key=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("school")
    )
    revision = models.BigIntegerField(_("revision"), default=0)
    digest = models.BinaryField(_("digest of the file it equals"), max_length=32, null=True, editable=False)
    digest_revision = models.BigIntegerField(_("revision of the digests"), null=True)
    file_digest = models.BinaryField(_("digest of that file's bytes"), max_length=32, null=True, editable=False)
    told = models.JSONField(_("what was told of that file: counts and warnings"), default=dict)

    class Meta:
        verbose_name = _("state of a roster")
        verbose_name_plural = _("states of rosters")

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def look(cls, school: School) -> Standing:
        """Tell how the roster stands now; to be asked under the roster's lock."""
        with connection.cursor() as cursor:
            cursor.execute(LOOK, {"school": school.pk})
            row = cursor.fetchone()
        assert row is not None
        return Standing(None if row[0] is None else bytes(row[0]), row[1])

    @classmethod
    def remember(cls, school: School, digest: bytes, file_digest: bytes, told: Told) -> None:
        """Keep that the roster is now what the file with these digests says, of its content and of its bytes."""
        values: dict[str, int | bytes | str] = {
            "school": school.pk,
            "digest": digest,
            "file": file_digest,
            "told": json.dumps(told),
        }
        with connection.cursor() as cursor:
            cursor.execute(REMEMBER, values)

    @classmethod
    def recognise(cls, school: School, file_digest: bytes) -> Told | None:
        """Give what was told of the very same file, when the roster still equals it; asked under the roster's lock."""
        with connection.cursor() as cursor:
            cursor.execute(RECOGNISE, {"school": school.pk, "file": file_digest})
            row = cursor.fetchone()
        if row is None:
            return None
        told = json.loads(row[0])
        return Told(counts=told["counts"], problems=told["problems"])
