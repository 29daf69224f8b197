"""Exports: lists of persons made by a worker, fetched once by who asked (SR-E06)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from basispoort.lib.fields import EncryptedBytesField
from basispoort.lib.jobs import LeasedJob
from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from schools.models import School

READY_FOR = timedelta(hours=24)


class ExportReason(models.TextChoices):
    """What a list is needed for; a choice, so that no name lands in the trail."""

    BOARD = "board", _("the board's yearly check")
    SCHOOL = "school", _("the school's own administration")
    AUDIT = "audit", _("an audit or inspection")


class ExportState(models.TextChoices):
    """The way of an export; the last four are its ends."""

    WAITING = "waiting", _("being made")
    READY = "ready", _("ready to be fetched")
    FETCHED = "fetched", _("fetched")
    OVER = "over", _("not fetched in time")
    FAILED = "failed", _("did not succeed")
    REFUSED = "refused", _("not made: who asked may not have it any more")


class ExportQuerySet(TenantQuerySet["Export"]):
    """Ways to choose exports."""

    def ready(self) -> Self:
        """Keep those that can be fetched now, by the database's clock."""
        return self.filter(state=ExportState.READY, expires_at__gt=Now())


class ExportManager(TenantManager["Export"]):
    """Hands out `ExportQuerySet`s."""

    def get_queryset(self) -> ExportQuerySet:
        """Give a queryset that has not heard its school yet."""
        return ExportQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> ExportQuerySet:
        """Keep the exports of one school."""
        return self.get_queryset().for_school(school)


class Export(LeasedJob, TenantModel):
    """A list on its way to who asked for it; its file is kept encrypted until it is fetched, a day at most."""

    waiting_states = (ExportState.WAITING,)
    failed_states = (ExportState.FAILED,)
    waits_since = "asked_at"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    kind = models.CharField(_("kind of list"), max_length=40)
    chosen = models.JSONField(_("what was chosen"), default=dict)
    reason = models.CharField(_("reason"), max_length=8, choices=ExportReason)
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    state = models.CharField(_("state"), max_length=8, choices=ExportState, default=ExportState.WAITING)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    content = EncryptedBytesField(_("file"), null=True)
    expires_at = models.DateTimeField(_("to be fetched until"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects: ClassVar[ExportManager] = ExportManager()

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ("-asked_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["school", "asked_by", "kind"],
                condition=Q(state="waiting"),
                name="one_export_being_made",
                violation_error_message=_("This list is being made already."),
            ),
        )
        indexes = (models.Index(fields=["asked_by", "-asked_at"], name="export_of_account"),)

    def __str__(self) -> str:
        return str(self.pk)
