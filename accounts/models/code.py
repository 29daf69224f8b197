"""Pupils' picture codes and pincodes."""

from __future__ import annotations

import hmac
import uuid
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import EncryptedTextField
from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from schools.models import Pupil, School

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models.expressions import Combinable

CODE_LENGTH = 4
FREE_TRIES = 5
WINDOW = timedelta(minutes=10)
WAITS_SECONDS = (10, 20, 40, 80, 120)
# One statement, written out: Django would need longer to put it together than PostgreSQL to do it.
CLAIM = """
UPDATE accounts_pupilcode AS code SET
    wrong_count = CASE WHEN {lately} THEN code.wrong_count + 1 ELSE 1 END,
    wrong_since = CASE WHEN {lately} THEN code.wrong_since ELSE statement_timestamp() END,
    last_wrong_at = statement_timestamp(),
    waiting_until = CASE WHEN {lately} AND code.wrong_count >= %(free)s - 1 THEN statement_timestamp() + interval '1 s'
        * (%(waits)s::int[])[least(code.wrong_count - %(free)s + 2, array_length(%(waits)s::int[], 1))] END
WHERE code.{column} = %(pk)s AND (code.waiting_until IS NULL OR code.waiting_until <= statement_timestamp())
"""
LATELY = (
    "(code.wrong_since > statement_timestamp() - %(window)s * interval '1 s' OR code.wrong_count >= %(free)s"
    " AND code.last_wrong_at > statement_timestamp() - %(window)s * interval '1 s')"
)
CLAIM_BY_ID, CLAIM_BY_PUPIL = (CLAIM.format(lately=LATELY, column=column) for column in ("id", "pupil_id"))
# Year groups whose pupils cannot be expected to read and type digits: babies, toddlers, pre-school, groups 1 to 3.
PICTURE_YEAR_GROUPS = frozenset({"B", "D", "0", "1", "2", "3"})


class CodeKind(models.TextChoices):
    """What a pupil's code is made of."""

    PICTURES = "pictures", _("picture code")
    DIGITS = "digits", _("pincode")


def kind_for(year_group: str) -> CodeKind:
    """Give the kind of code for a year group; an unknown one gets digits, which every child can also copy."""
    return CodeKind.PICTURES if year_group in PICTURE_YEAR_GROUPS else CodeKind.DIGITS


class PupilCodeQuerySet(TenantQuerySet["PupilCode"]):
    """Ways to choose codes."""

    def waiting(self) -> Self:
        """Keep the codes of pupils who must wait now."""
        return self.filter(waiting_until__gt=Now())

    def claim_try(self, pk: uuid.UUID) -> bool:
        """Count one try as wrong before it is looked at; False, and nothing counted, while the pupil must wait.

        One conditional UPDATE, whose row lock lasts as long as the transaction: of many tries at once each sees the
        ones before it (SR-A15). Five in ten minutes are free; after each further one the wait doubles.
        """
        return self._claim(CLAIM_BY_ID, pk)

    def claim_try_of(self, pupil: Pupil) -> bool:
        """Count one try of a pupil, as `claim_try`; False for one without a code as well."""
        return self._claim(CLAIM_BY_PUPIL, pupil.pk)

    def _claim(self, statement: str, pk: uuid.UUID | int) -> bool:
        self.check_scope()
        facts = {"pk": pk, "window": WINDOW.total_seconds(), "free": FREE_TRIES, "waits": list(WAITS_SECONDS)}
        with connection.cursor() as cursor:
            cursor.execute(statement, facts)
            return bool(cursor.rowcount == 1)

    def forget_tries(self, **also: Combinable) -> int:
        """Let these pupils in again at once, and set what else changes with it; give how many codes were touched."""
        return self.update(wrong_count=0, wrong_since=None, last_wrong_at=None, waiting_until=None, **also)


class PupilCodeManager(TenantManager["PupilCode"]):
    """Hands out `PupilCodeQuerySet`s."""

    def get_queryset(self) -> PupilCodeQuerySet:
        """Give a queryset that has not heard its school yet."""
        return PupilCodeQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> PupilCodeQuerySet:
        """Keep the codes of one school."""
        return self.get_queryset().for_school(school)


def seconds_until(moment: datetime | None) -> int:
    """Give how many whole seconds somebody must still wait until a moment; 0 when not at all."""
    return max(0, ceil((moment - timezone.now()).total_seconds())) if moment else 0


class PupilCode(TenantModel):
    """The one code of a pupil (*plaatjescode* or *pincode*), with what went wrong lately (SR-A15).

    Encrypted under keys of its own, so that a teacher can look it up and print it again. `value` holds four digits, or
    four names of pictures with a blank between them. Wrong tries make a pupil wait; they never lock anybody out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    pupil = models.OneToOneField(Pupil, on_delete=models.CASCADE, related_name="code", verbose_name=_("pupil"))
    kind = models.CharField(_("kind"), max_length=8, choices=CodeKind)
    value = EncryptedTextField(_("code"), ring="CODE_KEYS")
    given_at = models.DateTimeField(_("given at"))
    wrong_count = models.PositiveIntegerField(_("wrong tries lately"), default=0)
    wrong_since = models.DateTimeField(_("first wrong try"), null=True, blank=True)
    last_wrong_at = models.DateTimeField(_("last wrong try"), null=True, blank=True)
    waiting_until = models.DateTimeField(_("must wait until"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    objects: ClassVar[PupilCodeManager] = PupilCodeManager()

    class Meta:
        verbose_name = _("pupil's code")
        verbose_name_plural = _("pupils' codes")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def wait_seconds(self) -> int:
        """How many whole seconds the pupil must still wait; 0 when not at all."""
        return seconds_until(self.waiting_until)

    @property
    def is_waiting(self) -> bool:
        """Whether the pupil must wait now: the sign on the teacher's screen."""
        return self.wait_seconds > 0

    @property
    def parts(self) -> list[str]:
        """The names of the pictures, or the digits, in order."""
        return self.value.split() if self.kind == CodeKind.PICTURES else list(self.value)

    def matches(self, parts: list[str]) -> bool:
        """Tell whether these are the right pictures or digits, in order, in constant time."""
        return hmac.compare_digest(" ".join(self.parts).encode(), " ".join(parts).encode())
