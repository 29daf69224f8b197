"""Licences and to whom they are assigned."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from licences.models.material import LearningMaterial
from schools.models import Group, Pupil, School

if TYPE_CHECKING:
    from datetime import date


class LicenceSource(models.TextChoices):
    """Who entered a licence."""

    PARTICIPANT = "participant", _("publisher")
    COORDINATOR = "coordinator", _("coordinator")


class LicenceQuerySet(TenantQuerySet["Licence"]):
    """Ways to choose licences."""

    def valid_on(self, day: date) -> Self:
        """Keep the licences that run on a day."""
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day)

    def with_material(self) -> Self:
        """Fetch material and publisher along."""
        return self.select_related("material__participant")


class LicenceManager(TenantManager["Licence"]):
    """Hands out `LicenceQuerySet`s."""

    def get_queryset(self) -> LicenceQuerySet:
        """Give a queryset that has not heard its school yet."""
        return LicenceQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> LicenceQuerySet:
        """Keep the licences of one school."""
        return self.get_queryset().for_school(school)


class Licence(TenantModel):
    """What a school holds of one material, from when to when, for how many pupils (*licentie*, product L3)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="licences", verbose_name=_("school"))
    material = models.ForeignKey(
        LearningMaterial, on_delete=models.PROTECT, related_name="licences", verbose_name=_("material")
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until and including"), null=True, blank=True)
    seats = models.PositiveIntegerField(_("seats for pupils"), null=True, blank=True)
    source = models.CharField(_("entered by"), max_length=12, choices=LicenceSource, default=LicenceSource.COORDINATOR)
    entered_by = models.UUIDField(_("account that entered it"), null=True, blank=True)
    entered_at = models.DateTimeField(_("entered at"), default=timezone.now)

    objects: ClassVar[LicenceManager] = LicenceManager()

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        ordering = ("material__name", "valid_from")
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="licence_ends_after_start",
                violation_error_message=_("A licence ends on or after the day it starts."),
            ),
            models.CheckConstraint(
                condition=Q(seats__isnull=True) | Q(seats__gt=0),
                name="licence_has_a_seat",
                violation_error_message=_("A licence has at least one seat."),
            ),
        )
        indexes = (models.Index(fields=["school", "material"], name="licence_of_material"),)

    def __str__(self) -> str:
        return str(self.pk)

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the licence runs on a day."""
        return self.valid_from <= day and (self.valid_until is None or self.valid_until >= day)


class Assignment(TenantModel):
    """To whom a licence is assigned (*toekenning*): one group, one pupil, or all staff.

    The staff of a group come with the group and take no seat.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    licence = models.ForeignKey(
        Licence, on_delete=models.CASCADE, related_name="assignments", verbose_name=_("licence")
    )
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, related_name="assignments", verbose_name=_("group")
    )
    pupil = models.ForeignKey(
        Pupil, on_delete=models.CASCADE, null=True, related_name="assignments", verbose_name=_("pupil")
    )
    all_staff = models.BooleanField(_("all staff"), default=False)
    assigned_by = models.UUIDField(_("account that assigned it"), null=True)
    assigned_at = models.DateTimeField(_("assigned at"), default=timezone.now)

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = (
            models.CheckConstraint(
                condition=Q(group__isnull=False, pupil__isnull=True, all_staff=False)
                | Q(group__isnull=True, pupil__isnull=False, all_staff=False)
                | Q(group__isnull=True, pupil__isnull=True, all_staff=True),
                name="assignment_is_to_one",
                violation_error_message=_("An assignment is to one group, one pupil or all staff."),
            ),
            models.UniqueConstraint(fields=["licence", "group"], name="licence_once_to_group"),
            models.UniqueConstraint(fields=["licence", "pupil"], name="licence_once_to_pupil"),
            models.UniqueConstraint(fields=["licence"], condition=Q(all_staff=True), name="licence_once_to_all_staff"),
        )
        indexes = (models.Index(fields=["school", "group"], name="assignment_of_group"),)

    def __str__(self) -> str:
        return str(self.pk)
