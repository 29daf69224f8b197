"""What left the house, and what was refused to leave."""

from __future__ import annotations

import secrets
import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantModel
from licences.models.material import LearningMaterial
from licences.models.participant import Participant
from schools.models import School

# Without letters and digits that look alike, so that a teacher can read one out over the telephone.
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_trace() -> str:
    """Give a trace code such as `K7F3-92QX`: 40 random bits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


class Disclosure(TenantModel):
    """That fields of one person went to a participant (*verstrekking*, product L5).

    Nobody changes or removes it. The person stands as a number, not as a link, so that the record outlives the person
    it speaks of by its term without naming them. `fields` are keys of `dpa.release.FIELDS`; never their values.
    """

    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", verbose_name=_("school"))
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", verbose_name=_("participant")
    )
    material = models.ForeignKey(
        LearningMaterial, on_delete=models.PROTECT, related_name="+", verbose_name=_("material")
    )
    pupil_number = models.BigIntegerField(_("pupil's Basispoort ID"), null=True)
    account = models.UUIDField(_("staff member's account"), null=True)
    fields = ArrayField(models.CharField(max_length=40), verbose_name=_("fields"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    why = models.CharField(_("why"), max_length=40)
    trace = models.CharField(_("trace code"), max_length=9)

    class Meta:
        verbose_name = _("disclosure")
        verbose_name_plural = _("disclosures")
        ordering = ("-at", "id")
        indexes = (models.Index(fields=["school", "-at"], name="disclosure_of_school"),)

    def __str__(self) -> str:
        return str(self.pk)


class Refusal(TenantModel):
    """That somebody could not open a material, and why; found by its trace code (product L6)."""

    app_rights: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", verbose_name=_("school"))
    trace = models.CharField(_("trace code"), max_length=9, unique=True, default=new_trace)
    cause = models.CharField(_("cause"), max_length=30)
    material = models.ForeignKey(
        LearningMaterial, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("material")
    )
    step = models.CharField(_("at which step"), max_length=10)
    pupil_number = models.BigIntegerField(_("pupil's Basispoort ID"), null=True)
    account = models.UUIDField(_("staff member's account"), null=True)
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        ordering = ("-at",)

    def __str__(self) -> str:
        return self.trace
