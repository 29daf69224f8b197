"""Data sharing: what a school let leave for a participant, and when."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from licences.models.participant import Participant
from schools.models import School


class SharingQuerySet(TenantQuerySet["DataSharing"]):
    """Ways to choose periods of sharing."""

    def running(self) -> Self:
        """Keep what is switched on now."""
        return self.filter(off_at__isnull=True)


class SharingManager(TenantManager["DataSharing"]):
    """Hands out `SharingQuerySet`s."""

    def get_queryset(self) -> SharingQuerySet:
        """Give a queryset that has not heard its school yet."""
        return SharingQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> SharingQuerySet:
        """Keep the sharing of one school."""
        return self.get_queryset().for_school(school)


class DataSharing(TenantModel):
    """A period in which a school shares data with a participant (*gegevensuitwisseling*, product L4).

    `fields` is what the coordinator saw and agreed to: keys for pupils and for staff. What the participant asks for
    later does not leave before the school has seen it. Periods that ended stay as history.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    participant = models.ForeignKey(
        Participant, on_delete=models.PROTECT, related_name="+", verbose_name=_("participant")
    )
    fields = models.JSONField(_("agreed fields"))
    on_at = models.DateTimeField(_("switched on"), default=timezone.now)
    on_by = models.UUIDField(_("account that switched it on"))
    off_at = models.DateTimeField(_("switched off"), null=True, blank=True)
    off_by = models.UUIDField(_("account that switched it off"), null=True, blank=True)

    objects: ClassVar[SharingManager] = SharingManager()

    class Meta:
        verbose_name = _("data sharing")
        verbose_name_plural = _("data sharing")
        ordering = ("-on_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["school", "participant"],
                condition=Q(off_at__isnull=True),
                name="sharing_runs_once",
                violation_error_message=_("Sharing with this publisher is on already."),
            ),
            models.CheckConstraint(
                condition=Q(off_at__isnull=True) | Q(off_at__gte=F("on_at")),
                name="sharing_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    def agreed(self, subject: str) -> list[str]:
        """Give the keys of the fields that the school agreed to for pupils or staff."""
        keys = self.fields.get(subject, [])
        return [str(key) for key in keys]


class SharingRequest(TenantModel):
    """That a participant asks a school to share; the school decides (product L4)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="+", verbose_name=_("participant")
    )
    at = models.DateTimeField(_("asked at"), default=timezone.now)

    class Meta:
        verbose_name = _("request to share")
        verbose_name_plural = _("requests to share")
        constraints = (models.UniqueConstraint(fields=["school", "participant"], name="sharing_asked_once"),)

    def __str__(self) -> str:
        return str(self.pk)
